--- Text as Graph counts it.

local M = {}

--- UTF-8 characters: every byte but those that continue one.
---@param text string
---@return integer
function M.length(text)
  local _, n = text:gsub("[^\128-\191]", "")
  return n
end

--- Whether a text is UTF-8, as all that is JSON must be.
---@param text string
---@return boolean
function M.is_utf8(text)
  return not text:find "[\128-\255]" or ngx.re.find(text, "^", "u") ~= nil
end

--- A text as it can be shown: of one that is not UTF-8, only what is ASCII.
---@param text string
---@return string
function M.readable(text)
  return M.is_utf8(text) and text or (text:gsub("[\128-\255]", "?"))
end

--- The variables of a template's text, in order, each once.
---@param text? string
---@return string[] names
function M.variables(text)
  local names, seen = {}, {}
  for name in (text or ""):gmatch "{{%s*([%w_]+)%s*}}" do
    if not seen[name] then names[#names + 1], seen[name] = name, true end
  end
  return names
end

return M
