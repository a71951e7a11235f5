-- Any operations in any order, on each store, beside a model that is as plain as
-- can be. The seed is in the name of a test that fails.

local random_numbers = require "spec.support.random"
local stores = require "spec.support.stores"

local T = 1700000000
local DAY = 24 * 60 * 60
local STEPS = 1000

local Model = {}
Model.__index = Model

local function new_model(store, random)
  return setmetatable({ store = store, random = random, now = T, keys = {}, lanes = {}, claims = {}, ranks = {},
                        seen = {}, records = {}, versions = {}, arrival = 0 }, Model)
end

-- The inbox ----------------------------------------------------------------------------

local function older(a, b)
  if a.at ~= b.at then return a.at < b.at end
  return a.arrival < b.arrival
end

function Model:count()
  local n = 0
  for _, lane in pairs(self.lanes) do n = n + #lane.events end
  return n
end

function Model:add()
  local random, batch, new = self.random, {}, 0
  for i = 1, random(4) - 1 do
    batch[i] = { key = "key " .. random(1000), lane = "lane " .. random(6), at = self.now + random(50) / 4,
                 body = ("%d\0"):format(random(1000)), seen = random(2) == 1 and { "c" .. random(3) } or nil }
  end
  for _, item in ipairs(batch) do
    if not self.keys[item.key] or self.keys[item.key] <= self.now then
      self.keys[item.key] = self.now + 8 * DAY
      self.lanes[item.lane] = self.lanes[item.lane] or { events = {} }
      self.arrival = self.arrival + 1
      local events = self.lanes[item.lane].events
      events[#events + 1] = { key = item.key, at = item.at, body = item.body, tries = 0, arrival = self.arrival }
      table.sort(events, older)
      for _, name in ipairs(item.seen or {}) do self.seen[name] = math.max(self.seen[name] or 0, item.at) end
      new = new + 1
    end
  end
  assert.are.equal(new, self.store:add(batch, self.now))
end

function Model:claim()
  local lease = self.random(20)
  local claim, err = self.store:claim(self.now, lease)
  assert.is_nil(err)
  if not claim then
    for name, lane in pairs(self.lanes) do assert.is_true(lane.due ~= nil and lane.due > self.now, name) end
    return
  end
  local lane = self.lanes[claim.lane]
  assert.is_table(lane)
  assert.is_true(lane.due == nil or lane.due <= self.now)
  local event = lane.events[1]
  event.tries = event.tries + 1
  assert.are.same({ event.key, event.at, event.body, event.tries }, { claim.key, claim.at, claim.body, claim.tries })
  assert.is_nil(self.claims[claim.token])
  self.claims[claim.token] = true
  lane.token, lane.event, lane.due = claim.token, event, self.now + lease
  self.last_claims = self.last_claims or {}
  self.last_claims[#self.last_claims % 8 + 1] = claim
end

-- One of the last claims, whether it holds or not.
function Model:some_claim()
  if not self.last_claims then return nil end
  local claim = self.last_claims[self.random(#self.last_claims)]
  local lane = self.lanes[claim.lane]
  local here = false
  for _, event in ipairs(lane and lane.events or {}) do here = here or event.key == claim.key end
  return claim, lane, lane ~= nil and lane.token == claim.token, here
end

local function answered(expected, value, err)
  if expected then return assert.is_true(value, tostring(err)) end
  assert.is_nil(value)
  assert.is_true(err.conflict)
end

function Model:renew()
  local claim, lane, held = self:some_claim()
  if not claim then return end
  local lease = self.random(20)
  answered(held, self.store:renew(claim, self.now, lease))
  if held then lane.due = self.now + lease end
end

function Model:confirm()
  local claim, lane, held, here = self:some_claim()
  if not claim then return end
  answered(held or not here, self.store:confirm(claim, self.now))
  if not held then return end
  for i, event in ipairs(lane.events) do
    if event == lane.event then table.remove(lane.events, i) break end
  end
  lane.token, lane.event, lane.due = nil, nil, nil
  if #lane.events == 0 then self.lanes[claim.lane] = nil end
end

function Model:release()
  local claim, lane, held, here = self:some_claim()
  if not claim then return end
  local delay, anew = self.random(10) - 1, self.random(2) == 1
  answered(held or not here or lane.token == nil, self.store:release(claim, self.now, delay, anew))
  if not held then return end
  if anew then lane.event.tries = 0 end
  lane.token, lane.event, lane.due = nil, nil, delay > 0 and self.now + delay or nil
end

function Model:pending()
  local wait
  for _, lane in pairs(self.lanes) do
    wait = math.min(wait or math.huge, math.max(0, (lane.due or 0) - self.now))
  end
  assert.are.same({ self:count(), wait }, { self.store:pending(self.now) })
end

function Model:advance()
  local id, rank = "id " .. self.random(5), self.random(20)
  local known = self.ranks[id]
  local may = not known or known.expires <= self.now or known.rank <= rank
  assert.are.equal(may, self.store:advance(id, rank, self.now))
  if may then self.ranks[id] = { rank = rank, expires = self.now + 8 * DAY } end
end

function Model:last_seen()
  local name = "c" .. self.random(3)
  local at = self.store:last_seen(name)
  -- Old ones are kept or forgotten.
  if self.seen[name] then assert.are.equal(self.seen[name], at) end
end

-- Records --------------------------------------------------------------------------------

function Model:some_name() return ("r%d:%d"):format(self.random(2), self.random(8)) end

-- A version that is right, or any, or none, or that of another time.
function Model:some_version(name)
  local choice = self.random(6)
  if choice <= 3 then return self.records[name] and self.records[name].version end
  if choice == 4 then return true end
  if choice == 5 then return nil end
  return self.versions[self.random(#self.versions + 1)]
end

local function fits(record, version)
  return version == true or version == (record and record.version)
end

function Model:some_options()
  local choice = self.random(5)
  if choice <= 2 then return nil end
  if choice == 3 then return { due = self.now + self.random(30) } end
  if choice == 4 then return { due = false, expires = self.now + self.random(30) } end
  return { expires = false, due = self.now - self.random(30) }
end

function Model:write(how)
  local name, text, options = self:some_name(), ("%d,\0"):format(self.random(1000)), self:some_options()
  local version = self:some_version(name)
  local record = self.records[name]
  local new, err = self.store[how](self.store, name, text, version, options)
  if not fits(record, version) then return answered(false, new, err) end
  assert.is_number(new, tostring(err))
  for _, used in ipairs(self.versions) do assert.are_not.equal(used, new) end
  self.versions[#self.versions + 1] = new
  if how == "put" or not record then
    record = { text = "" }
    self.records[name] = record
  end
  record.text, record.version = record.text .. text, new
  for _, field in ipairs { "due", "expires" } do
    if options and options[field] ~= nil then record[field] = options[field] or nil end
  end
end

function Model:put() self:write "put" end
function Model:append() self:write "append" end

function Model:get()
  local name = self:some_name()
  local record = self.records[name] or {}
  assert.are.same({ record.text, record.version }, { self.store:get(name) })
end

function Model:remove()
  local name = self:some_name()
  local version, record = self:some_version(name), self.records[name]
  local fine = not record or version == nil or fits(record, version)
  answered(fine, self.store:remove(name, version))
  if fine then self.records[name] = nil end
end

function Model:list()
  local prefix, after, limit = "r" .. self.random(2), self:some_name(), self.random(5)
  local names = {}
  for name in pairs(self.records) do
    if name:sub(1, 2) == prefix and name > after then names[#names + 1] = name end
  end
  table.sort(names)
  for i = #names, limit + 1, -1 do names[i] = nil end
  assert.are.same(names, self.store:list(prefix, after, limit))
end

function Model:due()
  local times, later = {}, nil
  for _, record in pairs(self.records) do
    if record.due and record.due <= self.now then times[#times + 1] = record.due end
    if record.due and record.due > self.now then later = math.min(later or math.huge, record.due - self.now) end
  end
  table.sort(times)
  local names, wait = self.store:due(self.now)
  local found = {}
  for i, name in ipairs(names) do found[i] = self.records[name].due end
  assert.are.same(times, found)
  assert.are.equal(later, wait)
end

-- What is purged is gone; until then an expired record may be there or not.
function Model:pass()
  self.now = self.now + (self.random(200) == 1 and 4 * DAY or self.random(6) / 4)
  assert.is_true(self.store:purge(self.now))
  for name, at in pairs(self.seen) do
    if at + 2 * DAY <= self.now then self.seen[name] = nil end
  end
  for name, record in pairs(self.records) do
    if record.expires and record.expires <= self.now then self.records[name] = nil end
  end
end

local OPERATIONS = { "add", "add", "claim", "claim", "claim", "renew", "confirm", "confirm", "release", "pending",
                     "advance", "last_seen", "put", "append", "append", "get", "remove", "list", "due", "pass", "pass" }

for _, name in ipairs(stores.names) do
  describe("any operations on the store " .. name, function()
    local host

    setup(function() host = stores[name].start() end)
    teardown(function() host:stop() end)

    for seed = 1, 3 do
      it("do as the model, seed " .. seed, function()
        local store, random = host.open(), random_numbers.new(seed)
        local model = new_model(store, random)
        for step = 1, STEPS do
          local operation = OPERATIONS[random(#OPERATIONS)]
          local ok, err = pcall(model[operation], model)
          if not ok then error(("step %d, %s: %s"):format(step, operation, tostring(err.message or err)), 0) end
        end
        assert.is_true(model.arrival > 80, model.arrival)
        store:close()
      end)
    end
  end)
end
