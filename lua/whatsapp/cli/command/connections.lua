--- `whatsapp connections`: the gateway's connections to WhatsApp Business.

local action = require "whatsapp.cli.action"
local input = require "whatsapp.cli.input"

local FIELDS = { "connection_id", "status", "creation_time", "last_updated_time", "url" }

local function create(call, args)
  local wa = call:client()
  local connection, err = wa.connections:create()
  if not connection then return nil, err end
  call:show(connection, FIELDS)
  if not args.wait then return true end
  io.stderr:write("waiting until its url has been opened in a browser\n")
  connection, err = wa.connections:wait(connection.connection_id, { timeout = args.timeout })
  return connection and true, err
end

return {
  summary = "the gateway's connections to WhatsApp Business",
  actions = {
    action.list("connections", { "connection_id", "status", "creation_time" }, {
      options = { { "--status", "only those", choices = { "ACTIVE", "PENDING", "FAILED" }, argname = "STATUS" } },
      query = function(args) return { status = args.status } end,
    }),
    { name = "create", summary = "makes one, to be opened in a browser", run = create,
      flags = { { "--wait", "wait until it is active" } },
      options = { { "--timeout", "seconds to wait (300)", argname = "SECONDS", convert = input.seconds } } },
    action.get("connections", FIELDS),
    action.remove("connections", "id", "its id"),
  },
}
