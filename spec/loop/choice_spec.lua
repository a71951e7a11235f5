-- Which driver waits: the one that was given, else the one that the place calls for.

local loop = require "whatsapp.loop"
local native = require "whatsapp.loop.native"
local whatsapp = require "whatsapp"

local loops = require "spec.support.loops"

local OPTIONS = { access_token = "x", phone_number_id = "1", base_url = "http://127.0.0.1:1" }

local function new(driver)
  local options = { loop = driver }
  for name, value in pairs(OPTIONS) do options[name] = value end
  return whatsapp.new(options)
end

local function refused(driver)
  local ok, err = pcall(new, driver)
  assert.is_false(ok)
  assert.are.equal("config, loop", err.kind .. ", " .. err.field)
  return err
end

describe("the loop of a client", function()
  it("is native in plain Lua", function()
    assert.are.equal(native, new():loop())
    assert.are.equal(native, new("native"):loop())
  end)

  it("is native in a coroutine that nobody's loop runs", function()
    coroutine.wrap(function() assert.are.equal(native, new():loop()) end)()
  end)

  it("must be one there is", function()
    assert.matches("epoll", tostring(refused "epoll"))
    refused {}
    refused { submit = print }
    refused(5)
  end)

  it("is not nginx outside nginx", function()
    assert.matches("no nginx worker", tostring(refused "nginx"))
    local results, err = whatsapp.parallel(1, {}, print, { loop = "nginx" })
    assert.is_nil(results)
    assert.are.equal("config", err.kind)
  end)

  if native.suspends then
    it("is cqueues in a running controller, and only there", function()
      local wa = new()
      loops.cqueues.run(function() assert.are.equal("cqueues", wa:loop().name) end)
      assert.are.equal(native, wa:loop())
    end)

    it("is luv only when it was asked for", function()
      local wa, given = new(), new "luv"
      loops.luv.run(function()
        assert.are.equal(native, wa:loop())
        assert.are.equal("luv", given:loop().name)
      end)
      loops.cqueues.run(function() assert.are.equal("luv", given:loop().name) end)
    end)

    it("goes on to the siblings, unless they have their own", function()
      local wa = new "luv"
      assert.are.equal("luv", wa:with({}):loop().name)
      assert.are.equal("native", wa:with({ loop = "native" }):loop().name)
    end)
  else
    it("is native where Lua cannot suspend a call", function()
      loops.cqueues.run(function() assert.are.equal(native, new():loop()) end)
      refused "cqueues"
      refused "luv"
    end)
  end

  it("may be a driver of one's own", function()
    local mine = { submit = native.submit, await = native.await, sleep = native.sleep,
                   now = native.now, random = native.random, gather = native.gather }
    assert.are.equal(mine, new(mine):loop())
    assert.are.equal(mine, loop.choose(mine))
  end)
end)
