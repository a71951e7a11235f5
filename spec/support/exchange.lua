--- The C core without the client around it.

local core = require "whatsapp.core"

local M = {}

M.SECRET = "EAAsecretTokenThatMustNotShow"

--- A session; `options` over those of a gateway client.
---@param options table
---@return userdata|nil session
---@return table? err
function M.session(options)
  local config = { credential = M.SECRET, user_agent = "spec", timeout = 20 }
  for name, value in pairs(options) do config[name] = value end
  return core.session(config)
end

--- What keeps an answer in a file.
---@param path string
function M.to_file(path)
  return assert(core.download { path = path, maximum = 100 * 1024 * 1024 })
end

--- Steps until the exchange is done and takes its result.
---@param exchange userdata
function M.finish(exchange)
  while not exchange:done() do assert(core.step(0.2)) end
  while core.drain() do end
  return exchange:result()
end

--- Submits a request and takes its result; or nil and the error of either.
---@param session userdata
---@param request table
function M.run(session, request)
  local exchange, err = core.submit(session, request)
  if not exchange then return nil, err end
  return M.finish(exchange)
end

return M
