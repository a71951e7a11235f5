--- The error object, and how an answer becomes one.
--
-- What a code means stands in `error/codes.lua`; nothing here knows a code.

local json = require "whatsapp.json"

-- The largest of the tables here, and without errors nobody reads it.
local function known() return require "whatsapp.error.codes" end

---@alias whatsapp.Kind
---| "invalid" | "config" | "auth" | "permission" | "not_found" | "rate_limited" | "window"
---| "recipient" | "template" | "media" | "graph" | "gateway" | "network" | "timeout" | "tls"
---| "protocol" | "signature" | "io" | "state" | "busy" | "cancelled"

---@class whatsapp.Error
---@field kind whatsapp.Kind what sort of failure it is: a closed list
---@field outcome "not_sent"|"rejected"|"unknown" whether the server may have acted on the call
---@field message string what happened
---@field hint? string what to do about it
---@field field? string for `invalid` and `config`: the path of the input, e.g. `buttons[4]`
---@field status? integer the HTTP status
---@field code? integer Graph's error code
---@field subcode? integer Graph's error_subcode
---@field title? string the code in a few words
---@field details? string Graph's error_data.details
---@field trace_id? string Graph's fbtrace_id, for Meta's support
---@field retry_after? number seconds to wait, when the server or the code says so
---@field retry "auto"|"once"|"wait"|"fix"|"never" the advice behind `retryable`
---@field retryable boolean the same call may be made again without doing it twice
---@field url? string Meta's page on the code
---@field state? string of a wait that failed: the last state that was seen
---@field conflict? boolean for `state` of a store: somebody else was faster
---@field raw? table the decoded answer

local Error = { __name = "whatsapp.Error" }

local function describe(err)
  local text = tostring(err.message)
  if err.code then text = ("%s %s"):format(tostring(err.code), text) end
  if err.field then text = ("%s: %s"):format(err.field, text) end
  if err.details then text = ("%s (%s)"):format(text, err.details) end
  if err.hint then text = ("%s; %s"):format(text, err.hint) end
  -- One line, whatever input or a server put into it.
  return (("whatsapp: %s: %s"):format(err.kind, text):gsub("%c+", " "))
end

Error.__tostring = describe

function Error.__concat(a, b)
  return tostring(a) .. tostring(b)
end

local M = {}

--- Makes an error object. `outcome` is "not_sent" unless given, `retryable` false.
---@param fields table kind and message, and whatever else is known
---@return whatsapp.Error
function M.new(fields)
  fields.outcome = fields.outcome or "not_sent"
  fields.retry = fields.retry or "fix"
  fields.retryable = fields.retryable or false
  return setmetatable(fields, Error)
end

--- Whether a value is one of our error objects (of a kind, if one is given).
---@param value any
---@param kind? whatsapp.Kind
---@return boolean
function M.is(value, kind)
  return getmetatable(value) == Error and (kind == nil or value.kind == kind)
end

--- `nil, err` for input that must not be sent.
---@param field string|nil the path of the offending input
---@param message string what is wrong and what is allowed
---@param hint? string what to do
---@return nil, whatsapp.Error
function M.invalid(field, message, hint)
  return nil, M.new { kind = "invalid", field = field, message = message, hint = hint }
end

--- `nil, err` for options that cannot work.
---@param field string|nil
---@param message string
---@param hint? string
---@return nil, whatsapp.Error
function M.config(field, message, hint)
  return nil, M.new { kind = "config", field = field, message = message, hint = hint }
end

--- Raises an error object, as constructors do. nginx shows only strings, so there
--- the log has it too.
---@param err whatsapp.Error
function M.raise(err)
  local ngx = rawget(_G, "ngx")
  if ngx and ngx.log then ngx.log(ngx.ERR, tostring(err)) end
  error(err, 0)
end

--- The value of a call that answers `nil, err`; where there is none the error is raised.
---@param value any
---@param err? whatsapp.Error
---@return any value
function M.must(value, err)
  if value == nil then M.raise(err) end
  return value
end

--- Raises that options cannot work: as `config`, for constructors.
---@param field string|nil
---@param message string
---@param hint? string
function M.refuse(field, message, hint)
  M.must(M.config(field, message, hint))
end

