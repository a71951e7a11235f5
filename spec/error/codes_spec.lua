local table_of = require "whatsapp.error.codes"

local codes, ranges, subcodes, gateway =
  table_of.codes, table_of.ranges, table_of.subcodes, table_of.gateway

local function set(list)
  local members = {}
  for _, member in ipairs(list) do members[member] = true end
  return members
end

local KINDS = set { "auth", "permission", "not_found", "rate_limited", "window", "recipient",
                    "template", "media", "graph", "gateway" }
local RETRIES = set { "auto", "once", "wait", "fix", "never" }
local FIELDS = set { "kind", "title", "meaning", "hint", "retry", "after", "outcome", "url" }

-- Every code Meta documents, and every code in its OpenAPI file.
local DOCUMENTED = {
  0, 1, 2, 3, 4, 10, 17, 33, 100, 104, 190, 200, 299, 368, 400, 403, 613, 803, 80007,
  130403, 130429, 130472, 130497,
  131000, 131005, 131008, 131009, 131016, 131020, 131021, 131026, 131030, 131031, 131037, 131041,
  131042, 131044, 131045, 131047, 131048, 131049, 131050, 131051, 131052, 131053, 131056, 131057,
  131059, 131060, 131062, 131063, 131064,
  131201, 131202, 131204, 131207, 131208, 131209, 131210, 131211, 131212, 131213, 131214, 131215,
  132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069,
  133000, 133004, 133005, 133006, 133008, 133009, 133010, 133015, 133016, 134011, 135000, 137000,
  138000, 138001, 138002, 138003, 138004, 138005, 138006, 138007, 138009, 138012, 138013, 138018,
  139000, 139001, 139002, 139003, 139004, 139006, 139100, 139101, 139102, 139103,
  141006, 141010, 141014, 147001, 147002, 147003, 147004, 147005,
  2388012, 2388019, 2388040, 2388047, 2388073, 2388091, 2388093, 2388103, 2388293, 2388299,
  2494100, 2494164, 2494165, 2494166, 2494167, 2494168, 2494176, 2494177, 2494179,
  2593107, 2593108, 4233041,
}

local THROTTLING = { 4, 17, 613, 80007, 130429, 131048, 131056, 131064, 131208, 132069,
                     133008, 133009, 133016, 138002, 138005, 138009, 138012, 138013 }

local function find(code)
  if codes[code] then return codes[code] end
  for _, range in ipairs(ranges) do
    if code >= range[1] and code <= range[2] then return range[3] end
  end
end

-- Calls check(entry, name) for every full entry of the table.
local function each_entry(check)
  for code, entry in pairs(codes) do check(entry, "code " .. tostring(code)) end
  for _, range in ipairs(ranges) do check(range[3], "range from " .. tostring(range[1])) end
  for status, entry in pairs(gateway) do check(entry, "gateway " .. tostring(status)) end
  for status, entry in pairs(table_of.media) do check(entry, "media " .. tostring(status)) end
end

-- One clause: something to read, on one line, without the end of a sentence in it.
local function assert_clause(text, name)
  assert.is_string(text, name)
  assert.truthy(text:find "%S", name .. " is empty")
  assert.is_nil(text:find "[%c]", name .. " has a control character")
  assert.is_nil(text:find "^%s", name .. " starts with a space")
  assert.is_nil(text:find "[%s.!?;,:]$", name .. " does not end in a word")
  assert.is_nil(text:find "[.!?] +%u", name .. " is more than one sentence")
  assert.is_nil(text:find "  ", name .. " has two spaces in a row")
end

-- PUC 5.1 has no package.searchpath.
local function read_module(name)
  for template in package.path:gmatch "[^;]+" do
    local file = io.open((template:gsub("%?", (name:gsub("%.", "/")))), "rb")
    if file then
      local source = file:read "*a"
      file:close()
      return source
    end
  end
  error(name .. " is not in package.path")
end

local function assert_whole_number(key, name)
  assert.is_number(key, name)
  assert.equal(0, key % 1, name)
end

