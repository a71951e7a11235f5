-- The resumable upload over a real socket: whole, broken off, and hopeless.

local whatsapp = require "whatsapp"

local expect = require "spec.support.expect"
local server = require "spec.support.server"

local APP = "700000000000001"
local SIZE = 40000

describe("an upload", function()
  local faults, directory, bytes

  setup(function()
    faults, directory = server.start_fault_server(), server.make_directory()
    local pieces = {}
    for i = 1, SIZE / 8 do pieces[i] = ("%08d"):format(i) end
    bytes = table.concat(pieces)
    local file = assert(io.open(directory .. "/promo.png", "wb"))
    file:write(bytes)
    file:close()
  end)

  teardown(function()
    faults:stop()
    server.remove_directory(directory)
  end)

  -- A client for which the first `times` transfers break after `size` bytes.
  local function client(size, times, more)
    local options = { access_token = "EAAtheToken", rate = false, timeout = 10, retries = 3,
                      base_url = ("%s/upload/%d-%d"):format(faults.url, size, times) }
    for name, value in pairs(more or {}) do options[name] = value end
    return whatsapp.new(options)
  end

  local seen = 0

  -- The requests since the last look.
  local function requests()
    local log, new = faults:log "upload", {}
    for i = seen + 1, #log do new[#new + 1] = log[i] end
    seen = #log
    return new
  end

  local function described(list)
    local lines = {}
    for i, request in ipairs(list) do
      lines[i] = ("%s %s %s"):format(request.method, request.path:match "/v23%.0/(.*)$",
        request.headers.file_offset or "-")
    end
    return lines
  end

  before_each(requests)

  local sources = {
    file = function() return { file = directory .. "/promo.png", filename = "a.png" } end,
    data = function() return { data = bytes, type = "image/png", filename = "a.png" } end,
  }
  local SESSION = "upload:MTphaPT8="

  for name, source in pairs(sources) do
    it("of " .. name .. " goes into a session of the token's app", function()
      local done = assert(client(0, 0).uploads:upload(source()))
      assert.equal("4::" .. bytes, done.handle)
      local list = requests()
      assert.same({ "GET app -", "POST " .. APP .. "/uploads -", "POST " .. SESSION .. " 0" }, described(list))
      assert.equal("file_length=40000&file_name=a.png&file_type=image%2Fpng", list[2].query)
      assert.equal("Bearer EAAtheToken", list[2].headers.authorization)
      assert.equal("OAuth EAAtheToken", list[3].headers.authorization)
      assert.equal("40000", list[3].headers["content-length"])
      assert.equal("application/octet-stream", list[3].headers["content-type"])
    end)

    it("of " .. name .. " goes on from where it broke off", function()
      local done = assert(client(9000, 2, { app_id = APP }).uploads:upload(source()))
      assert.equal("4::" .. bytes, done.handle)
      local list = requests()
      assert.same({ "POST " .. APP .. "/uploads -", "POST " .. SESSION .. " 0", "GET " .. SESSION .. " -",
                    "POST " .. SESSION .. " 9000", "GET " .. SESSION .. " -", "POST " .. SESSION .. " 18000" },
        described(list))
      assert.equal("OAuth EAAtheToken", list[3].headers.authorization)
      assert.equal("22000", list[6].headers["content-length"])
    end)

    it("of " .. name .. " whose last answer was lost asks for it without a byte", function()
      local done = assert(client(SIZE, 1, { app_id = APP }).uploads:upload(source()))
      assert.equal("4::" .. bytes, done.handle)
      local list = requests()
      assert.equal("POST " .. SESSION .. " 40000", described(list)[4])
      assert.equal("0", list[4].headers["content-length"])
    end)
  end

  it("is given up after as many tries as the client makes", function()
    local done, err = client(100, 9, { app_id = APP, retries = 1 }).uploads:upload(sources.file())
    assert.is_nil(done)
    assert.equal("network, unknown", err.kind .. ", " .. err.outcome)
    assert.equal(4, #requests())
    assert.is_nil((client(100, 9, { app_id = APP }).uploads:upload(sources.file(), { retries = 0 })))
    assert.equal(2, #requests())
  end)

  it("asks for the app once", function()
    local wa = client(0, 0)
    assert(wa.uploads:upload(sources.data()))
    assert(assert(wa:with { timeout = 5 }).uploads:upload(sources.data()))
    assert.equal(5, #requests())
  end)

  it("through the gateway keeps to its key's scheme", function()
    local wa = whatsapp.new { app_id = APP, api_key = "key-1", rate = false,
                              base_url = faults.url .. "/upload/0-0/whatsapp-business" }
    assert(wa.uploads:upload(sources.data()))
    for _, request in ipairs(requests()) do assert.equal("Bearer key-1", request.headers.authorization) end
  end)

  it("through a gateway that does not pass it on says what to do", function()
    for _, status in ipairs { 404, 403, 500 } do
      local wa = whatsapp.new { api_key = "key-1", app_id = APP, rate = false, retries = 0,
                                base_url = ("%s/status/%d/whatsapp-business"):format(faults.url, status) }
      local done, err = wa.uploads:upload(sources.data())
      assert.is_nil(done)
      assert.is_truthy(err.hint:find("access_token = …", 1, true), tostring(err))
    end
  end)

  it("without an app names the option", function()
    local wa = whatsapp.new { access_token = "t", rate = false, retries = 0,
                              base_url = faults.url .. "/status/400/190" }
    local done, err = wa.uploads:upload(sources.data())
    assert.is_nil(done)
    assert.equal("config, app_id", err.kind .. ", " .. err.field)
    assert.is_truthy(err.hint:find("WHATSAPP_APP_ID", 1, true))
    wa = whatsapp.new { access_token = "t", rate = false, retries = 0, base_url = faults.url .. "/json/%7B%7D" }
    done, err = wa.uploads:upload(sources.data())
    assert.is_nil(done)
    assert.equal("config, app_id", err.kind .. ", " .. err.field)
  end)

  for name, answer in pairs {
    ["no session"] = "{}", ["a session elsewhere"] = '{"id":"https://evil.example/upload:x"}',
    ["a session with a path"] = '{"id":"upload:../x"}', ["a session with a line"] = '{"id":"upload:a\\nb"}',
  } do
    it("is not sent to " .. name, function()
      local json = answer:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end)
      local wa = whatsapp.new { access_token = "t", app_id = APP, rate = false, retries = 0,
                                base_url = faults.url .. "/json/" .. json }
      local n = #faults:log "json"
      local done, err = wa.uploads:upload(sources.data())
      assert.is_nil(done)
      assert.equal("protocol", err.kind)
      assert.equal(n + 1, #faults:log "json")
    end)
  end

  it("is refused before a byte is sent when it is no such file", function()
    local wa = client(0, 0)
    expect.refused("invalid", "file", "needs one of file, data and fetch", wa.uploads:upload {})
    expect.refused("invalid", "data", "type", wa.uploads:upload { data = "x" })
    expect.refused("invalid", "data", "allowed are application/pdf",
      wa.uploads:upload { data = "x", type = "text/plain" })
    expect.refused("invalid", "data", "may have 5242880",
      wa.uploads:upload { data = ("x"):rep(5 * 1024 * 1024 + 1), type = "image/png" })
    expect.refused("io", "file", "cannot open", wa.uploads:upload "nowhere.png")
    expect.refused("io", "file", "it is a link: give { fetch = … }", wa.media:upload "https://example.com/a.png")
    expect.refused("invalid", "retries", "whole number",
      wa.uploads:upload({ data = "x", type = "image/png" }, { retries = -1 }))
    assert.equal(0, #requests())
  end)
end)
