-- What the resources make of answers: pages, parts of answers, success.

local whatsapp = require "whatsapp"

local expect = require "spec.support.expect"
local server = require "spec.support.server"

local faults

setup(function() faults = server.start_fault_server() end)
teardown(function() faults:stop() end)

local function escape(text)
  return (text:gsub("[^%w]", function(char) return ("%%%02X"):format(char:byte()) end))
end

-- A client whose every call is answered with this JSON.
local function answered(json, more)
  local options = { api_key = "secret-key", phone_number_id = "1", business_account_id = "2", rate = false,
                    retries = 0, base_url = faults.url .. "/json/" .. escape(json) .. "/whatsapp-business",
                    control_url = faults.url .. "/json/" .. escape(json) }
  for name, value in pairs(more or {}) do options[name] = value end
  return whatsapp.new(options)
end

local function assert_protocol(value, err)
  assert.is_nil(value)
  assert.are.equal("protocol, unknown", ("%s, %s"):format(err.kind, err.outcome), tostring(err))
end

describe("a page", function()
  it("has its list, and a cursor when another one follows", function()
    local page = assert(answered '{"data":[{"id":1}],"paging":{"cursors":{"after":"A"},"next":"https://x"}}'
      .templates:list())
    assert.are.equal("1", page.data[1].id)
    assert.are.equal("A", page.after)
    page = assert(answered '{"data":[],"paging":{"cursors":{"after":"A"}}}'.templates:list())
    assert.is_nil(page.after)
  end)

  it("takes the cursor out of next when it stands only there", function()
    local page = assert(answered '{"data":[1],"paging":{"next":"https://g/x?limit=1&after=Q%2FQ%3D"}}'
      .templates:list())
    assert.are.equal("Q/Q=", page.after)
  end)

  for _, json in ipairs { "[]", "{}", '{"data":null}', '{"data":"abc"}', '{"data":5}', '{"data":{"a":1}}',
                          '{"data":[1],"paging":{"next":"https://g/x"}}' } do
    it("is refused when it is none: " .. json, function()
      local wa = answered(json)
      assert_protocol(wa.templates:list())
      assert_protocol(wa.templates:all())
      local ok, err = pcall(function() for _ in wa.templates:each() do end end)
      assert.is_false(ok)
      assert.are.equal("protocol", err.kind)
    end)
  end

  it("whose cursors go in circles is an error, not an endless list", function()
    assert_protocol(answered '{"data":[1],"paging":{"cursors":{"after":"A"},"next":"https://x"}}'.templates:all())
  end)
end)

describe("an answer", function()
  it("without the part that matters is refused", function()
    assert_protocol(answered "{}".connections:create())
    assert_protocol(answered '{"connection":null}'.connections:get "c")
  end)

  for _, json in ipairs { '{"success":false}', '{"success":"false"}', '{"success":0}', '{"error":"no"}',
                          '{"error":{"message":"no"}}' } do
    it("that says no is no success: " .. json, function()
      local wa = answered(json)
      local done, err = wa.templates:delete "x"
      assert.is_nil(done)
      assert.is_table(err)
      assert.is_nil((wa.media:delete "3"))
      assert.is_nil((wa:mark_read "wamid.x"))
    end)
  end

  it("of 2xx is a success otherwise", function()
    for _, json in ipairs { '{"success":true}', "{}", '{"messages":[]}' } do
      assert.is_true(answered(json).templates:delete "x")
    end
  end)

  for _, json in ipairs { '{"messages":[5]}', '{"messages":[true]}', '{"messages":[{"id":{}}]}', '{"messages":5}',
                          '{"messages":[{"id":true}]}', "[]" } do
    it("to a send that names no message is refused, not raised: " .. json, function()
      assert_protocol(answered(json):send { to = "15551234567", text = "Hi" })
    end)
  end

  it("never quotes the credential, however it is written", function()
    local key = "EAAG/x+y==abc"
    for _, json in ipairs { [[{"message":"bad key EAAG\/x+y==abc"}]], [[{"message":"bad key EAAG/x+y\u003d=abc"}]],
                            [[{"error":{"message":"EAAG\/x+y==abc","code":190}}]] } do
      local wa = whatsapp.new { api_key = key, phone_number_id = "1", rate = false, retries = 0,
        base_url = faults.url .. "/refused/401/" .. escape(json) }
      local _, err = wa.media:get "3"
      assert.are.equal("auth", err.kind)
      assert.is_truthy(tostring(err):find("***", 1, true), tostring(err))
      assert.is_nil(tostring(err):find(key, 1, true))
      assert.is_nil(require("whatsapp.json").encode(err.raw or {}):find("EAAG", 1, true))
    end
  end)
end)

describe("arguments", function()
  it("may be per-call options alone where fields can be left out", function()
    local wa = answered '{"data":[]}'
    assert(wa.templates:list { timeout = 5 })
    assert(wa.phone_numbers:list { retries = 0 })
    local log = faults:log()
    assert.are.equal("", log[#log].query or "")
    assert.are.equal("", log[#log - 1].query or "")
  end)

  it("that are wrong are named", function()
    local wa = answered '{"data":[]}'
    expect.refused("invalid", "limits", "did you mean limit?", wa.templates:list { limits = 5 })
    expect.refused("invalid", "limit", "whole number", wa.templates:list { limit = 1.5 })
    expect.refused("invalid", "abuot", "did you mean about?", wa.profile:update { abuot = "x" })
    expect.refused("invalid", "vertical", "RETAIL", wa.profile:update { vertical = "SHOP" })
    expect.refused("invalid", nil, "nothing to change", wa.profile:update {})
    expect.refused("invalid", "messaging_product", "cannot be given", wa.profile:update { messaging_product = "x" })
    expect.refused("invalid", "app", "cannot be given", wa.connections:create { app = "slack" })
    expect.refused("invalid", "options", "must be a table", wa.connections:wait("c", 5))
    expect.refused("invalid", "timeout", "must be a number", wa.connections:wait("c", { timeout = "soon" }))
    expect.refused("invalid", "timeout", "from 0.001", wa.connections:wait("c", { timeout = -1 }))
  end)

  it("that clear a list send an empty one", function()
    assert(answered '{"success":true}'.profile:update { websites = {} })
    local log = faults:log()
    assert.are.equal('{"messaging_product":"whatsapp","websites":[]}', log[#log].body)
  end)
end)
