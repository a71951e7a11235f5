-- A download is checked, goes on where it broke off, and says how far it is.

local core = require "whatsapp.core"
local lfs = require "lfs"
local whatsapp = require "whatsapp"

local content = require "spec.support.content"
local files = require "spec.support.files"
local json = require "whatsapp.json"
local native = require "whatsapp.loop.native"
local server = require "spec.support.server"

local MEDIA_ID = "1166846181421424"
local SIZE = 300000
local DIGEST = core.sha256(content(SIZE))

local faults, directory

setup(function() faults = server.start_fault_server() end)
teardown(function() faults:stop() end)
before_each(function() directory = server.make_directory() end)
after_each(function() server.remove_directory(directory) end)

local serial = 0

-- The url of a file that no other test asks for.
local function url_of(query, size)
  serial = serial + 1
  return ("%s/file/%d?n=%d&%s"):format(faults.url, size or SIZE, serial, query or "")
end

-- A client to whom every media id is described like this.
local function client(description, options)
  local text = json.encode(description):gsub("[^%w]", function(char)
    return ("%%%02X"):format(char:byte())
  end)
  options = options or {}
  local settings = { access_token = not options.api_key and "token" or nil, rate = false,
                     phone_number_id = "106540352242922",
                     base_url = ("%s/json/%s"):format(faults.url, text), timeout = 10 }
  for name, value in pairs(options) do settings[name] = value end
  return whatsapp.new(settings)
end

local function described(url, more)
  local description = { id = MEDIA_ID, url = url, mime_type = "application/pdf",
                        sha256 = core.base64(DIGEST), file_size = tostring(SIZE) }
  for name, value in pairs(more or {}) do description[name] = value or nil end
  return description
end

