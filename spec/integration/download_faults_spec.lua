-- A download that fails leaves no half file behind, and the token goes nowhere
-- but to the client's own origin.

local lfs = require "lfs"
local whatsapp = require "whatsapp"

local server = require "spec.support.server"

local TOKEN = "EAAsecretTokenThatMustNotShow"
local MEDIA_ID = "1166846181421424"
local LUA = os.getenv "LUA_BIN" or (jit and "luajit") or _VERSION:lower():gsub(" ", "")

local faults, other, directory

-- A client whose media have their bytes at a path of the same or another server.
local function client(path, where, more)
  local options = { access_token = TOKEN, phone_number_id = "106540352242922",
    base_url = ("%s/media/127.0.0.1:%d/%s"):format(faults.url, (where or faults).port, path),
    rate = false, retries = 0, timeout = 10 }
  for name, value in pairs(more or {}) do options[name] = value end
  return whatsapp.new(options)
end

local function files()
  local found = {}
  for name in lfs.dir(directory) do
    if name ~= "." and name ~= ".." then found[#found + 1] = name end
  end
  return found
end

setup(function()
  faults, other = server.start_fault_server(), server.start_fault_server()
end)

teardown(function()
  faults:stop()
  other:stop()
end)

before_each(function() directory = server.make_directory() end)
after_each(function() server.remove_directory(directory) end)

local function size_of(path)
  return lfs.attributes(path, "size")
end

describe("a download", function()
  it("writes the whole file", function()
    local path = directory .. "/a.pdf"
    assert(client("huge/300000").media:download(MEDIA_ID, path))
    assert.are.equal(300000, size_of(path))
    assert.are.same({ "a.pdf" }, files())
  end)

  it("without a path returns the bytes", function()
    local bytes = assert(client("huge/300000").media:download(MEDIA_ID))
    assert.are.equal(("x"):rep(300000), bytes)
  end)

  -- What the server does, and what it is to the caller.
  local cases = {
    { "truncate", "network" },
    { "drop-after-read", "network" },
    { "stall", "timeout", { stall_timeout = 1 } },
    { "stall-body", "timeout", { stall_timeout = 1 } },
    { "garbage", "protocol" },
    { "html", "gateway" },
    { "status/404", "not_found" },
    { "redirect/302/127.0.0.1:1/ok", "protocol" },
  }
  for _, case in ipairs(cases) do
    local path, kind, options = case[1], case[2], case[3]
    it(("from a server that does %s: %s, and no file"):format(path, kind), function()
      local wa = client(path, nil, options)
      local info, err = wa.media:download(MEDIA_ID, directory .. "/a.pdf")
      assert.is_nil(info)
      assert.are.equal(kind, err.kind, tostring(err))
      assert.are.same({}, files())
    end)
  end

  it("that fails leaves the file that was there", function()
    local path = directory .. "/a.pdf"
    local file = assert(io.open(path, "w"))
    file:write("old")
    file:close()
    assert.is_nil((client("truncate").media:download(MEDIA_ID, path)))
    assert.are.equal(3, size_of(path))
    assert.are.same({ "a.pdf" }, files())
  end)

  it("into a directory that is not there: io", function()
    local _, err = client("huge/10").media:download(MEDIA_ID, directory .. "/none/a.pdf")
    assert.are.equal("io", err.kind)
  end)

  it("from another host goes without the token", function()
    client("huge/10", other).media:download(MEDIA_ID, directory .. "/a.pdf")
    for _, request in ipairs(other:log()) do
      assert.is_nil(request.headers.authorization)
    end
  end)

  -- A file limit stands in for the full disk; it counts blocks of 512 or 1024
  -- bytes, and without the trap its signal would end the process.
  it("onto a full disk: io, and no file", function()
    local program = ([[
      package.path, package.cpath = %q, %q
      local wa = require("whatsapp").new { access_token = "x", phone_number_id = "1",
        base_url = %q, rate = false, retries = 0 }
      local info, err = wa.media:download(%q, %q)
      print(info, err and err.kind)
    ]]):format(package.path, package.cpath, ("%s/media/127.0.0.1:%d/huge/300000"):format(
      faults.url, faults.port), MEDIA_ID, directory .. "/a.pdf")
    local script = server.make_directory() .. "/download.lua"
    local file = assert(io.open(script, "w"))
    file:write(program)
    file:close()
    local pipe = assert(io.popen(("trap '' XFSZ; ulimit -f 100; exec %s %s"):format(
      LUA, script)))
    local said = pipe:read("*a")
    pipe:close()
    server.remove_directory((script:gsub("/[^/]*$", "")))
    assert.are.equal("nil\tio\n", said)
    assert.are.same({}, files())
  end)
end)
