-- A link that is fetched here and uploaded: what its server says and does, and
-- that it is told nothing of ours.

local child = require "spec.support.child"
local expect = require "spec.support.expect"
local lfs = require "lfs"
local server = require "spec.support.server"
local whatsapp = require "whatsapp"

local content = require "spec.support.content"

local SIZE = 20000
local UPLOADED = "json/%7B%22id%22%3A%221166846181421424%22%2C%22messages%22%3A%5B%7B%22id%22%3A%22wamid.x%22%7D%5D%7D"

local faults, other

setup(function() faults, other = server.start_fault_server(), server.start_fault_server() end)
teardown(function()
  faults:stop()
  other:stop()
end)

local function client(more)
  local options = { api_key = "key-that-nobody-may-see", connection = "connection-1", rate = false, retries = 0,
                    phone_number_id = "106540352242922", base_url = faults.url .. "/" .. UPLOADED,
                    control_url = faults.url, allow_http = true, timeout = 10 }
  for name, value in pairs(more or {}) do options[name] = value end
  return whatsapp.new(options)
end

local serial = 0

-- A link that no other test uses.
local function link(query, where, size, name)
  serial = serial + 1
  return ("%s/file/%d/%s?n=%d&%s"):format((where or other).url, size or SIZE, name or "a.pdf", serial, query or "")
end

