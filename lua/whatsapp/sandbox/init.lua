--- A local WhatsApp: the gateway, its control API and plain Graph, answered on
--- loopback by a real nginx over TLS. Nothing leaves the machine, and everything
--- it writes lies in one directory.
---
---     local sandbox = assert(require("whatsapp.sandbox").start())
---     local wa = whatsapp.new(sandbox:options())
---     wa:send { to = "+1 555 123 4567", text = "Hello" }
---     print(sandbox:sent()[1].payload.text.body)
---     sandbox:stop()

local client = require "whatsapp.client"
local errors = require "whatsapp.error"
local json = require "whatsapp.json"
local complaints = require "whatsapp.sandbox.complaints"
local identity = require "whatsapp.sandbox.identity"
local journal = require "whatsapp.sandbox.journal"
local kept = require "whatsapp.sandbox.kept"
local launch = require "whatsapp.sandbox.launch"
local options_of = require "whatsapp.sandbox.options"
local shell = require "whatsapp.sandbox.shell"

---@class whatsapp.Sandbox
---@field base_url string       the gateway's, with the app's name
---@field control_url string    the connections API: another port, so another origin
---@field graph_url string      plain Graph
---@field phone_origin string   of the phone's page
---@field phone_url string      the page itself, for a browser; nobody can guess it
---@field link string           a picture that anybody may have
---@field ca_file string        what a client verifies the certificate with
---@field api_key string        the gateway's credential, new at each start
---@field access_token string   Graph's credential, new at each start
---@field connection? string    the id of the oldest connection that is active from the start
---@field connections string[]   the ids of all connections that are there from the start
---@field phone_number_id string
---@field second_phone_number_id string  of the same account
---@field business_account_id string
---@field app_id string         of the Meta app that both credentials are of
---@field app_secret string     with which webhooks are signed, new at each start
---@field verify_token string   for the webhook's challenge
---@field prefix string         the directory of everything it writes
---@field pid integer           of nginx's master process
local Sandbox = {}
Sandbox.__index = Sandbox

local M = {}

-- Names and credentials -----------------------------------------------------

local function new_identity(options)
  local connections, active = {}, nil
  for i, status in ipairs(options.connections) do
    connections[i] = identity.uuid()
    if status == "ACTIVE" or status == "EXPIRED" then active = active or connections[i] end
  end
  return {
    connections = connections, connection = active,
    api_key = "sandbox-key-" .. identity.hex(16),
    access_token = "EAASANDBOX" .. identity.hex(32),
    phone_number_id = identity.id "phone_number",
    second_phone_number_id = identity.id "phone_number",
    business_account_id = identity.id "business_account",
    app_id = identity.id "application",
    app_secret = identity.hex(16), verify_token = identity.hex(8), phone_token = identity.hex(8),
  }
end

-- What the environment of a program is to hold in each mode. `false` takes a
-- variable away: it would lead the program somewhere else.
local environments = {
  gateway = function(self)
    return { MATON_API_KEY = self.api_key, WHATSAPP_BASE_URL = self.base_url,
             WHATSAPP_CONTROL_URL = self.control_url, WHATSAPP_ACCESS_TOKEN = false }
  end,
  direct = function(self)
    return { WHATSAPP_ACCESS_TOKEN = self.access_token, WHATSAPP_BASE_URL = self.graph_url,
             WHATSAPP_CONTROL_URL = false, MATON_API_KEY = false }
  end,
}

local function check_mode(mode)
  mode = mode or "gateway"
  if environments[mode] then return mode end
  error(('no mode "%s": gateway or direct'):format(tostring(mode)), 3)
end

local function environment(self, mode)
  local variables = environments[mode](self)
  variables.MATON_CONNECTION, variables.WHATSAPP_APP_ID = false, false
  variables.WHATSAPP_CA_FILE = self.ca_file
  variables.SANDBOX_LINK, variables.SANDBOX_PHONE_URL = self.link, self.phone_url
  variables.WHATSAPP_APP_SECRET, variables.WHATSAPP_VERIFY_TOKEN = self.app_secret, self.verify_token
  variables.WHATSAPP_PHONE_NUMBER_ID = self.phone_number_id
  variables.WHATSAPP_BUSINESS_ACCOUNT_ID = self.business_account_id
  return variables
