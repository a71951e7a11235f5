-- Every component and property that is known, written, read back and checked.

local check = require "whatsapp.flow.check"
local components = require "whatsapp.flow.components"
local document = require "whatsapp.flow.document"
local json = require "whatsapp.json"
local read = require "whatsapp.flow.read"
local schema = require "whatsapp.schema"
local whatsapp = require "whatsapp"
local write = require "whatsapp.flow.write"

local random = require("spec.support.random").new(tonumber(os.getenv "FUZZ_SEED") or 20260501)

-- Samples ---------------------------------------------------------------------------

local sample

local function sample_action(property)
  local name = next(property.allowed)
  if name == "navigate" then return { navigate = "NEXT", payload = { a = "${form.a}" } } end
  if name == "open_url" then return { open_url = "https://example.com" } end
  return { [name] = { a = 1, b = json.array {} } }
end

local samples = {
  string = function(property) return property.one_of and next(property.one_of) or "x" end,
  text = function() return "x" end,
  boolean = function() return true end,
  whole = function() return 2 end,
  number = function() return 1.5 end,
  date = function() return "2026-12-31" end,
  any = function() return { some_field = "x" } end,
  action = sample_action,
  list = function(property)
    local list = {}
    for i = 1, math.max(1, property.min or 1) do
      list[i] = sample(property.of)
      if type(list[i]) == "table" and list[i].id then list[i].id = ("x"):rep(i) end
    end
    return list
  end,
  object = function(property)
    local object = {}
    for key, field in pairs(property.fields) do object[key] = sample(field) end
    if object.image then object.color = nil end
    return object
  end,
  components = function() return { { body = "x" }, { text_input = { name = "n", label = "x" } } } end,
  cases = function() return { ["a-b"] = { { body = "x" } }, c_d = { { heading = "y" } } } end,
}

function sample(property)
  if property.ranged and random(2) == 1 then return { start_date = "a", end_date = "b" } end
  return samples[property.type](property)
end

-- A component with some or all of its properties, as it is written.
local function sample_of(kind, wanted)
  local spec, content = components.kinds[kind], {}
  for _, key in ipairs(schema.sorted_keys(spec.properties)) do
    local property = spec.properties[key]
    if wanted(property) then
      local value = sample(property)
      if key == spec.list and type(value) == "table" then
        for i, one in ipairs(value) do content[i] = one end
      elseif key == "on_click_action" and spec.click then
        for name, one in pairs(value) do content[name] = one end
      else
        content[key] = value
      end
    end
  end
  return { [kind] = content }
end

local function every() return true end
local function some() return random(2) == 1 end
local function required(property) return property.required end

