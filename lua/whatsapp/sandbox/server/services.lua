--- The services behind the sandbox's ports: which one a request is for, who may
--- ask there, and what it answers when it does not know the path.

local answer = require "whatsapp.sandbox.server.answer"
local connections = require "whatsapp.sandbox.server.connections"
local faults = require "whatsapp.sandbox.server.faults"
local orders = require "whatsapp.sandbox.server.orders"
local rates = require "whatsapp.sandbox.server.rates"
local routes = require "whatsapp.sandbox.server.routes"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local function drop_first(segments, n)
  local rest = {}
  for i = n + 1, #segments do rest[#rest + 1] = segments[i] end
  return rest
end

-- Graph ---------------------------------------------------------------------

-- Graph's own words for an object it does not know, and for one that does not
-- support what is asked of it.
local function refuse_object(req, id)
  answer.refuse {
    code = 100, subcode = 33, type = "GraphMethodException", plain = true,
    message = ("Unsupported %s request. Object with ID '%s' does not exist, cannot be loaded "
      .. "due to missing permissions, or does not support this operation. Please read the "
      .. "Graph API documentation at https://developers.facebook.com/docs/graph-api")
      :format(req.method:lower(), id),
  }
end

local function refuse_path(segments)
  answer.refuse { code = 2500, plain = true,
    message = "Unknown path components: /" .. table.concat(segments, "/") }
end

-- `/v21.0/{id}/{edge}/{item}`: what the id names decides which edges there are. The
-- version may be left out: then it is the app's own.
local function graph(req, segments)
  if (segments[1] or ""):find "^v%d+%.%d+$" then segments = drop_first(segments, 1) end
  local id, edge, item = segments[1], segments[2], segments[3]
  if not id then refuse_path(segments) end
  local node = state.find(id == "app" and state.settings.app_id or id)
  local kind = node and routes.graph[node.kind]
  if not kind then refuse_object(req, id) end
  if #segments > 3 then refuse_path(drop_first(segments, 2)) end
  local place = edge and edge .. (item and "/{}" or "")
  local handler = kind[req.method .. (place and " " .. place or "")]
  if handler then return handler(req, node, item) end
  for key in pairs(kind) do
    if place and key:match(" (.*)$") == place then refuse_object(req, id) end
  end
  if edge then refuse_path { item or edge } end
  refuse_object(req, id)
end

local function refuse_token(req)
  answer.refuse { code = 190, plain = true,
    message = req.token and "Invalid OAuth access token - Cannot parse access token"
      or "An access token is required to request this resource." }
end

-- Services: `check` who asks, then `handle` ------------------------------------

local services = {}

services.graph = {
  check = function(req)
    if req.token == state.settings.api_key then
      answer.raise(answer.gateway(404,
        ('unknown app "%s": the path must begin with /whatsapp-business/')
          :format(req.segments[1] or "")))
    end
    if req.token ~= state.settings.access_token then refuse_token(req) end
  end,
  handle = function(req) return graph(req, req.segments) end,
}

-- Media files lie beside Graph and want its token. Whether the gateway offers a
-- way to them is not known: its key opens them only when that is asked for. The url of a
-- flow's file, or of one that its picker took, is signed, and enough.
local SIGNED = { flows = true, picked = true }

services.files = {
  check = function(req)
    local settings = state.settings
    if req.token == settings.access_token or SIGNED[req.segments[2]] then return end
    if not (settings.gateway_media and req.token == settings.api_key) then refuse_token(req) end
  end,
  handle = function(req)
    local path = table.concat(drop_first(req.segments, 1), "/")
    local handler = routes.files[req.method .. " " .. path]
    return handler and handler(req) or refuse_path(req.segments)
  end,
}

-- A file of somebody else's server: anybody may have it.
services.samples = {
  check = function() end,
  handle = function(req)
    local handler = routes.samples[("%s %s"):format(req.method, req.segments[2] or "")]
    return handler and handler(req) or { status = 404, text = "not found\n" }
  end,
}

local function check_key(req)
  if req.token == state.settings.api_key and req.scheme == "Bearer" then return end
  answer.raise(answer.gateway(401, req.token and "invalid API key" or "missing API key"))
end

services.gateway = {
  check = function(req)
    check_key(req)
    rates.check_gateway()
    local connection, expired = connections.choose(req.headers["maton-connection"])
    if not connection then
      answer.raise(answer.gateway(400, "no active connection for app whatsapp-business"))
    elseif expired then
      answer.raise(answer.gateway(500, "the connection's token could not be refreshed"))
    end
  end,
  handle = function(req) return graph(req, drop_first(req.segments, 1)) end,
}

-- `/orders/v21.0/…`: whoever has the key tells the sandbox what is to happen.
services.orders = {
  check = check_key, faultless = true,
  handle = function(req)
    local path = drop_first(req.segments, 2)
    local handler, item = orders.find(req.method, table.concat(path, "/"))
    return handler and handler(req, item) or refuse_path(path)
  end,
}

-- `/connections/{id}`: an id is any second segment.
services.control = {
  check = check_key,
  handle = function(req)
    local first, id = req.segments[1], req.segments[2]
    local handler = #req.segments <= 2
      and routes.control[("%s %s%s"):format(req.method, first or "", id and "/{id}" or "")]
    return handler and handler(req, id) or answer.gateway(404, "not found")
  end,
}

-- A service by port and first segment of the path; "" is any other.
local places = {
  main = { ["whatsapp-business"] = "gateway", ["whatsapp_business"] = "files",
           samples = "samples", orders = "orders", [""] = "graph" },
  control = { [""] = "control" },
}

--- Finds who is to answer a request, and has it answered. A fault on demand comes after
--- the check of who asks, as everything else does.
---@param port "main"|"control"
---@param req table
---@return table response
function M.handle(port, req)
  local names = places[port]
  req.service = names[req.segments[1] or ""] or names[""]
  local service = services[req.service]
  service.check(req)
  local rule = not service.faultless and faults.match(req)
  if rule then return faults.apply(rule, req, service.handle) end
  return service.handle(req)
end

return M