end

local function shell_lines(variables)
  local lines = {}
  for name, value in pairs(variables) do
    lines[#lines + 1] = value and ("export %s=%s"):format(name, shell.quote(value))
      or "unset " .. name
  end
  table.sort(lines)
  return table.concat(lines, "\n") .. "\n"
end

-- Starting ------------------------------------------------------------------

local function fill(self, prefix, ports)
  self.prefix = prefix
  self.ca_file = prefix .. "/ca.pem"
  self.graph_url = ("https://127.0.0.1:%d"):format(ports.port)
  self.base_url = self.graph_url .. "/whatsapp-business"
  self.link = self.graph_url .. "/samples/photo.png"
  self.control_url = ("https://127.0.0.1:%d"):format(ports.control_port)
  self.phone_origin = ("http://127.0.0.1:%d"):format(ports.phone_port)
  self.phone_url = ("%s/%s/"):format(self.phone_origin, self.phone_token)
end

-- What the server must know, and the environments as files to source.
local function settings(self, options, found, ports)
  local known = {
    api_key = self.api_key, access_token = self.access_token,
    phone_number_id = self.phone_number_id, business_account_id = self.business_account_id,
    second_phone_number_id = self.second_phone_number_id, app_id = self.app_id, connections = json.array {},
    app_secret = self.app_secret, graph_url = self.graph_url,
    phone_origin = self.phone_origin, phone_token = self.phone_token,
    data = options.data ~= nil, identity = self.identity, ports = ports,
    owner = tonumber(found.owner), keep = self.keep, page = found.root .. "/whatsapp/sandbox/phone",
  }
  for i, status in ipairs(options.connections) do
    known.connections[i] = { id = self.connections[i], status = status }
  end
  for _, name in ipairs { "media_seconds", "review_seconds", "connect_seconds", "gateway_rate",
                          "message_rate", "pair_rate", "delivered_seconds", "read_seconds", "webhook_url",
                          "gateway_media", "window" } do
    known[name] = options[name]
  end
  return {
    ["sandbox.json"] = json.encode(known),
    ["gateway.env"] = shell_lines(environment(self, "gateway")),
    ["direct.env"] = shell_lines(environment(self, "direct")),
  }
end

local function own_pid()
  local file = io.open("/proc/self/stat", "rb")
  if file then
    local pid = file:read "*n"
    file:close()
    return pid
  end
  return tonumber(shell.read "echo $PPID")
end

-- Runs `fn` when the object is collected, at the latest when Lua closes. The
-- copy of the object in a forked child is not the owner.
local function on_collect(self, fn)
  local function collect()
    if not self.stopped and own_pid() == self.owner then fn(self) end
  end
  if newproxy then -- luacheck: ignore 113
    self.guard = newproxy(true) -- luacheck: ignore 113
    getmetatable(self.guard).__gc = collect
  else
    self.guard = setmetatable({}, { __gc = collect })
  end
end

--- Starts a sandbox and returns when it listens.
---@param options? whatsapp.SandboxOptions  see `options.lua`
---@return whatsapp.Sandbox|nil sandbox
---@return whatsapp.Error? err
function M.start(options)
  local checked, err = options_of.start(options)
  if not checked then return nil, err end
  local saved
  saved, err = kept.read(checked.data)
  if not saved then return nil, err end
  local self = setmetatable({ identity = saved.identity or new_identity(checked) }, Sandbox)
  for name, value in pairs(self.identity) do self[name] = value end
  checked.usual_ports = saved.ports or {}
  self.keep, self.keeps_data = checked.prefix ~= nil, checked.data ~= nil
  local process
  process, err = launch.start(checked, function(found, ports)
    fill(self, found.prefix, ports)
    return settings(self, checked, found, ports)
  end)
  if not process then return nil, err end
  self.pid, self.owner = process.pid, process.owner
  on_collect(self, Sandbox.stop)
  return self
end

-- Using ---------------------------------------------------------------------

--- Options for `whatsapp.new`.
---@param mode? "gateway"|"direct"  default "gateway"
---@return table options
function Sandbox:options(mode)
  mode = check_mode(mode)
  local options = {
    ca_file = self.ca_file, phone_number_id = self.phone_number_id,
    business_account_id = self.business_account_id,
  }
  if mode == "gateway" then
    options.api_key, options.base_url = self.api_key, self.base_url
    options.control_url = self.control_url
  else
    options.access_token, options.base_url = self.access_token, self.graph_url
  end
  return options
end

--- The environment variables of a program that is to talk to this sandbox.
---@param mode? "gateway"|"direct"
---@return table<string, string> variables
function Sandbox:env(mode)
  local variables = {}
  for name, value in pairs(environment(self, check_mode(mode))) do
    if value then variables[name] = value end
  end
  return variables
end

--- The same as lines for a shell to read: `export NAME=value`, and `unset NAME` for what would
--- lead somewhere else.
---@param mode? "gateway"|"direct"
---@return string
function Sandbox:exports(mode)
  return shell_lines(environment(self, check_mode(mode)))
end

--- Runs a shell command in that environment. The variables come from a file that
--- only the owner can read, so that no credential shows in a list of processes.
---@param command string
---@param mode? "gateway"|"direct"
---@return true|nil ok
---@return table|nil err
function Sandbox:run(command, mode)
  local file = ("%s/%s.env"):format(self.prefix, check_mode(mode))
  local ok, why = shell.run(". " .. shell.quote(file) .. "\n" .. command)
  if ok then return true end
  return nil, errors.new { kind = "io", outcome = "unknown",
    message = ("the command failed: %s (%s)"):format(why, command) }
end

--- Every request the sandbox has answered, in order: `service` (gateway,
--- graph, files, control), `method`, `path`, `query`,
--- `status`, `headers` (no credential among them), `body` (JSON, decoded) and
--- `text` (as it came), or `parts` of a multipart body.
---@return table[]|nil requests
---@return table|nil err
function Sandbox:requests()
  if self.last_requests then return self.last_requests end
  local entries, why = journal.read(journal.path(self.prefix))
  if entries then return entries end
  return nil, errors.new { kind = "io", outcome = "not_sent",
    message = "the sandbox's journal cannot be read: " .. why }
end

-- Has the server do something. What it finds wrong with it is an invalid call here.
local function order(self, method, place, body)
  if not self.teller then
    local options = self:options()
    options.base_url, options.rate = self.graph_url .. "/orders", false
    self.teller = client.new(options)
  end
  local answer, err = self.teller:request(method, place, { json = body })
  local refusal = err and type(err.raw) == "table" and err.raw.error
  if type(refusal) == "table" and refusal.field then
    return errors.invalid(refusal.field, refusal.message, refusal.hint)
  end
  return answer, err
end

local function done(answer, err)
  if answer then return true end
  return nil, err
end

--- What a customer does: writes to the account's first number (or `phone_number_id`).
--- Signed, it goes to the `webhook_url`.
---
---     sandbox:receive { from = "+1 555 123 4567", name = "Ann", text = "Hello" }
---     sandbox:receive { from = "15551234567", button_reply = { id = "yes", title = "Yes" } }
---     sandbox:receive { from = "15551234567", type = "image", image = { id = media.id } }
---@param message { from: string, name?: string, text?: string, button_reply?: table, list_reply?: table,
---  type?: string, context?: table, phone_number_id?: string, timestamp?: integer, id?: string }
---@return { id: string }|nil message
---@return whatsapp.Error? err
function Sandbox:receive(message)
  local body, err = order(self, "POST", "receive", message)
  if not body then return nil, err end
  return { id = body.id }
end

--- What was posted to the webhook, in order: `text` (the bytes), `body` (decoded),
--- `attempt`, `status` of the answer.
---@return table[]|nil deliveries
---@return whatsapp.Error? err
function Sandbox:deliveries()
  local entries, err = self:requests()
  if not entries then return nil, err end
  local found = {}
  for _, entry in ipairs(entries) do
    if entry.service == "webhook" then found[#found + 1] = entry end
  end
  return found
end

--- The messages it has accepted, in order.
---@return { id: string, to: string, type: string, phone_number_id: string, payload: table }[]|nil
---@return table|nil err
function Sandbox:sent()
  local entries, err = self:requests()
  if not entries then return nil, err end
  return journal.messages(entries)
end

--- Looks for messages again and again, from now on.
---@param wanted? fun(request: table): boolean  those of some requests alone
---@return fun(): table[]|nil, whatsapp.Error? new those accepted since the last call, as `sent` has them
function Sandbox:follow(wanted)
  local path = journal.path(self.prefix)
  local before, at = journal.read(path)
  at = before and at or 0
  return function()
    local entries, following = journal.read(path, at)
    if not entries then
      return nil, errors.new { kind = "io", message = "the sandbox's journal cannot be read: " .. following }
    end
    at = following
    return journal.messages(entries, wanted)
  end
end

--- What has gone wrong with the sandbox itself since this was asked last: a crash of its
--- server, which then begins anew, and what that could not do.
---@return string[]|nil complaints  a sentence each; mostly none
---@return whatsapp.Error? err  kind `state`: its server is gone
function Sandbox:complaints()
  local found
  found, self.complained = complaints.read(self.prefix, self.complained or 0, self.keeps_data)
  if found[1] or self.stopped or launch.is_running(self.pid) then return found end
  return nil, errors.new { kind = "state", outcome = "not_sent",
    message = "the sandbox's server is gone: it was ended from outside", hint = "start it again" }
end

-- Orders ---------------------------------------------------------------------

--- Makes something go wrong, in what is asked from now on. Rules are tried in the order in
--- which they came; the first that fits and is due acts. The check of who asks comes first:
--- a wrong key is 401 all the same.
---
---     sandbox:fault { code = 131016 }                                 -- once, whatever is asked
---     sandbox:fault { path = "/messages$", code = 130429, retry_after = 2, times = 3 }
---     sandbox:fault { service = "gateway", status = 502, body = "<html>", times = false }
---     sandbox:fault { path = "/messages$", handled = true, drop = true }  -- sent, never told
---@param rule whatsapp.SandboxFault  see `options.lua`
---@return true|nil ok
---@return whatsapp.Error? err
function Sandbox:fault(rule)
  return done(order(self, "POST", "faults", rule))
end

--- Takes all faults back.
---@return true|nil ok
---@return whatsapp.Error? err
function Sandbox:clear_faults()
  return done(order(self, "DELETE", "faults"))
end

--- Decides what has become of a message, whatever the clock would make of it: its history
--- then has that state and those before it. States only move forward: what the history
--- has told stays, and one that was decided gives way to a later one alone.
---@param wamid string
---@param status "sent"|"delivered"|"read"|"failed"|"deleted"
---@param code? integer  of a failure (131026)
---@return true|nil ok
---@return whatsapp.Error? err
function Sandbox:set_status(wamid, status, code)
  local checked, err = options_of.status { id = wamid, status = status, code = code }
  if not checked then return nil, err end
  return done(order(self, "POST", "statuses", checked))
end

--- Puts the sandbox's clock forward: timestamps, the 24-hour window, whatever expires or
--- is due, all follow.
---@param seconds number
---@return true|nil ok
---@return whatsapp.Error? err
function Sandbox:advance(seconds)
  return done(order(self, "POST", "clock", { advance = seconds }))
end

--- Decides the review of a template. The webhook is told.
---@param id string
---@param status "APPROVED"|"REJECTED"|"PAUSED"|"DISABLED"
---@param reason? string  e.g. "TAG_CONTENT_MISMATCH"
---@return true|nil ok
---@return whatsapp.Error? err
function Sandbox:review(id, status, reason)
  return done(order(self, "POST", ("templates/%s/review"):format(id), { status = status, reason = reason }))
end

--- Stops it and removes its directory, unless `prefix` was given. What it has
--- seen stays readable. Calling it again does nothing.
function Sandbox:stop()
  if self.stopped then return end
  self.stopped = true
  self.last_requests = journal.read(journal.path(self.prefix))
  if self.keeps_data then order(self, "POST", "save") end
  launch.stop(self.prefix, self.pid)
  if not self.keep then launch.remove(self.prefix) end
end

function Sandbox:__tostring()
  return ("whatsapp.Sandbox %s (nginx %d%s)"):format(self.graph_url, self.pid,
    self.stopped and ", stopped" or "")
end

Sandbox.__close = Sandbox.stop

return M
