--- A client: configuration, session and resources.

local Error = require "whatsapp.error"
local api = require "whatsapp.api"
local config = require "whatsapp.config"
local core = require "whatsapp.core"
local json = require "whatsapp.json"
local loop = require "whatsapp.loop"
local pace = require "whatsapp.pace"
local requests = require "whatsapp.request"
local retry = require "whatsapp.retry"
local schema = require "whatsapp.schema"
local send = require "whatsapp.send"

---@class whatsapp.Client
---@field config table the configuration, without the credential
local Client = { __name = "whatsapp.Client" }

-- By name: the metatable of a resource.
local metatables = {}

-- A resource is made, and its module loaded, when it is first asked for.
function Client.__index(self, key)
  local method = Client[key]
  if method ~= nil or not api[key] then return method end
  local metatable = metatables[key]
  if not metatable then
    local methods = require("whatsapp.resource").methods(require(api[key]))
    metatable = { __index = methods, __name = "whatsapp." .. key }
    metatables[key] = metatable
  end
  local made = setmetatable({ client = self }, metatable)
  rawset(self, key, made)
  return made
end

function Client.__tostring(self)
  return tostring(self.session)
end

local function pacer_of(settings)
  local name = settings.pace_dict
  return pace.pacer(name and rawget(_G, "ngx").shared[name])
end

-- `root` is the client that owns the session; it and its siblings share the pace.
local function build(settings, session, driver, root)
  local self = setmetatable({ config = settings, session = session, driver = driver }, Client)
  self.root = root or self
  self.closed = false
  self.paths = {}
  self.pacer = root and root.pacer or pacer_of(settings)
  return self
end

-- Exchanges ------------------------------------------------------------------------

local IDEMPOTENT = { GET = true, DELETE = true, PUT = true }

-- Calls a function of the caller's, whose errors are none of the call's.
local function call_hook(settings, name, ...)
  local ok, err = pcall(settings[name], ...)
  if not ok then io.stderr:write("whatsapp: ", name, " raised: ", tostring(err), "\n") end
end

local function notify(settings, request, event)
  event.method = request.method
  event.path = request.url:match "^%a+://[^/]*([^?#]*)"
  call_hook(settings, "on_request", event)
end

-- How often `on_progress` is called at most, in seconds between.
local PROGRESS = 0.2

-- Media only: what tells the caller how far the exchange has come; or nil.
local function reporter(call, settings, exchange)
  if not settings.on_progress or not (call.parts or call.body or call.download) then return nil end
  return function() call_hook(settings, "on_progress", exchange:progress()) end
end

local function protocol_error(meta, why)
  return nil, Error.new { kind = "protocol", outcome = "unknown", status = meta.status,
    message = ("HTTP %d, but %s"):format(meta.status, why) }
end

-- A copy in which the credential is ***: an error may quote what it refuses.
local function redacted(session, value)
  if type(value) == "string" then return session:redact(value) end
  if type(value) ~= "table" then return value end
  local copy = {}
  for key, item in pairs(value) do copy[redacted(session, key)] = redacted(session, item) end
  return copy
end

-- Who answered, as far as that matters for what an answer means.
local function answerer(self, call)
  if call.url then return "media" end
  if call.base == "control" then return "control" end
  return self.config.mode == "gateway" and "gateway" or "graph"
end

