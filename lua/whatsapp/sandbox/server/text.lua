--- Text as Graph counts it.

local M = {}

--- UTF-8 characters: every byte but those that continue one.
---@param text string
---@return integer
function M.length(text)
  local _, n = text:gsub("[^\128-\191]", "")
  return n
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
