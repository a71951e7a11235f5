--- Errors that name the line of a test, not one of the kit's.

local M = {}

-- "@…/whatsapp/testing": where the kit's own files are.
local own, separator = debug.getinfo(1, "S").source:match "^(.*)([/\\])blame%.lua$"

local function is_own(source)
  return own ~= nil and (source == own .. ".lua" or source:sub(1, #own + 1) == own .. separator)
end

-- The first caller that is none of us, as errors begin. (By level it cannot be said: who
-- returns what another function does is not among the callers.)
local function place()
  local level = 3
  local info = debug.getinfo(level, "Sl")
  while info and (info.what == "C" or info.currentline < 1 or is_own(info.source)) do
    level = level + 1
    info = debug.getinfo(level, "Sl")
  end
  return info and ("%s:%d: "):format(info.short_src, info.currentline) or ""
end

-- The place in a file that is played.
local played = ""

--- Raises, at the line of the test.
---@param what string with the further arguments, as for `string.format`
---@param ... any
function M.raise(what, ...)
  error(place() .. played .. (select("#", ...) > 0 and what:format(...) or what), 0)
end

--- Calls a function that plays a file: what it raises says where in the file that is.
---@param fn fun(say: fun(place: string)) which says where it is
function M.playing(fn)
  local before = played
  local ok, err = pcall(fn, function(where) played = where .. ": " end)
  played = before
  if not ok then error(err, 0) end
end

--- Has the functions of a class see that a colon calls them.
---@param class table
---@param name string a variable, for the message
function M.methods(class, name)
  for method, fn in pairs(class) do
    if type(fn) == "function" and method:sub(1, 2) ~= "__" then
      class[method] = function(self, ...)
        if getmetatable(self) ~= class then M.raise("call it with a colon: %s:%s(…)", name, method) end
        return fn(self, ...)
      end
    end
  end
end

return M
