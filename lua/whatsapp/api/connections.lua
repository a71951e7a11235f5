--- `wa.connections`: the gateway's OAuth connections to WhatsApp Business. They
-- belong to the gateway: a client that talks straight to Graph has none.

local Error = require "whatsapp.error"
local poll = require "whatsapp.poll"

local APP = { app = "whatsapp-business" }

local STATUS = { ACTIVE = true, PENDING = true, FAILED = true }

local rows = {
  list = { "GET", "connections", base = "control", query = true, always = APP, page = "connections",
           does = "The connections.", fields = { status = { type = "string", one_of = STATUS } } },
  create = { "POST", "connections", base = "control", json = true, always = APP, returns = "connection",
             does = "Makes a connection, PENDING until a person has opened its `url` in a browser." },
  get = { "GET", "connections/{id}", base = "control", returns = "connection", does = "One connection." },
  delete = { "DELETE", "connections/{id}", base = "control", returns = "success",
             does = "Deletes a connection." },
}

local FIRST, LONGEST, TIMEOUT = 0.5, 5, 300

local function failed(connection)
  return nil, Error.new { kind = "gateway", outcome = "rejected", raw = connection,
    message = "the connection has failed",
    hint = "make a new one with wa.connections:create() and open its url" }
end

local function still_pending(connection, seconds)
  return nil, Error.new { kind = "timeout", outcome = "rejected", raw = connection,
    message = ("the connection is still %s after %g s"):format(tostring(connection.status), seconds),
    hint = "a person has to open its url (err.raw.url) in a browser" }
end

--- Waits until a pending connection is active: asks again and again, at first
--- after half a second, later every 5 seconds.
---@param id string
---@param options? table `timeout` (300 seconds in all) and other per-call options
---@return table|nil connection
---@return whatsapp.Error? err `timeout` while still pending, `gateway` when it has failed
function rows.wait(self, id, options)
  local seconds, rest = poll.options(options, TIMEOUT)
  if not seconds then return nil, rest end
  local connection
  local times = { timeout = seconds, first = FIRST, longest = LONGEST }
  local active, err = poll.run(self.client:loop(), times, function(left)
    local why
    rest.deadline = left
    connection, why = self:get(id, rest)
    if not connection then return nil, why end
    if connection.status == "ACTIVE" then return connection end
    if connection.status == "FAILED" then return failed(connection) end
  end)
  if active or err then return active, err end
  return still_pending(connection, seconds)
end

return rows