-- What the answer says: the decoded body and { status, head, raw }, or nil, err.
-- `head` is the header block as received: few callers want it taken apart.
local function read_answer(self, call, idempotent, meta, text)
  local status = meta.status
  local good = status >= 200 and status < 300
  if call.download and (good or call.foreign and meta.redirect) then return text, meta end
  if good and text == "" then return {}, meta end
  local decoded, tidied
  if not call.foreign then decoded, tidied = requests.decode(text) end
  if good and decoded and decoded.error == nil then
    meta.raw = decoded
    return tidied, meta
  end
  if self.session:closed() then
    -- Its credential is gone, so nothing could be kept out of a quotation.
    return nil, Error.new { kind = "state", outcome = status >= 500 and "unknown" or "rejected",
      status = status, message = ("HTTP %d came after the client was closed"):format(status) }
  end
  decoded = redacted(self.session, decoded)
  local headers = requests.headers(meta.head)
  local err = Error.of_answer { status = status, headers = headers, decoded = decoded,
    from = answerer(self, call), idempotent = idempotent }
  if err then return nil, err end
  if decoded then
    return protocol_error(meta,
      "it carries an error: " .. tostring(json.encode(decoded.error)):sub(1, 200))
  end
  return protocol_error(meta, ("the answer is not JSON (%s): %s"):format(
    headers["content-type"] or "no content type", tidied))
end

local function attempt_once(self, call, settings, request, attempt)
  local idempotent = call.idempotent or IDEMPOTENT[call.method] or false
  local driver = call.loop
  local started = settings.on_request and driver.now()
  local exchange, err = driver.submit(self.session, request)
  local report = exchange and reporter(call, settings, exchange)
  local status, body, head, version, redirect
  if exchange then
    status, body, head, version, redirect = driver.await(exchange, report, report and PROGRESS)
  end
  if status then
    body, err = read_answer(self, call, idempotent,
      { status = status, head = head, http_version = version, redirect = redirect }, body)
    if report and body ~= nil then report() end
  else
    body, err = nil, Error.of_transport(err or body, idempotent)
  end
  if body == nil then
    err.message, err.details = redacted(self.session, err.message), redacted(self.session, err.details)
  end
  if started then
    notify(settings, request, { attempt = attempt, status = status,
      seconds = driver.now() - started, kind = body == nil and err.kind or nil })
  end
  return body, err
end

-- The gateway counts requests by account, Graph messages by number.
local function pace_key(call, settings)
  if call.foreign then return nil end
  if settings.mode == "gateway" then return "account" end
  return call.recipient and settings.phone_number_id or nil
end

-- What left evenly does not arrive so: the gateway, which counts strictly, is
-- given a quarter of a second more.
local SLACK = 0.25

-- Waits for a token of one bucket, unless that takes longer than the call may.
local function queue(call, bucket, finish)
  local driver = call.loop
  local wait, late, why = bucket:take(driver.now(), finish)
  if why then
    return nil, Error.new { kind = "config", field = "pace_dict",
      message = "the dictionary of pace_dict fails: " .. why, hint = "make it larger" }
  end
  if not wait then
    return nil, Error.new { kind = "rate_limited", retry = "wait", retry_after = late,
      retryable = true,
      message = ("this client's own rate leaves no place before the deadline (%.1f s to wait)")
        :format(late),
      hint = "give a longer deadline, or set rate = … (false: no limit)" }
  end
  if wait > 0 then
    if call.before then call.before(true) end
    driver.sleep(wait)
  end
  return true
end

local NO_LINE = {}

-- Waits for this call's turn: first with its recipient, then with its account.
local function wait_for_turn(self, call, settings, finish)
  local now = call.loop.now()
  if now >= finish then
    return nil, Error.new { kind = "timeout", retry = "auto", retryable = true,
      message = "the deadline passed before the request could be sent",
      hint = "give a longer deadline" }
  end
  if settings.pair_rate and call.recipient then
    local pair = (settings.phone_number_id or "") .. ">" .. call.recipient
    local ok, err = queue(call, self.pacer:pair(pair, now), finish)
    if not ok then return nil, err end
  end
  local key = settings.rate and pace_key(call, settings)
  local line = key and self.pacer:line(key, settings.rate, settings.mode == "gateway" and SLACK or 0) or NO_LINE
  for i = 1, #line do
    local ok, err = queue(call, line[i], finish)
    if not ok then return nil, err end
  end
  return true
end