--- Raises for what has no such method: often a nil where an object was meant.
---@param thing any
---@param method string
---@param field string
---@param what string what it must be
---@param hint? string
function M.must_have(thing, method, field, what, hint)
  if type(thing) == "table" and type(thing[method]) == "function" then return end
  M.refuse(field, ("must be %s, not %s"):format(what, type(thing)), hint)
end

-- Codes ----------------------------------------------------------------------

local function entry_of(code)
  if not code then return nil end
  local entry = known().codes[code]
  if entry then return entry end
  for _, range in ipairs(known().ranges) do
    if code >= range[1] and code <= range[2] then return range[3] end
  end
end

--- What a Graph error code means and what to do about it.
---@param code integer|string e.g. 132000, from an answer or a status webhook
---@return { code: integer, kind: whatsapp.Kind, title: string, meaning: string, hint: string,
---          retry: "auto"|"once"|"wait"|"fix"|"never", after?: number, outcome: string, url: string }|nil
---@return whatsapp.Error? err when the code is not known
function M.explain(code)
  local number = tonumber(code)
  local entry = number and entry_of(number)
  if not entry then
    return M.invalid("code", ("%s is not a known error code"):format(tostring(code)),
      "see " .. known().url)
  end
  return { code = math.floor(number), kind = entry.kind, title = entry.title, meaning = entry.meaning,
           hint = entry.hint, retry = entry.retry, after = entry.after,
           outcome = entry.outcome or "rejected", url = entry.url or known().url }
end

-- Answers ----------------------------------------------------------------------

local REPEATABLE = { auto = true, once = true, wait = true }

-- A call may be repeated when trying again can help, and doing so cannot do
-- the thing twice.
local function may_repeat(retry, outcome, idempotent)
  return (REPEATABLE[retry] or false) and (outcome ~= "unknown" or idempotent or false)
end

local UNSURE = "it may have happened: look before you do it again"

-- Failures below HTTP that may pass by themselves.
local transport_hints = {
  network = "check the network, name resolution, proxy and base_url",
  timeout = "try again, or give a longer timeout",
  busy = "send fewer at once",
}

--- For a failure below HTTP: whether the same call may be made again.
---@param err whatsapp.Error
---@param idempotent boolean
---@return whatsapp.Error
function M.of_transport(err, idempotent)
  err.retry = transport_hints[err.kind] and "auto" or "fix"
  err.hint = err.hint or transport_hints[err.kind]
    or (err.kind == "tls" and "check ca_file, who may read it, and that base_url is the certificate's host") or nil
  if err.outcome == "unknown" and not idempotent then
    err.hint = UNSURE
  end
  err.retryable = may_repeat(err.retry, err.outcome, idempotent)
  return M.new(err)
end

local function largest_regain_minutes(text)
  local usage = json.decode(text or "")
  local most
  local function visit(value)
    for key, item in pairs(value) do
      if type(item) == "table" then
        visit(item)
      elseif key == "estimated_time_to_regain_access" and tonumber(item) then
        most = math.max(most or 0, tonumber(item))
      end
    end
  end
  if usage then visit(usage) end
  return most
end

-- Seconds: Retry-After, or Meta's "minutes to regain access".
local function wait_of(headers)
  local seconds = (headers["retry-after"] or ""):match "^%s*(%d+%.?%d*)%s*$"
  if seconds then return tonumber(seconds) end
  local minutes = largest_regain_minutes(headers["x-business-use-case-usage"])
    or largest_regain_minutes(headers["x-app-usage"])
  return minutes and minutes > 0 and minutes * 60 or nil
end

local function text_or_nil(value)
  return type(value) == "string" and value ~= "" and value or nil
end

-- Graph writes the code into its message too: "(#132000) Number of …".
local function message_of(object)
  local message = text_or_nil(object.message)
  return message and message:gsub("^%(#%d+%)%s*", "")
end

-- What a status says by itself: of an answer that is no Graph JSON, or whose
-- code is not known.
local plain = {
  [401] = { kind = "auth", retry = "fix", hint = "check the credential" },
  [403] = { kind = "permission", retry = "fix", hint = "check what the credential may do" },
  [404] = { kind = "not_found", retry = "fix", hint = "check base_url, api_version and the ids" },
  [408] = { kind = "timeout", retry = "auto", outcome = "unknown" },
  [413] = { kind = "media", retry = "fix", hint = "send a smaller file" },
  [429] = { kind = "rate_limited", retry = "auto", hint = "send slower: set a lower rate" },
}

