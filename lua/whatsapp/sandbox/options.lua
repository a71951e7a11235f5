--- What `start` and `fault` take: checked, with what is left out filled in.

local errors = require "whatsapp.error"
local identity = require "whatsapp.sandbox.identity"
local schema = require "whatsapp.schema"
local webhook_url = require "whatsapp.sandbox.webhook_url"

local M = {}

-- Descriptions as in `whatsapp.schema`; besides, `off` allows false, `whole` wants an
-- integer, and `default` stands for what is not given.

local function set(names)
  local found = {}
  for name in names:gmatch "%S+" do found[name] = true end
  return found
end

---@class whatsapp.SandboxOptions
---@field port? integer            a free one by default
---@field control_port? integer    a free one by default
---@field phone_port? integer      of the phone's page; a free one by default
---@field prefix? string           a directory to use and to keep; by default a temporary one
---  is made, and removed on stop
---@field data? string            a directory in which chats, templates, media, flows, connections and
---  credentials outlive the sandbox: the next one with it goes on where this one ended
---@field media_seconds? number    how long the url of a media file is valid (300)
---@field gateway_media? boolean  whether media can be downloaded through the gateway (false:
---  Meta's media hosts want the business's access token, which the gateway keeps to itself)
---@field review_seconds? number|false  how long a new or changed template is PENDING (0.3;
---  false: for good). Then it is APPROVED, unless its body holds one of these words:
---  `[reject]` makes it REJECTED, `[pause]` PAUSED, `[disable]` DISABLED
---@field connections? ("ACTIVE"|"PENDING"|"FAILED"|"EXPIRED")[]  the gateway's connections,
---  oldest first ({ "ACTIVE" }; {}: none). One that is EXPIRED calls itself ACTIVE, but the
---  gateway answers 500 to what goes through it
---@field connect_seconds? number|false  after how long a PENDING connection is ACTIVE by
---  itself (false: when somebody clicks on Connect behind its `url`)
---@field gateway_rate? integer|false  requests a second that the gateway lets through (10),
---  all of the account together; it answers 429 to more. As many within 0.8 s are over the
---  rate, so that a client that paces itself at exactly this rate has a fifth to spare
---@field message_rate? integer|false  messages a second from each number (false), counted
---  likewise; Graph answers 130429 to more, with Retry-After
---@field pair_rate? boolean        whether Graph keeps the rate from one number to one user,
---  a message in 6 s after a burst of 45, and answers 131056 to more (false)
---@field webhook_url? string      where it posts what happens, signed with `app_secret`: an http
---  address of this machine (127.0.0.1, [::1], localhost). Delivered again until the answer is 200
---@field window? boolean  the 24-hour window: a message that is no template, accepted after it closed, fails
---  with 131047. Not given: for customers who have written before; true: also for those who never
---  did; false: for nobody
---@field delivered_seconds? number|false  how long a message is on its way (0.2; false: for good)
---@field read_seconds? number|false  how long a delivered one waits to be read (0.5; false: for good)

local start = { type = "table", fields = {
  port = { type = "number", min = 1, max = 65535, whole = true },
  control_port = { type = "number", min = 1, max = 65535, whole = true },
  phone_port = { type = "number", min = 1, max = 65535, whole = true },
  prefix = { type = "string" },
  data = { type = "string" },
  media_seconds = { type = "number", min = 0, default = 300 },
  gateway_media = { type = "boolean", off = true, default = false },
  webhook_url = { type = "string", test = webhook_url.is_valid,
                  form = "http://127.0.0.1:8080/webhook, with an address of this machine" },
  review_seconds = { type = "number", min = 0, off = true, default = 0.3 },
  connections = { type = "list", min = 0, default = { "ACTIVE" },
                  of = { type = "string", one_of = set "ACTIVE PENDING FAILED EXPIRED" } },
  connect_seconds = { type = "number", min = 0, off = true, default = false },
  gateway_rate = { type = "number", min = 1, off = true, whole = true, default = 10 },
  message_rate = { type = "number", min = 1, off = true, whole = true, default = false },
  pair_rate = { type = "boolean", off = true, default = false },
  window = { type = "boolean", off = true },
  delivered_seconds = { type = "number", min = 0, off = true, default = 0.2 },
  read_seconds = { type = "number", min = 0, off = true, default = 0.5 },
} }

local MAX_WAIT = 600

---@class whatsapp.SandboxFault
---@field service? "gateway"|"graph"|"control"|"files"|"samples"|"webhook"  which requests: all that are not
---  given, except for webhooks, to which `drop`, `delay` and the last three can happen
---@field method? string
---@field path? string       a Lua pattern, found in the path: `"/messages$"`
---@field times? integer|false  to how many of them it happens (1; false: to all)
---@field every? integer     only to every so many of them (1)
---@field code? integer      answer with this error of Graph, whose `status`, `subcode`,
---  `message` and `details` can be given
---@field status? integer    the answer's status; without `code` and `body` it is an error of
---  the gateway: `{"error":"message"}`
---@field subcode? integer
---@field message? string
---@field details? string
---@field body? string       answer with these bytes
---@field content_type? string  of `body` (text/plain)
---@field headers? table<string, string>  further headers of the answer
---@field retry_after? number  seconds, as a header of the answer
---@field delay? number      answer this many seconds later
---@field hang? number|true  do not answer; after so many seconds (60) it is the gateway's 504
---@field drop? boolean      end without an answer: HTTP/2 resets the stream, HTTP/1.1 closes
---@field handled? boolean   do what was asked before going wrong: only the answer is lost
---@field cut? integer        of an upload session: so many bytes come, then it ends without an answer;
---  of a media file: so many bytes go out, then the connection or stream ends
---@field duplicate? integer  of a webhook: it is delivered so many times
---@field reorder? integer   of webhooks: so many are held, then go out with the last first
---@field batch? integer     of webhooks: so many are held, then go out as the changes of one

