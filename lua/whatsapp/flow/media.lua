--- Files that a Flow's pickers uploaded: fetched, checked, decrypted.
-- Meta's page: "Media upload components": PhotoPicker and DocumentPicker.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local fetch = require "whatsapp.api.fetch"
local schema = require "whatsapp.schema"

local M = {}

-- Of `encryption_metadata`: base64 of so many bytes; nil: any number.
local METADATA = { encryption_key = 32, hmac_key = false, iv = 16, plaintext_hash = 32, encrypted_hash = 32 }

local function decode(metadata)
  local decoded = {}
  for _, name in ipairs(schema.sorted_keys(METADATA)) do
    local path, size = "media.encryption_metadata." .. name, METADATA[name]
    local bytes = type(metadata[name]) == "string" and core.unbase64(metadata[name])
    if not bytes or bytes == "" or (size and #bytes ~= size) then
      return Error.invalid(path, "must be base64" .. (size and (" of %d bytes"):format(size) or ""))
    end
    decoded[name] = bytes
  end
  return decoded
end

local function check(media, path, options)
  if type(media) == "table" and media[1] ~= nil then
    return Error.invalid("media", "is the list of a picker", "each of its files is decrypted by itself: media[1], …")
  end
  local _, err = schema.check(media, { type = "map" }, "media")
  if not err then _, err = schema.check(media.cdn_url, { type = "string" }, "media.cdn_url") end
  if not err then _, err = schema.check(media.encryption_metadata, { type = "map" }, "media.encryption_metadata") end
  if not err then _, err = schema.check(path, { type = "bytes" }, "path") end
  if not err then _, err = schema.check(options or {}, { type = "map" }, "options") end
  if err then return nil, err end
  local client = options and options.client
  if client ~= nil and (type(client) ~= "table" or client.finish_of == nil) then
    return Error.invalid("client", "must be a client of whatsapp.new")
  end
  return decode(media.encryption_metadata)
end

local function wrong_file(field, message)
  return nil, Error.new { kind = "protocol", outcome = "rejected",
    field = field and "media.encryption_metadata." .. field, message = message,
    hint = "the file or its description was changed on its way: do not use it" }
end

local function decrypt(download, keys, path)
  if not core.equal(download:sha256(), keys.encrypted_hash) then
    return wrong_file("encrypted_hash", "the bytes that came are not those of the file")
  end
  local ok, err = download:unseal { path = path, key = keys.encryption_key, iv = keys.iv,
                                    hmac_key = keys.hmac_key, sha256 = keys.plaintext_hash }
  if ok then return true end
  if err.kind == "protocol" then return wrong_file(err.field, err.message) end
  return nil, Error.new(err)
end

-- A link needs no credential, and is given none. What the environment says of proxies
-- and certificates holds here, too, and may be wrong.
local function anonymous()
  local ok, client = pcall(require("whatsapp.client").new, { access_token = "none" })
  if ok then return client end
  if not Error.is(client) then error(client, 0) end
  return nil, client
end

local function per_call(options)
  local rest = {}
  for name, value in pairs(options or {}) do if name ~= "client" then rest[name] = value end end
  return rest
end

--- Fetches a file of a PhotoPicker or DocumentPicker and decrypts it: AES-256-CBC, with
--- its HMAC and both hashes checked. The file is there only when all of them are right;
--- nobody but its owner may read it. Pickers upload 25 MiB at most. Nothing of it is kept
--- in memory; decrypting takes the CPU about 5 ms a megabyte.
---@param media table an item of what the picker sent: { cdn_url, file_name, encryption_metadata }.
---   `file_name` is what the customer's phone says: never make a path of it unseen
---@param path string the file to write
---@param options? table `client`, through which it is fetched (one without credentials unless
---   given), and per-call options
---@return true|nil
---@return whatsapp.Error? err of kind `invalid`, `protocol` (not what was announced), `io`, or the fetch's
function M.decrypt(media, path, options)
  local keys, err = check(media, path, options)
  if not keys then return nil, err end
  local client = options and options.client
  if not client then
    client, err = anonymous()
    if not client then return nil, err end
  end
  local download
  download, err = fetch.run(client, media.cdn_url, "picker", "media.cdn_url", per_call(options),
    client:finish_of(options))
  local ok
  if download then
    ok, err = decrypt(download, keys, path)
    download:close()
  end
  if not (options and options.client) then client:close() end
  if not ok then return nil, err end
  return true
end

return M
