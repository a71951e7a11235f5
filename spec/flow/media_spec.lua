-- Files of a Flow's pickers, as another implementation encrypts and serves them.

local core = require "whatsapp.core"
local expect = require "spec.support.expect"
local files = require "spec.support.files"
local flow_client = require "spec.support.flow_client"
local lfs = require "lfs"
local media = require "whatsapp.flow.media"
local server = require "spec.support.server"
local whatsapp = require "whatsapp"

local peer, wa, directory, path

setup(function()
  peer = flow_client.start()
  wa = whatsapp.new { access_token = "token", allow_http = true, retries = 0, rate = false }
  directory = server.make_directory()
  path = directory .. "/file"
end)

teardown(function()
  wa:close()
  peer:stop()
  server.remove_directory(directory)
end)

local function make(size, spoil)
  local made = assert(peer:call("make_file", { size = size, spoil = spoil }))
  made.media.cdn_url = peer.url .. made.media.cdn_url
  return made.media, made.sha256
end

-- The names in the directory.
local function names()
  local found = {}
  for name in lfs.dir(directory) do if name ~= "." and name ~= ".." then found[#found + 1] = name end end
  return table.concat(found, " ")
end

describe("a file of a picker", function()
  after_each(function() os.remove(path) end)

  for _, size in ipairs { 0, 1, 15, 16, 17, 16384 - 16, 16384 - 1, 16384, 16385, 3000001 } do
    it(("of %d bytes is decrypted"):format(size), function()
      local file, sha256 = make(size)
      assert.is_true(assert(media.decrypt(file, path, { client = wa })))
      local text = files.read(path)
      assert.are.equal(size, #text)
      assert.are.equal(sha256, core.hex(core.sha256(text)))
      assert.are.equal("file", names())
      assert.are.equal("rw-------", lfs.attributes(path, "permissions"))
    end)
  end

  it("is no larger than pickers upload", function()
    local MB = 1024 * 1024
    assert.is_true(assert(media.decrypt(make(25 * MB), path, { client = wa })))
    assert.are.equal(25 * MB, lfs.attributes(path, "size"))
    os.remove(path)
    expect.refused("invalid", "media.cdn_url", "more than 25.0 MB, the limit of a Flow's picker",
      media.decrypt(make(25 * MB + 16), path, { client = wa }))
    assert.are.equal("", names())
  end)

  it("takes the place of another only when it is right", function()
    local old = assert(io.open(path, "w"))
    old:write "old"
    old:close()
    assert.is_nil((media.decrypt(make(100, "tag"), path, { client = wa })))
    assert.are.equal("old", files.read(path))
    assert(media.decrypt(make(100), path, { client = wa }))
    assert.are.equal("100 rw-------", #files.read(path) .. " " .. lfs.attributes(path, "permissions"))
  end)

  for spoil, field in pairs {
    tag = "hmac_key", ciphertext = "hmac_key", hmac_key = "hmac_key", iv = "hmac_key", cut = "hmac_key",
    encryption_key = "encryption_key", padding = "encryption_key", encrypted_hash = "encrypted_hash",
    plaintext_hash = "plaintext_hash", short = "encrypted_hash",
  } do
    it(("with a wrong %s is refused, and nothing is there"):format(spoil), function()
      -- Its last byte is 84: no padding ends so.
      local value, err = media.decrypt(make(50000, spoil), path, { client = wa })
      assert.is_nil(value)
      assert.are.equal("protocol rejected media.encryption_metadata." .. field,
        ("%s %s %s"):format(err.kind, err.outcome, err.field))
      assert.is_truthy(err.hint)
      assert.are.equal("", names())
    end)
  end

  it("that is not there is an error of the link", function()
    local file = make(10)
    file.cdn_url = peer.url .. "/file/none"
    local _, err = media.decrypt(file, path, { client = wa })
    assert.are.equal("media media.cdn_url", err.kind .. " " .. err.field)
    file.cdn_url = peer.url:gsub("^http", "https")
    _, err = media.decrypt(file, path)
    assert.are.equal("media.cdn_url", err.field)
    file.cdn_url = peer.url .. "/file/1"
    expect.refused("invalid", "media.cdn_url", "https only", media.decrypt(file, path))
    assert.are.equal("", names())
  end)

  it("says what is wrong with options, and with the environment", function()
    expect.refused("invalid", "allow_http", "unknown key", media.decrypt(make(1), path, { allow_http = true }))
    local script = ([[
      local ok, value, err = pcall(require("whatsapp").flow.decrypt_media, { cdn_url = "https://127.0.0.1:1/",
        encryption_metadata = { encryption_key = %q, hmac_key = "eA==", iv = %q, plaintext_hash = %q,
                                encrypted_hash = %q } }, "none")
      print(ok, value, err.kind, err.field)
    ]]):format(core.base64(("x"):rep(32)), core.base64(("x"):rep(16)), core.base64(("x"):rep(32)),
      core.base64(("x"):rep(32)))
    local name = directory .. "/script.lua"
    local file = assert(io.open(name, "w"))
    file:write(script)
    file:close()
    local pipe = assert(io.popen(("WHATSAPP_API_VERSION=bad %s %s"):format(os.getenv "LUA_BIN" or "lua5.4", name)))
    local printed = pipe:read "*a"
    pipe:close()
    os.remove(name)
    assert.are.equal("true\tnil\tconfig\tWHATSAPP_API_VERSION\n", printed)
  end)

  it("goes where it can be written", function()
    local _, err = media.decrypt(make(10), directory .. "/none/file", { client = wa })
    assert.are.equal("io path", err.kind .. " " .. err.field)
    _, err = media.decrypt(make(10), directory, { client = wa })
    assert.are.equal("io path", err.kind .. " " .. err.field)
    expect.refused("invalid", "path", "NUL", media.decrypt(make(10), "a\0b", { client = wa }))
  end)

  it("is one of the picker's list, fetched through a client", function()
    expect.refused("invalid", "media", "each of its files", media.decrypt({ make(1) }, path))
    for _, client in ipairs { 5, {} } do
      expect.refused("invalid", "client", "whatsapp.new", media.decrypt(make(1), path, { client = client }))
    end
  end)

  it("is described as the picker does", function()
    local function without(name, value)
      local file = make(1)
      file.encryption_metadata[name] = value
      return file
    end
    for name, size in pairs { encryption_key = " of 32", iv = " of 16", plaintext_hash = " of 32",
                              encrypted_hash = " of 32", hmac_key = "" } do
      for _, value in ipairs { false, "", 7, "x", "eA", size ~= "" and "eA==" or "?" } do
        expect.refused("invalid", "media.encryption_metadata." .. name, "must be base64" .. size,
          media.decrypt(without(name, value or nil), path))
      end
    end
    expect.refused("invalid", "media", "must be a table", media.decrypt(nil, path))
    expect.refused("invalid", "media.cdn_url", "not a nil", media.decrypt({}, path))
    expect.refused("invalid", "media.encryption_metadata", "not a nil", media.decrypt({ cdn_url = "https://x" }, path))
    expect.refused("invalid", "path", "not a nil", media.decrypt((make(1))))
    expect.refused("invalid", "options", "must be a table", media.decrypt(make(1), path, "x"))
  end)
end)