-- When a call must be over. A download without a limit of its own takes as long
-- as bytes come: its time begins anew with each attempt that has brought some.
local function finish_after(call, settings, finish, came)
  if not call.download or call.foreign or settings.explicit_timeout then return finish, came end
  local length = call.download:length()
  if length == came then return finish, came end
  return call.loop.now() + settings.deadline, length
end

local function attempts(self, call, settings, request)
  local driver = call.loop
  local finish = call.finish or driver.now() + settings.deadline
  local attempt, err, came = 0, nil, 0
  while true do
    local body
    attempt = attempt + 1
    local ok, late = wait_for_turn(self, call, settings, finish)
    if not ok then return nil, err or late end
    if call.before then call.before(false) end
    requests.set_times(request, call, settings, math.max(0.001, finish - driver.now()))
    body, err = attempt_once(self, call, settings, request, attempt)
    if body ~= nil then return body, err end
    finish, came = finish_after(call, settings, finish, came)
    local pause = retry.delay(err, attempt, settings.retries, finish - driver.now(),
      driver.random)
    if not pause then return nil, err end
    if call.before then call.before(true) end
    driver.sleep(pause)
  end
end

-- Why no call can be made any more, or nil.
local function ended(self)
  if self.closed or self.root.closed then
    return Error.new { kind = "state", message = "the client is closed",
      hint = "make a new one with whatsapp.new" }
  end
end

--- The driver that waits: the one it was given, or what this place calls for.
---@return table
function Client:loop()
  return self.driver or loop.current()
end

--- The moment, on the loop's clock, at which a call of several parts must end,
--- when it was given a deadline. Without one each part has the client's own: an
--- upload takes as long as it takes, and the message after it has its full time.
---@param options? table
---@return number|nil
function Client:finish_of(options)
  local seconds = type(options) == "table" and options.deadline
  return type(seconds) == "number" and self:loop().now() + seconds or nil
end

--- Makes a call in our own terms; the resources are built on it.
---@param call table see `whatsapp.request`; `before`: a function that is called when it waits for its turn,
---   or to be repeated (true), and before its bytes leave (false)
---@param options? table per-call options
---@return any body decoded, or nil
---@return table|whatsapp.Error meta { status, head, raw }
function Client:perform(call, options)
  local err = ended(self) or loop.closed()
  if err then return nil, err end
  local settings, request
  settings, err = config.for_call(self.config, options)
  if not settings then return nil, err end
  request, err = requests.prepare(call, settings, settings == self.config and self.paths or nil)
  if not request then return nil, err end
  call.loop = self:loop()
  local ready, why = true, nil
  if call.loop.ready then ready, why = call.loop.ready() end
  if not ready then return nil, why end
  return attempts(self, call, settings, request)
end

-- Public -----------------------------------------------------------------------------

--- Sends a message: one key says what it is, its value is the content. Kinds, short forms and limits:
--- docs/messages.md. A wrong message is refused before a byte is sent (`invalid`, with `err.field`); what
--- may have been sent (outcome `unknown`) is never repeated on its own. With `window_fallback` a template
--- goes out where the 24-hour window is closed. Meta's page: "Messages"; operation sendMessage.
---
---     wa:send { to = "+1 (555) 123-4567", text = "Hello" }
---     wa:send { to = to, image = { file = "photo.jpg", caption = "Look" } }
---
---@param message whatsapp.Message the recipient, one kind with its content, and the envelope
---@param options? whatsapp.CallOptions
---@return whatsapp.Sent|nil
---@return whatsapp.Error? err
function Client:send(message, options)
  return self:deliver(message, options)
end

--- The same for conversations, which want to know when it begins.
---@param message whatsapp.Message
---@param options? table
---@param before? fun(waits: boolean) as for `perform`
---@return whatsapp.Sent|nil
---@return whatsapp.Error? err
---@package
function Client:deliver(message, options, before)
  if self.config.window_fallback then return require("whatsapp.window").send(self, message, options, before) end
  return send.send(self, message, options, before)
end

