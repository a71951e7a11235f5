-- Many at once: places, limits, errors, and what may happen inside. The calls
-- are real, to a server that answers or stays silent.

local core = require "whatsapp.core"
local native = require "whatsapp.loop.native"
local server = require "spec.support.server"
local waiting_items = require "spec.support.waiting_items"
local whatsapp = require "whatsapp"

-- PUC Lua 5.1 runs one after another.
local SUSPENDS = _VERSION ~= "Lua 5.1" or jit ~= nil

local faults, wa

local function client(fault, options)
  options = options or {}
  options.access_token, options.phone_number_id = "token", "106540352242922"
  options.base_url, options.rate = faults.url .. "/" .. fault, options.rate or false
  options.retries = options.retries or 0
  return whatsapp.new(options)
end

local function numbers(n)
  local list = {}
  for i = 1, n do list[i] = i end
  return list
end

local function send(text)
  return wa:send { to = "+15551234567", text = tostring(text) }
end

-- Texts that arrived, each once and in order of the number they are.
local function arrived()
  local texts = {}
  for _, request in ipairs(faults:log "ok") do
    texts[#texts + 1] = tonumber(request.body:match '"body":"(%d+)"')
  end
  table.sort(texts)
  return texts
end

setup(function() faults = server.start_fault_server() end)
teardown(function() faults:stop() end)
before_each(function() wa = client "ok" end)
after_each(function() wa:close() end)

describe("whatsapp.parallel", function()
  it("returns results and errors by position", function()
    local results, errors = whatsapp.parallel(3, { "a", "b", "c", "d", "e" }, function(item, i)
      if item == "b" then return nil, "no b" end
      if item == "d" then return nil end
      if item == "e" then return false, "an extra value" end
      native.sleep((4 - i) * 0.002)
      return item .. i
    end)
    assert.are.same({ "a1", nil, "c3", nil, false, n = 5 }, results)
    assert.are.same({ [2] = "no b" }, errors)
  end)

  it("takes an iterator, and asks it no more after its end", function()
    local asked = 0
    local results = whatsapp.parallel(4, function()
      asked = asked + 1
      if asked <= 3 then return "item " .. asked end
    end, function(item) return item end)
    assert.are.same({ "item 1", "item 2", "item 3", n = 3 }, results)
    assert.are.equal(4, asked)
  end)

  it("does nothing with nothing", function()
    local function never() error "called" end
    for _, items in ipairs { {}, function() end } do
      local results, errors = whatsapp.parallel(5, items, never)
      assert.are.same({ n = 0 }, results)
      assert.are.same({}, errors)
    end
  end)

  it("refuses what makes no sense, before anything is started", function()
    local function never() error "called" end
    for _, case in ipairs {
      { "limit", 0, {}, never }, { "limit", -1, {}, never }, { "limit", 1.5, {}, never },
      { "limit", "5", {}, never }, { "limit", math.huge, {}, never }, { "limit", 0 / 0, {}, never },
      { "limit", nil, {}, never }, { "items", 5, "list", never }, { "items", 5, nil, never },
      { "work", 5, {}, nil }, { "work", 5, { 1 }, {} },
    } do
      local results, err = whatsapp.parallel(case[2], case[3], case[4])
      assert.is_nil(results)
      assert.are.equal("invalid, " .. case[1], err.kind .. ", " .. err.field)
    end
  end)

  it("sends each item once, at most `limit` at a time", function()
    local running, most = 0, 0
    local results, errors = whatsapp.parallel(7, numbers(60), function(item)
      running = running + 1
      most = math.max(most, running)
      local sent, err = send(item)
      running = running - 1
      return sent, err
    end)
    assert.are.same({}, errors)
    assert.are.equal(60, results.n)
    for i = 1, 60 do assert.are.equal("wamid.HBgLMTU1NTEyMzQ1Njc=", results[i].id) end
    assert.are.equal(SUSPENDS and 7 or 1, most)
    assert.are.same(numbers(60), arrived())
  end)

  it("keeps the client's rate and loses none", function()
    wa:close()
    wa = client("ok", { rate = 200 })
    local before, started = #arrived(), core.now()
    local results, errors = whatsapp.parallel(100, numbers(300), send)
    assert.are.same({}, errors)
    assert.are.equal(300, results.n)
    assert.are.equal(before + 300, #arrived())
    assert.is_true(core.now() - started >= 1)             -- the last hundred are of the next second
  end)

  it("raises again what an item raised, after those in flight have ended", function()
    local before, started, ended = #arrived(), 0, 0
    local raised = setmetatable({}, { __tostring = function() return "mine" end })
    local ok, err = pcall(whatsapp.parallel, 5, numbers(50), function(item)
      started = started + 1
      local sent = send(item)
      ended = ended + 1
      if item == 3 then error(raised) end
      return sent
    end)
    assert.is_false(ok)
    assert.are.equal(raised, err)
    assert.are.equal(started, ended)
    assert.is_true(started < 50)
    assert.are.equal(before + started, #arrived())
  end)

  it("raises the first of several, be it nil", function()
    local ok, err = pcall(whatsapp.parallel, 2, { "first", "second" }, function(item) error(item, 0) end)
    assert.are.same({ false, "first" }, { ok, err })
    ok, err = pcall(whatsapp.parallel, 2, { 1 }, function() error(nil) end)
    assert.is_false(ok)
    assert.is_true(err == nil or err == "nil")
  end)

  it("ends what is in flight when the iterator raises, too", function()
    local given, ended = 0, 0
    local ok, err = pcall(whatsapp.parallel, 4, function()
      given = given + 1
      if given == 3 then error("no more", 0) end
      return given
    end, function(item)
      local sent = send(item)
      ended = ended + 1
      return sent
    end)
    assert.are.same({ false, "no more", 2 }, { ok, err, ended })
  end)

  it("works inside itself", function()
    local results, errors = whatsapp.parallel(3, numbers(4), function(i)
      local inner, failed = whatsapp.parallel(2, numbers(3), function(j) return send(i * 10 + j) end)
      assert.are.same({}, failed)
      return inner.n
    end)
    assert.are.same({ 3, 3, 3, 3, n = 4 }, results)
    assert.are.same({}, errors)
  end)

  it("asks an iterator that waits for one item at a time, also inside itself", function()
    local most = 0
    local results = whatsapp.parallel(2, numbers(3), function()
      local items, asked = waiting_items(6, function(item) assert(send(item)) end)
      local inner = whatsapp.parallel(3, items, function(item)
        if item % 2 == 0 then assert(send(item)) end
        return item
      end)
      most = math.max(most, asked.most)
      return table.concat(inner, " ")
    end)
    assert.are.same({ "1 2 3 4 5 6", "1 2 3 4 5 6", "1 2 3 4 5 6", n = 3 }, results)
    assert.are.equal(1, most)
  end)

  it("lets an item use coroutines of its own, and calls inside them", function()
    local results, errors = whatsapp.parallel(3, numbers(5), function(i)
      local steps = coroutine.wrap(function()
        coroutine.yield "before"
        local sent = assert(send(i))
        coroutine.yield(sent.id)
        return "after"
      end)
      assert(send(i))
      return table.concat({ steps(), steps(), steps() }, " ")
    end)
    assert.are.same({}, errors)
    for i = 1, 5 do
      assert.are.equal("before wamid.HBgLMTU1NTEyMzQ1Njc= after", results[i])
    end
  end)

  it("lets an item call where Lua cannot suspend it", function()
    local results = whatsapp.parallel(3, numbers(5), function()
      local text = ("x"):gsub("x", function() return (assert(send(1))).id end)
      table.sort({ 2, 1 }, function(a, b) return send(2) and a < b end)
      return text
    end)
    for i = 1, 5 do assert.are.equal("wamid.HBgLMTU1NTEyMzQ1Njc=", results[i]) end
  end)

  it("runs in a coroutine of the caller's", function()
    local co = coroutine.wrap(function()
      coroutine.yield "waiting"
      return whatsapp.parallel(2, numbers(3), function(i) return (send(i)) ~= nil end)
    end)
    assert.are.equal("waiting", co())
    assert.are.same({ true, true, true, n = 3 }, co())
  end)

  if SUSPENDS then
    local function sleep_until(condition)
      for _ = 1, 2000 do
        if condition() then return end
        native.sleep(0.005)
      end
    end

    it("refuses an item that yields by itself, and ends the others first", function()
      local ended = 0
      local ok, err = pcall(whatsapp.parallel, 4, numbers(9), function(i)
        if i == 2 then coroutine.yield "mine" end
        local sent = send(i)
        ended = ended + 1
        return sent
      end)
      assert.is_false(ok)
      assert.is_truthy(tostring(err):find("yielded by itself", 1, true))
      assert.are.equal(3, ended)
    end)

    it("inside another one lets the other items go on", function()
      local order = {}
      whatsapp.parallel(2, { "nested", "quick" }, function(which)
        if which == "nested" then
          whatsapp.parallel(2, numbers(3), function() sleep_until(function() return order[1] end) end)
        else
          for _ = 1, 3 do send(1) end
        end
        order[#order + 1] = which
      end)
      assert.are.same({ "quick", "nested" }, order)
    end)

    it("lets one item wait while others work", function()
      local order = {}
      whatsapp.parallel(2, numbers(2), function(i)
        if i == 1 then sleep_until(function() return order[1] end) end
        order[#order + 1] = i
      end)
      assert.are.same({ 2, 1 }, order)
    end)
  end

  it("is left in order by an error in the middle", function()
    pcall(whatsapp.parallel, 3, numbers(9), function(i)
      send(i)
      if i == 2 then error "stop" end
    end)
    local results, errors = whatsapp.parallel(3, numbers(9), send)
    assert.are.equal(9, results.n)
    assert.are.same({}, errors)
    assert.is_string(send(1).id)
  end)
end)

describe("waiting in place", function()
  it("sleeps at least as long as told", function()
    local started = core.now()
    native.sleep(0.02)
    native.sleep(0)
    native.sleep(-1)
    assert.is_true(core.now() - started >= 0.02)
  end)
end)
