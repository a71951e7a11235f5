-- Several processes on one store: nothing twice, nothing lost, in order.

local child = require "spec.support.child"
local server = require "spec.support.server"
local socket = require "socket"
local stores = require "spec.support.stores"

local T = 1700000000

-- Adds the events 1 to EVENTS of LANES lanes in small, shuffled, overlapping batches.
local ADD = [[
  local store = assert(%s)
  math.randomseed(%d)
  local list = {}
  for lane = 1, 40 do
    for n = 1, 10 do
      list[#list + 1] = { key = lane .. ":" .. n, lane = "lane " .. lane, at = %d + n, body = tostring(n) }
    end
  end
  for i = #list, 2, -1 do
    local j = math.random(i)
    list[i], list[j] = list[j], list[i]
  end
  local added = 0
  for i = 1, #list, 7 do
    local batch = {}
    for j = i, math.min(i + 9, #list) do batch[#batch + 1] = list[j] end
    added = added + assert(store:add(batch, %d))
  end
  print(added)
]]

-- Handles whatever there is, and writes down what it handles, before and after.
local HANDLE = [[
  local store = assert(%s)
  local file = assert(io.open(%q, "a"))
  file:setvbuf "line"
  local socket = require "socket"
  local give_up = socket.gettime() + 200
  while socket.gettime() < give_up do
    local claim, err = store:claim(%d, 600)
    if err then print(err) break end
    if claim then
      file:write("begin ", claim.lane, "|", claim.body, "\n")
      file:write("end ", claim.lane, "|", claim.body, "\n")
      assert(store:confirm(claim, %d))
    elseif assert(store:pending(%d)) == 0 then
      break
    else
      socket.sleep(0.002)
    end
  end
  print "done"
]]

local function count_lines(path)
  local file = io.open(path)
  local _, count = (file and file:read "*a" or ""):gsub("\n", "")
  if file then file:close() end
  return count
end

-- Until others have written so many lines more.
local function wait_for_lines(path, more)
  local wanted, give_up = count_lines(path) + more, socket.gettime() + 60
  repeat socket.sleep(0.005) until count_lines(path) >= wanted or socket.gettime() > give_up
end

local function lines(path)
  local list = {}
  for line in io.lines(path) do list[#list + 1] = line end
  return list
end

for _, name in ipairs(stores.shared) do
  describe("processes on the store " .. name, function()
    local host, store, directory

    setup(function() host = stores[name].start() end)
    teardown(function() host:stop() end)
    before_each(function()
      store = host.open()
      directory = server.make_directory()
    end)
    after_each(function()
      store:close()
      server.remove_directory(directory)
    end)

    it("add each event once", function()
      local adders = {}
      for i = 1, 4 do adders[i] = child.start(ADD:format(host.source(store), i, T, T)) end
      local added = 0
      for i = 1, 4 do
        local output, status = adders[i]:finish()
        assert.are.equal(0, status, output)
        added = added + tonumber(output)
      end
      assert.are.equal(400, added)
      assert.are.same({ 400, 0 }, { store:pending(T) })
    end)

    it("handle each event once, and those of a lane in order, one at a time", function()
      local path = directory .. "/log"
      local output, status = child.run(ADD:format(host.source(store), 1, T, T))
      assert.are.equal(0, status, output)
      local handlers = {}
      for i = 1, 4 do
        handlers[i] = child.start(HANDLE:format(host.source(store), path, T + 100, T + 100, T + 100))
      end
      for i = 1, 4 do
        output, status = handlers[i]:finish()
        assert.are.same({ "done\n", 0 }, { output, status })
      end
      local open, last, count = {}, {}, 0
      for _, line in ipairs(lines(path)) do
        local what, lane, n = line:match "^(%l+) (.*)|(%d+)$"
        n = tonumber(n)
        if what == "begin" then
          assert.is_nil(open[lane], line)
          assert.are.equal((last[lane] or 0) + 1, n, line)
          open[lane], last[lane], count = n, n, count + 1
        else
          assert.are.equal(n, open[lane], line)
          open[lane] = nil
        end
      end
      assert.are.equal(400, count)
      assert.are.same({ 0 }, { store:pending(T + 1000) })
    end)

    it("write a record only over the version they have read", function()
      local program = [[
        local store = assert(%s)
        for _ = 1, 50 do
          repeat
            local text, version = store:get "n"
            local done, err = store:put("n", tostring(tonumber(text or 0) + 1), version)
            assert(done or err.conflict, tostring(err))
          until done
        end
      ]]
      local writers = {}
      for i = 1, 4 do writers[i] = child.start(program:format(host.source(store))) end
      for i = 1, 4 do assert.are.same({ "", 0 }, { writers[i]:finish() }) end
      assert.are.equal("200", (store:get "n"))
    end)

    it("leave what they held, when they are killed, to whoever comes after the lease", function()
      assert(store:add({ { key = "a", lane = "l", at = T, body = "x" } }, T))
      local holder = child.start(([[
        print(assert(%s):claim(%d, 60).key)
        while true do require "socket".sleep(1) end
      ]]):format(host.source(store), T))
      assert.are.equal("a", holder.pipe:read "*l")
      holder:kill()
      holder:finish()
      assert.is_nil((store:claim(T + 59, 60)))
      local claim = store:claim(T + 61, 60)
      assert.are.same({ "a", 2 }, { claim.key, claim.tries })
      assert.is_true(store:confirm(claim, T + 61))
    end)

    it("lose nothing when they are killed again and again", function()
      local path = directory .. "/log"
      local program = [[
        local socket = require "socket"
        local store, file = assert(%s), assert(io.open(%q, "a"))
        file:setvbuf "line"
        local run = %d
        for i = 1, 1000000 do
          local key = run .. ":" .. i
          assert(store:add({ { key = key, lane = tostring(i %% 5), at = %d + i, body = key } }, %d))
          file:write("added ", key, "\n")
          local claim = store:claim(%d + run * 100, 60)
          if claim then
            file:write("handled ", claim.body, "\n")
            assert(store:confirm(claim, %d))
          end
          assert(store:append("journal", key .. "\n", true))
          file:write("noted ", key, "\n")
        end
      ]]
      for round = 1, 8 do
        local worker = child.start(program:format(host.source(store), path, round, T, T, T, T))
        wait_for_lines(path, 12)
        socket.sleep(0.01 * round)
        worker:kill()
        assert.are.equal("", (worker:finish()))
      end
      local claim = store:claim(T + 10000, 60)
      local handled = {}
      while claim do
        handled[claim.body] = true
        assert.is_true(store:confirm(claim, T + 10000))
        claim = store:claim(T + 10000, 60)
      end
      local journal, count = "\n" .. store:get "journal", 0
      for _, line in ipairs(lines(path)) do
        local what, key = line:match "^(%l+) (.+)$"
        if what == "handled" then handled[key] = true end
        if what == "noted" then assert.is_truthy(journal:find("\n" .. key .. "\n", 1, true), key) end
        if what == "added" then count = count + 1 end
      end
      for _, line in ipairs(lines(path)) do
        local key = line:match "^added (.+)$"
        assert.is_true(key == nil or handled[key] or false, line)
      end
      assert.is_true(count > 20, count)
    end)
  end)
end
