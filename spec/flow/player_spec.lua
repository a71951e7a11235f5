-- A Flow as the customer's client plays it, from Flow JSON alone or asking by a function.

local expect = require "spec.support.expect"
local json = require "whatsapp.json"
local players = require "whatsapp.flow.player"
local screens = require "whatsapp.flow.screens"

local unpack = table.unpack or unpack -- luacheck: compat

-- What sends each field, by its name.
local function sending(value, sent)
  for key, one in pairs(value) do
    if key == "name" and #one == 1 then sent[one] = ("${form.%s}"):format(one) end
    if type(one) == "table" then sending(one, sent) end
  end
  return sent
end

local function done(components)
  return { footer = { label = "Done", complete = sending(components, {}) } }
end

-- A Flow of one screen with these components, opened with this data.
local function open(components, data)
  local screen = { id = "ONE", title = "One", terminal = true, data = data, unpack(components) }
  screen[#screen + 1] = done(components)
  local player = assert(players.new { screens = assert(screens.build { version = "7.1", screen }) })
  assert.are.equal("ONE", (assert(player:open { screen = "ONE", data = data })))
  return player
end

-- What is on the screen: the types, or what a function makes of each component.
local function seen(player, fn)
  local out = {}
  for _, part in ipairs(player:view().components) do out[#out + 1] = fn and fn(part) or part.type end
  return table.concat(out, " ")
end

local yes_or_no = { radio_buttons_group = { name = "a", label = "A",
  { id = "y", title = "Yes" }, { id = "n", title = "No" } } }

describe("a player", function()
  it("shows the branch of an If that is taken, and takes only what is in it", function()
    local player = open { yes_or_no, { when = { condition = "(${form.a} == 'y') && (${form.c} != '')",
      { text_input = { name = "b", label = "B", required = true } },
      otherwise = { { caption = "nothing" } } } }, { text_input = { name = "c", label = "C" } } }
    assert.are.equal("RadioButtonsGroup TextCaption TextInput Footer", seen(player))
    expect.refused("invalid", "ONE.b", "is not visible", player:fill { a = "n", b = "x" })
    expect.refused("invalid", "ONE.d", "unknown key", player:fill { d = "x" })
    assert(player:fill { a = "y", c = "c" })
    assert.are.equal("RadioButtonsGroup TextInput TextInput Footer", seen(player))
    expect.refused("invalid", "ONE.b", "is required", player:tap())
    assert.are.equal("SUCCESS", (assert(player:submit { b = "text" })))
    assert.are.same({ a = "y", b = "text", c = "c", flow_token = "token" }, player.params)
  end)

  it("fills in what only the filling in shows", function()
    local player = open { { when = { condition = "${form.a} == 'y'", { text_input = { name = "b", label = "B" } } } },
      yes_or_no }
    assert(player:submit { a = "y", b = "later above" })
    assert.are.equal("later above", player.params.b)
  end)

  it("sends what was filled in though it is shown no more, and first values that never are", function()
    local player = open({ yes_or_no, { when = { condition = "${form.a} == 'y'",
      { text_input = { name = "b", label = "B" } },
      otherwise = { { text_input = { name = "c", label = "C", init_value = "first" } } } } },
      { text_input = { name = "d", label = "D", visible = "`${form.a} == 'y'`" } },
      { text_input = { name = "e", label = "E", visible = "${data.open}", init_value = "hidden" } } }, { open = false })
    assert(player:fill { a = "y", b = "text", d = "more" })
    assert(player:submit { a = "n" })
    assert.are.same({ a = "n", b = "text", c = "first", d = "more", e = "hidden", flow_token = "token" },
      player.params)
  end)

  it("sends nothing of what was not touched, and what is emptied as it is then", function()
    local list = { { id = "1", title = "1" }, { id = "2", title = "2" } }
    local text = { type = "string", __example__ = "x" }
    local several = { type = "array", items = { type = "string" }, __example__ = { "1" } }
    for i, case in ipairs {
      { { text_input = { name = "a", label = "A" } }, text, "x", "" },
      { { text_area = { name = "a", label = "A" } }, text, "x", "" },
      { { text_input = { name = "a", label = "A", visible = "${data.open}" } }, text },
      { { text_input = { name = "a", label = "A", input_type = "number" } },
        { type = "number", __example__ = 1 }, "5", "" },
      { { dropdown = { name = "a", label = "A", data_source = list } }, text, "1", "" },
      { { radio_buttons_group = { name = "a", label = "A", data_source = list } }, text, "1" },
      { { checkbox_group = { name = "a", label = "A", data_source = list } }, several, { "1" }, json.array {} },
      { { chips_selector = { name = "a", label = "A", data_source = list } }, several, { "1" }, json.array {} },
      { { opt_in = { name = "a", label = "A" } }, { type = "boolean", __example__ = true }, true },
      { { date_picker = { name = "a", label = "A" } }, text, "2026-01-01", "" },
      { { calendar_picker = { name = "a", label = { start_date = "A", end_date = "B" }, mode = "range" } },
        { type = "object", properties = {}, __example__ = {} }, { ["start-date"] = "2026-01-01" } },
    } do
      local flow = assert(screens.build { version = "7.1",
        { id = "ONE", title = "One", data = { open = false }, case[1],
          { footer = { label = "Go", navigate = "TWO", payload = { a = "${form.a}" } } } },
        { id = "TWO", title = "Two", terminal = true, data = { a = case[2] },
          { footer = { label = "Done", complete = { a = "${data.a}", b = "${screen.ONE.form.a}" } } } } })
      local function sends(player, value)
        assert.are.equal("TWO", player:submit(), i)
        assert(player:submit())
        assert.are.equal(json.encode { a = value, b = value, flow_token = "token" }, json.encode(player.params), i)
        assert(player:open { data = { open = false } })
      end
      local player = assert(players.new { screens = flow })
      assert(player:open { data = { open = false } })
      sends(player)
      if case[3] then
        assert(player:fill { a = case[3] })
        sends(player, case[3])
        assert(player:fill { a = case[3] } and player:fill { a = {} })
        sends(player, case[4])
      end
    end
  end)

  it("types numbers as text, also first values", function()
    local flow = assert(screens.build { version = "6.0", { id = "ONE", title = "One", terminal = true,
      { text_input = { name = "a", label = "A", input_type = "number", init_value = 7 } },
      { text_input = { name = "b", label = "B", input_type = "number" } },
      { checkbox_group = { name = "c", label = "C", { id = "1", title = "1" }, { id = "2", title = "2" } } },
      done { { name = "a" }, { name = "b" }, { name = "c" } } } })
    local player = assert(players.new { screens = flow })
    assert(player:open() and player:submit { b = 5, c = { 2, 1 } })
    assert.are.same({ a = "7", b = "5", c = { "2", "1" }, flow_token = "token" }, player.params)
  end)

  it("takes back what can be chosen no more", function()
    local few, more = { { id = "1", title = "1" } }, { { id = "1", title = "1" }, { id = "2", title = "2" } }
    local player = open({
      { dropdown = { name = "a", label = "A", data_source = "${data.list}" } },
      { checkbox_group = { name = "b", label = "B", data_source = "${data.list}" } },
      { opt_in = { name = "c", label = "C", on_select_action = { update_data = { list = few } } } },
    }, { list = more })
    assert(player:fill { a = "2", b = { "1", "2" } })
    assert(player:submit { c = true })
    assert.are.equal('{"a":"","b":[],"c":true,"flow_token":"token"}', json.encode(player.params))
  end)

  it("passes on what a page leaves out, but no data of another type", function()
    local flow = assert(screens.build { version = "7.1",
      { id = "ONE", title = "One", { text_input = { name = "a", label = "A" } },
        { footer = { label = "Go", navigate = "TWO", payload = { a = "${form.a}" } } } },
      { id = "TWO", title = "Two", terminal = true, data = { a = "x" }, done {} } })
    local player = assert(players.new { screens = flow })
    assert(player:open())
    local ok, err = player:act("navigate", { a = { "x" } }, "TWO")
    assert.is_nil(ok)
    assert.are.equal("the screen TWO declares data.a as string", err.message)
    assert.are.equal("TWO", player:act("navigate", {}, "TWO"))
  end)

  it("compares what is left empty with nothing", function()
    local player = open { { checkbox_group = { name = "a", label = "A", { id = "1", title = "1" } } },
      { caption = { text = "chosen", visible = "`${form.a} != ''`" } } }
    assert.are.equal("CheckboxGroup Footer", seen(player))
    assert(player:fill { a = { "1" } })
    assert.are.equal("CheckboxGroup TextCaption Footer", seen(player))
  end)

  it("takes what is divided by nothing as 0", function()
    local player = open({ { caption = "`'q ' (${data.a} / ${data.b}) (${data.a} % ${data.b})`" } }, { a = 1, b = 0 })
    assert.are.equal("q 00", player:view().components[1].text)
    local flow = assert(screens.build { version = "7.1", { id = "ONE", title = "One", terminal = true,
      data = { a = 1, b = 0 },
      { footer = { label = "Done", complete = { x = "`${data.a} / ${data.b}`", y = "`-${data.a} / ${data.b}`" } } } } })
    player = assert(players.new { screens = flow })
    assert(player:open { data = { a = 1, b = 0 } })
    assert(player:submit())
    assert.are.equal('{"flow_token":"token","x":0,"y":0}', player:reply().interactive.nfm_reply.response_json)
  end)

  it("raises for no Flow JSON, however wrong", function()
    for i, flow in ipairs {
      '{"screens":[{"id":"A"}],"routing_model":{"A":5,"B":["A"]}}',
      '{"screens":[{"id":"A","layout":{"children":[{"type":"NavigationList","list-items":[1,null,{}]}]}}]}',
      '{"screens":[{"id":"A","layout":{"children":[{"type":"Footer","on-click-action":'
        .. '{"name":"complete","payload":5}}]}}]}',
    } do
      local player = assert(players.new { screens = flow })
      assert.are.equal("A", (player:open()), i)
      assert.are.equal(1, #{ player:view() }, i)
      local screen, err = player:submit()
      assert.is_nil(screen, i)
      assert.are.equal("invalid", err.kind, i)
    end
  end)

  it("shows the case of a Switch, or its default", function()
    local player = open { yes_or_no, { switch = { value = "${form.a}", cases = {
      y = { { heading = "yes" } }, default = { { body = "neither" } } } } } }
    assert.are.equal("RadioButtonsGroup TextBody Footer", seen(player))
    assert(player:fill { a = "y" })
    assert.are.equal("RadioButtonsGroup TextHeading Footer", seen(player))
    assert(player:fill { a = "" })
    assert.are.equal("RadioButtonsGroup TextBody Footer", seen(player))
  end)

  it("leaves out what is not visible", function()
    local player = open({ yes_or_no,
      { text_input = { name = "b", label = "B", visible = "${data.open}", required = true } },
      { text_input = { name = "c", label = "C", visible = "`${form.a} == 'y'`" } } }, { open = false })
    assert.are.equal("RadioButtonsGroup Footer", seen(player))
    expect.refused("invalid", "ONE.b", "is not visible", player:submit { b = "x" })
    assert(player:submit { a = "y", c = "text" })
  end)

  it("shows texts, values, choices and complaints as they are now", function()
    local player = open({ { heading = "`'Hello ' ${data.name} ', ' ${form.a}`" },
      { form = { name = "form", init_values = "${data.init}", error_messages = { b = "Not that." },
        yes_or_no, { text_input = { name = "b", label = "B", helper_text = "${data.name}" } },
        { dropdown = { name = "c", label = "C", data_source = "${data.choices}", enabled = "${data.open}" } } } },
    }, { name = "Ann", init = { a = "n" }, choices = { { id = "1", title = "One" } }, open = false })
    local parts = player:view().components
    assert.are.equal("Hello Ann, n", parts[1].text)
    assert.are.same({ key = "2.1", type = "RadioButtonsGroup", name = "a", label = "A", value = "n",
      ["data-source"] = { { id = "y", title = "Yes" }, { id = "n", title = "No" } } }, parts[2])
    assert.are.same({ key = "2.2", type = "TextInput", name = "b", label = "B", ["helper-text"] = "Ann",
      ["error-message"] = "Not that." }, parts[3])
    assert.are.equal("1", parts[4]["data-source"][1].id)
    assert.are.same({ key = "3", type = "Footer", label = "Done", ["on-click-action"] = { name = "complete" } },
      parts[5])
    assert.are.equal("ONE One true", table.concat({ player:view().screen, player:view().title,
      tostring(player:view().terminal) }, " "))
    expect.refused("invalid", "ONE.c", "not enabled", player:fill { c = "1" })
    assert(player:submit {})
    assert.are.same({ a = "n", flow_token = "token" }, player.params)
    assert.are.same({ screen = "SUCCESS", done = true, params = player.params, components = {} }, player:view())
  end)

  it("begins with init_value, which filling in replaces", function()
    local player = open { { text_input = { name = "a", label = "A", init_value = "Bob" } },
      { checkbox_group = { name = "b", label = "B", init_value = { "1" },
        { id = "1", title = "1" }, { id = "2", title = "2" } } } }
    assert(player:submit { b = { "2" } })
    assert.are.same({ a = "Bob", b = { "2" }, flow_token = "token" }, player.params)
  end)

  it("does what happens when something is chosen, or no more", function()
    local player = open({
      { dropdown = { name = "a", label = "A", on_unselect_action = { update_data = { text = "none" } },
        { id = "x", title = "X", on_select_action = { update_data = { text = "x" } } },
        { id = "y", title = "Y", on_select_action = { update_data = { text = "y" } },
          on_unselect_action = { update_data = { count = 1 } } } } },
      { opt_in = { name = "b", label = "B", on_select_action = { update_data = { agreed = true } },
        on_unselect_action = { update_data = { agreed = false } } } },
      { caption = "`${data.text} ' ' ${data.agreed} ' ' ${data.count}`" },
    }, { text = "", agreed = false, count = 0 })
    local function caption() return (player:view().components[3].text) end
    assert(player:fill { a = "x" })
    assert.are.equal("x false 0", caption())
    assert(player:fill { a = "y", b = true })
    assert.are.equal("y true 0", caption())
    assert(player:fill { a = "", b = false })
    assert.are.equal("none false 1", caption())
  end)

  it("does again what choosing does where nothing is said of choosing no more", function()
    local player = open({
      { checkbox_group = { name = "a", label = "A", on_select_action = { update_data = { seen = "${form.a}" } },
        { id = "x", title = "X" }, { id = "y", title = "Y" } } },
      { caption = "`'first ' ${data.seen[0]}`" },
    }, { seen = { "none" } })
    local function caption() return (player:view().components[2].text) end
    assert(player:fill { a = { "x", "y" } })
    assert.are.equal("first x", caption())
    assert(player:fill { a = { "y" } })
    assert.are.equal("first y", caption())
    assert(player:fill { a = {} })
    assert.are.equal("first ", caption())
  end)

  it("counts what is chosen already as chosen when its screen opens, in versions 6.x only", function()
    local function flow(version)
      return assert(screens.build { version = version,
        { id = "ONE", title = "One", data = { size = "none", agreed = "none" },
          { dropdown = { name = "a", label = "A", init_value = "x",
            { id = "x", title = "X", on_select_action = { update_data = { size = "x" } } } } },
          { opt_in = { name = "b", label = "B", init_value = true,
            on_select_action = { update_data = { agreed = "yes" } } } },
          { radio_buttons_group = { name = "c", label = "C", { id = "y", title = "Y" },
            on_select_action = { update_data = { agreed = "no" } } } },
          { footer = { label = "Next", navigate = "TWO" } } },
        { id = "TWO", title = "Two", terminal = true, { body = "x" }, done {} } })
    end
    for version, size in pairs { ["6.0"] = "x yes", ["6.3"] = "x yes", ["7.0"] = "none none" } do
      local player = assert(players.new { screens = flow(version) })
      for _ = 1, 2 do
        assert.are.equal("ONE", (assert(player:open { data = { size = "none", agreed = "none" } })))
        assert.are.equal(size, player.data.size .. " " .. player.data.agreed)
      end
    end
    local player = assert(players.new { screens = flow "6.3" })
    assert(player:open { data = { size = "none", agreed = "none" } })
    assert(player:fill { c = "y" })
    assert.are.equal("TWO", (assert(player:submit())))
    assert.are.equal("ONE", (assert(player:back())))
    assert.are.equal("no", player.data.agreed)
  end)

  it("taps lists, links and whatever has a key", function()
    local flow = assert(screens.build { version = "7.1",
      { id = "MENU", title = "Menu", data = { items = { { id = "1", ["main-content"] = { title = "A" } } } },
        { navigation_list = { name = "list", list_items = "${data.items}", navigate = "ONE" } },
        { navigation_list = { name = "more",
          { id = "t", main_content = { title = "Terms" }, navigate = "ONE" } } } },
      { id = "ONE", title = "One", terminal = true,
        { embedded_link = { text = "Site", open_url = "https://example.com/a" } },
        { embedded_link = { text = "Other", open_url = "https://example.com/b" } }, done {} } })
    local player = assert(players.new { screens = tostring(flow) })
    assert.are.equal("MENU", (assert(player:open { screen = "MENU", data = { items = {
      { id = "1", ["main-content"] = { title = "A" } }, { id = "2", ["main-content"] = { title = "B" } } } } })))
    expect.refused("invalid", "MENU", "has 0 footers", player:tap())
    expect.refused("invalid", "MENU", 'has 0 parts labelled "C"', player:tap "C")
    expect.refused("invalid", "MENU", '"A", "B", "Terms"', player:tap "C")
    assert.are.equal("ONE", (assert(player:tap "B")))
    assert(player:back())
    assert.are.equal("ONE", (assert(player:tap "2.1")))
    assert.are.equal("ONE", (assert(player:tap "Other")))
    assert.are.equal("https://example.com/b", player.link)
    assert.are.equal("https://example.com/a", player:view().components[1]["on-click-action"].url)
  end)

  it("asks by a function, also when something is chosen", function()
    local asked, answers = {}, {
      { screen = "ONE", data = { days = { "mon" } } },
      { screen = "ONE", data = { days = {} } },
      { screen = "ONE", data = { days = json.array {} } },
      { screen = "SUCCESS", data = { extension_message_response = { params = { flow_token = "t" } } } },
    }
    local flow = assert(screens.build { version = "7.1",
      { id = "ONE", title = "One", terminal = true, data = { days = { "mon" } },
        { date_picker = { name = "day", label = "Day",
          on_select_action = { data_exchange = { day = "${form.day}" } } } },
        { footer = { label = "Go", data_exchange = { all = "${data.days}", day = "${form.day}" } } } } })
    local player = assert(players.new { screens = flow, flow_token = "t",
      seal = function(text)
        asked[#asked + 1] = json.decode(text)
        return text, { open = function(_, answer) return answer end }
      end,
      post = function() return 200, json.encode(table.remove(answers, 1)) end })
    assert.are.equal("ONE", (assert(player:open())))
    local ok, err = player:fill { day = "2026-05-01" }
    assert.is_nil(ok)
    assert.are.equal("the screen ONE declares data.days as array", err.message)
    assert(player:fill { day = "2026-05-02" })
    assert.are.equal("SUCCESS", (assert(player:submit())))
    assert.are.equal("INIT data_exchange data_exchange data_exchange",
      ("%s %s %s %s"):format(asked[1].action, asked[2].action, asked[3].action, asked[4].action))
    assert.are.same({ day = "2026-05-02", all = {} }, asked[4].data)
    assert.are.equal("ONE", asked[2].screen)
  end)

  it("is led on and back by the routing model, and finds screens as they were", function()
    local flow = assert(screens.build { version = "7.1", routing_model = { ONE = { "TWO" }, TWO = { "END" }, END = {} },
      { id = "ONE", title = "One", { text_input = { name = "a", label = "A" } },
        { footer = { label = "Go", data_exchange = { a = "${form.a}" } } } },
      { id = "TWO", title = "Two", data = { n = 1 }, { text_input = { name = "b", label = "B" } },
        { footer = { label = "Go", data_exchange = { b = "${form.b}" } } } },
      { id = "END", title = "End", terminal = true, { footer = { label = "Done", data_exchange = {} } } } })
    local answers = {}
    local player = assert(players.new { screens = flow, seal = function(text)
      return text, { open = function(_, answer) return answer end }
    end, post = function()
      local screen = table.remove(answers, 1)
      return 200, json.encode { screen = screen, data = { n = screen == "TWO" and 2 or nil } }
    end })
    local function refused(words, screen, err)
      assert.is_nil(screen)
      assert.are.equal("protocol " .. words, err.kind .. " " .. err.message)
    end
    answers = { "TWO", "ONE", "TWO", "ONE", "TWO", "END", "ONE" }
    refused("the Flow cannot begin with TWO, to which the routing model leads", player:open())
    assert.are.equal("ONE", (assert(player:open())))
    assert.are.equal("TWO", (assert(player:submit { a = "first" })))
    assert.are.equal("ONE", (assert(player:submit { b = "second" })))
    assert.are.equal("first", player.values.a)
    expect.refused("invalid", "ONE", "is the first screen", player:back())
    assert.are.equal("TWO", (assert(player:submit())))
    assert.are.equal("second 2", player.values.b .. " " .. player.data.n)
    assert.are.equal("END", (assert(player:submit())))
    refused("the routing model has no way from END to ONE", player:submit())
    assert.are.equal("TWO", (assert(player:back())))
    assert.are.equal("ONE", (assert(player:back())))
  end)

  it("tells why an endpoint was not reached", function()
    local player = assert(players.new { seal = function(text) return text, {} end,
      post = function() return nil, "no way there" end })
    local screen, err = player:open()
    assert.is_nil(screen)
    assert.are.equal("no way there", err)
  end)

  it("refuses what it could not play", function()
    for message, flow in pairs {
      ["must be Flow JSON"] = "{", ["must be a string"] = { screens = { {} } },
      ["has an expression that is none: ${form.a} ==: the end where a value should be"] =
        { screens = { { id = "A", layout = { children = { { type = "If", condition = "${form.a} ==" } } } } } },
    } do
      local player, err = players.new { screens = flow }
      assert.is_nil(player)
      assert.are.equal(message, err.message)
    end
    expect.refused("invalid", "screens", "is missing", players.new {})
  end)
end)
