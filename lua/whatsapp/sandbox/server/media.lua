--- Media: uploaded, described, downloaded, deleted. The bytes lie in files under
--- the prefix.

local answer = require "whatsapp.sandbox.server.answer"
local crypto = require "whatsapp.sandbox.server.crypto"
local media_types = require "whatsapp.sandbox.server.media_types"
local state = require "whatsapp.sandbox.server.state"

local M = {}

-- Upload --------------------------------------------------------------------

local function require_field(parts, name)
  for _, part in ipairs(parts) do
    if part.name == name and part.size > 0 then return part end
  end
  answer.refuse { code = 100, message = ("The parameter %s is required."):format(name),
    details = ("the form has no field %s"):format(name) }
end

local function known_types()
  local names = {}
  for name in pairs(media_types.kinds) do names[#names + 1] = name end
  table.sort(names)
  return table.concat(names, ", ")
end

-- The type of a file is its part's; what stands after it (`; codecs=opus`) does
-- not count.
local function media_type(part)
  return (part.content_type or "application/octet-stream"):match("^[^;%s]*"):lower()
end

local function refuse_type(name)
  answer.refuse { code = 100,
    message = ("Param file must be a file with one of the following types: %s. "
      .. "Received file of type '%s'."):format(known_types(), name),
    details = ("%s is not a media type that WhatsApp takes"):format(name) }
end

local function check_size(part, kind)
  local limit = media_types.limits[kind]
  if part.size <= limit then return end
  answer.refuse { code = 131053,
    details = ("%s file size too big: %d bytes, at most %d"):format(kind, part.size, limit) }
end

local function file_of(node)
  return ("%s/media/%s"):format(state.settings.prefix, node.id)
end

local function write(part, path)
  local file = assert(io.open(path, "wb"))
  local digest = crypto.sha256()
  for chunk in part:chunks() do
    digest.update(chunk)
    assert(file:write(chunk))
  end
  assert(file:close())
  return ngx.encode_base64(digest.final())
end

-- How long their ids are good: the business's, and those in webhooks.
local DAY = 86400
local UPLOADED, WRITTEN = 30 * DAY, 7 * DAY

--- Keeps a file. A business's must be one that WhatsApp takes from it; a customer sends whatever
--- he has, as a document.
---@param phone table  whose it is
---@param part { content_type: string, filename?: string, size: integer, chunks: fun(): function }
---@param from_customer? boolean
---@return table node
function M.keep(phone, part, from_customer)
  local mime_type = media_type(part)
  if from_customer and not mime_type:find "^[%w.+-]+/[%w.+-]+$" then mime_type = "application/octet-stream" end
  local kind = media_types.kinds[mime_type] or from_customer and "document" or refuse_type(mime_type)
  check_size(part, kind)
  local node = state.add("media", { phone_number_id = phone.id, mime_type = mime_type, size = part.size,
    filename = part.filename, expires = state.time() + (from_customer and WRITTEN or UPLOADED) })
  node.sha256 = write(part, file_of(node))
  return node
end

--- POST /{phone_number_id}/media
function M.upload(req, phone)
  local parts = req:multipart()
  if (req.query.messaging_product or require_field(parts, "messaging_product"):text()) ~= "whatsapp" then
    answer.refuse { code = 100, message = "Param messaging_product must be one of {WHATSAPP}" }
  end
  local part = require_field(parts, "file")
  return answer.ok { id = M.keep(phone, part).id }
end

-- Description and deletion --------------------------------------------------

-- With ?phone_number_id= only that number's media is seen.
local function check_owner(req, node)
  local wanted = req.query.phone_number_id
  if not wanted or wanted == node.phone_number_id then return end
  answer.refuse { code = 100, subcode = 33, type = "GraphMethodException", plain = true,
    message = ("Object with ID '%s' does not belong to phone number %s"):format(node.id, wanted) }
end

-- A url carries its end and a signature over it, as the real ones do.
local function signature(place, id, expires)
  local digest = crypto.sha256()
  digest.update(("%s %s %s %s"):format(state.settings.access_token, place, id, expires))
  return ngx.encode_base64(digest.final()):gsub("[+/=]", ""):sub(1, 32)
end

local function url_of(node, place)
  local expires = tostring(state.time() + state.settings.media_seconds)
  return ("%s/whatsapp_business/%s/?mid=%s&ext=%s&hash=%s"):format(
    state.settings.graph_url, place, node.id, expires, signature(place, node.id, expires))
end

--- The url of a file that a Flow's picker took: anybody may have it, for it is encrypted.
---@param node table
---@return string
function M.picked_url(node)
  return url_of(node, "picked")
end

--- GET /{media_id}
function M.get(req, node)
  check_owner(req, node)
  return answer.ok {
    messaging_product = "whatsapp", id = node.id, url = url_of(node, "attachments"), sha256 = node.sha256,
    mime_type = node.mime_type, file_size = tostring(node.size),
  }
end

--- DELETE /{media_id}
function M.delete(req, node)
  check_owner(req, node)
  state.remove(node)
  os.remove(file_of(node))
  return answer.ok { success = true }
end

-- Download ------------------------------------------------------------------

local CHUNK = 64 * 1024
local BROKEN = 444 -- ends the connection or stream where it is

-- The bytes from `first` on, `count` of them; then it breaks off if it is `cut`.
local function send_file(path, first, count, cut)
  local file = assert(io.open(path, "rb"))
  local left = math.min(count, cut or count)
  file:seek("set", first)
  while left > 0 do
    local chunk = assert(file:read(math.min(left, CHUNK)))
    left = left - #chunk
    ngx.print(chunk)
    if not ngx.flush(true) then break end
  end
  file:close()
  if cut and cut < count then ngx.exit(BROKEN) end
end

-- Where the answer begins, and whether it is a part: `Range: bytes=FIRST-`, if the
-- file is still the one that was asked for.
local function start_of(req, etag)
  local first = tonumber((req.headers.range or ""):match "^bytes=(%d+)%-$")
  local same = (req.headers["if-range"] or etag) == etag
  if first and same then return first, true end
  return 0, false
end

--- A node's file, or the part of it that is asked for.
---@param req table
---@param node table
---@return table response
function M.file_answer(req, node)
  local etag = ('"%s"'):format(node.sha256)
  local first, is_part = start_of(req, etag)
  if is_part and first >= node.size then
    return { status = 416, headers = { ["Content-Range"] = "bytes */" .. node.size }, text = "" }
  end
  local headers = { ["Content-Type"] = node.mime_type, ["Content-Length"] = node.size - first, ETag = etag }
  if is_part then headers["Content-Range"] = ("bytes %d-%d/%d"):format(first, node.size - 1, node.size) end
  return { status = is_part and 206 or 200, headers = headers,
           stream = function() send_file(file_of(node), first, node.size - first, req.cut) end }
end

--- GET of the url in a description.
function M.download(req)
  local query = req.query
  local id, expires = query.mid or "", query.ext or ""
  local node = state.nodes[id]
  local valid = node and node.kind == "media" and query.hash == signature(req.segments[2], id, expires)
    and state.now() < tonumber(expires)
  if not valid then return { status = 404, text = "URL signature mismatch or expired\n" } end
  return M.file_answer(req, node)
end

return M
