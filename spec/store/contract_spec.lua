-- What every store promises, over all of them.

local expect = require "spec.support.expect"
local load = require "spec.support.load"
local stores = require "spec.support.stores"

local T = 1700000000
local DAY = 24 * 60 * 60

for _, name in ipairs(stores.names) do
  describe("the store " .. name, function()
    local host, store

    setup(function() host = stores[name].start() end)
    teardown(function() host:stop() end)
    before_each(function() store = host.open() end)
    after_each(function() store:close() end)

    local function item(key, lane, at, more)
      local made = { key = key, lane = lane or "1:a", at = at or T, body = "body of " .. key }
      for field, value in pairs(more or {}) do made[field] = value end
      return made
    end

    local function add(list, now)
      return assert(store:add(list, now or T))
    end

    -- The keys that can be claimed one after the other, each confirmed at once.
    local function handled(now)
      local keys = {}
      while true do
        local claim, err = store:claim(now or T, 60)
        assert.is_nil(err)
        if not claim then return keys end
        keys[#keys + 1] = claim.key
        assert.is_true(store:confirm(claim, now or T))
      end
    end

    local function conflicts(value, err)
      assert.is_nil(value)
      assert.are.equal("state", err.kind)
      assert.is_true(err.conflict)
    end

    describe("has an inbox that", function()
      it("gives back what it took, bytes and numbers alike", function()
        local body = "\0\1\255\r\n'\"{}" .. ("x"):rep(100000)
        assert.are.equal(2, add { item("wamid.A==", "1:+49", T + 0.25, { body = body }),
                                  item("e", "2", T, { body = "" }) })
        local first, second = store:claim(T + 1, 60), store:claim(T + 1, 60)
        if first.lane == "2" then first, second = second, first end
        assert.are.same({ "wamid.A==", "1:+49", T + 0.25, 1 }, { first.key, first.lane, first.at, first.tries })
        assert.is_true(first.body == body)
        assert.are.same({ "e", "2", T, "" }, { second.key, second.lane, second.at, second.body })
        assert.are.equal("1700000000", ("%d"):format(second.at))
        assert.are_not.equal(first.token, second.token)
        assert.is_nil((store:claim(T + 1, 60)))
      end)

      it("is empty at first", function()
        local claim, err = store:claim(T, 60)
        assert.is_nil(claim)
        assert.is_nil(err)
        assert.are.same({ 0 }, { store:pending(T) })
        assert.are.equal(0, add {})
      end)

      it("ignores a key that it knows, also within a batch and once it is handled", function()
        assert.are.equal(2, add { item "a", item "b", item "a" })
        assert.are.equal(1, add { item("b", "2:b"), item "c" })
        assert.are.same({ "a", "b", "c" }, handled())
        assert.are.equal(0, add({ item "a", item "c" }, T + 7.9 * DAY))
        assert.are.same({}, handled(T + 7.9 * DAY))
      end)

      it("forgets a key after keep_keys", function()
        add { item "a" }
        handled()
        assert.are.equal(1, add({ item "a" }, T + 8 * DAY + 1))
        store:close()
        store = host.open { keep_keys = 100 }
        add { item "a" }
        assert.are.equal(0, add({ item "a" }, T + 99))
        assert.are.equal(1, add({ item("a", "2:b") }, T + 101))
      end)

      it("takes a wrong batch not at all", function()
        for field, wrong in pairs {
          ["items[2].key"] = item(""), ["items[2].lane"] = item("b", "a\0b"), ["items[2].at"] = item("b", "l", -1),
          ["items[2].body"] = item("b", "l", T, { body = 5 }), ["items[2].seen"] = item("b", "l", T, { seen = 1 }),
          ["items[2].seen[1]"] = item("b", "l", T, { seen = { "" } }),
          ["items[2].color"] = item("b", "l", T, { color = "red" }), ["items[2]"] = "b",
        } do
          expect.refused("invalid", field, "", store:add({ item "a", wrong }, T))
        end
        expect.refused("invalid", "items", "list", store:add("a", T))
        expect.refused("invalid", "now", "number", store:add { item "a" })
        assert.are.equal(0, (store:pending(T)))
        assert.are.equal(1, add { item "a" })
      end)

      it("gives the oldest of a lane first, of the same time the one that came first", function()
        add { item("d", nil, T + 5), item("b", nil, T + 1), item("c", nil, T + 1) }
        add { item("a", nil, T), item("e", nil, T + 5), item("f", nil, T + 5.5) }
        assert.are.same({ "a", "b", "c", "d", "e", "f" }, handled(T + 10))
      end)

      it("puts many of a lane at once into the same order, among what is there", function()
        add { item("early", nil, T - 1), item("middle", nil, T + 5), item("late", nil, T + 99) }
        local list, expected = {}, { "early" }
        for i = 1, 40 do list[i] = item("k" .. i, i % 4 == 0 and "other" or nil, T + (i * 7) % 10) end
        add(list)
        for second = 0, 9 do
          if second == 5 then expected[#expected + 1] = "middle" end
          for i = 1, 40 do
            if (i * 7) % 10 == second and i % 4 ~= 0 then expected[#expected + 1] = "k" .. i end
          end
        end
        expected[#expected + 1] = "late"
        local mine = {}
        for _, key in ipairs(handled(T + 200)) do
          local i = tonumber(key:match "%d+")
          if not i or i % 4 ~= 0 then mine[#mine + 1] = key end
        end
        assert.are.same(expected, mine)
        assert.are.same({ 0 }, { store:pending(T) })
      end)

      it("handles the events of a lane one at a time", function()
        add { item("a1", "a", T), item("a2", "a", T + 1), item("b1", "b", T) }
        local one, two = store:claim(T, 60), store:claim(T, 60)
        assert.are_not.equal(one.lane, two.lane)
        assert.is_nil((store:claim(T, 60)))
        add { item("a0", "a", T - 1) }
        assert.is_nil((store:claim(T, 60)))
        if one.lane ~= "a" then one, two = two, one end
        assert.are.equal("b1", two.key)
        assert.is_true(store:confirm(one, T))
        one = store:claim(T, 60)
        assert.are.equal("a0", one.key)
        assert.is_nil((store:claim(T, 60)))
        assert.is_true(store:confirm(one, T))
        assert.are.equal("a2", store:claim(T, 60).key)
      end)

      it("is fair: a lane with much to do waits for the others", function()
        local list = {}
        for i = 1, 20 do list[i] = item("big" .. i, "big", T + i) end
        add(list)
        for i = 1, 3 do add { item("small" .. i, "small" .. i, T + 100) } end
        local keys = handled(T + 200)
        local place = {}
        for i, key in ipairs(keys) do place[key] = i end
        assert.are.equal(23, #keys)
        for i = 1, 3 do assert.is_true(place["small" .. i] <= 5, place["small" .. i]) end
      end)

      it("is fair to an event whose holder died", function()
        for i = 1, 5 do add { item("x" .. i, "x", T + i), item("y" .. i, "y", T + i) } end
        local lost = store:claim(T, 10)
        local other = store:claim(T, 1000)
        local now = T + 11
        for _ = 1, 3 do
          assert.is_true(store:confirm(other, now))
          other = store:claim(now, 1000)
          if other.key == lost.key then return assert.are.equal(2, other.tries) end
        end
        error "was not claimed again"
      end)

      it("lets an event be claimed again when its lease ran out, and counts the tries", function()
        add { item "a", item "b" }
        local first = store:claim(T, 60)
        assert.is_nil((store:claim(T + 59, 60)))
        local second = store:claim(T + 61, 60)
        assert.are.same({ "a", 1, "a", 2 }, { first.key, first.tries, second.key, second.tries })
        conflicts(store:renew(first, T + 62, 60))
        conflicts(store:confirm(first, T + 62))
        conflicts(store:release(first, T + 62, 0))
        assert.is_true(store:confirm(second, T + 62))
        assert.are.same({ "b" }, handled(T + 62))
      end)

      it("lets a late holder end what nobody else has claimed", function()
        add { item "a", item "b" }
        local late = store:claim(T, 60)
        assert.are.same({ 2, 0 }, { store:pending(T + 100) })
        assert.is_true(store:confirm(late, T + 100))
        assert.are.same({ "b" }, handled(T + 100))
        add({ item "c" }, T + 100)
        late = store:claim(T + 100, 60)
        assert.is_true(store:renew(late, T + 200, 60))
        assert.is_nil((store:claim(T + 259, 60)))
        assert.are.equal("c", store:claim(T + 261, 60).key)
      end)

      it("holds on when it is told to", function()
        add { item "a" }
        local claim = store:claim(T, 60)
        assert.is_true(store:renew(claim, T + 50, 60))
        assert.is_true(store:renew(claim, T + 50, 60))
        assert.are.same({ 1, 49 }, { store:pending(T + 61) })
        assert.is_nil((store:claim(T + 109, 60)))
        assert.is_true(store:renew(claim, T + 109, 5))
        assert.are.equal(2, store:claim(T + 115, 60).tries)
      end)

      it("takes an event back, and the lane waits with it", function()
        add { item "a", item("b", nil, T + 1) }
        assert.is_true(store:release(store:claim(T, 60), T, 30))
        assert.are.same({ 2, 30 }, { store:pending(T) })
        add { item("c", nil, T + 2) }
        assert.is_nil((store:claim(T + 29, 60)))
        local claim = store:claim(T + 31, 60)
        assert.are.same({ "a", 2 }, { claim.key, claim.tries })
        assert.is_true(store:release(claim, T + 31, 0))
        assert.are.same({ 3, 0 }, { store:pending(T + 31) })
        assert.are.same({ "a", "b", "c" }, handled(T + 31))
      end)

      it("counts the tries anew where it is told so, and knows each claim from the others", function()
        add { item "a" }
        local tokens, tries = {}, {}
        local function claim(now)
          local claimed = store:claim(now, 60)
          assert.is_nil(tokens[claimed.token])
          tokens[claimed.token], tries[#tries + 1] = true, claimed.tries
          return claimed
        end
        for round = 0, 2 do
          local now = T + 200 * round
          local first = claim(now)
          local second = claim(now + 61)
          conflicts(store:release(first, now + 61, 0, true))
          assert.is_true(store:release(second, now + 61, 0, true))
          assert.is_true(store:release(second, now + 61, 0, true))
        end
        assert.are.same({ 1, 2, 1, 2, 1, 2 }, tries)
        assert.is_true(store:confirm(claim(T + 900), T + 900))
        assert.are.same({ 0 }, { store:pending(T + 900) })
      end)

      it("says yes to a confirmation or a release that was made before", function()
        add { item "a", item "b" }
        local claim = store:claim(T, 60)
        assert.is_true(store:release(claim, T, 0))
        assert.is_true(store:release(claim, T, 0))
        claim = store:claim(T, 60)
        assert.is_true(store:confirm(claim, T))
        assert.is_true(store:confirm(claim, T))
        assert.are.same({ "b" }, handled())
      end)

      it("does not end what was given back", function()
        add { item "a" }
        local claim = store:claim(T, 60)
        assert.is_true(store:release(claim, T, 0))
        conflicts(store:confirm(claim, T))
        conflicts(store:renew(claim, T, 60))
        assert.are.same({ "a" }, handled())
        conflicts(store:renew(claim, T, 60))
      end)

      it("says how much there is, and when", function()
        add { item("a", "a"), item("b", "b"), item("c", "c") }
        assert.are.same({ 3, 0 }, { store:pending(T) })
        local first = store:claim(T, 60)
        store:claim(T, 20)
        assert.are.same({ 3, 0 }, { store:pending(T + 5) })
        store:claim(T, 40)
        assert.are.same({ 3, 15 }, { store:pending(T + 5) })
        assert.are.same({ 3, 0 }, { store:pending(T + 20) })
        assert.is_true(store:confirm(first, T + 21))
        assert.are.equal(2, (store:pending(T + 21)))
        assert.are.equal(2, #handled(T + 100))
        assert.are.same({ 0 }, { store:pending(T + 100) })
      end)

      it("knows when a customer last wrote", function()
        assert.is_nil((store:last_seen "1:a"))
        add {
          item("a", "1:a", T + 5, { seen = { "1:a", "1:+1" } }), item("b", "1:a", T + 9),
          item("c", "1:b", T, { seen = {} }),
        }
        assert.are.equal(T + 5, (store:last_seen "1:a"))
        assert.are.equal(T + 5, (store:last_seen "1:+1"))
        add { item("d", "1:a", T + 2, { seen = { "1:a" } }), item("a", "1:a", T + 20, { seen = { "1:a" } }) }
        assert.are.equal(T + 5, (store:last_seen "1:a"))
        handled()
        add { item("e", "1:a", T + 7, { seen = { "1:a" } }) }
        assert.are.equal(T + 7, (store:last_seen "1:a"))
        assert.is_nil((store:last_seen "1:b"))
        store:purge(T + DAY)
        assert.are.equal(T + 7, (store:last_seen "1:a"))
        store:purge(T + 31 * DAY)
        -- nginx forgets by its own clock.
        if not host.native_expiry then assert.is_nil((store:last_seen "1:a")) end
      end)

      it("forgets after keep_seen when a customer last wrote", function()
        store:close()
        store = host.open { keep_seen = host.native_expiry and 0.01 or 100 }
        add { item("a", "1:a", T, { seen = { "1:a" } }) }
        if not host.native_expiry then assert.are.equal(T, (store:last_seen "1:a")) end
        store:purge(T + 101)
        load.eventually("it is forgotten", function() return not store:last_seen "1:a" end)
      end)

      it("refuses what is no claim, and times that are none", function()
        add { item "a" }
        local claim = store:claim(T, 60)
        expect.refused("invalid", "item", "claim", store:confirm(nil, T))
        expect.refused("invalid", "item", "claim", store:confirm({ key = "a", lane = "a" }, T))
        expect.refused("invalid", "now", "number", store:claim("now", 60))
        expect.refused("invalid", "now", "number", store:claim(0 / 0, 60))
        expect.refused("invalid", "lease", "above 0", store:claim(T, 0))
        expect.refused("invalid", "lease", "above 0", store:renew(claim, T))
        expect.refused("invalid", "delay", "0 or more", store:release(claim, T, -1))
        expect.refused("invalid", "anew", "true or false", store:release(claim, T, 0, "yes"))
        expect.refused("invalid", "customer", "string", store:last_seen(5))
        assert.is_true(store:confirm(claim, T))
      end)
    end)

    describe("has ranks that", function()
      it("only move forward, and may be asked for again", function()
        assert.is_true(store:advance("wamid.1", 2, T))
        assert.is_true(store:advance("wamid.1", 2, T))
        assert.is_false(store:advance("wamid.1", 1, T))
        assert.is_true(store:advance("wamid.1", 2.5, T))
        assert.is_false(store:advance("wamid.1", 2, T))
        assert.is_true(store:advance("wamid.2", -1, T))
        assert.is_false(store:advance("wamid.1", 2, T + 7.9 * DAY))
        expect.refused("invalid", "rank", "number", store:advance("wamid.1", "read", T))
      end)

      it("are forgotten like keys", function()
        store:advance("wamid.1", 2, T)
        assert.is_true(store:advance("wamid.1", 1, T + 8 * DAY + 1))
        store:advance("wamid.2", 2, T)
        store:purge(T + 8 * DAY + 1)
        assert.is_true(store:advance("wamid.2", 1, T + 8 * DAY + 2))
      end)
    end)

    describe("has records that", function()
      it("are given back as they were written", function()
        assert.is_nil((store:get "a"))
        local text = "\0\255'" .. ("y"):rep(70000)
        local version = assert(store:put("a", text))
        local got, its = store:get "a"
        assert.is_true(got == text)
        assert.are.equal(version, its)
        assert(store:put("empty", ""))
        assert.are.equal("", (store:get "empty"))
      end)

      it("are written by whoever knows their version", function()
        local one = assert(store:put("a", "1"))
        conflicts(store:put("a", "2"))
        conflicts(store:put("b", "2", one))
        assert.is_nil((store:get "b"))
        local two = assert(store:put("a", "2", one))
        assert.are_not.equal(one, two)
        conflicts(store:put("a", "3", one))
        assert.are.equal("2", (store:get "a"))
        assert(store:put("a", "4", true))
        conflicts(store:put("a", "5", two))
        assert(store:put("c", "6", true))
        assert.are.same({ "4", "6" }, { (store:get "a"), (store:get "c") })
      end)

      it("never have the same version twice, also after they were removed", function()
        local one = assert(store:put("a", "1"))
        assert.is_true(store:remove("a", one))
        assert.is_nil((store:get "a"))
        local two = assert(store:put("a", "1"))
        assert.are_not.equal(one, two)
        conflicts(store:put("a", "2", one))
        conflicts(store:remove("a", one))
        conflicts(store:append("a", "2", one))
        assert.is_true(store:remove "a")
        assert.is_true(store:remove "a")
        assert.is_true(store:remove("a", two))
        assert.is_nil((store:get "a"))
      end)

      it("grow at their end", function()
        local version = assert(store:append("j", "one\n"))
        for _, line in ipairs { "two\n", "", "thr\0ee\n" } do
          conflicts(store:append("j", "no\n", version + 1000))
          version = assert(store:append("j", line, version))
        end
        conflicts(store:append("j", "no\n"))
        assert.are.same({ "one\ntwo\nthr\0ee\n", version }, { store:get "j" })
        assert(store:append("j", "four", true))
        assert.are.equal("one\ntwo\nthr\0ee\nfour", (store:get "j"))
        assert(store:put("j", "new", true))
        assert(store:append("j", "er", true))
        assert.are.equal("newer", (store:get "j"))
        assert.is_true(store:remove "j")
        assert(store:append("j", "again"))
        assert.are.equal("again", (store:get "j"))
        conflicts(store:append("k", "no", version))
        assert.is_nil((store:get "k"))
      end)

      it("hold a journal of a thousand steps", function()
        local version
        for i = 1, 1000 do version = assert(store:append("j", ("step %d\n"):format(i), version)) end
        local text, its = store:get "j"
        assert.are.equal(version, its)
        assert.are.equal(1000, select(2, text:gsub("\n", "")))
        assert.are.equal("step 1000\n", text:sub(-10))
      end)

      it("are listed in order", function()
        for _, each in ipairs { "chat:b", "chat:a", "chat:\255", "chat", "chat;", "up:1", "chat:a:1", "%", "_" } do
          assert(store:put(each, "x"))
        end
        assert.are.same({ "chat:a", "chat:a:1", "chat:b", "chat:\255" }, store:list "chat:")
        assert.are.same({ "chat:a", "chat:a:1" }, store:list("chat:", nil, 2))
        assert.are.same({ "chat:b", "chat:\255" }, store:list("chat:", "chat:a:1", 2))
        assert.are.same({ "chat:a:1" }, store:list("chat:", "chat:a", 1))
        assert.are.same({ "chat:a" }, store:list("chat:", "a", 1))
        assert.are.same({}, store:list("chat:", "chat:\255"))
        assert.are.same({}, store:list("chat:", "d"))
        assert.are.same({}, store:list "\255")
        assert.are.equal(9, #store:list "")
        store:remove "chat:a"
        assert.are.same({ "chat:a:1" }, store:list("chat:a"))
      end)

      it("are listed a hundred at a time", function()
        for i = 1, 105 do assert(store:put(("n%03d"):format(i), "x")) end
        assert.are.equal(100, #store:list "n")
        assert.are.same({ "n101", "n102", "n103", "n104", "n105" }, store:list("n", "n100"))
        assert.are.equal(105, #store:list("n", nil, 1000))
      end)

      it("become due", function()
        assert.are.same({ {} }, { store:due(T) })
        local version = assert(store:put("b", "1", nil, { due = T + 20 }))
        assert(store:put("a", "1", nil, { due = T + 30 }))
        assert(store:put("c", "1", nil, { due = T + 10.5 }))
        assert(store:put("d", "1"))
        assert.are.same({ {}, 10.5 }, { store:due(T) })
        assert.are.same({ { "c", "b" }, 10 }, { store:due(T + 20) })
        assert.are.same({ { "c", "b" }, 10 }, { store:due(T + 20) })
        assert.are.same({ { "c" }, 0 }, { store:due(T + 20, 1) })
        -- What is written behind it leaves the time, unless it says otherwise.
        version = assert(store:append("b", "2", version))
        assert.are.same({ { "c", "b" }, 10 }, { store:due(T + 20) })
        version = assert(store:append("b", "3", version, { due = T + 40 }))
        assert(store:put("c", "2", true))
        assert.are.same({ { "a", "b" } }, { store:due(T + 100) })
        version = assert(store:append("b", "4", version, { due = T + 15 }))
        assert.are.same({ { "b", "a" } }, { store:due(T + 100) })
        assert(store:append("b", "5", version, { due = false }))
        assert.is_true(store:remove "a")
        assert.are.same({ {} }, { store:due(T + 100) })
        assert.are.equal("12345", (store:get "b"))
      end)

      it("expire", function()
        assert(store:put("a", "1", nil, { expires = T + 10 }))
        assert(store:put("b", "1", nil, { expires = T + 10 }))
        assert(store:put("c", "1", nil, { expires = T + 10, due = T + 5 }))
        assert(store:put("d", "1", nil, { expires = T + 10 }))
        assert(store:append("b", "2", true))
        assert(store:append("c", "2", true, { expires = T + 30 }))
        assert(store:put("d", "2", true))
        store:purge(T + 9)
        assert.are.same({ "a", "b", "c", "d" }, store:list "")
        store:purge(T + 20)
        assert.are.same({ "c", "d" }, store:list "")
        assert.is_nil((store:get "b"))
        assert(store:append("b", "new"))
        assert.are.equal("new", (store:get "b"))
        store:purge(T + 40)
        assert.are.same({ { "b", "d" }, {} }, { store:list "", (store:due(T + 40)) })
      end)

      it("have names and options that are checked", function()
        expect.refused("invalid", "name", "empty", store:put("", "x"))
        expect.refused("invalid", "name", "512", store:get(("x"):rep(513)))
        expect.refused("invalid", "text", "string", store:append("a"))
        expect.refused("invalid", "version", "version", store:put("a", "x", "1"))
        expect.refused("invalid", "options.due", "number", store:put("a", "x", nil, { due = "later" }))
        expect.refused("invalid", "options.ttl", "unknown", store:put("a", "x", nil, { ttl = 5 }))
        expect.refused("invalid", "limit", "whole", store:list("", nil, 0))
        expect.refused("invalid", "prefix", "string", store:list())
        assert.are.same({}, store:list "")
        local long = ("x"):rep(512)
        assert(store:put(long, "1"))
        assert.are.same({ long }, store:list "x")
      end)
    end)

    it("refuses to work once it is closed", function()
      assert(store:put("a", "1"))
      assert.is_true(store:close())
      assert.is_true(store:close())
      expect.refused("state", nil, "closed", store:add({ item "a" }, T))
      expect.refused("state", nil, "closed", store:get "a")
    end)

    it("refuses wrong options", function()
      for field, options in pairs {
        keep_keys = { keep_keys = 0 }, keep_seen = { keep_seen = "1" }, keep_kyes = { keep_kyes = 5 },
      } do
        local ok, err = pcall(host.open, options)
        assert.is_false(ok)
        assert.are.same({ "config", field }, { err.kind, err.field })
      end
    end)

    it("says what it is", function()
      assert.are.equal("whatsapp.Store: " .. name:match "^%l+", tostring(store))
      assert.is_true(require("whatsapp.store").is(store))
    end)
  end)
end
