-- RSA keys and the ciphers they unwrap: what is read, what is refused, and that
-- nobody is asked for a passphrase. That the bytes are right, spec/flow checks.

local child = require "spec.support.child"
local core = require "whatsapp.core"
local flow_client = require "spec.support.flow_client"
local server = require "spec.support.server"

local peer, plain, locked

setup(function()
  peer = flow_client.start()
  plain = peer:call("make_key", {})
  locked = peer:call("make_key", { passphrase = "open sesame" })
end)

teardown(function() peer:stop() end)

local function refused(field, words, key, err)
  assert.is_nil(key)
  assert.are.equal(("invalid, not_sent, %s"):format(field),
    ("%s, %s, %s"):format(err.kind, err.outcome, tostring(err.field)))
  assert.is_truthy(err.message:find(words, 1, true), err.message)
end

describe("a private key", function()
  it("is read in every form of PEM, with or without a passphrase", function()
    for _, form in ipairs {
      {}, { type = "pkcs1" }, { bits = 3072 }, { bits = 4096 },
      { passphrase = "p" }, { type = "pkcs1", passphrase = "p" }, { passphrase = "p", cipher = "des-ede3-cbc" },
      { passphrase = ("long"):rep(200) }, { passphrase = "pass\0word" },
    } do
      local pair = assert(peer:call("make_key", form))
      local key = assert(core.private_key { pem = pair.privateKey, passphrase = form.passphrase })
      assert.are.equal(pair.publicKey, key:public_pem())
    end
  end)

  it("is read from a file, too", function()
    local directory = server.make_directory()
    local path = directory .. "/key.pem"
    local file = assert(io.open(path, "w"))
    file:write(locked.privateKey)
    file:close()
    local key = core.private_key { path = path, passphrase = "open sesame" }
    refused("passphrase", "does not open", core.private_key { path = path, passphrase = "open" })
    local _, err = core.private_key { path = directory .. "/none.pem" }
    local _, not_file = core.private_key { path = directory }
    server.remove_directory(directory)
    assert.are.equal(locked.publicKey, key:public_pem())
    assert.are.equal("io, private_key", err.kind .. ", " .. err.field)
    assert.are.equal("io", not_file.kind)
    refused("private_key", "NUL", core.private_key { path = "a\0b" })
    refused("private_key", "longer than", core.private_key { path = "/dev/zero" })
  end)

  it("that is encrypted wants its passphrase", function()
    refused("passphrase", "is missing", core.private_key { pem = locked.privateKey })
    refused("passphrase", "does not open", core.private_key { pem = locked.privateKey, passphrase = "" })
    refused("passphrase", "does not open", core.private_key { pem = locked.privateKey, passphrase = "open sesam" })
    refused("passphrase", "does not open",
      core.private_key { pem = locked.privateKey, passphrase = ("x"):rep(5000) })
    assert(core.private_key { pem = plain.privateKey, passphrase = "not needed" })
  end)

  it("is never asked for on the terminal", function()
    local said, status = child.run(([[
      local key, err = core.private_key { pem = %q }
      io.write(tostring(key), " ", err.field)]]):format(locked.privateKey))
    assert.are.equal("nil passphrase 0", said .. " " .. status)
  end)

  it("is RSA of a decent size, whole, and private", function()
    for words, pem in pairs {
      ["this key has 1024 bits"] = peer:call("make_key", { bits = 1024 }).privateKey,
      ["of 2048 to 4096"] = peer:call("make_key", { bits = 1536 }).privateKey,
      ["is no RSA"] = peer:call("make_key", { kind = "ec" }).privateKey,
      ["no private key in PEM"] = plain.publicKey,
      ["is no private key"] = plain.privateKey:sub(1, 800),
      ["in PEM"] = "",
      ["longer than 65536"] = ("x"):rep(65537),
    } do
      refused("private_key", words, core.private_key { pem = pem })
    end
  end)
end)