describe("a component", function()
  for _, kind in ipairs(schema.sorted_keys(components.kinds)) do
    it("survives being written and read: " .. kind, function()
      for round = 1, 40 do
        local written = sample_of(kind, round <= 5 and every or some)
        local node = assert(write.component(written, kind))
        assert.are.equal(components.kinds[kind].type, node.type)
        for key in pairs(node) do assert.is_nil(key:find("_", 1, true), key) end
        -- Through text, as a file would bring it.
        local flow = { version = "7.3", screens = { { id = "A", layout = { type = "SingleColumnLayout",
          children = { node } } } } }
        local back = assert(whatsapp.flow.parse(document.write(flow)))[1][1]
        assert.is_not_nil(back[kind], document.write(node))
        assert.is_true(read.same(node, write.component(back, kind)), document.write(node))
      end
    end)
  end

  -- What concerns other components and screens, which are not there.
  local ABSENT = { INVALID_ROUTING_MODEL = true, MISSING_TERMINAL_SCREEN = true,
    INVALID_NAVIGATE_ACTION_NEXT_SCREEN_NAME = true,
    INVALID_ON_CLICK_ACTION_PAYLOAD = true, INVALID_UPDATE_DATA_ACTION_PAYLOAD = true,
    MISSING_FOOTER_ON_TERMINAL_SCREEN = true }

  -- What is wrong with a component that has what it must have.
  local function problems_of(kind, version)
    local node = assert(write.component(sample_of(kind, required), kind))
    if kind == "when" then node.condition = "${form.n} == 'x'" end
    if kind == "calendar_picker" then node.label = "x" end
    if kind == "switch" then node.value = "${form.n}" end
    if kind == "footer" then node["on-click-action"] = { name = "complete", payload = {} } end
    if version < "4" and components.kinds[kind].input then
      node = { type = "Form", name = "f", children = { node } }
    end
    local found = {}
    local problems = check.run { version = version, data_api_version = "3.0", routing_model = {}, screens = { {
      id = "A", terminal = kind ~= "navigation_list",
      layout = { type = "SingleColumnLayout", children = { node } } } } }
    for _, problem in ipairs(problems) do
      if not ABSENT[problem.code] then
        found[#found + 1] = ("%s %s"):format(tostring(problem.keys[#problem.keys]), problem.message)
      end
    end
    return table.concat(found, "\n")
  end

  it("with what is required is right in the newest version", function()
    for kind in pairs(components.kinds) do
      assert.are.equal("", problems_of(kind, "7.3"), kind)
    end
  end)

  it("is refused in versions before its own", function()
    local before = { ["4.0"] = "3.1", ["5.1"] = "5.0", ["6.1"] = "6.0", ["6.2"] = "6.1", ["6.3"] = "6.2",
                     ["7.1"] = "7.0" }
    local n = 0
    for kind, spec in pairs(components.kinds) do
      if spec.since then
        n = n + 1
        assert.is_truthy(problems_of(kind, before[spec.since]):find("from version " .. spec.since, 1, true), kind)
        assert.is_nil(problems_of(kind, spec.since):find("from version", 1, true), kind)
      end
    end
    assert.is_true(n > 6)
  end)
end)

-- Anything ----------------------------------------------------------------------------

local function deep(n)
  local value = { body = "x" }
  for _ = 1, n do value = { form = { name = "f", value } } end
  return value
end

local function cyclic()
  local value = {}
  value[1], value.children, value.payload = value, value, { value }
  return value
end

-- Functions, since a value that is changed must not be there again.
local VALUES = {}
for _, value in ipairs { "x", "", " ", "${data.x}", "${form.n}", "${screen.A.form.n}", "${data.x[0].y}", "${data.x",
    "${", "`1 + 1`", "`'a' ${form.n}`", "`${data.x} == 'x' && !${form.o}", "${form.n} == '1'", "${form.n} > (1", "\255",
    0, 1.5, -3, 1e300, true, false, json.null, "2026-12-31", "2026-02-30", "navigate", "A", "TextBody", "If",
    "https://example.com" } do
  VALUES[#VALUES + 1] = function() return value end
end
for _, make in ipairs { cyclic, function() return deep(120) end, function() return deep(3) end,
    function() return print end, function() return 0 / 0 end, function() return math.huge end,
    function() return coroutine.create(print) end,
    function() return setmetatable({}, { __index = { name = "x" } }) end,
    function() return json.array {} end, function() return { false } end, function() return { nil, 1 } end,
    function() return ("("):rep(3000) end, function() return "`" .. ("1+"):rep(3000) .. "1`" end } do
  VALUES[#VALUES + 1] = make
end

local KEYS = { "id", "type", "name", "screens", "layout", "children", "next", "payload", "routing_model", "version",
               "data", "terminal", "success", "sensitive", "on-click-action", "data_api_version", "__example__",
               "items", "properties", 0, 1, 2, 3, -1, 1.5, true, print }
for kind, spec in pairs(components.kinds) do
  KEYS[#KEYS + 1] = kind
  for key, entry in pairs(components.at_meta(spec.properties)) do
    KEYS[#KEYS + 1], KEYS[#KEYS + 2] = key, entry.key
  end
end
for name in pairs(components.actions) do KEYS[#KEYS + 1] = name end
table.sort(KEYS, function(a, b) return tostring(a) < tostring(b) end)

local function one_of(list) return list[1] ~= nil and list[random(#list)] or nil end

local function anything(depth)
  if depth == 0 or random(3) == 1 then return one_of(VALUES)() end
  local value = {}
  for _ = 1, random(5) - 1 do value[one_of(KEYS)] = anything(depth - 1) end
  return value
end

local KINDS = schema.sorted_keys(components.kinds)

-- Two screens of components as they come.
local function random_flow()
  local flow = { version = one_of { "2.1", "3.1", "4.0", "5.0", "6.0", "6.3", "7.3" } }
  if random(2) == 1 then flow.routing_model = { A = { "NEXT" }, NEXT = {} } end
  if random(4) == 1 then flow[one_of { "data_api_version", "data_channel_uri", "version" }] = one_of(VALUES)() end
  for i, id in ipairs { "A", "NEXT" } do
    local screen = { id = id, title = id, terminal = i == 2, data = { x = "y", a = 1 } }
    for n = 1, random(5) - 1 do screen[n] = sample_of(one_of(KINDS), random(2) == 1 and every or some) end
    screen[#screen + 1] = i == 2 and { footer = { label = "x", complete = { x = "${data.x}" } } }
      or { footer = { label = "x", navigate = "NEXT", payload = { x = "a", a = 1 } } }
    flow[i] = screen
  end
  return flow
end

-- One that is right.
local function right_flow()
  return { version = "7.1", { id = "A", terminal = true, data = { x = "y" }, { heading = "Hi" },
    { dropdown = { name = "n", label = "n", { id = "1", title = "1" } } },
    { when = { condition = "${form.n} == '1'", { body = "x" }, otherwise = { { caption = "y" } } } },
    { footer = { label = "x", complete = { n = "${form.n}" } } } } }
end

-- Something else somewhere.
local function disturb(flow)
  local at = flow
  for _ = 1, random(8) do
    local key = one_of(schema.sorted_keys(at))
    if random(4) == 1 or key == nil or type(at[key]) ~= "table" then
      at[random(2) == 1 and key or one_of(KEYS)] = anything(3)
      break
    end
    at = at[key]
  end
  return flow
end

local function any_flow()
  local way = random(4)
  if way == 1 then return anything(6) end
  if way == 2 then return disturb(right_flow()) end
  return way == 3 and random_flow() or disturb(random_flow())
end

local function assert_told(err, where)
  assert.are.equal("invalid", err.kind, where)
  assert.is_true(#err.raw.problems > 0, where)
  for _, problem in ipairs(err.raw.problems) do assert.is_string(problem.message, where) end
  assert.are.equal(err.message, err.raw.problems[1].message, where)
  assert.is_true(#tostring(err) < 4000, where)
end

describe("whatever comes", function()
  it("is built or refused, never raised; what is built comes back the same", function()
    local good = 0
    for round = 1, 1000 do
      local flow = any_flow()
      local ok, built, err = pcall(whatsapp.flow.screens, flow)
      local where = ("round %d: %s"):format(round, tostring(built))
      assert.is_true(ok, where)
      if built then
        good = good + 1
        local again = assert(whatsapp.flow.screens(assert(whatsapp.flow.parse(tostring(built)))), where)
        assert.is_true(read.same(again, built), where)
      else
        assert_told(err, where)
      end
    end
    assert.is_true(good > 20, good .. " were right")
  end)

  it("is checked and parsed without a raise as Flow JSON too", function()
    for round = 1, 500 do
      local flow = anything(7)
      if type(flow) == "table" then
        local layout = { type = "SingleColumnLayout", children = anything(5) }
        flow.screens = { { id = "A", layout = layout }, anything(4) }
      end
      local ok, err = pcall(whatsapp.flow.screens, flow)
      assert.is_true(ok, ("round %d: %s"):format(round, tostring(err)))
      ok, err = pcall(whatsapp.flow.parse, flow)
      assert.is_true(ok, ("round %d: %s"):format(round, tostring(err)))
    end
  end)
end)

describe("a place", function()
  it("is found by line and column, and has them", function()
    local flow = assert(whatsapp.flow.screens { version = "7.1", { id = "A", terminal = true, { heading = "Hi" },
      { footer = { label = "x", complete = {} } } } })
    local text = document.read(tostring(flow))
    for _, keys in ipairs { { "version" }, { "screens", 1, "id" }, { "screens", 1, "layout", "children", 2, "label" },
      { "screens", 1, "layout", "children", 2, "on-click-action", "name" } } do
      local place = text:position(keys)
      assert.are.same(keys, text:keys_at(place.line_start, place.column_start))
      assert.are.same(keys, text:keys_at(place.line_end, place.column_end))
    end
    assert.is_nil(text:position { "nowhere" })
    assert.are.same({}, text:keys_at(99, 1))
  end)
end)
