--- Somebody else's link → a temporary file without a name. The server behind it
--- is given neither the credential nor anything else of the client's.

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local limits = require "whatsapp.message.media"
local requests = require "whatsapp.request"

local M = {}

local HOPS = 5 -- redirects that are followed

local function host_of(url)
  return url:match "^%a+://([^/?#]*)" or url
end

local HINTS = {
  io = "what is fetched goes through a temporary file: TMPDIR names its directory",
  network = "check the link, the network and the proxy",
}

-- What went wrong, as the caller's: Graph was asked for nothing yet.
local function explain(err, url, kind, path)
  local host = host_of(url)
  if err.field == "maximum" then
    return limits.too_large(kind, path)
  elseif err.kind == "invalid" and err.field == "url" then
    return Error.invalid(path, ("cannot fetch from %s: %s"):format(host, err.message),
      "https only; a client with allow_http = true lets plain http pass")
  elseif err.kind == "invalid" then
    return nil, err
  end
  err.field, err.outcome = path, "not_sent"
  err.message = err.status and ("%s answers HTTP %d"):format(host, err.status)
    or ("%s: %s"):format(host, err.message)
  err.hint = HINTS[err.kind] or err.hint
  if err.status then err.kind, err.hint, err.details = "media", "check that anyone can open the link", nil end
  return nil, err
end

-- One answer: its headers, where it leads, and its body if that stays in memory.
local function get(client, url, target, options, finish)
  local body, meta = client:perform({ method = "GET", url = url, foreign = true, download = target,
                                      finish = finish }, options)
  if body == nil then return nil, meta end
  return requests.headers(meta.head), meta.redirect, body
end

local function follow(client, link, target, kind, path, options, finish)
  local url = link
  for _ = 0, HOPS do
    local headers, leads, body = get(client, url, target, options, finish)
    if not headers then return explain(leads, url, kind, path) end
    if not leads then return headers, body end
    url = leads
  end
  return Error.invalid(path, ("%s redirects more than %d times"):format(host_of(link), HOPS))
end

-- What servers say of files they know nothing about.
local VAGUE = { ["application/octet-stream"] = true, ["binary/octet-stream"] = true,
                ["application/x-download"] = true, ["application/force-download"] = true }

local function type_said(headers)
  local content_type = headers["content-type"]
  local plain = content_type and limits.essence(content_type)
  return plain and not VAGUE[plain] and plain or nil
end

--- Fetches a link. Redirects are followed, at most 5, and only to https (with
--- `allow_http` to http too).
---@param client whatsapp.Client
---@param link string
---@param kind string|nil of message: limits the size
---@param path string for errors
---@param options table|nil per-call options
---@param finish number|nil
---@return userdata|nil download whole; `close` it
---@return string|whatsapp.Error|nil content_type as the server says it, or the error
function M.run(client, link, kind, path, options, finish)
  local target, err = core.download { temporary = true, maximum = limits.maximum(kind) }
  if not target then
    err.hint = HINTS[err.kind]
    return nil, Error.of_transport(err, false)
  end
  local headers
  headers, err = follow(client, link, target, kind, path, options, finish)
  if headers then return target, type_said(headers) end
  target:close()
  return nil, err
end

--- Fetches a link into memory.
---@param client whatsapp.Client
---@param link string
---@param kind string|nil of message: limits the size
---@param path string for errors
---@param options table|nil per-call options
---@param finish number|nil
---@return string|nil bytes
---@return string|whatsapp.Error|nil content_type as the server says it, or the error
function M.into_memory(client, link, kind, path, options, finish)
  local target, err = core.download { maximum = limits.maximum(kind) }
  if not target then return nil, Error.of_transport(err, false) end
  local headers, bytes = follow(client, link, target, kind, path, options, finish)
  target:close()
  if not headers then return nil, bytes end
  return bytes, type_said(headers)
end

local TEXT_MAX = 10 * 1024 * 1024

--- Fetches a link that Graph gave, into memory: at most 10 MB. One to Graph's own host is
--- asked for as Graph is.
---@param client whatsapp.Client
---@param link string
---@param path string for errors
---@param options table|nil per-call options
---@return string|nil bytes
---@return whatsapp.Error? err
function M.bytes(client, link, path, options)
  local target, err = core.download { maximum = TEXT_MAX }
  if not target then return nil, Error.of_transport(err, false) end
  local bytes
  bytes, err = client:perform({ method = "GET", url = link, download = target }, options)
  if bytes == nil and err.kind == "invalid" and err.field == "url" then
    bytes, err = follow(client, link, target, nil, path, options)
    if bytes then bytes, err = err, nil end
  end
  target:close()
  return bytes, bytes == nil and err or nil
end

return M
