--- The stores that the specs run over. What `start` returns has `open(options)` → an
--- empty store, and `stop()`.

local redis = require "spec.support.redis"
local server = require "spec.support.server"
local store = require "whatsapp.store"

local M = {}

--- The names of those that work in this Lua.
M.names = { "memory", "sqlite", "redis" }

--- Those that processes can share. Their `source(store)` is the Lua that opens one.
M.shared = { "sqlite", "redis" }

local function with(options, more)
  local all = {}
  for key, value in pairs(options or {}) do all[key] = value end
  for key, value in pairs(more) do all[key] = value end
  return all
end

M.memory = {
  start = function() return { open = store.memory, stop = function() end } end,
}

M.sqlite = {
  start = function()
    local directory, count, paths = server.make_directory(), 0, {}
    return {
      open = function(options)
        count = count + 1
        local path = ("%s/%d.db"):format(directory, count)
        local opened = store.sqlite(with(options, { path = path }))
        paths[opened] = path
        return opened
      end,
      source = function(opened)
        return ("whatsapp.store.sqlite { path = %q, busy_timeout = 30 }"):format(paths[opened])
      end,
      stop = function() server.remove_directory(directory) end,
    }
  end,
}

M.redis = {
  start = function()
    local server_of_all, count, prefixes = redis.start(), 0, {}
    return {
      redis = server_of_all,
      open = function(options)
        count = count + 1
        local prefix = "spec" .. count
        local opened = store.redis(with(options, { path = server_of_all.path, prefix = prefix }))
        prefixes[opened] = prefix
        return opened
      end,
      source = function(opened)
        return ("whatsapp.store.redis { path = %q, prefix = %q }"):format(server_of_all.path, prefixes[opened])
      end,
      stop = function() server_of_all:stop() end,
    }
  end,
}

return M