local DOWN = "something between here and Graph is down or overloaded: try again later"

local function of_status(status, otherwise)
  return plain[status] or { kind = otherwise, retry = status >= 500 and "auto" or "fix",
                            hint = status >= 500 and DOWN or nil }
end

local function whole(value)
  local number = tonumber(value)
  if not number or number % 1 ~= 0 or number > 2 ^ 53 or number < -2 ^ 53 then return nil end
  return math.floor(number)
end

local function of_graph(object, answer)
  local code, subcode = whole(object.code), whole(object.error_subcode)
  local entry = entry_of(code) or of_status(answer.status, "graph")
  local special = subcode and known().subcodes[subcode] or {}
  local retry = special.retry or entry.retry or (object.is_transient == true and "auto" or "fix")
  local outcome = entry_of(code) and entry.outcome or "rejected"
  local data = type(object.error_data) == "table" and object.error_data or {}
  return M.new {
    kind = special.kind or entry.kind or "graph",
    status = answer.status,
    code = code,
    subcode = subcode,
    title = text_or_nil(object.error_user_title) or special.title or entry.title,
    message = message_of(object) or entry.title or "Graph refused the request",
    details = text_or_nil(data.details) or text_or_nil(object.error_user_msg),
    trace_id = text_or_nil(object.fbtrace_id),
    hint = special.hint or entry.hint,
    retry_after = wait_of(answer.headers) or special.after or entry.after,
    outcome = outcome,
    retry = retry,
    retryable = may_repeat(retry, outcome, answer.idempotent),
    url = entry.url or known().url,
    raw = answer.decoded,
  }
end

--- An error that a webhook reports: of a message, a status, or on its own.
---@param object table { code, title, message, error_data = { details } }
---@return whatsapp.Error
function M.of_webhook(object)
  local err = of_graph(object, { status = 200, headers = {}, decoded = object })
  err.status = nil
  err.title = text_or_nil(object.title) or err.title
  err.message = message_of(object) or err.title or "an error without a message"
  return err
end

-- What such an answer says in words, where it is JSON.
local function words_of(decoded)
  if type(decoded) ~= "table" then return nil end
  local object = type(decoded.error) == "table" and decoded.error or decoded
  return text_or_nil(object.message) or text_or_nil(object.detail) or text_or_nil(object.error)
end

local function content_type(headers)
  return (headers["content-type"] or "no content type"):match "^[^;]+"
end

-- Only Graph and the gateway owe Graph's JSON.
local function form_of(answer)
  if answer.from == "media" or answer.from == "control" then return "" end
  return (", answered with %s instead of Graph's JSON"):format(content_type(answer.headers))
end

local function of_other(answer)
  local status = answer.status
  local entry = (known()[answer.from] or {})[status] or of_status(status, "gateway")
  local outcome = entry.outcome or (status >= 500 and "unknown" or "rejected")
  local details = words_of(answer.decoded) or entry.meaning
  local unsure = outcome == "unknown" and not answer.idempotent and (entry.hint or DOWN) == DOWN
  return M.new {
    kind = entry.kind,
    status = status,
    title = entry.title,
    message = ("HTTP %d%s%s"):format(status, entry.title and " " .. entry.title or "", form_of(answer)),
    details = details ~= entry.title and details or nil,
    hint = unsure and UNSURE or entry.hint,
    outcome = outcome,
    retry_after = wait_of(answer.headers),
    retry = entry.retry,
    retryable = may_repeat(entry.retry, outcome, answer.idempotent),
    raw = answer.decoded,
  }
end

local function of_redirect(answer)
  return M.new { kind = "protocol", status = answer.status, outcome = "rejected",
    message = ("the server redirects (HTTP %d), and redirects are not followed")
      :format(answer.status),
    hint = "set base_url to the address it should have been" }
end

--- The error in an answer, or nil when it is a good one.
---@param answer { status: integer, headers: table<string, string>, decoded: table|nil,
---                from: "gateway"|"control"|"graph"|"media", idempotent: boolean }
---@return whatsapp.Error|nil
function M.of_answer(answer)
  local decoded, status = answer.decoded, answer.status
  if decoded and type(decoded.error) == "table" and whole(decoded.error.code) then
    return of_graph(decoded.error, answer)
  end
  if status >= 400 then return of_other(answer) end
  if status >= 300 then return of_redirect(answer) end
end

return M
