--- The stores that the specs run over. Each has `open(options)` → an empty store,
--- `again(store)` → another handle on the same data (not in memory), and `stop()`.

local store = require "whatsapp.store"

local M = {}

M.memory = {
  start = function() return { open = store.memory, stop = function() end } end,
}

--- The names of those that work in this Lua.
M.names = { "memory" }

return M
