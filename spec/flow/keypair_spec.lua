-- Keys for a Flow's endpoint, read by Node.

local expect = require "spec.support.expect"
local flow_client = require "spec.support.flow_client"
local keypair = require "whatsapp.flow.keypair"

describe("a pair of keys", function()
  local peer

  setup(function() peer = flow_client.start() end)
  teardown(function() peer:stop() end)

  it("is RSA of 2048 bits, its private key encrypted when a passphrase is given", function()
    for _, passphrase in ipairs { false, "pass phrase" } do
      local pair = assert(keypair.new(passphrase or nil))
      local known = assert(peer:call("describe_key", { pem = pair.private_key, passphrase = passphrase or nil }))
      assert.are.equal("private rsa 2048", ("%s %s %d"):format(known.type, known.kind, known.bits))
      assert.are.equal(pair.public_key, known.public_key)
      assert.are.equal("public", peer:call("describe_key", { pem = pair.public_key }).type)
      if passphrase then assert.is_nil((peer:call("describe_key", { pem = pair.private_key, passphrase = "x" }))) end
    end
  end)

  it("wants a passphrase that can be given back", function()
    expect.refused("invalid", "passphrase", "1 to 1023 bytes", keypair.new "")
    expect.refused("invalid", "passphrase", "must be a string", keypair.new(7))
  end)
end)