describe("a public key", function()
  it("is read, and never a private one", function()
    assert.are.equal(plain.publicKey, core.public_key(plain.publicKey):public_pem())
    refused("public_key", "in PEM", core.public_key(plain.privateKey))
    refused("public_key", "1024 bits", core.public_key(peer:call("make_key", { bits = 1024 }).publicKey))
  end)

  it("wraps, and cannot unwrap or be written as a private one", function()
    local key = core.public_key(plain.publicKey)
    local wrapped = assert(key:wrap(core.cipher()))
    assert.are.equal(256, #wrapped)
    assert.is_nil((key:unwrap(wrapped)))
    assert.is_nil((key:private_pem()))
  end)
end)

describe("a new key", function()
  it("is RSA of 2048 bits that others read", function()
    local key = assert(core.new_key())
    for _, phrase in ipairs { false, "p", ("x"):rep(1023) } do
      local pem = assert(key:private_pem(phrase or nil))
      assert.are.equal(phrase and "ENCRYPTED" or "PRIVATE", pem:match "^%-%-%-%-%-BEGIN (%u+)")
      local known = assert(peer:call("describe_key", { pem = pem, passphrase = phrase or nil }))
      assert.are.equal("private rsa 2048", ("%s %s %d"):format(known.type, known.kind, known.bits))
      assert.are.equal(known.public_key, key:public_pem())
    end
    assert.are_not.equal(key:public_pem(), core.new_key():public_pem())
  end)

  it("is not encrypted with a passphrase that nobody could give back", function()
    local key = assert(core.new_key())
    refused("passphrase", "1 to 1023", key:private_pem "")
    refused("passphrase", "1 to 1023", key:private_pem(("x"):rep(1024)))
  end)
end)

describe("a cipher", function()
  local iv = ("\0\1\254\255"):rep(4)

  it("gives back what it was given, and nothing else", function()
    local key = core.private_key { pem = plain.privateKey }
    local cipher = core.cipher()
    local same, other = assert(key:unwrap(assert(key:wrap(cipher)))), core.cipher()
    for _, n in ipairs { 0, 1, 15, 16, 17, 100000 } do
      local text = ("\0x"):rep(n):sub(1, n)
      local sealed = assert(cipher:encrypt(iv, text))
      assert.are.equal(n + 16, #sealed)
      assert.are.equal(text, same:decrypt(iv, sealed))
      refused("data", "with this key", other:decrypt(iv, sealed))
      refused("data", "with this key", same:decrypt(("\0"):rep(16), sealed))
      refused("data", "with this key", same:decrypt(iv, sealed .. "\0"))
      refused("data", n == 0 and "too short" or "with this key", same:decrypt(iv, sealed:sub(1, -2)))
    end
    refused("data", "too short", same:decrypt(iv, ""))
  end)

  it("is worth nothing once it is closed", function()
    local cipher = core.cipher()
    local sealed = cipher:encrypt(iv, "text")
    cipher:close()
    cipher:close()
    for _, name in ipairs { "encrypt", "decrypt" } do
      assert.has_error(function() cipher[name](cipher, iv, sealed) end, "the cipher is closed")
    end
    assert.has_error(function() core.public_key(plain.publicKey):wrap(cipher) end, "the cipher is closed")
  end)

  it("is not in a key that has another length", function()
    local key = core.private_key { pem = plain.privateKey }
    for _, size in ipairs { 0, 15, 17, 32, 190 } do
      local sealed = peer:call("seal", { public_key = plain.publicKey, text = "x", key_size = size })
      refused("key", ("has %d bytes"):format(size), key:unwrap(core.unbase64(sealed.encrypted_aes_key)))
    end
    for _, oaep_hash in ipairs { "sha1", "sha512" } do
      local sealed = peer:call("seal", { public_key = plain.publicKey, text = "x", oaep_hash = oaep_hash })
      refused("key", "was not encrypted for", key:unwrap(core.unbase64(sealed.encrypted_aes_key)))
    end
    for _, bytes in ipairs { "", "x", ("\255"):rep(256), ("\0"):rep(256), ("\1"):rep(257), ("x"):rep(10000) } do
      refused("key", "was not encrypted for", key:unwrap(bytes))
    end
  end)
end)

describe("a wrong call", function()
  it("raises", function()
    local key, cipher = core.private_key { pem = plain.privateKey }, core.cipher()
    for _, call in ipairs {
      function() core.private_key() end, function() core.private_key {} end,
      function() core.private_key { pem = 1 } end, function() core.private_key { pem = "", passphrase = 1 } end,
      function() core.public_key(1) end, function() key:wrap(key) end, function() key:unwrap(1) end,
      function() key:private_pem(1) end, function() cipher:encrypt("short", "x") end,
      function() cipher:decrypt(("x"):rep(17), "x") end, function() cipher:encrypt(("x"):rep(16), 1) end,
      function() key.wrap(cipher, cipher) end,
    } do
      assert.has_error(call)
    end
  end)
end)