-- What came to the other server, or to ours, for a link.
local function requests(url, where)
  local found = {}
  for _, request in ipairs((where or other):log "file") do
    if url:sub(-#request.query) == request.query then found[#found + 1] = request end
  end
  return found
end

-- The last form that was uploaded: its text.
local function uploaded()
  local log = faults:log "json"
  for i = #log, 1, -1 do
    if log[i].path:find "/media$" then return log[i].body end
  end
end

local function upload_count()
  local count = 0
  for _, request in ipairs(faults:log "json") do
    if request.path:find "/media$" then count = count + 1 end
  end
  return count
end

describe("a link", function()
  it("is fetched and its bytes uploaded", function()
    assert.are.equal("1166846181421424", assert(client().media:upload { fetch = link() }).id)
    local form = uploaded()
    assert.is_truthy(form:find(content(SIZE), 1, true))
    assert.is_truthy(form:find('filename="a.pdf"', 1, true))
    assert.is_truthy(form:find("Content-Type: application/pdf", 1, true))
  end)

  it("can be the file of a message, whose document bears its name", function()
    local wa = client()
    assert(wa:send { to = "+15551234567",
      document = { fetch = link(nil, nil, nil, "Price%20list.pdf"), caption = "New" } })
    local log = faults:log "json"
    local body = log[#log].body
    assert.is_truthy(body:find('"id":"1166846181421424"', 1, true))
    assert.is_truthy(body:find('"filename":"Price list.pdf"', 1, true))
    assert.is_nil(body:find("fetch", 1, true))
  end)

  it("is told neither credential nor connection, be it on our own server", function()
    for _, where in ipairs { faults, other } do
      local url = link(nil, where)
      assert(client().media:upload { fetch = url })
      local seen = requests(url, where)
      assert.are.equal(1, #seen)
      for name, value in pairs(seen[1].headers) do
        assert.is_nil(value:find("key-that-nobody-may-see", 1, true), name)
        assert.is_true(name ~= "authorization" and name ~= "maton-connection", name)
      end
    end
  end)

  it("is followed, at most five times", function()
    local function leading(times)
      local url = link()
      for _ = 1, times do
        url = link("to=" .. url:gsub("[^%w]", function(c) return ("%%%02X"):format(c:byte()) end))
      end
      return url
    end
    assert(client().media:upload { fetch = leading(2) })
    local before, circle = upload_count(), link "to=self"
    expect.refused("invalid", "image.fetch", "redirects more than 5 times",
      client():send { to = "+15551234567", image = { fetch = circle } })
    assert.are.equal(6, #requests(circle))
    assert.are.equal(before, upload_count())
  end)

  it("goes on where it broke off", function()
    local url = link "cut=5000"
    assert(client { retries = 2 }.media:upload { fetch = url })
    assert.is_truthy(uploaded():find(content(SIZE), 1, true))
    assert.are.equal("bytes=5000-", requests(url)[2].headers.range)
  end)

  it("must be https, unless allow_http says otherwise, also where it leads", function()
    local wa = client { allow_http = false }
    local url = link()
    expect.refused("invalid", "image.fetch", "must be https",
      wa:send { to = "+15551234567", image = { fetch = url } })
    expect.refused("invalid", "fetch", "must be https", wa.media:upload { fetch = url })
    assert.are.equal(0, #requests(url))
    for _, odd in ipairs { "ftp://example.com/a.png", "file:///etc/passwd", "/etc/passwd", "example.com/a.png" } do
      expect.refused("invalid", "fetch", "must be a link", wa.media:upload { fetch = odd })
    end
    expect.refused("invalid", "fetch", "user or password", wa.media:upload { fetch = "https://a:b@example.com/a.png" })
    expect.refused("invalid", "fetch", "", client().media:upload { fetch = link "to=ftp%3A%2F%2F127.0.0.1%2Fa.png" })
  end)
end)

describe("what is behind a link", function()
  local function send(kind, query, size, name, more)
    local value = { fetch = link(query, nil, size, name) }
    for key, item in pairs(more or {}) do value[key] = item end
    return client():send { to = "+15551234567", [kind] = value }
  end

  it("is what its server says, else what its name or its owner says", function()
    assert(send("image", "type=image/png", nil, "x"))
    assert(send("image", "type=application/octet-stream", nil, "x.jpeg"))
    assert(send("image", "type=text/html", nil, "x", { type = "image/png" }))
    expect.refused("invalid", "image.fetch", "text/html cannot be sent as image", send("image", "type=text/html"))
    expect.refused("invalid", "image.fetch", "tells no content type",
      send("image", "type=application/octet-stream", nil, "x.unknown"))
  end)

  it("must fit, as announced and as it comes", function()
    local before = upload_count()
    for _, query in ipairs { "type=image/webp", "type=image/webp&length=no" } do
      local url = link(query, nil, 600 * 1024)
      expect.refused("invalid", "sticker.fetch", "has more than 500.0 KB, the limit of sticker",
        client():send { to = "+15551234567", sticker = { fetch = url } })
    end
    expect.refused("invalid", "fetch", "may have 5242880",
      client().media:upload { fetch = link("type=image/png", nil, 5 * 1024 * 1024 + 1) })
    expect.refused("invalid", "fetch", "the file is empty", client().media:upload { fetch = link("", nil, 0) })
    assert.are.equal(before, upload_count())
  end)

  it("is looked at as a local file is", function()
    expect.refused("invalid", "audio.fetch", "no Ogg file with Opus",
      send("audio", "type=audio/ogg", nil, "v.ogg", { voice = true }))
    expect.refused("invalid", "sticker.fetch", "no WebP file", send("sticker", "type=image/webp"))
  end)

  it("may not be there, and then nothing of ours has happened", function()
    for _, status in ipairs { 401, 403, 404, 410, 500 } do
      local _, err = client():send { to = "+15551234567", image = { fetch = link("status=" .. status .. "&times=9") } }
      assert.are.equal("media image.fetch not_sent", ("%s %s %s"):format(err.kind, err.field, err.outcome))
      assert.are.equal(status, err.status)
      assert.matches("answers HTTP " .. status, err.message)
    end
    local ports = server.free_ports { "nobody" }
    local _, err = client().media:upload { fetch = ("http://127.0.0.1:%d/a.png"):format(ports.nobody) }
    assert.are.equal("network fetch not_sent", ("%s %s %s"):format(err.kind, err.field, err.outcome))
    assert.are.equal("check the link, the network and the proxy", err.hint)
    _, err = client { stall_timeout = 1 }.media:upload { fetch = other.url .. "/stall-body" }
    assert.are.equal("timeout fetch not_sent", ("%s %s %s"):format(err.kind, err.field, err.outcome))
    _, err = client().media:upload { fetch = other.url .. "/refused/400/%7B%22error%22%3A%7B%22code%22%3A190%7D%7D" }
    assert.are.equal("media nil", ("%s %s"):format(err.kind, tostring(err.code)))
  end)

  it("leaves no temporary file", function()
    local directory = server.make_directory()
    local output = child.run(([[
      local wa = whatsapp.new { api_key = "key", phone_number_id = "1", rate = false, retries = 0,
                                base_url = %q, control_url = %q, allow_http = true }
      print((wa.media:upload { fetch = %q }).id, select(2, wa.media:upload { fetch = %q }).kind)
      posix.exit(0)
    ]]):format(faults.url .. "/" .. UPLOADED, faults.url, link(), link "cut=100&times=9"),
      nil, "TMPDIR=" .. directory)
    assert.are.equal("1166846181421424\tnetwork\n", output)
    for name in lfs.dir(directory) do assert.is_true(name == "." or name == "..", name) end
    server.remove_directory(directory)
  end)

  it("says where its temporary file would have been", function()
    local output = child.run(([[
      local wa = whatsapp.new { api_key = "key", phone_number_id = "1", rate = false, retries = 0,
                                base_url = %q, control_url = %q, allow_http = true }
      local _, err = wa.media:upload { fetch = %q }
      print(err.kind, err.outcome, err.hint:match "TMPDIR")
      posix.exit(0)
    ]]):format(faults.url .. "/" .. UPLOADED, faults.url, link()), nil, "TMPDIR=/nonexistent")
    assert.are.equal("io\tnot_sent\tTMPDIR\n", output)
  end)

  it("is built into no payload before", function()
    expect.invalid("image.fetch", "must be uploaded first", { to = "+15551234567", image = { fetch = link() } })
  end)

  it("is told how far it is: first down, then up", function()
    local seen = {}
    assert(client().media:upload({ fetch = link() }, { on_progress = function(done, total)
      seen[#seen + 1] = ("%d/%s"):format(done, tostring(total))
    end }))
    assert.is_true(#seen >= 2)
    local whole = ("%d/%d"):format(SIZE, SIZE)
    assert.are.equal(whole, seen[#seen])
    assert.are.equal(whole, seen[1])
  end)
end)
