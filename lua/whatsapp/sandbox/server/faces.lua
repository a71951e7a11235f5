--- The faces of the sandbox: which service a request is for, who may ask there,
--- and what it answers when nobody knows the path.

local answer = require "whatsapp.sandbox.server.answer"
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

-- `/v21.0/{id}/{edge}`: what the id names decides which edges there are.
local function graph(req, segments)
  local version, id, edge = segments[1], segments[2], segments[3]
  if not (version and version:find "^v%d+%.%d+$" and id) then refuse_path(segments) end
  local node = state.nodes[id]
  if not node then refuse_object(req, id) end
  if #segments > 3 then refuse_path(drop_first(segments, 3)) end
  local kind = routes.graph[node.kind]
  local handler = kind[req.method .. (edge and " " .. edge or "")]
  if handler then return handler(req, node) end
  for key in pairs(kind) do
    if edge and key:match(" (.*)$") == edge then refuse_object(req, id) end
  end
  if edge then refuse_path { edge } end
  refuse_object(req, id)
end

local function refuse_token(req)
  answer.refuse { code = 190, plain = true,
    message = req.token and "Invalid OAuth access token - Cannot parse access token"
      or "An access token is required to request this resource." }
end

local function serve_graph(req)
  if req.token == state.settings.api_key then
    return answer.gateway(404, ('unknown app "%s": the path must begin with /whatsapp-business/')
      :format(req.segments[1] or ""))
  end
  if req.token ~= state.settings.access_token then refuse_token(req) end
  return graph(req, req.segments)
end

-- Media files lie beside Graph and want its token. The sandbox takes the
-- gateway's key too: whether the real gateway offers a way to them is not known.
local function serve_file(req)
  local settings = state.settings
  if req.token ~= settings.access_token and req.token ~= settings.api_key then refuse_token(req) end
  local handler = routes.files[req.method .. " " .. table.concat(drop_first(req.segments, 1), "/")]
  return handler and handler(req) or refuse_path(req.segments)
end

-- The gateway ---------------------------------------------------------------

local function check_key(req)
  if req.token == state.settings.api_key then return end
  answer.raise(answer.gateway(401, req.token and "invalid API key" or "missing API key"))
end

local function serve_gateway(req)
  check_key(req)
  if not state.connection_for(req.headers["maton-connection"]) then
    return answer.gateway(400, "no active connection for app whatsapp-business")
  end
  return graph(req, drop_first(req.segments, 1))
end

-- `/connections/{id}`: an id is any second segment.
local function serve_control(req)
  local first, id = req.segments[1], req.segments[2]
  local handler = routes.control[("%s %s%s"):format(req.method, first or "", id and "/{id}" or "")]
  if #req.segments > 2 or not handler then return answer.gateway(404, "not found") end
  check_key(req)
  return handler(req, id)
end

-- A face by port and first segment of the path; "" is any other.
local faces = {
  main = {
    ["whatsapp-business"] = serve_gateway,
    ["whatsapp_business"] = serve_file,
    [""] = serve_graph,
  },
  control = { [""] = serve_control },
}

--- Finds who is to answer a request, and has it answered.
---@param port "main"|"control"
---@param req table
---@return table response
function M.handle(port, req)
  local served = faces[port]
  return (served[req.segments[1] or ""] or served[""])(req)
end

return M
