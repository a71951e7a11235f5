--- The gateway's connections to a WhatsApp Business account: its control API, the page
--- on which a person finishes one, and which of them a request goes through.

local json = require "whatsapp.json"
local identity = require "whatsapp.sandbox.identity"
local answer = require "whatsapp.sandbox.server.answer"
local events = require "whatsapp.sandbox.server.events"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local APP = "whatsapp-business"

local connections = {}  -- oldest first
local hidden = {}       -- by connection: what no answer tells

-- RFC 3339 with microseconds, as the gateway writes it.
local function timestamp()
  return os.date("!%Y-%m-%dT%H:%M:%S", state.time()) .. (".%06dZ"):format(state.now() % 1 * 1e6)
end

--- What the phone's page is told of a connection: not the url, which holds a token.
---@param connection table
---@return table
function M.shown(connection)
  return { connection_id = connection.connection_id, status = connection.status, app = connection.app,
           creation_time = connection.creation_time, last_updated_time = connection.last_updated_time }
end

local function publish(connection)
  events.publish("connection", connection, M.shown)
end

-- An EXPIRED connection calls itself ACTIVE; only its use tells otherwise.
local function add(status, id)
  local now, token = timestamp(), identity.hex(16)
  local seconds = status == "PENDING" and state.settings.connect_seconds
  local connection = {
    connection_id = id or identity.uuid(), status = status == "EXPIRED" and "ACTIVE" or status,
    app = APP, method = "OAUTH2", creation_time = now, last_updated_time = now, metadata = {},
    url = ("%s/connect?session_token=%s"):format(state.settings.phone_origin, token),
  }
  hidden[connection] = { token = token, expired = status == "EXPIRED",
                         connect_at = seconds and state.now() + seconds }
  connections[#connections + 1] = connection
  publish(connection)
  return connection
end

local function settle(connection, status)
  if connection.status ~= "PENDING" then return end
  connection.status, connection.last_updated_time = status, timestamp()
  publish(connection)
end

--- All connections as they are now, oldest first.
---@return table[]
function M.all()
  for _, connection in ipairs(connections) do
    local due = hidden[connection].connect_at
    if due and state.now() >= due then settle(connection, "ACTIVE") end
  end
  return connections
end

local function find(id)
  for i, connection in ipairs(M.all()) do
    if connection.connection_id == id then return connection, i end
  end
end

--- Makes the connections that are there from the start.
function M.open()
  for _, connection in ipairs(state.settings.connections) do add(connection.status, connection.id) end
end

--- The active connection a request goes through: the one it names, or the oldest.
---@param id? string
---@return table|nil connection
---@return boolean expired  its OAuth grant is no longer good
function M.choose(id)
  for _, connection in ipairs(M.all()) do
    if connection.status == "ACTIVE" and (not id or connection.connection_id == id) then
      return connection, hidden[connection].expired
    end
  end
  return nil, false
end

--- What is kept of them.
---@return table
function M.save()
  local saved = {}
  for i, connection in ipairs(connections) do saved[i] = { shown = connection, hidden = hidden[connection] } end
  return { list = saved }
end

---@param saved { list: table[] }
function M.restore(saved)
  for i, one in ipairs(saved.list) do
    connections[i], hidden[one.shown] = one.shown, one.hidden
  end
end

-- The control API -----------------------------------------------------------------

--- GET /connections?app=&status=
function M.list(req)
  local found = json.array {}
  for _, connection in ipairs(M.all()) do
    if (req.query.app or connection.app) == connection.app
      and (req.query.status or connection.status) == connection.status then
      found[#found + 1] = connection
    end
  end
  return answer.ok { connections = found }
end

--- POST /connections {"app":"whatsapp-business"}
function M.create(req)
  local body = json.decode(req:text())
  if not body or body.app ~= APP then return answer.gateway(400, "app must be " .. APP) end
  return answer.ok { connection = add "PENDING" }
end

--- GET /connections/{id}
function M.get(_, id)
  local connection = find(id)
  return connection and answer.ok { connection = connection }
    or answer.gateway(404, "no such connection")
end

--- DELETE /connections/{id}
function M.delete(_, id)
  local _, index = find(id)
  if not index then return answer.gateway(404, "no such connection") end
  hidden[table.remove(connections, index)] = nil
  events.publish("connection", { connection_id = id, deleted = true })
  return answer.ok {}
end

-- The page ------------------------------------------------------------------------

local PAGE = [[
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Connect WhatsApp Business</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 26rem; margin: 15vh auto; padding: 0 1rem; }
button { font: inherit; padding: .5rem 1.5rem; margin-right: .5rem; border: 1px solid; border-radius: 2rem; }
button[value=connect] { background: #008069; border-color: #008069; color: #fff; }
</style>
<h1>Connect WhatsApp Business</h1>
%s
</html>
]]

local FORM = [[
<p>The gateway asks to send and receive for the account of this sandbox.</p>
<form method="post"><button name="answer" value="connect">Connect</button>
<button name="answer" value="refuse">Refuse</button></form>]]

local TEXTS = { PENDING = FORM, ACTIVE = "<p>Connected. You can close this page.</p>",
                FAILED = "<p>Refused. Nothing was connected.</p>" }

local function page(status, text)
  return { status = status, text = PAGE:format(text), content_type = "text/html; charset=utf-8", headers = {
    ["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
      .. "frame-ancestors 'none'; base-uri 'none'" } }
end

local function find_by_token(token)
  for _, connection in ipairs(M.all()) do
    if hidden[connection].token == token then return connection end
  end
end

local ANSWERS = { connect = "ACTIVE", refuse = "FAILED" }

--- GET or POST of a connection's url: the page that asks, and what a person answers there.
function M.connect(req)
  local connection = find_by_token(req.query.session_token)
  if not connection then return page(404, "<p>This link is not valid.</p>") end
  local status = req.method == "POST" and ANSWERS[req:text():match "^answer=(%l+)$"]
  if status then settle(connection, status) end
  return page(200, TEXTS[connection.status])
end

return M
