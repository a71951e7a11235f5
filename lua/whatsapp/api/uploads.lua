--- `wa.uploads`: files that Meta knows by a handle: the examples of template
-- headers, and the profile picture. Meta's page: "Resumable Upload API"
-- (https://developers.facebook.com/docs/graph-api/guides/upload).

local Error = require "whatsapp.error"
local config = require "whatsapp.config"
local limits = require "whatsapp.message.media"
local retry = require "whatsapp.retry"
local source = require "whatsapp.api.source"

local M = {}

-- The app --------------------------------------------------------------------------

local APP_HINT = "set WHATSAPP_APP_ID or give app_id = … to whatsapp.new or to the call: "
  .. "the id of the Meta app that the access token belongs to"

local function app_unknown(err)
  return Error.config("app_id", "is missing, and Graph does not tell it: " .. err.message, APP_HINT)
end

-- Uploads belong to an app. Graph tells which one a credential is of; it is
-- asked once.
local function app_of(client, settings, options, finish)
  local known = settings.app_id or client.root.app_id
  if known then return known end
  local app, err = client:perform({ method = "GET", path = "app", query = { fields = "id" },
                                    finish = finish }, options)
  if not app and err.outcome ~= "rejected" then return nil, err end
  if not app then return app_unknown(err) end
  if type(app.id) ~= "string" then return app_unknown { message = "its answer has no id" } end
  client.root.app_id = app.id
  return app.id
end

-- Sessions -------------------------------------------------------------------------

local function protocol_error(what)
  return nil, Error.new { kind = "protocol", outcome = "unknown", message = what }
end

-- "upload:MTph…=?sig=ARZ…" is a path with its query.
local function is_session(id)
  return type(id) == "string" and id:find "^upload:[%w+/=_-]+%??[%w+/=_&%%.~-]*$"
    and not id:find("..", 1, true)
end

-- A session that nobody uses does no harm, so it may be opened twice.
local function open_session(client, app, file, options, finish)
  local session, err = client:perform({ method = "POST", path = "{app_id}/uploads",
    values = { app_id = app }, idempotent = true, finish = finish,
    query = { file_name = file.filename, file_length = file.size, file_type = file.type },
  }, options)
  if not session then return nil, err end
  if is_session(session.id) then return session.id end
  return protocol_error "Graph's answer names no upload session"
end

-- How much of the file has arrived.
local function offset_of(client, id, file, options, finish)
  local session, err = client:perform({ method = "GET", path = id, oauth = true, finish = finish },
    options)
  if not session then return nil, err end
  local offset = tonumber(session.file_offset)
  if offset and offset >= 0 and offset <= file.size and offset % 1 == 0 then return offset end
  return protocol_error "Graph's answer says not how much of the file has arrived"
end

local function rest_of(file, start)
  if start == file.size then return nil end
  if file.path then return { path = file.path, start = start } end
  return { data = file.data:sub(start + 1) }
end

-- A file that is being written has another size now.
local function is_same(file)
  if file.data then return true end
  local now, err = source.describe { file = file.path, type = file.type }
  if not now then return nil, err end
  if now.size == file.size then return true end
  return nil, Error.new { kind = "io", field = file.named,
    message = ("the file had %d bytes when its upload began, and has %d now"):format(file.size, now.size) }
end

-- Sends the rest of the file once: only the session knows what of it arrived.
local function send_rest(client, id, file, start, options, finish)
  local ok, err = is_same(file)
  if not ok then return nil, err end
  local answer
  answer, err = client:perform({ method = "POST", path = id, oauth = true, idempotent = true,
    headers = { file_offset = start }, body = rest_of(file, start), finish = finish }, options)
  if not answer then return nil, err end
  if type(answer.h) == "string" then return answer.h end
  return protocol_error "Graph's answer has no handle"
end

local function transfer(client, id, file, settings, options, finish)
  local once, loop = { retries = 0 }, client:loop()
  for key, value in pairs(options or {}) do
    if key ~= "retries" then once[key] = value end
  end
  local start, attempt = 0, 0
  while true do
    attempt = attempt + 1
    local handle, err = send_rest(client, id, file, start, once, finish)
    if handle then return handle end
    local left = finish and finish - loop.now() or settings.deadline
    local pause = retry.delay(err, attempt, settings.retries, left, loop.random)
    if not pause then return nil, err end
    loop.sleep(pause)
    start, err = offset_of(client, id, file, options, finish)
    if not start then return nil, err end
  end
end

-- The gateway replaces the Authorization header, and passes on what it knows.
local GATEWAY_HINT = "the gateway may not pass resumable uploads on: use a client with "
  .. "access_token = …, or give the handle of a file that was uploaded otherwise"

local PLAIN = { rate_limited = true, media = true, window = true, recipient = true }

local function explain(client, err)
  if client.config.mode == "gateway" and err.status and err.status >= 400 and not PLAIN[err.kind] then
    err.hint = GATEWAY_HINT
  end
  return nil, err
end

-- The bytes of a source, if they can be uploaded.
local function file_of(client, given, kind, where, options, finish)
  local file, err
  if given.fetch then
    file, err = source.fetch_whole(client, given, where, kind, options, finish)
  else
    file, err = source.describe(given, where, kind)
  end
  if not file then return nil, err end
  local ok
  ok, err = limits.check(file.type, file.size, kind, file.named, limits.upload_kinds)
  if not ok then return nil, err end
  return file
end

-- Uploads a file that was checked already; its handle.
local function upload(client, file, options, finish)
  local settings, err = config.for_call(client.config, options)
  if not settings then return nil, err end
  local app, id, handle
  app, err = app_of(client, settings, options, finish)
  if not app then return nil, err end
  id, err = open_session(client, app, file, options, finish)
  if id then handle, err = transfer(client, id, file, settings, options, finish) end
  if not handle then return explain(client, err) end
  return handle
end

--- Uploads a file (streamed, in constant memory), bytes, or what is behind a link. A transfer that
--- breaks off goes on from where it got to, at most `retries` times.
--- Limits: JPEG and PNG of 5 MB, MP4 of 16 MB, PDF of 100 MB.
---@param given string|{ file?: string, data?: string, fetch?: string, type?: string, filename?: string }
---@param options? table per-call options
---@return { handle: string }|nil
---@return whatsapp.Error? err
function M.upload(self, given, options)
  local checked, err = source.check(given,
    'wa.uploads:upload("promo.png") or { data = bytes, type = "image/png" }')
  if not checked then return nil, err end
  local finish = self.client:finish_of(options)
  local file, handle
  file, err = file_of(self.client, checked, nil, nil, options, finish)
  if not file then return nil, err end
  handle, err = upload(self.client, file, options, finish)
  if not handle then return nil, err end
  return { handle = handle }
end

--- Uploads what a template or profile refers to, and puts each handle into its
--- place; nothing is uploaded before all files were found to be right.
---@param references { into: table, key: any, kind: string, path: string, file?: string,
--- data?: string, fetch?: string, type?: string }[]
---@param options? table
---@param finish? number
---@return true|nil
---@return whatsapp.Error? err
---@package
function M.upload_all(self, references, options, finish)
  local files = {}
  for i, reference in ipairs(references) do
    local file, err = file_of(self.client, reference, reference.kind, reference.path, options, finish)
    if not file then return nil, err end
    files[i] = file
  end
  for i, reference in ipairs(references) do
    local handle, why = upload(self.client, files[i], options, finish)
    if not handle then return nil, why end
    reference.into[reference.key] = handle
  end
  return true
end

return M