-- What was asked for at a url.
local function requests(url)
  local found = {}
  for _, request in ipairs(faults:log "file") do
    if url:sub(-#request.query) == request.query then found[#found + 1] = request end
  end
  return found
end

-- Both ways to download: what came, or nil, err.
local ways = {
  ["to a file"] = function(wa, options)
    local path = directory .. "/a.pdf"
    local info, err = wa.media:download(MEDIA_ID, path, options)
    if not info then return nil, err end
    return files.read(path), info
  end,
  ["into memory"] = function(wa, options) return wa.media:download(MEDIA_ID, options) end,
}

local function entries()
  local found = {}
  for name in lfs.dir(directory) do
    if name ~= "." and name ~= ".." then found[#found + 1] = name end
  end
  return found
end

for way, download in pairs(ways) do
  describe("a download " .. way, function()
    local forms = {
      hex = core.hex(DIGEST), ["hex in capitals"] = core.hex(DIGEST):upper(),
      base64 = core.base64(DIGEST), ["base64 without padding"] = core.base64(DIGEST):gsub("=", ""),
    }
    for form, digest in pairs(forms) do
      it("is checked against a sha256 in " .. form, function()
        local bytes, info = download(client(described(url_of(), { sha256 = digest })))
        assert.is_true(bytes == content(SIZE), tostring(info))
        assert.are.equal(digest, info.sha256)
      end)
    end

    it("is not handed over when the sha256 is another's", function()
      for _, digest in ipairs { core.sha256 "another", DIGEST:reverse() } do
        local url = url_of()
        local bytes, err = download(client(described(url, { sha256 = core.hex(digest) })))
        assert.is_nil(bytes)
        assert.are.equal("protocol", err.kind)
        assert.matches("SHA%-256", err.message)
        assert.are.equal(1, #requests(url))
        assert.are.same({}, entries())
      end
    end)

    it("is refused when the sha256 is none", function()
      for _, text in ipairs { "", "abc", ("zz"):rep(32), core.base64 "short", 12 } do
        local url = url_of()
        local bytes, err = download(client(described(url, { sha256 = text })))
        assert.is_nil(bytes)
        assert.are.equal("protocol", err.kind)
        assert.are.equal(0, #requests(url))
      end
    end)

    it("needs neither sha256 nor size", function()
      local bytes = download(client(described(url_of(), { sha256 = false, file_size = false })))
      assert.is_true(bytes == content(SIZE))
    end)

    it("is not handed over when it is not as long as Graph says", function()
      for _, size in ipairs { SIZE - 1, SIZE + 1 } do
        local bytes, err = download(client(described(url_of(),
          { sha256 = false, file_size = tostring(size) }), { retries = 0 }))
        assert.is_nil(bytes)
        assert.are.equal("protocol", err.kind, tostring(err))
        assert.are.same({}, entries())
      end
    end)

    it("goes on where it broke off", function()
      local url = url_of "cut=100000&times=2"
      local bytes, err = download(client(described(url)))
      assert.is_true(bytes == content(SIZE), tostring(err))
      local ranges = {}
      for i, request in ipairs(requests(url)) do ranges[i] = request.headers.range or "all" end
      assert.are.same({ "all", "bytes=100000-", "bytes=200000-" }, ranges)
      assert.are.equal('"1"', requests(url)[2].headers["if-range"])
    end)

    it("goes on where it broke off without a length", function()
      local url = url_of "cut=100000&length=no"
      local bytes, err = download(client(described(url)))
      assert.is_true(bytes == content(SIZE), tostring(err))
      assert.are.equal("bytes=100000-", requests(url)[2].headers.range)
    end)

    it("goes on without a validator, since the sha256 tells", function()
      for _, etag in ipairs { "none", "weak" } do
        local url = url_of("cut=100000&etag=" .. etag)
        assert.is_true(download(client(described(url))) == content(SIZE))
        assert.are.equal("bytes=100000-", requests(url)[2].headers.range)
        assert.is_nil(requests(url)[2].headers["if-range"])
      end
    end)

    it("begins anew where it cannot know that it is the same file", function()
      local url = url_of "cut=100000&etag=none"
      assert.is_true(download(client(described(url, { sha256 = false }))) == content(SIZE))
      assert.is_nil(requests(url)[2].headers.range)
    end)

    it("begins anew where ranges are not known, or the file is another", function()
      for _, query in ipairs { "cut=100000&range=no", "cut=100000&etag=new", "cut=100000&range=gone" } do
        assert.is_true(download(client(described(url_of(query)))) == content(SIZE), query)
      end
    end)

    it("takes no part but the one that it asked for", function()
      local bytes, err = download(client(described(url_of "cut=100000&range=shifted")))
      assert.is_nil(bytes)
      assert.are.equal("protocol", err.kind)
      assert.are.same({}, entries())
    end)

    it("gives up after its retries", function()
      local url = url_of "cut=1000&times=99"
      local bytes, err = download(client(described(url), { retries = 2 }))
      assert.is_nil(bytes)
      assert.are.equal("network", err.kind)
      assert.are.equal(3, #requests(url))
      assert.are.same({}, entries())
    end)

    it("gives up at its deadline", function()
      local url = url_of "cut=1000&times=99"
      local bytes, err = download(client(described(url), { retries = 20 }), { deadline = 1 })
      assert.is_nil(bytes)
      assert.is_true(err.kind == "network" or err.kind == "timeout", tostring(err))
      assert.is_true(#requests(url) < 10)
    end)

    it("has the url named anew, once, when it has expired", function()
      for _, status in ipairs { 401, 404 } do
        local url = url_of("status=" .. status)
        assert.is_true(download(client(described(url))) == content(SIZE))
        assert.are.equal(2, #requests(url))
      end
      local url = url_of "status=404&times=9"
      local bytes, err = download(client(described(url)))
      assert.is_nil(bytes)
      assert.are.equal("not_found", err.kind)
      assert.are.equal(2, #requests(url))
    end)

    it("tells why it cannot be had through the gateway", function()
      local bytes, err = download(client(described(url_of "status=404&times=9"),
        { api_key = "key", control_url = faults.url }))
      assert.is_nil(bytes)
      assert.matches("access_token", err.hint)
    end)

    it("tells who refuses it: the media host, which owes no JSON", function()
      local refusals = { [401] = "auth", [403] = "permission", [500] = "gateway" }
      for _, options in ipairs { {}, { api_key = "key", control_url = faults.url } } do
        options.retries = 0
        for status, kind in pairs(refusals) do
          local bytes, err = download(client(described(url_of("status=" .. status .. "&times=9")), options))
          assert.is_nil(bytes)
          assert.are.equal(kind, err.kind)
          assert.are.equal(status, err.status)
          for _, word in ipairs { "API key", "JSON", "OAuth", "connection" } do
            assert.is_nil(tostring(err):find(word, 1, true), tostring(err))
          end
          if status < 500 then
            assert.matches("media host", err.message)
            assert.matches("access_token", err.hint)
          end
        end
      end
    end)
  end)

  describe("the progress of a download " .. way, function()
    local seen

    local function note(done, total) seen[#seen + 1] = { done = done, total = total } end

    local function check(size)
      assert.is_true(#seen >= 1)
      for i = 2, #seen do assert.is_true(seen[i].done >= seen[i - 1].done) end
      assert.are.same({ done = size, total = size }, seen[#seen])
    end

    before_each(function() seen = {} end)

    it("ends with the whole, and counts what was there before", function()
      assert(download(client(described(url_of())), { on_progress = note }))
      check(SIZE)
      seen = {}
      assert(download(client(described(url_of "cut=100000"), { on_progress = note })))
      check(SIZE)
    end)

    it("is told while bytes move, now and then", function()
      local url = faults.url .. "/drip/40"
      local description = { id = MEDIA_ID, url = url }
      assert.are.equal(40, #download(client(description), { on_progress = note }))
      check(40)
      assert.is_true(#seen > 1 and #seen < 40, #seen .. " calls")
    end)

    it("harms nothing when it raises", function()
      local calls = 0
      local bytes = download(client(described(url_of())), { on_progress = function()
        calls = calls + 1
        error "oops, as this spec wants it"
      end })
      assert.is_true(bytes == content(SIZE))
      assert.is_true(calls > 0)
    end)
  end)
end

describe("downloads in parallel", function()
  it("are told of one by one, and hold nobody up", function()
    local slow = client { id = MEDIA_ID, url = faults.url .. "/drip/40" }
    local fast = client(described(url_of()))
    local seen, ended = {}, {}
    local _, errors = whatsapp.parallel(4, { slow, fast, slow, fast }, function(wa, i)
      seen[i] = {}
      local bytes, err = wa.media:download(MEDIA_ID, { on_progress = function(done)
        seen[i][#seen[i] + 1] = done
      end })
      ended[#ended + 1] = i
      return bytes, err
    end)
    assert.are.same({}, errors)
    for i, size in ipairs { 40, SIZE, 40, SIZE } do
      assert.are.equal(size, seen[i][#seen[i]])
      for n = 2, #seen[i] do assert.is_true(seen[i][n] >= seen[i][n - 1]) end
    end
    assert.is_true(#seen[1] > 1 and #seen[3] > 1)
    if native.suspends then assert.is_true(ended[1] % 2 == 0 and ended[2] % 2 == 0) end
  end)
end)