--- Seconds left in which anything may be sent to a customer: 24 hours after the last message that a bot
--- with the same `store` got. Meta's page: "Customer service windows".
---@param to string|number a phone number or user id
---@param options? table `phone_number_id`
---@return number|nil seconds 0 when it is closed, or the customer never wrote
---@return whatsapp.Error? err of kind `config` without a `store`
function Client:window(to, options)
  return require("whatsapp.window").left(self, to, options)
end

Client.mark_read = send.mark_read

local METHODS = { GET = true, POST = true, PUT = true, PATCH = true, DELETE = true }
local request_fields = { query = true, json = true, headers = true }

--- Any call of the Graph API: version and ids are filled in.
---@param method "GET"|"POST"|"PUT"|"PATCH"|"DELETE"
---@param path string e.g. "{phone_number_id}/settings"
---@param request? { query?: table, json?: table, headers?: table<string, string> }
---@param options? whatsapp.CallOptions they may also stand in `request`
---@return table|nil body the decoded answer
---@return { status: integer, headers: table<string, string> }|whatsapp.Error meta
function Client:request(method, path, request, options)
  if not METHODS[method] then
    return Error.invalid("method", "must be GET, POST, PUT, PATCH or DELETE")
  end
  local call, rest = { method = method, path = path }, {}
  for i, given in ipairs { request or {}, options or {} } do
    if type(given) ~= "table" then
      return Error.invalid(i == 1 and "request" or "options",
        ("must be a table, not a %s"):format(type(given)))
    end
    local ok, err = config.only_call_options(given, request_fields)
    if not ok then return nil, err end
    for key, value in pairs(given) do
      if request_fields[key] then call[key] = value else rest[key] = value end
    end
  end
  for _, name in ipairs { "query", "headers" } do
    local ok, err = schema.check(call[name] or {}, { type = "map" }, name)
    if not ok then return nil, err end
  end
  -- A GET has no body; one that is empty anyway is not worth an error.
  if method == "GET" and type(call.json) == "table" and next(call.json) == nil then call.json = nil end
  -- A message is one however it is sent: it counts against the rate.
  if method == "POST" and type(path) == "string" and path:find "/messages$" and type(call.json) == "table" then
    call.recipient = tostring(call.json.to or call.json.recipient or "")
  end
  local body, meta = self:perform(call, rest)
  if body == nil then return nil, meta end
  return body, { status = meta.status, headers = requests.headers(meta.head) }
end

--- A sibling: another number or other defaults over the same connections.
---@param options whatsapp.Options all but those of the connection itself: credential, addresses, proxy, `pace_dict`
---@return whatsapp.Client|nil
---@return whatsapp.Error? err
function Client:with(options)
  local settings, err = config.with(self.config, options)
  if not settings then return nil, err end
  local driver
  driver, err = loop.choose(settings.loop)
  if driver == nil then return nil, err end
  return build(settings, self.session, driver, self.root)
end

--- Closes the client: its secret is wiped, later calls answer a `state` error.
--- Closing a sibling closes only the sibling.
function Client:close()
  self.closed = true
  if self.root == self then self.session:close() end
end

Client.__close = Client.close

local M = {}

--- Makes a client; raises an error object of kind `config`. What is not given the environment
--- says: docs and README, "Configuration".
---@param options? whatsapp.Options
---@return whatsapp.Client
function M.new(options)
  local settings, secret = config.read(options)
  if not settings then Error.raise(secret) end
  local driver = Error.must(loop.choose(settings.loop))
  local session, err = core.session {
    direct = settings.mode == "direct", base_url = settings.base_url,
    control_url = settings.control_url, credential = secret, connection = settings.connection,
    ca_file = settings.ca_file, proxy = settings.proxy, user_agent = settings.user_agent,
    allow_http = settings.allow_http,
  }
  if not session then Error.raise(Error.of_transport(err, false)) end
  settings.proxy, settings.connection = nil, nil
  return build(settings, session, driver)
end

return M
