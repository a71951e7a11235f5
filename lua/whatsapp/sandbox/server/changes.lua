--- What has changed and is not kept yet. Only a sandbox with `data` collects it.

local M = {}

local wanted = false
local list, known = {}, {}

--- From now on changes are collected.
function M.collect()
  wanted = true
end

--- Notes that something has changed, is new or is gone.
---@param kind "node"|"message"|"chat"
---@param thing table
function M.note(kind, thing)
  if not wanted or known[thing] then return end
  known[thing] = true
  list[#list + 1] = { kind = kind, thing = thing }
end

--- Takes all of it, each once, in the order in which it changed first.
---@return { kind: string, thing: table }[]
function M.take()
  local taken = list
  if taken[1] then list, known = {}, {} end
  return taken
end

return M
