-- The sandbox's resumable upload, and wa.uploads through it, in both modes.

local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local files = require "spec.support.files"

local SIZE = 700000 -- more than nginx keeps in memory

describe("sandbox: uploads", function()
  local box, name, bytes

  setup(function()
    box = assert(sandbox.start { gateway_rate = false })
    name, bytes = os.tmpname(), ("0123456789"):rep(SIZE / 10)
    local file = assert(io.open(name, "wb"))
    file:write(bytes)
    file:close()
  end)

  teardown(function()
    os.remove(name)
    box:stop()
  end)

  before_each(function() box:clear_faults() end)

  local seen = 0

  -- The requests since the last look: method, kind of path, file_offset.
  local function requests()
    local lines, all = {}, assert(box:requests())
    for i = seen + 1, #all do
      local path = all[i].path:match "/v[%d.]+/(.*)$"
      lines[#lines + 1] = ("%s %s %s"):format(all[i].method, path:match "^upload" or path:gsub("^%d+", "APP"),
        all[i].headers.file_offset or "-")
    end
    seen = #all
    return lines
  end

  local function stored()
    return files.read(box.prefix .. "/media/" .. assert(io.popen("ls -t " .. box.prefix .. "/media")):read "*l")
  end

  for _, mode in ipairs { "gateway", "direct" } do
    describe("through " .. mode, function()
      local wa

      setup(function()
        requests()
        wa = whatsapp.new(box:options(mode))
      end)

      teardown(function() wa:close() end)

      it("take a file, and give a handle", function()
        local done = assert(wa.uploads:upload { file = name, type = "image/png" })
        assert.is_truthy(done.handle:find "^4::")
        assert.same({ "GET app -", "POST APP/uploads -", "POST upload 0" }, requests())
        assert.equal(bytes, stored())
        local last = box:requests()[seen]
        assert.same({ offset = 0, size = SIZE }, last.upload)
        assert.equal(mode == "direct" and "OAuth present" or "Bearer present", last.headers.authorization)
      end)

      it("go on where a connection broke", function()
        box:fault { path = "upload:", method = "POST", cut = 300000, times = 2 }
        assert(wa.uploads:upload { file = name, type = "image/png" })
        assert.same({ "POST APP/uploads -", "POST upload 0", "GET upload -", "POST upload 300000",
                      "GET upload -", "POST upload 600000" }, requests())
        assert.equal(bytes, stored())
      end)

      it("are asked for their handle when only the answer was lost", function()
        box:fault { path = "upload:", method = "POST", handled = true, drop = true }
        assert(wa.uploads:upload { data = bytes, type = "image/png" })
        assert.same({ "POST APP/uploads -", "POST upload 0", "GET upload -", "POST upload 700000" }, requests())
      end)

      it("go on after an error that passes", function()
        box:fault { path = "upload:", method = "POST", code = 2 }
        assert(wa.uploads:upload { data = bytes, type = "image/png" })
        assert.same({ "POST APP/uploads -", "POST upload 0", "GET upload -", "POST upload 0" }, requests())
      end)

      it("end with an error that does not", function()
        box:fault { path = "upload:", method = "POST", code = 100 }
        local done, err = wa.uploads:upload { data = bytes, type = "image/png" }
        assert.is_nil(done)
        assert.equal(100, err.code)
        assert.same({ "POST APP/uploads -", "POST upload 0" }, requests())
      end)
    end)
  end

  describe("refuse", function()
    local wa

    setup(function() wa = whatsapp.new(box:options "direct") end)
    teardown(function() wa:close() end)

    local function refused(code, method, path, request)
      local answer, err = wa:request(method, path, request)
      assert.is_nil(answer)
      assert.equal(code, err.code, tostring(err))
    end

    local function session(query)
      return assert(wa:request("POST", box.app_id .. "/uploads",
        { query = query or { file_length = 3, file_type = "image/png" } })).id
    end

    it("what cannot become a header", function()
      refused(100, "POST", box.app_id .. "/uploads", { query = { file_length = 3, file_type = "text/plain" } })
      refused(100, "POST", box.app_id .. "/uploads", { query = { file_length = 0, file_type = "image/png" } })
      refused(100, "POST", box.app_id .. "/uploads", { query = { file_type = "image/png" } })
    end)

    it("a session without its signature, or another scheme than its own", function()
      refused(100, "GET", session():match "^[^?]*")
      refused(190, "GET", session())
    end)
  end)
end)