describe("error codes", function()
  it("use the closed lists of kinds, retries and outcomes", function()
    each_entry(function(entry, name)
      assert.is_true(KINDS[entry.kind], name .. ": kind " .. tostring(entry.kind))
      assert.is_true(RETRIES[entry.retry], name .. ": retry " .. tostring(entry.retry))
      assert.is_true(entry.outcome == nil or entry.outcome == "unknown", name .. ": outcome")
    end)
  end)

  it("know no other fields", function()
    local function check(entry, name)
      for field in pairs(entry) do
        assert.is_true(FIELDS[field], name .. ": " .. tostring(field))
      end
    end
    each_entry(check)
    for subcode, entry in pairs(subcodes) do check(entry, "subcode " .. tostring(subcode)) end
  end)

  it("say what happened and what to do, each in one clause", function()
    each_entry(function(entry, name)
      assert_clause(entry.title, name .. ": title")
      assert_clause(entry.meaning, name .. ": meaning")
      assert_clause(entry.hint, name .. ": hint")
      assert.is_true(#entry.title <= 40, name .. ": title is long")
      assert.is_true(#entry.meaning <= 200, name .. ": meaning is long")
      assert.is_true(#entry.hint <= 200, name .. ": hint is long")
    end)
  end)

  it("give seconds only where waiting helps", function()
    each_entry(function(entry, name)
      if entry.after ~= nil then
        assert.equal("wait", entry.retry, name)
        assert.is_true(type(entry.after) == "number" and entry.after > 0, name)
      end
    end)
  end)

  it("link to Meta's documentation", function()
    local host = "^https://developers%.facebook%.com/"
    assert.truthy(table_of.url:find(host))
    each_entry(function(entry, name)
      if entry.url ~= nil then assert.truthy(entry.url:find(host), name) end
    end)
  end)

  it("have whole numbers as keys", function()
    for code in pairs(codes) do assert_whole_number(code, "code") end
    for subcode in pairs(subcodes) do assert_whole_number(subcode, "subcode") end
    for status in pairs(gateway) do
      assert_whole_number(status, "gateway status")
      assert.is_true(status >= 400 and status <= 599)
    end
  end)

  it("cover every documented code", function()
    for _, code in ipairs(DOCUMENTED) do
      assert.is_table(find(code), "code " .. code)
    end
  end)

  it("hold no code that is not documented", function()
    local documented = set(DOCUMENTED)
    for code in pairs(codes) do assert.is_true(documented[code], "code " .. code) end
  end)

  it("are rate_limited where Meta throttles, and never then to be fixed", function()
    for _, code in ipairs(THROTTLING) do
      local entry = codes[code]
      assert.equal("rate_limited", entry.kind, "code " .. code)
      assert.is_true(entry.retry == "wait" or entry.retry == "auto", "code " .. code)
      assert.is_nil(entry.outcome, "code " .. code)
    end
    each_entry(function(entry, name)
      if entry.kind == "rate_limited" then
        assert.is_true(entry.retry == "wait" or entry.retry == "auto", name)
      end
    end)
  end)

  it("are never sent again on their own when it may have happened", function()
    each_entry(function(entry, name)
      if entry.outcome == "unknown" then assert.not_equal("auto", entry.retry, name) end
    end)
  end)

  it("have ranges in order, apart and with sound bounds", function()
    local last = -1
    for _, range in ipairs(ranges) do
      assert.equal(3, #range)
      assert_whole_number(range[1], "first")
      assert_whole_number(range[2], "last")
      assert.is_true(range[1] < range[2])
      assert.is_true(range[1] > last)
      last = range[2]
    end
    assert.equal("permission", find(250).kind)
    assert.equal("graph", find(138010).kind)
    assert.is_nil(find(300))
  end)

  it("keep the pairs that are easily confused apart", function()
    assert.equal("window", codes[131047].kind)
    assert.equal("template", codes[132000].kind)
    assert.equal("media", codes[131053].kind)
    assert.equal("auth", codes[190].kind)
    assert.equal("recipient", codes[131030].kind)
    assert.not_equal("rate_limited", codes[133010].kind)
    assert.equal("not_found", subcodes[33].kind)
  end)
end)

describe("error subcodes", function()
  it("name a kind of the list and say what to do", function()
    for subcode, entry in pairs(subcodes) do
      local name = "subcode " .. tostring(subcode)
      assert.is_true(KINDS[entry.kind], name)
      assert_clause(entry.title, name .. ": title")
      assert_clause(entry.hint, name .. ": hint")
      assert.is_true(#entry.hint <= 200, name .. ": hint is long")
    end
    for _, subcode in ipairs { 33, 460, 463 } do assert.is_table(subcodes[subcode]) end
  end)

  it("include the codes that Graph answers as a subcode", function()
    for code, entry in pairs(codes) do
      if code > 1000000 then assert.equal(entry, subcodes[code]) end
    end
  end)
end)

describe("gateway answers", function()
  it("are explained for each of its own statuses", function()
    for _, status in ipairs { 400, 401, 404, 429, 500 } do
      assert.is_table(gateway[status], "status " .. status)
    end
    assert.equal("auth", gateway[401].kind)
    assert.equal("rate_limited", gateway[429].kind)
    assert.equal("unknown", gateway[500].outcome)
  end)

  it("name the usual trouble", function()
    assert.truthy(gateway[400].meaning:find("connection", 1, true))
    assert.truthy(gateway[401].hint:find("MATON_API_KEY", 1, true))
    assert.truthy(gateway[404].hint:find("whatsapp-business", 1, true))
    assert.truthy(gateway[500].meaning:find("OAuth", 1, true))
  end)
end)

describe("the source of the error codes", function()
  local source = read_module "whatsapp.error.codes"

  it("gives no code twice", function()
    local section, seen, count = nil, {}, 0
    for line in source:gmatch "[^\n]+" do
      section = line:match "^local (%l+) = {$" or section
      local code = line:match "^  %[(%d+)%] = {"
      if code then
        local key = section .. " " .. code
        assert.is_nil(seen[key], key .. " stands twice")
        seen[key], count = true, count + 1
      end
    end
    local expected = 0
    for _ in pairs(codes) do expected = expected + 1 end
    for _ in pairs(gateway) do expected = expected + 1 end
    for _ in pairs(table_of.media) do expected = expected + 1 end
    for status, entry in pairs(table_of.control) do
      if gateway[status] ~= entry then expected = expected + 1 end
    end
    for subcode in pairs(subcodes) do
      if not codes[subcode] or subcodes[subcode] ~= codes[subcode] then expected = expected + 1 end
    end
    assert.equal(expected, count)
  end)

  it("keeps the codes of a topic in order", function()
    local last = -1
    for line in source:gmatch "[^\n]+" do
      if line:find "^  %-%- .*%-%-%-$" or line:find "^local " then last = -1 end
      local code = tonumber(line:match "^  %[(%d+)%] = {")
      if code then
        assert.is_true(code > last, "code " .. code .. " is out of order")
        last = code
      end
    end
  end)

  it("requires nothing", function()
    assert.is_nil(source:find "require%s*[%(\"']")
  end)
end)
