-- Whatever comes to a Flow's endpoint, signed or not, sealed or not: it answers with
-- one of its statuses, and never raises. The same requests on every Lua and every time,
-- but for their keys.

local core = require "whatsapp.core"
local endpoints = require "whatsapp.flow.endpoint"
local envelope = require "whatsapp.flow.envelope"
local json = require "whatsapp.json"
local keypair = require "whatsapp.flow.keypair"

local ROUNDS = 1500

local random = require("spec.support.random").new(20260401)

local WORDS = {
  '"', "{", "}", "[", "]", ",", ":", "\\", "\\u0000", "null", "true", "-", "1e999", "123456789012345678901",
  "[[[[[[[[", '{"":', "\0", "\255", '"action":"ping"', '"screen":{}', '"data":[1]', "A", "=", "+/", " ", "\r\n",
}

local function change(text) return random:change(text, WORDS) end

local PAYLOADS = {
  '{"version":"3.0","action":"ping"}', '{"version":"3.0","action":"INIT","flow_token":"t"}',
  '{"version":"3.0","action":"BACK","screen":"A","data":{},"flow_token":"t"}',
  '{"version":"3.0","action":"data_exchange","screen":"A","data":{"name":"Ann","list":[1,null,{"id":7}]}}',
  '{"version":"3.0","action":"data_exchange","screen":"B","data":{"error":"E","error_message":"e"}}',
}

describe("a Flow's endpoint", function()
  local endpoint, key, foreign, raised

  -- Answers with what came.
  local function echo(request) return request:show("B", request.raw) end

  setup(function()
    local pair = assert(keypair.new())
    key, foreign = assert(core.public_key(pair.public_key)), assert(core.new_key())
    endpoint = endpoints.new { private_key = pair.private_key, app_secret = "s",
      on = { INIT = echo, BACK = echo, data_exchange = echo, A = echo },
      on_error = function(_, _, traceback) raised = raised or traceback end }
  end)

  -- A request, changed in one of the places where it can be; and whether it can be decrypted.
  local function make()
    local text, how = random:pick(PAYLOADS), random(6)
    if how <= 2 then return (envelope.seal(key, change(text))), true end
    local body = envelope.seal(how == 3 and foreign or key, text)
    if how == 3 then return body, false end
    if how == 4 then return change(body) end
    local parts = json.decode_raw(body)
    local name = random:pick { "encrypted_flow_data", "encrypted_aes_key", "initial_vector" }
    local bytes = core.unbase64(parts[name])
    local changed = how == 5 and core.base64(change(bytes)) or change(parts[name])
    parts[name] = changed
    return (json.encode(parts)), core.unbase64(changed) == bytes
  end

  it("answers whatever comes", function()
    local seen = {}
    for i = 1, ROUNDS do
      local body, opens = make()
      local signed = random(20) > 1
      local status, headers, text = endpoint:handle(body, signed and endpoint:sign(body) or random:pick(WORDS))
      local what = ("round %d: %s for %q"):format(i, tostring(status), body)
      assert.is_truthy(({ [200] = true, [400] = true, [421] = true, [432] = true, [500] = true })[status], what)
      assert.are.equal(not signed, status == 432, what)
      if signed and opens == true then assert.is_true(status ~= 421, what) end
      if signed and opens == false then assert.is_true(status == 421 or status == 400, what) end
      assert.are.equal("string string", type(text) .. " " .. type(headers["Content-Type"]))
      seen[status] = (seen[status] or 0) + 1
    end
    assert.is_nil(raised)
    for _, status in ipairs { 200, 400, 421, 432 } do assert.is_true((seen[status] or 0) > 20, "few " .. status) end
  end)
end)
