-- Templates looked up, kept and checked before they are sent.

local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local expect = require "spec.support.expect"

local TO = "+15551234567"

describe("preflight", function()
  local box, wa

  setup(function() box = assert(sandbox.start { review_seconds = 0, gateway_rate = false }) end)
  teardown(function() box:stop() end)

  before_each(function()
    box:clear_faults()
    local options = box:options()
    options.preflight, options.rate = true, false
    wa = whatsapp.new(options)
  end)

  after_each(function() wa:close() end)

  local function template(more)
    local one = { name = "order_confirmation", language = "en_US" }
    for key, value in pairs(more or {}) do one[key] = value end
    return { to = TO, template = one }
  end

  local GOOD, BAD = { body = { "Ann", "#1" } }, { body = { "Ann" } }

  -- What a call asks for: "GET", "POST messages", …
  local function asked(call)
    local before, lines = #box:requests(), {}
    call()
    local all = box:requests()
    for i = before + 1, #all do
      lines[#lines + 1] = all[i].method == "GET" and "GET" or "POST " .. all[i].path:match "[^/]+$"
    end
    return table.concat(lines, ", ")
  end

  it("looks a template up once, and sends what fits", function()
    assert.equal("GET, POST messages, POST messages", asked(function()
      assert(wa:send(template(GOOD)))
      assert(wa:send(template(GOOD)))
    end))
  end)

  it("names the wrong placeholder, and sends nothing", function()
    assert.equal("GET", asked(function()
      expect.refused("invalid", "template.body[2]", "is missing: the template has 2 variables", wa:send(template(BAD)))
      expect.refused("invalid", "template.body[3]", "too many", wa:send(template { body = { "a", "b", "c" } }))
    end))
  end)

  it("names a template or a language that there is none of", function()
    expect.refused("invalid", "template.name", "no template nothing", wa:send(template { name = "nothing" }))
    assert(wa:send(template(GOOD)))
    assert.equal("did you mean order_confirmation?", expect.refused("invalid", "template.name", "no template",
      wa:send(template { name = "order_conformation" })).hint)
    local err = expect.refused("invalid", "template.language", "no language de", wa:send(template { language = "de" }))
    assert.equal("it has en_US", err.hint)
  end)

  it("tells of those it knows when Graph refuses one that there is not", function()
    local function hint_of(more)
      local sent, err = wa:send(template(more), { preflight = false })
      assert.is_nil(sent)
      assert.equal(132001, err.code)
      return err.hint
    end
    assert.is_truthy(hint_of { language = "de", body = GOOD.body }:find("check name and language", 1, true))
    assert(wa.templates:list())
    assert.equal("it has en_US", hint_of { language = "de", body = GOOD.body })
    assert(wa.templates:list())
    assert.equal("did you mean order_confirmation?", hint_of { name = "order_conformation", body = GOOD.body })
    assert.is_truthy(hint_of { name = "nothing", body = GOOD.body }:find("check name and language", 1, true))
    local made = assert(wa.templates:create { name = "refused", language = "en_US", category = "UTILITY",
      body = "To [reject]." })
    assert(wa.templates:wait(made.id, "REJECTED"))
    assert(wa.templates:list())
    assert.is_truthy(hint_of { name = "refused" }:find("check name and language", 1, true))
  end)

  it("says where the mistake is when the components are Graph's, or a code", function()
    expect.refused("invalid", "template.components", "body[2] is missing",
      wa:send(template { components = { { type = "body", parameters = { { type = "text", text = "a" } } } } }))
    expect.refused("invalid", "template.otp", "body[2] is missing", wa:send(template { otp = "123" }))
    expect.refused("invalid", "template.components", "body[1] is missing",
      wa:send { to = TO, type = "template", template = { name = "order_confirmation",
        language = { code = "en_US" }, components = {} } })
  end)

  it("raises for no components in Graph's own form", function()
    local odd = { { type = "body", parameters = { 1, 2 } }, { type = "header", parameters = { 5 } },
                  { type = "carousel", cards = { 1, 2 } }, 5 }
    for _, component in ipairs(odd) do
      local message = { to = TO, type = "template", template = { name = "order_confirmation",
        language = { code = "en_US" }, components = { component } } }
      local sent, err = wa:send(message)
      assert.is_nil(sent)
      assert.is_truthy(err.outcome == "not_sent" or err.outcome == "rejected", tostring(err))
    end
  end)

  it("is as the call says", function()
    local sent, err = wa:send(template(BAD), { preflight = false })
    assert.is_nil(sent)
    assert.equal(132000, err.code)
    local plain = whatsapp.new(box:options())
    expect.refused("invalid", "template.body[2]", "is missing", plain:send(template(BAD), { preflight = true }))
    plain:close()
  end)

  it("checks by itself what was fetched", function()
    local plain = whatsapp.new(box:options())
    assert.equal("POST messages", asked(function()
      local _, err = plain:send(template(BAD))
      assert.equal(132000, err.code)
    end))
    assert(plain.templates:list())
    assert.equal("", asked(function()
      expect.refused("invalid", "template.body[2]", "is missing", plain:send(template(BAD)))
    end))
    assert.equal("POST messages", asked(function() assert(plain:send(template { name = "hello_world" })) end))
    plain:close()
  end)

  it("never fails because it could not look up", function()
    box:fault { path = "/message_templates$", method = "GET", status = 502 }
    assert.equal("GET, POST messages, POST messages", asked(function()
      assert(wa:send(template(GOOD)))
      local _, err = wa:send(template(BAD)) -- it is not asked again at once
      assert.equal(132000, err.code)
    end))
  end)

  it("forgets what Graph has another idea of", function()
    assert(wa:send(template(GOOD)))
    for _, code in ipairs { 132000, 132001, 132012 } do
      box:fault { path = "/messages$", code = code }
      assert.equal("POST messages, GET, POST messages", asked(function()
        local _, err = wa:send(template(GOOD))
        assert.equal(code, err.code)
        assert(wa:send(template(GOOD)))
      end))
    end
    box:fault { path = "/messages$", code = 131026 }
    assert.equal("POST messages, POST messages", asked(function()
      wa:send(template(GOOD))
      assert(wa:send(template(GOOD)))
    end))
  end)

  it("forgets what is changed and deleted here", function()
    local id = assert(wa.templates:create { name = "moving", language = "en_US", category = "UTILITY",
      body = "Hi {{1}}, how are you?", examples = { "a" } }).id
    assert(wa:send(template { name = "moving", body = "a" }))
    assert(wa.templates:update(id, { body = "Hi there, how are you?" }))
    assert(wa:send(template { name = "moving" }))
    assert(wa.templates:delete "moving")
    expect.refused("invalid", "template.name", "no template moving", wa:send(template { name = "moving" }))
  end)

  describe("as time goes by", function()
    -- The client's clock, so many seconds ahead.
    local function ahead(seconds)
      local loop = whatsapp.new(box:options()):loop()
      local now = loop.now
      local shifted = setmetatable({ now = function() return now() + seconds end }, { __index = loop })
      rawset(wa, "loop", function() return shifted end)
    end

    it("asks again before it refuses by what is old", function()
      local id = assert(wa.templates:create { name = "shrinking", language = "en_US", category = "UTILITY",
        body = "Hi {{1}}, this is {{2}}, how are you today?", examples = { "a", "b" } }).id
      assert(wa:send(template { name = "shrinking", body = { "a", "b" } }))
      local other = whatsapp.new(box:options())
      assert(other.templates:update(id, { body = "Hi {{1}}, how are you?", examples = "a" }))
      other:close()
      expect.refused("invalid", "template.body[2]", "is missing", wa:send(template { name = "shrinking", body = "a" }))
      ahead(60)
      assert.equal("GET, POST messages", asked(function()
        assert(wa:send(template { name = "shrinking", body = "a" }))
      end))
      assert.equal("", asked(function()
        expect.refused("invalid", "template.body[2]", "too many",
          wa:send(template { name = "shrinking", body = { "a", "b" } }))
      end))
    end)

    it("looks up again what is too old", function()
      assert(wa:send(template(GOOD)))
      ahead(500)
      assert.equal("POST messages", asked(function() assert(wa:send(template(GOOD))) end))
      ahead(700)
      assert.equal("GET, POST messages", asked(function() assert(wa:send(template(GOOD))) end))
    end)

    it("lets Graph decide when old knowledge cannot be renewed", function()
      assert(wa:send(template(GOOD)))
      ahead(60)
      box:fault { path = "/message_templates$", method = "GET", status = 502 }
      assert.equal("GET, POST messages", asked(function()
        local _, err = wa:send(template(BAD))
        assert.equal(132000, err.code)
      end))
    end)
  end)

  it("is shared by siblings, and by those who ask at once", function()
    local other = assert(wa:with { phone_number_id = box.second_phone_number_id })
    local list = {}
    for i = 1, 10 do list[i] = i end
    local count = select(2, asked(function()
      local results = whatsapp.parallel(10, list, function(i)
        return (i % 2 == 0 and wa or other):send(template(GOOD))
      end)
      assert.equal(10, results.n)
      for i = 1, 10 do assert.is_table(results[i]) end
    end):gsub("GET", ""))
    assert.equal(1, count)
  end)

  it("checks before files are uploaded", function()
    assert.equal("GET", asked(function()
      expect.refused("invalid", "template.body[1]", "is missing",
        wa:send(template { name = "promo", header = { image = { data = "x", type = "image/png" } } }))
    end))
  end)

  it("needs to know the account", function()
    local options = box:options()
    options.preflight, options.business_account_id = true, nil
    local ok, err = pcall(whatsapp.new, options)
    assert.is_false(ok)
    assert.equal("config, preflight", err.kind .. ", " .. err.field)
    options.preflight = nil
    local plain = whatsapp.new(options)
    expect.refused("invalid", "preflight", "business account", plain:send(template(GOOD), { preflight = true }))
    plain:close()
  end)
end)
