--- Numbers that look random, from a seed: the same on every Lua and every time.

local Random = {}
Random.__index = Random

local M = {}

--- A generator. It is called as a function: `random(n)` is a whole number from 1 to n.
---@param seed integer above 0
---@return table
function M.new(seed)
  return setmetatable({ state = seed }, Random)
end

function Random:__call(n)
  self.state = (self.state * 16807) % 2147483647
  return self.state % n + 1
end

--- One of a list.
function Random:pick(list) return list[self(#list)] end

--- A text with its bytes changed in some places.
---@param text string
---@param words string[] what may be put in
---@return string
function Random:change(text, words)
  for _ = 1, self(3) do
    local at, size = self(#text + 1), self(20)
    local before, after = text:sub(1, at - 1), text:sub(at)
    local how = self(5)
    if how == 1 then
      text = before .. self:pick(words) .. after
    elseif how == 2 then
      text = before .. after:sub(size)
    elseif how == 3 then
      text = before .. string.char(self(256) - 1) .. after:sub(2)
    elseif how == 4 then
      text = before .. after:sub(1, size) .. after
    else
      text = before
    end
  end
  return text
end

return M