local fault = { type = "table", fields = {
  service = { type = "string", one_of = set "gateway graph control files samples webhook" },
  method = { type = "string" },
  path = { type = "string" },
  times = { type = "number", min = 1, whole = true, off = true, default = 1 },
  every = { type = "number", min = 1, whole = true, default = 1 },
  status = { type = "number", min = 200, max = 599, whole = true },
  code = { type = "number", min = 0, whole = true },
  subcode = { type = "number", min = 0, whole = true },
  message = { type = "string" },
  details = { type = "string" },
  body = { type = "string", min = 0 },
  content_type = { type = "string" },
  headers = { type = "map" },
  retry_after = { type = "number", min = 0 },
  delay = { type = "number", min = 0, max = MAX_WAIT },
  hang = { type = "number", min = 0, max = MAX_WAIT },
  drop = { type = "boolean", off = true },
  handled = { type = "boolean", off = true },
  cut = { type = "number", min = 0, whole = true },
  duplicate = { type = "number", min = 2, max = 100, whole = true },
  reorder = { type = "number", min = 2, max = 100, whole = true },
  batch = { type = "number", min = 2, max = 100, whole = true },
} }

local HANG = 60

local function check_whole(checked, fields)
  for name, value in pairs(checked) do
    if fields[name].whole and value % 1 ~= 0 then
      return errors.invalid(name, "must be an integer")
    end
  end
  return checked
end

local function check(given, description)
  local fields, rest, off = description.fields, {}, {}
  for name, value in pairs(given) do
    local list = value == false and fields[name] and fields[name].off and off or rest
    list[name] = value
  end
  local checked, err = schema.check(rest, description, nil)
  if checked then checked, err = check_whole(checked, fields) end
  if not checked then return nil, err end
  for name, field in pairs(fields) do
    if off[name] == false then
      checked[name] = false
    elseif checked[name] == nil then
      checked[name] = field.default
    end
  end
  return checked
end

--- The options of `start`.
---@param given? table
---@return table|nil options
---@return whatsapp.Error? err
function M.start(given)
  local options, err = check(given or {}, start)
  if not (options and options.data) then return options, err end
  if options.prefix then return errors.invalid("prefix", "is the same as data: say one of them") end
  options.prefix = options.data
  return options
end

-- What a rule for webhooks can have, and of that what only such a rule can.
local of_webhooks = set "service times every drop delay duplicate reorder batch"
local only_webhooks = set "duplicate reorder batch"

local function check_webhook(rule)
  local is_webhook = rule.service == "webhook"
  for name, value in pairs(rule) do
    if value and is_webhook and not of_webhooks[name] then return errors.invalid(name, "is not for webhooks") end
    if only_webhooks[name] and not is_webhook then
      return errors.invalid(name, 'is for webhooks: say service = "webhook"')
    end
  end
  return rule
end

-- What can happen; without any of it nothing would.
local EFFECTS = { "code", "status", "body", "headers", "retry_after", "delay", "hang", "drop", "cut", "duplicate",
                  "reorder", "batch" }

local function check_headers(headers)
  for name, value in pairs(headers) do
    if not name:find "^[%w_-]+$" then return errors.invalid("headers", "has a name that is none") end
    if type(value) ~= "string" or value:find "%c" then
      return errors.invalid("headers." .. name, "must be a text of one line")
    end
  end
  return true
end

--- A rule for a fault.
---@param given table
---@return table|nil rule with an id of its own
---@return whatsapp.Error? err
function M.fault(given)
  local copy = {}
  for name, value in pairs(given) do copy[name] = value end
  if copy.hang == true then copy.hang = HANG end
  local rule, err = check(copy, fault)
  if rule then rule, err = check_webhook(rule) end
  if not rule then return nil, err end
  if rule.path and not pcall(string.find, "", rule.path) then
    return errors.invalid("path", "is not a Lua pattern")
  end
  local effect
  for _, name in ipairs(EFFECTS) do effect = effect or rule[name] end
  if not effect then
    return errors.invalid("code", "is missing", "say what is to happen: " .. table.concat(EFFECTS, ", "))
  end
  local ok
  ok, err = check_headers(rule.headers or {})
  if not ok then return nil, err end
  rule.id = identity.hex(8)
  return rule
end

local status = { type = "table", fields = {
  id = { type = "wamid", required = true },
  status = { type = "string", required = true, one_of = set "sent delivered read failed deleted" },
  code = { type = "number", min = 1, whole = true },
} }

--- What `set_status` is given.
---@param given table
---@return table|nil checked
---@return whatsapp.Error? err
function M.status(given)
  return schema.check(given, status, nil)
end

return M
