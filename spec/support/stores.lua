--- The stores that the specs run over. What `start` returns has `open(options)` → an
--- empty store, and `stop()`.

local redis = require "spec.support.redis"
local server = require "spec.support.server"
local store_worker = require "spec.support.store_worker"
local store = require "whatsapp.store"

local M = {}

--- The names of those that work in this Lua.
M.names = { "memory", "sqlite", "redis" }

-- nginx's Lua is LuaJIT, and loads what was built for it.
if rawget(_G, "jit") then
  M.names[#M.names + 1] = "nginx"
  M.names[#M.names + 1] = "redis in nginx"
end

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

M.nginx = {
  start = function()
    local worker = store_worker.start()
    return {
      worker = worker,
      native_expiry = true,
      open = function(options)
        worker:run "ngx.shared.store:flush_all() ngx.shared.store:flush_expired()"
        return worker:open("nginx", with(options, { dict = "store" }))
      end,
      stop = function() worker:stop() end,
    }
  end,
}

M["redis in nginx"] = {
  start = function()
    local database, worker, count = redis.start(), store_worker.start(), 0
    return {
      worker = worker,
      open = function(options)
        count = count + 1
        return worker:open("redis", with(options, { path = database.path, prefix = "spec" .. count }))
      end,
      stop = function()
        worker:stop()
        database:stop()
      end,
    }
  end,
}

return M
