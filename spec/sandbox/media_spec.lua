-- The sandbox's media hosts: urls that end, ranges, transfers that break off; and
-- what the client makes of them, in both modes.

local core = require "whatsapp.core"
local files = require "spec.support.files"
local http = require "socket.http"
local json = require "whatsapp.json"
local ltn12 = require "ltn12"
local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local content = require "spec.support.content"

local SIZE = 300000
local BYTES = content(SIZE)

local box

setup(function() box = assert(sandbox.start { gateway_rate = false, gateway_media = true }) end)
teardown(function() box:stop() end)
after_each(function() box:clear_faults() end)

local function client(mode, more)
  local options = box:options(mode)
  options.rate = false
  for name, value in pairs(more or {}) do options[name] = value end
  return whatsapp.new(options)
end

-- What the sandbox was asked for its files, since `from`.
local function downloads(from)
  local found = {}
  local all = box:requests()
  for i = from + 1, #all do
    if all[i].service == "files" then found[#found + 1] = all[i] end
  end
  return found
end

for _, mode in ipairs { "gateway", "direct" } do
  describe("a file of the sandbox, " .. mode, function()
    local wa, id

    setup(function()
      wa = client(mode)
      id = assert(wa.media:upload { data = BYTES, type = "application/pdf", filename = "a.pdf" }).id
    end)

    it("has its sha256 in base64", function()
      assert.are.equal(core.base64(core.sha256(BYTES)), assert(wa.media:get(id)).sha256)
      assert.is_true(BYTES == assert(wa.media:download(id)))
    end)

    it("is fetched on where it broke off", function()
      for _, way in ipairs { "memory", "file" } do
        local before, name = #box:requests(), way == "file" and os.tmpname()
        box:fault { service = "files", cut = 100000 }
        local got = assert(wa.media:download(id, name or nil))
        if name then
          got = files.read(name)
          os.remove(name)
        end
        assert.is_true(got == BYTES)
        local asked = downloads(before)
        assert.are.equal(2, #asked)
        assert.is_nil(asked[1].headers.range)
        assert.matches("^bytes=%d+%-$", asked[2].headers.range)
        assert.are.equal(206, asked[2].status)
      end
    end)

    it("is asked for again when its url has expired", function()
      for _, status in ipairs { 401, 404 } do
        local before = #box:requests()
        box:fault { service = "files", status = status, body = "URL signature mismatch or expired" }
        assert.is_true(BYTES == assert(wa.media:download(id)))
        assert.are.equal(2, #downloads(before))
      end
    end)

    it("is not believed when it is another", function()
      box:fault { service = "files", status = 200, body = (BYTES:gsub("^0", "1")) }
      local got, err = wa.media:download(id)
      assert.is_nil(got)
      assert.are.equal("protocol", err.kind)
      assert.matches("SHA%-256", err.message)
    end)
  end)
end

it("a url of the sandbox ends", function()
  local other = assert(sandbox.start { media_seconds = 0 })
  local wa = whatsapp.new(other:options "direct")
  local id = assert(wa.media:upload { data = "x", type = "text/plain" }).id
  local got, err = wa.media:download(id)
  other:stop()
  assert.is_nil(got)
  assert.are.equal("not_found", err.kind)
  assert.matches("5 minutes", err.details)
end)

-- A file that a customer's phone stores: its id.
local function store(phone_url, text)
  local answer = {}
  http.request { url = phone_url .. "api/media", method = "POST", source = ltn12.source.string(text),
    sink = ltn12.sink.table(answer),
    headers = { ["Content-Type"] = "text/plain", ["Content-Length"] = #text, ["X-Sandbox"] = "1" } }
  return json.decode(table.concat(answer)).id
end

it("an id of the sandbox ends, a customer's after 7 days, the business's after 30", function()
  local other = assert(sandbox.start())
  local wa = whatsapp.new(other:options "direct")
  local id, customers = assert(wa.media:upload { data = "x", type = "text/plain" }).id, store(other.phone_url, "y")
  assert(other:advance(6 * 86400))
  local before = { wa.media:get(customers), wa.media:get(id) }
  assert(other:advance(2 * 86400))
  local _, gone = wa.media:get(customers)
  local kept = wa.media:get(id)
  assert(other:advance(23 * 86400))
  local sent, refused = wa:send { to = "15551234567", document = { id = id } }
  other:stop()
  assert.equal(2, #before)
  assert.equal("not_found", gone.kind)
  assert.equal(id, kept.id)
  assert.is_nil(sent)
  assert.equal(131009, refused.code)
end)

it("a file of the sandbox cannot be had with the gateway's key, unless that is asked for", function()
  local other = assert(sandbox.start())
  local wa = whatsapp.new(other:options())
  local id = assert(wa.media:upload { data = "x", type = "text/plain" }).id
  local got, err = wa.media:download(id)
  local direct = assert(whatsapp.new(other:options "direct").media:download(id))
  other:stop()
  assert.are.equal("x", direct)
  assert.is_nil(got)
  assert.are.equal("auth", err.kind)
  assert.matches("download with a client that has access_token", err.hint)
end)

describe("a link of the sandbox", function()
  for _, mode in ipairs { "gateway", "direct" } do
    it("is fetched, uploaded and sent, " .. mode, function()
      local wa = client(mode)
      local before = #box:requests()
      assert(wa:send { to = "+15551234567", image = { fetch = box.link, caption = "Look" } })
      local seen = box:requests()
      assert.are.equal("samples", seen[before + 1].service)
      local sent = box:sent()
      local image = sent[#sent].payload.image
      assert.are.equal("Look", image.caption)
      assert.are.equal("image/png", assert(wa.media:get(image.id)).mime_type)
    end)

    it("is followed where it leads, " .. mode, function()
      local wa = client(mode)
      local media = assert(wa.media:upload { fetch = box.link:gsub("photo", "moved") })
      assert.are.equal("image/png", assert(wa.media:get(media.id)).mime_type)
    end)
  end
end)

describe("a cached id", function()
  local function posts(from, pattern)
    local count, all = 0, box:requests()
    for i = from + 1, #all do
      if all[i].method == "POST" and all[i].path:find(pattern) then count = count + 1 end
    end
    return count
  end

  it("that Graph does not know any more is replaced, once, and the message sent", function()
    local wa = client("direct", { media_cache = true })
    local message = { to = "+15551234567", document = { data = BYTES, type = "application/pdf", filename = "a.pdf" } }
    assert(wa:send(message))
    local sent = box:sent()
    assert(client("direct").media:delete(sent[#sent].payload.document.id))
    local before = #box:requests()
    assert(wa:send(message))
    assert.are.equal(1, posts(before, "/media$"))
    assert.are.equal(2, posts(before, "/messages$"))
    assert(wa:send(message))
    assert.are.equal(1, posts(before, "/media$"))
    assert.are.equal(3, posts(before, "/messages$"))
  end)

  it("is not doubted when the outcome is unknown, or nothing was known before", function()
    local wa = client("direct", { media_cache = true, retries = 0 })
    local message = { to = "+15551234567", document = { data = "unknown", type = "text/plain" } }
    local before = #box:requests()
    box:fault { path = "/messages$", code = 131053 }
    assert.is_nil((wa:send(message)))
    assert.are.equal(1, posts(before, "/messages$"))
    box:fault { path = "/messages$", handled = true, drop = true }
    local _, err = wa:send(message)
    assert.are.equal("unknown", err.outcome)
    assert.are.equal(2, posts(before, "/messages$"))
    assert.are.equal(1, posts(before, "/media$"))
  end)
end)
