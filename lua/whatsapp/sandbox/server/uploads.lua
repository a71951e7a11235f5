--- The resumable upload: sessions that take the bytes of a file, in as many pieces as
--- it needs, and give a handle. The bytes lie in files under the prefix.

local identity = require "whatsapp.sandbox.identity"
local answer = require "whatsapp.sandbox.server.answer"
local state = require "whatsapp.sandbox.server.state"

local M = {}

local CHUNK = 64 * 1024
local MAX_LENGTH = 100 * 1024 * 1024

-- The formats of headers that a file of the type can be shown in.
local formats = {
  ["application/pdf"] = { DOCUMENT = true }, ["image/jpeg"] = { IMAGE = true },
  ["image/jpg"] = { IMAGE = true }, ["image/png"] = { IMAGE = true },
  ["video/mp4"] = { VIDEO = true, GIF = true },
}

local handles = {}  -- by handle: the type of its file

--- Whether a header of this format can show the file behind a handle. Handles
--- from elsewhere are taken as they are.
---@param handle string
---@param format string
---@return boolean
function M.fits(handle, format)
  local content_type = handles[handle]
  return content_type == nil or formats[content_type][format] == true
end

-- Sessions --------------------------------------------------------------------

local function refuse(message, ...)
  answer.refuse { code = 100, message = message:format(...) }
end

--- GET /app: the app that the credential is of.
function M.app(_, app)
  return answer.ok { id = app.id, name = "WhatsApp sandbox" }
end

--- POST /{app_id}/uploads?file_name=&file_length=&file_type=
function M.create(req)
  local length = tonumber(req.query.file_length)
  if not length or length < 1 or length > MAX_LENGTH or length % 1 ~= 0 then
    refuse("Param file_length must be an integer from 1 to %d", MAX_LENGTH)
  elseif not formats[req.query.file_type] then
    refuse "Param file_type must be one of {application/pdf, image/jpeg, image/jpg, image/png, video/mp4}"
  end
  local name = identity.hex(12)
  local session = state.add("upload", {
    id = ("upload:%s="):format(ngx.encode_base64("1:" .. name):gsub("[+/=]", "")),
    signature = "ARZ" .. identity.hex(8), length = length, type = req.query.file_type, offset = 0,
    path = ("%s/media/upload-%s"):format(state.settings.prefix, name),
  })
  return answer.ok { id = ("%s?sig=%s"):format(session.id, session.signature) }
end

-- Straight to Graph, sessions want the scheme OAuth; through the gateway, which has
-- its own way with credentials, none is seen.
local function check_session(req, session)
  if req.query.sig ~= session.signature then
    refuse("The signature of the upload session is wrong")
  elseif req.service == "graph" and req.scheme ~= "OAuth" then
    answer.refuse { code = 190, plain = true,
      message = "An upload session wants the header Authorization: OAuth <token>." }
  end
end

--- GET /upload:{session}
function M.get(req, session)
  check_session(req, session)
  return answer.ok { id = ("%s?sig=%s"):format(session.id, session.signature),
                     file_offset = session.offset }
end

-- Bytes -----------------------------------------------------------------------

-- Appends the body, or as much of it as a fault lets through; its whole size.
local function append(req, session)
  local file, size = assert(io.open(session.path, "ab")), 0
  for chunk in req:chunks(CHUNK) do
    local kept = req.cut and chunk:sub(1, math.max(0, req.cut - size)) or chunk
    size = size + #chunk
    session.offset = session.offset + #kept
    assert(file:write(kept))
  end
  assert(file:close())
  return size
end

--- POST /upload:{session}, with the header file_offset and the bytes from there on.
function M.append(req, session)
  check_session(req, session)
  local offset = tonumber(req.headers.file_offset)
  if offset ~= session.offset then
    refuse("The header file_offset is %s, but %d bytes have come", tostring(req.headers.file_offset),
      session.offset)
  end
  local size = append(req, session)
  req.upload = { offset = offset, size = size }
  if offset + size ~= session.length then
    refuse("The file has %d bytes, and %d have come", session.length, offset + size)
  end
  local handle = ("4::%s:ARZ%s:e:%d"):format(ngx.encode_base64(session.type), identity.hex(24),
    state.time())
  handles[handle] = session.type
  return answer.ok { h = handle }
end

return M
