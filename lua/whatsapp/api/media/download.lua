--- A media id → its bytes: Graph names a url, whose host has them. What a broken
--- transfer brought is kept, and only the rest is asked for again.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"

local M = {}

local MAXIMUM = 110 * 1024 * 1024

local function protocol_error(message)
  return nil, Error.new { kind = "protocol", outcome = "unknown", message = message }
end

-- Graph writes the digest in hex or in base64.
local function digest_of(text)
  if type(text) ~= "string" then return nil end
  local digest = #text == 64 and core.unhex(text) or core.unbase64(text .. ("="):rep(-#text % 4))
  return digest and #digest == 32 and digest or nil
end

-- What Graph knows of the id, once it is enough to fetch it by.
local function describe(media, id, options)
  local info, err = media:get(id, options)
  if not info then return nil, err end
  if type(info.url) ~= "string" then return protocol_error "Graph's answer has no url for this media id" end
  return info
end

-- What a failed fetch means: the url came from Graph, not from the caller, and
-- the gateway has no token for Meta's media hosts.
local function explain(client, err)
  if err.kind == "invalid" and err.field == "url" then
    return Error.new { kind = "protocol", outcome = "unknown",
      message = "Graph's answer has a url that cannot be used: " .. err.message }
  end
  if err.field == "maximum" then err.field = nil end
  if client.config.mode == "gateway" and (err.status or err.kind == "protocol") then
    err.hint = "Meta's media hosts want the business's own access token, which the gateway keeps "
      .. "to itself: download with a client that has access_token = …"
  end
  return err
end

-- The host says so of a url that has expired: it lives for 5 minutes.
local STALE = { [401] = true, [404] = true }

local function fetch(media, id, info, target, options, finish)
  local call = { method = "GET", url = info.url, download = target, finish = finish }
  local body, err = media.client:perform(call, options)
  if body ~= nil or not STALE[err.status] then return body, err end
  local fresh = describe(media, id, options)
  if not fresh then return nil, err end
  call.url = fresh.url
  return media.client:perform(call, options)
end

--- Downloads a media id to a file, or with no path into memory.
---@param media whatsapp.Media
---@param id string
---@param path string|nil
---@param options table|nil
---@return string|nil bytes empty when they went to a file
---@return table|whatsapp.Error info what Graph knows of it, or the error
function M.run(media, id, path, options)
  local finish = media.client:finish_of(options)
  local info, err = describe(media, id, options)
  if not info then return nil, err end
  local digest = digest_of(info.sha256)
  if info.sha256 ~= nil and not digest then
    return protocol_error "Graph's answer has a sha256 that is neither hex nor base64 of one"
  end
  local target
  target, err = core.download { path = path, sha256 = digest, size = tonumber(info.file_size),
                                maximum = MAXIMUM }
  if not target then return nil, Error.of_transport(err, false) end
  local bytes
  bytes, err = fetch(media, id, info, target, options, finish)
  target:close()
  if bytes == nil then return nil, explain(media.client, err) end
  return bytes, info
end

return M
