-- Screens built, checked and read back.

local document = require "whatsapp.flow.document"
local expect = require "spec.support.expect"
local files = require "spec.support.files"
local json = require "whatsapp.json"
local read = require "whatsapp.flow.read"
local whatsapp = require "whatsapp"

local screens, parse = whatsapp.flow.screens, whatsapp.flow.parse

local DONE = { footer = { label = "Done", complete = {} } }

-- A flow of one terminal screen with these components.
local function one(...)
  local screen = { id = "START", title = "Start", terminal = true, ... }
  table.insert(screen, DONE)
  return { version = "7.1", screen }
end

local function built(flow)
  return assert(screens(flow))
end

-- The components of the first screen, as Meta wants them.
local function children(flow) return built(flow).screens[1].layout.children end

local function assert_json(expected, value) assert.are.equal(expected, (json.encode(value))) end

local function appointment()
  return { version = "7.1",
    { id = "WELCOME", title = "Book",
      { heading = "Hi" },
      { text_input = { name = "name", label = "Name", required = true } },
      { footer = { label = "Next", navigate = "DETAILS", payload = { name = "${form.name}" } } } },
    { id = "DETAILS", title = "Details", terminal = true, data = { name = "Ana" },
      { body = "`'When, ' ${data.name} '?'`" },
      { date_picker = { name = "day", label = "Day", min_date = "2026-01-01" } },
      { footer = { label = "Book", complete = { day = "${form.day}", name = "${screen.WELCOME.form.name}" } } } },
  }
end

describe("flow.screens", function()
  it("builds Flow JSON", function()
    local flow = built(appointment())
    assert_json([[{"screens":[{"id":"WELCOME","layout":{"children":[{"text":"Hi","type":"TextHeading"},]]
      .. [[{"label":"Name","name":"name","required":true,"type":"TextInput"},]]
      .. [[{"label":"Next","on-click-action":{"name":"navigate","next":{"name":"DETAILS","type":"screen"},]]
      .. [["payload":{"name":"${form.name}"}},"type":"Footer"}],"type":"SingleColumnLayout"},"title":"Book"},]]
      .. [[{"data":{"name":{"__example__":"Ana","type":"string"}},"id":"DETAILS","layout":{"children":[]]
      .. [[{"text":"`'When, ' ${data.name} '?'`","type":"TextBody"},]]
      .. [[{"label":"Day","min-date":"2026-01-01","name":"day","type":"DatePicker"},]]
      .. [[{"label":"Book","on-click-action":{"name":"complete","payload":{"day":"${form.day}",]]
      .. [["name":"${screen.WELCOME.form.name}"}},"type":"Footer"}],"type":"SingleColumnLayout"},]]
      .. [["terminal":true,"title":"Details"}],"version":"7.1"}]], flow)
  end)

  it("has an item's action among what the item says", function()
    local function menu(second)
      return { version = "7.1",
        { id = "MENU", title = "Menu", { navigation_list = { name = "menu",
          { main_content = { title = "Pizza" }, navigate = "DISH", payload = { what = "pizza" } }, second } } },
        { id = "DISH", title = "Dish", terminal = true, data = { what = "x" }, { body = "${data.what}" }, DONE } }
    end
    local flow = menu { main_content = { title = "Soup" }, navigate = "DISH", payload = { what = "soup" } }
    local items = children(flow)[1]["list-items"]
    assert_json('{"name":"navigate","next":{"name":"DISH","type":"screen"},"payload":{"what":"pizza"}}',
      items[1]["on-click-action"])
    assert.are.same(flow[1], assert(parse(tostring(built(flow))))[1])
    local path = "MENU[1].navigation_list[2]."
    for _, case in ipairs {
      { "navigate", "there is no screen DISHES", { navigate = "DISHES" } },
      { "payload.which", "is no data of the screen DISH", { navigate = "DISH", payload = { which = "x" } } },
      { "on_click_action", "given twice", { navigate = "DISH", on_click_action = { navigate = "DISH" } } },
      { "navigates", "did you mean navigate", { navigates = "DISH" } },
    } do
      case[3].main_content = { title = "Soup" }
      expect.refused("invalid", path .. case[1], case[2], screens(menu(case[3])))
    end
  end)

  it("says what makes a table of Flow JSON", function()
    expect.refused("invalid", nil, "whatsapp.flow.parse", screens(tostring(built(appointment()))))
  end)

  it("prints lists of whatever JSON has", function()
    local flow = one { body = "x" }
    flow[1].data = { flags = { true, false }, none = { type = "array", items = {}, __example__ = json.array {} } }
    local text = tostring(built(flow))
    assert.are.same({ true, false }, json.decode(text).screens[1].data.flags.__example__)
    assert.is_truthy(text:find('"__example__": []', 1, true))
  end)

  it("prints as the text to upload, which holds the same", function()
    local flow = built(appointment())
    local text = tostring(flow)
    assert.matches('^{\n  "version": "7.1",\n  "screens": %[\n', text)
    assert.is_true(read.same(document.read(text).value, flow))
  end)

  it("leaves the table alone that it is given", function()
    local flow = appointment()
    local before = expect.deep_copy(flow)
    built(flow)
    assert.are.same(before, flow)
  end)

  it("takes the array part for what a component consists of", function()
    local list = children(one(
      { body = { "one", "two", markdown = true } },
      { dropdown = { name = "size", label = "Size", { id = "s", title = "Small" }, { id = "l", title = "Large" } } },
      { when = { condition = "${form.size} == 's'", { body = "small" }, otherwise = { { body = "large" } } } },
      { switch = { value = "${form.size}", cases = { s = { { caption = "S" } }, l = { { caption = "L" } } } } },
      { image_carousel = { { src = "AA==", alt_text = "a" } } }))
    assert_json([[{"markdown":true,"text":["one","two"],"type":"TextBody"}]], list[1])
    assert_json([[{"data-source":[{"id":"s","title":"Small"},{"id":"l","title":"Large"}],"label":"Size",]]
      .. [["name":"size","type":"Dropdown"}]], list[2])
    assert_json([[{"condition":"${form.size} == 's'","else":[{"text":"large","type":"TextBody"}],]]
      .. [["then":[{"text":"small","type":"TextBody"}],"type":"If"}]], list[3])
    assert_json([[{"cases":{"l":[{"text":"L","type":"TextCaption"}],"s":[{"text":"S","type":"TextCaption"}]},]]
      .. [["type":"Switch","value":"${form.size}"}]], list[4])
    assert_json([[{"images":[{"alt-text":"a","src":"AA=="}],"type":"ImageCarousel"}]], list[5])
    assert_json([[{"children":[{"label":"Name","name":"first_name","type":"TextInput"}],]]
      .. [["init-values":{"first_name":"Jo"},"name":"f","type":"Form"}]], children(one { form = { name = "f",
        init_values = { first_name = "Jo" }, { text_input = { name = "first_name", label = "Name" } } } })[1])
  end)

  it("takes texts and numbers for choices that are called what they are", function()
    local list = children(one { dropdown = { name = "size", label = "Size",
      "Small", 2, { id = "l", title = "Large" } } })
    assert_json('[{"id":"Small","title":"Small"},{"id":"2","title":"2"},{"id":"l","title":"Large"}]',
      list[1]["data-source"])
    expect.refused("invalid", "START[1].dropdown[1].title", "31 characters",
      screens(one { dropdown = { name = "d", label = "d", ("x"):rep(31) } }))
    expect.refused("invalid", "START[1].dropdown[2]", "must be a table",
      screens(one { dropdown = { name = "d", label = "d", "a", false } }))
  end)

  it("says which form it is in, where two are mixed", function()
    local mixed = { version = "7.1", screens = { { id = "A", title = "A", terminal = true, { body = "x" } } } }
    local err = expect.refused("invalid", "A", "mixes named and numbered keys", screens(mixed))
    assert.matches("screens are the array part", err.hint)
  end)

  it("knows every action", function()
    local flow = { version = "7.1",
      { id = "A", title = "A", data = { on = true, cities = { { id = "b", title = "Berlin" } } },
        { opt_in = { name = "terms", label = "I agree", open_url = "https://example.com/terms",
                     on_select_action = { update_data = { on = false } } } },
        { dropdown = { name = "city", label = "City", data_source = "${data.cities}",
                       on_select_action = { data_exchange = { city = "${form.city}" } } } },
        { embedded_link = { text = "Skip", navigate = "B" } },
        { footer = { label = "Next", data_exchange = { city = "${form.city}" } } } },
      { id = "B", title = "B", terminal = true, { body = "Bye" }, DONE },
    }
    local list = children(flow)
    assert_json([[{"label":"I agree","name":"terms","on-click-action":{"name":"open_url",]]
      .. [["url":"https://example.com/terms"},"on-select-action":{"name":"update_data","payload":{"on":false}},]]
      .. [["type":"OptIn"}]], list[1])
    assert_json([[{"name":"data_exchange","payload":{"city":"${form.city}"}}]], list[2]["on-select-action"])
    assert_json([[{"name":"navigate","next":{"name":"B","type":"screen"},"payload":{}}]], list[3]["on-click-action"])
    assert_json([[{"name":"data_exchange","payload":{"city":"${form.city}"}}]], list[4]["on-click-action"])
  end)

  it("derives the endpoint and the routing model from the actions", function()
    local plain = built(appointment())
    assert.is_nil(plain.routing_model)
    assert.is_nil(plain.data_api_version)
    local flow = appointment()
    flow[1][3] = { footer = { label = "Next", data_exchange = { name = "${form.name}" } } }
    flow[1][4] = { embedded_link = { text = "Later", navigate = "DETAILS", payload = { name = "${form.name}" } } }
    flow = built(flow)
    assert.are.equal("3.0", flow.data_api_version)
    assert_json([[{"DETAILS":[],"WELCOME":["DETAILS"]}]], flow.routing_model)
  end)

  it("makes the declaration of a screen's data from an example", function()
    local data = built { version = "7.1", { id = "A", title = "A", terminal = true, data = {
      name = "Ana", count = 3, on = true, slots = { { id = "1", title = "8:00" } }, place = { city = "Berlin" },
      given = { type = "array", items = { type = "string" }, __example__ = { "x" } } }, DONE } }.screens[1].data
    assert_json([[{"count":{"__example__":3,"type":"number"},]]
      .. [["given":{"__example__":["x"],"items":{"type":"string"},"type":"array"},]]
      .. [["name":{"__example__":"Ana","type":"string"},"on":{"__example__":true,"type":"boolean"},]]
      .. [["place":{"__example__":{"city":"Berlin"},"properties":{"city":{"type":"string"}},"type":"object"},]]
      .. [["slots":{"__example__":[{"id":"1","title":"8:00"}],"items":{"properties":{"id":{"type":"string"},]]
      .. [["title":{"type":"string"}},"type":"object"},"type":"array"}}]], data)
  end)

  it("declares of a list what all its items have, and keeps an empty one a list", function()
    local flow = one { body = "x" }
    flow[1].data = { list = { { id = "a" }, { id = "b", title = "B" } },
                     none = { type = "array", items = { type = "string" }, __example__ = {} } }
    local data = built(flow).screens[1].data
    assert_json('{"id":{"type":"string"},"title":{"type":"string"}}', data.list.items.properties)
    assert_json('{"__example__":[],"items":{"type":"string"},"type":"array"}', data.none)
  end)

  it("takes Flow JSON itself, and a component or an action in Meta's own form", function()
    local flow = built(appointment())
    assert.is_true(read.same(flow, built(flow)))
    local list = children(one({ type = "TextHeading", text = "Hi" },
      { embedded_link = { text = "x", on_click_action = { name = "open_url", url = "https://example.com" } } }))
    assert_json([[{"text":"Hi","type":"TextHeading"}]], list[1])
    assert_json([[{"name":"open_url","url":"https://example.com"}]], list[2]["on-click-action"])
  end)
end)

describe("flow.screens refuses", function()
  -- A text input, a dropdown with one choice, a link, with more properties.
  local function with(content, more)
    for key, value in pairs(more or {}) do content[key] = value end
    return content
  end
  local function input(more) return { text_input = with({ name = "n", label = "x" }, more) } end
  local function dropdown(more)
    return { dropdown = with({ name = "n", label = "x", { id = "1", title = "x" } }, more) }
  end
  local function link(more) return { embedded_link = with({ text = "x" }, more) } end

  local function refused(field, words, flow)
    return expect.refused("invalid", field, words, screens(flow))
  end

  it("what is no flow", function()
    refused(nil, "table", "x")
    refused(nil, "no screens", { version = "7.1" })
    refused("[1]", "must be a screen", { version = "7.1", "x" })
    refused("versoin", "did you mean version", { versoin = "7.1", { id = "A" } })
    refused("version", "is missing", { { id = "A", terminal = true, DONE } })
    refused("version", "must be a string", { version = 7.1, { id = "A", terminal = true, DONE } })
    refused("version", "at least 2.1", { version = "1.0", { id = "A", terminal = true, DONE } })
    refused("A.titel", "did you mean title", { version = "7.1", { id = "A", titel = "x", DONE } })
    refused("[1].id", "is missing", { version = "7.1", { terminal = true, DONE } })
    refused("A_1.id", "no digits", { version = "7.1", { id = "A_1", terminal = true, DONE } })
    refused("SUCCESS.id", "Meta's own word", { version = "7.1", { id = "SUCCESS", terminal = true, DONE } })
    refused("A.id", "there twice", { version = "7.1", { id = "A", terminal = true, DONE },
                                     { id = "A", terminal = true, DONE } })
    refused("START[1].footer.label", "JSON cannot carry", { version = "7.1", { id = "START", terminal = true,
      { footer = { label = print, complete = {} } } } })
  end)

  it("what is no component", function()
    refused("START[1]", "must be a component", one "x")
    refused("START[1]", "is no component", one {})
    refused("START[1].heeding", "did you mean heading", one { heeding = "Hi" })
    refused("START[1].heading", "cannot stand beside body", one { body = "x", heading = "x" })
    refused("START[1].text_input", "must be a table", one { text_input = "x" })
    refused("START[1].type", "did you mean TextBody", one { type = "TextBdy", text = "x" })
  end)

  it("what stands beside a list, and would be lost", function()
    local choice = { radio_buttons_group = { name = "a", label = "A", { id = "1", title = "1" } } }
    local function when(more)
      more.condition, more[1] = "${form.a} == '1'", { body = "x" }
      return one(choice, { when = more })
    end
    refused("START[2].when.otherwise.body", "a list of components", when { otherwise = { body = "lost" } })
    refused("START[2].when.otherwise.body", "a list of components",
      when { otherwise = { { body = "kept" }, body = "lost" } })
    refused("START[2].switch.cases.a.caption", "a list of components",
      one(choice, { switch = { value = "${form.a}", cases = { a = { { body = "kept" }, caption = "lost" } } } }))
    refused("START[2].switch.cases[1]", "has no name",
      one(choice, { switch = { value = "${form.a}", cases = { { { body = "kept" } } } } }))
    refused("START[1].date_picker.unavailable_dates.x", "a list of values",
      one { date_picker = { name = "n", label = "x", unavailable_dates = { "2026-01-01", x = "lost" } } })
    refused("START[1].dropdown.b", "a list of values",
      one { dropdown = { name = "n", label = "x", data_source = { { id = "a", title = "a" }, b = {} } } })
    refused("START[1].form.footer", "a list of components",
      one { form = { name = "f", children = { { body = "x" }, footer = { label = "lost" } } } })
    refused("A.data[1]", "has no name", { version = "7.1", { id = "A", terminal = true, data = { "a" }, DONE } })
  end)

  it("with a list of all that is wrong, however early it was found", function()
    for _, flow in ipairs { one { body = { text = "x", bodyy = 1 } }, { version = "7.1" }, "x",
                            one { heading = " " }, one { heading = print } } do
      local _, err = screens(flow)
      assert.are.equal(err.field, err.raw.problems[1].field)
      assert.are.equal(err.message, err.raw.problems[1].message)
    end
  end)

  it("a wrong property, with the nearest", function()
    refused("START[1].text_input.lable", "did you mean label", one { text_input = { name = "n", lable = "x" } })
    refused("START[1].text_input.label", "is missing", one { text_input = { name = "n" } })
    refused("START[1].text_input.label", "at most 20", one { text_input = { name = "n", label = ("x"):rep(21) } })
    refused("START[1].text_input.input_type", "email", one(input { input_type = "mail" }))
    refused("START[1].text_input.required", "true or false", one(input { required = 1 }))
    refused("START[1].text_input.helper_text", "pattern", one(input { pattern = "a+" }))
    refused("START[1].heading.text", "empty", one { heading = " " })
    refused("START[1].heading.text", "at most 80", one { heading = ("ä"):rep(81) })
    refused("START[1].dropdown[2].title", "is missing",
      one { dropdown = { name = "n", label = "x", { id = "1", title = "x" }, { id = "2" } } })
    refused("START[1].dropdown[1].titel", "title",
      one { dropdown = { name = "n", label = "x", { id = "1", titel = "x" } } })
    refused("START[1].chips_selector", "at least 2",
      one { chips_selector = { name = "n", label = "x", { id = "1", title = "x" } } })
    refused("START[1].date_picker.min_date", "2026-12-31",
      one { date_picker = { name = "n", label = "x", min_date = "soon" } })
    refused("START[1].photo_picker.min_uploaded_photos", "exceed", one {
      photo_picker = { name = "n", label = "x", min_uploaded_photos = 3, max_uploaded_photos = 2 } })
    refused("START[2].footer.center_caption", "beside", { version = "7.1", { id = "START", terminal = true,
      { body = "x" },
      { footer = { label = "x", complete = {}, left_caption = "a", right_caption = "b", center_caption = "c" } } } })
  end)

  it("a form's field with a value of its own", function()
    refused("START[1].form[1].text_input.init_value", "outside a form", one { form = { name = "f",
      { text_input = { name = "n", label = "x", init_value = "y" } } } })
  end)

  it("a bad action", function()
    refused("START[1].embedded_link.open_url", "cannot stand beside navigate",
      one(link { navigate = "B", open_url = "https://example.com" }))
    refused("START[1].embedded_link.open_url", "must be a link", one(link { open_url = "example" }))
    refused("START[1].embedded_link.complete", "must be one of", one(link { complete = {} }))
    refused("START[1].embedded_link.navigate", "no screen STRAT", one(link { navigate = "STRAT" }))
    refused("START[1].embedded_link.navigate", "leads to the screen", one(link { navigate = "START" }))
    refused("START[1].embedded_link.on_click_action", "is missing", one { embedded_link = { text = "x" } })
    refused("START[1].dropdown.on_select_action", "names no action",
      one(dropdown { on_select_action = {} }))
    refused("START[1].dropdown.on_select_action.update_data.on", "no data",
      one(dropdown { on_select_action = { update_data = { on = 1 } } }))
    local flow = appointment()
    flow[1][3].footer.payload.nmae = "x"
    refused("WELCOME[3].footer.payload.nmae", "did you mean name", flow)
    flow[1][3].footer.payload = {}
    refused("WELCOME[3].footer.payload", "lacks name", flow)
  end)

  it("a bad reference", function()
    refused("START[1].body.text", "did you mean name", one({ body = "${form.nmae}" },
      { text_input = { name = "name", label = "x" } }))
    refused("START[1].body.text", "declares no data", one { body = "${data.x}" })
    refused("START[1].body.text", "there is no screen OTHER", one { body = "${screen.OTHER.form.x}" })
    refused("START[1].body.text", "of this screen itself", one { body = "${screen.START.form.x}" })
    refused("START[1].body.text", "without its }", one { body = "Hi ${data.name" })
    local flow = appointment()
    flow[2][1].body = "${screen.WELCOME.form.nme}"
    refused("DETAILS[1].body.text", "has no field nme; did you mean name", flow)
    flow = one { body = "${data.car.colour}" }
    flow[1].data = { car = { title = "x" } }
    refused("START[1].body.text", "no such property", flow)
    refused("START[1].body.text", "is no reference", one { body = "${from.x}" })
    refused("START[1].when.condition", "must hold a reference", one { when = { condition = "true", { body = "x" } } })
    refused("START.sensitive[1]", "no field",
      { version = "7.1", { id = "START", terminal = true, sensitive = { "x" }, DONE } })
  end)

  it("a bad expression", function()
    local fields = { form = { name = "f", { text_input = { name = "t", label = "T" } },
      { opt_in = { name = "o", label = "O" } }, { text_input = { name = "n", label = "N", input_type = "number" } } } }
    local function condition(text) return one(fields, { when = { condition = text, { body = "x" } } }) end
    for text, words in pairs {
      ["${form.t}"] = "must come to true or false, not to a string", ["${form.t} 'c'"] = "not to a string",
      ["(${form.t} == 'c'"] = "a bracket without an end", ["${form.t} = 'c'"] = "is no expression",
      ["'a' == 'b' && ${form.o}"] = "the same always", ["${form.t} && ${form.o}"] = "&& is for a boolean",
      ["!${form.t}"] = "! is for a boolean", ["${form.t} == true"] = "compares a string with a boolean",
      ["${form.o} > 1"] = "> is for a number", ["${form.t == 'a'"] = "without its }",
      ["${form.t} == 'a' && ${form.o}"] = "read otherwise", ["${form.t} != '' || ${form.o}"] = "read otherwise",
      ["(${form.o} == true) && (${form.t} == 'a')"] = "read otherwise", ['${form.t} == "a"'] = "read otherwise",
      ["(${form.t} == 'a') || (${form.t} == 'b') && ${form.o}"] = "read otherwise",
      ["(${form.n} + 1) > 2"] = "read otherwise", ["`${form.t} == 'a'`"] = "read otherwise",
      ["${form.n} > 2.5"] = "read otherwise",
    } do
      refused("START[2].when.condition", words, condition(text))
    end
    local taken, n = tostring(built(condition "(${form.t} == 'a') && ${form.o}")):gsub("%((${form.t} == 'a')%)", "%1")
    assert.are.equal(1, n)
    assert.are.same(json.decode(taken), json.decode(tostring(built(assert(parse(taken))))))
    assert.is_truthy(screens(json.decode(taken)))
    for _, text in ipairs { "${form.o}", "!${form.o} || ${form.t} != ''", "${form.n} == 42", "${form.n} == '42'",
                            "(${form.n} > -2) && !(${form.t} == 'c') && ${form.o}", "!(${form.o} || (${form.n} >= 5))",
                            "((${form.t} == 'a') || (${form.t} == 'b')) && (true == ${form.o})" } do
      assert.is_truthy(screens(condition(text)), text)
    end
    for text, hint in pairs { ["${form.t} ~= 'c'"] = "write !=", ["${form.t} == 'c' or ${form.o}"] = "write ||",
                              ["form.t == 'c'"] = "write ${form.…}", ["${form.t} == c"] = "a text stands between" } do
      local err = expect.refused("invalid", "START[2].when.condition", "is no expression", screens(condition(text)))
      assert.is_truthy(err.hint:find(hint, 1, true), text)
    end
    refused("START[2].body.text", "is no expression: no value, at character 12",
      one(fields, { body = "`${form.t} ++`" }))
    refused("START[2].body.text", "one is missing", one(fields, { body = "`'Hi ' ${form.t}" }))
    refused("START[2].switch.value", "must hold a reference", one(fields, { switch = { value = "t", cases = {
      t = { { body = "x" } } } } }))
  end)

  it("data and references of another type", function()
    local function with_data(data, ...)
      local flow = one(...)
      flow[1].data = data
      return flow
    end
    refused("START[1].heading.text", "of type array", with_data({ x = { "a" } }, { heading = "${data.x}" }))
    refused("START[1].text_input.visible", "of type string", with_data({ x = "a" }, input { visible = "${data.x}" }))
    refused("START[1].dropdown.data_source", "of type string",
      with_data({ x = "a" }, { dropdown = { name = "n", label = "x", data_source = "${data.x}" } }))
    refused("START[1].dropdown.data_source", "declares no title",
      with_data({ x = { { id = "a" } } }, { dropdown = { name = "n", label = "x", data_source = "${data.x}" } }))
    refused("START.data.x.__example__", "must be of type number, not string",
      with_data({ x = { type = "number", __example__ = "1" } }))
    refused("START.data.x.type", "must be one of", with_data { x = { type = "text", __example__ = "1" } })
    refused("START.data.x.items", "is missing", with_data { x = { type = "array", __example__ = { "1" } } })
    refused("START.data.x.properties.y.__example__", "belongs to the data itself", with_data { x = { type = "object",
      properties = { y = { type = "string", __example__ = "1" } }, __example__ = { y = "1" } } })
    local flow = appointment()
    flow[1][3].footer.payload.name = 5
    refused("WELCOME[3].footer.payload.name", "is of type number, but the screen DETAILS declares it as string", flow)
    refused("START[1].dropdown.on_select_action.update_data.x", "declares it as boolean",
      with_data({ x = true }, dropdown { on_select_action = { update_data = { x = "${form.n}" } } }))
  end)

  it("files that go where they cannot", function()
    local function sends(payload, more)
      return { version = "7.1", { id = "START", terminal = true,
        { photo_picker = with({ name = "p", label = "P" }, more) }, { footer = { label = "x", complete = payload } } } }
    end
    refused("START[2].footer.complete.a.b", "of the payload itself", sends { a = { b = "${form.p}" } })
    refused("START[2].footer.complete.a", "of the payload itself", sends { a = "`'a' ${form.p}`" })
    refused("START[2].footer.complete.a", "at most 10 files", sends { a = "${form.p}" })
    assert.is_truthy(screens(sends({ a = "${form.p}" }, { max_uploaded_photos = 10 })))
  end)

  it("calendars, lists and choices that contradict themselves", function()
    local function calendar(more) return one { calendar_picker = with({ name = "n", label = "x" }, more) } end
    refused("START[1].calendar_picker.label", "must be a table in mode range", calendar { mode = "range" })
    refused("START[1].calendar_picker.label", "in mode range only", calendar { label = { start_date = "a" } })
    refused("START[1].calendar_picker.min_days", "is for mode range only", calendar { min_days = 3 })
    refused("START[1].calendar_picker.min_date", "must not exceed max_date",
      calendar { min_date = "2026-02-01", max_date = "2026-01-31" })
    refused("START[1].calendar_picker.min_date", "must be a date", calendar { min_date = "2026-02-30" })
    refused("START[1].dropdown[2].id", "there twice", one { dropdown = { name = "n", label = "x",
      { id = "1", title = "a" }, { id = "1", title = "b" } } })
    refused("START[1].text_input.pattern", "is for input_type number",
      one(input { pattern = "a", helper_text = "a", input_type = "email" }))
    refused("START[1].document_picker.allowed_mime_types[1]", "must be one of application/gzip",
      one { document_picker = { name = "n", label = "x", allowed_mime_types = { "pdf" } } })
    local function list(more) return { version = "7.1", { id = "A",
      { navigation_list = with({ name = "n", navigate = "B", { id = "1", main_content = { title = "a" }, badge = "a" },
        { id = "2", main_content = { title = "b" }, ["end"] = { title = "c" } } }, more) } },
      { id = "B", terminal = true, DONE } } end
    assert.is_truthy(screens(list()))
    refused("A[1].navigation_list[2].end", "media_size large", list { media_size = "large" })
    local flow = list()
    flow[1][1].navigation_list[2].badge = "b"
    refused("A[1].navigation_list[2].badge", "on another item", flow)
  end)

  it("what stands where the whole screen or flow forbids it", function()
    refused("START[2].text_input", "must stand in the form", one({ form = { name = "f",
      { text_input = { name = "a", label = "a" } } } }, { text_input = { name = "b", label = "b" } }))
    local choice = { radio_buttons_group = { name = "a", label = "A", { id = "1", title = "1" } } }
    refused("START[2].switch.cases.2", "must have a footer", { version = "7.1", { id = "START", terminal = true, choice,
      { switch = { value = "${form.a}", cases = { ["1"] = { DONE }, ["2"] = { { body = "x" } } } } } } })
    local function twice(first, second)
      return one(choice, { when = { condition = "${form.a} == '1'", otherwise = { second }, first } })
    end
    local t = { text_input = { name = "t", label = "t" } }
    assert.is_truthy(screens(twice(t, t)))
    refused("START[2].when[2].text_input.name", "there twice",
      one(choice, { when = { condition = "${form.a} == '1'", t, t } }))
    refused("START[3].text_input.name", "there twice", one(choice, { when = { condition = "${form.a} == '1'", t } }, t))
    refused("A.success", "terminal screens", { version = "7.1", { id = "A", success = true,
      { footer = { label = "x", navigate = "B" } } }, { id = "B", terminal = true, DONE } })
    refused(nil, "ends with success", { version = "7.1", { id = "A", terminal = true, success = false, DONE } })
    refused("A.refresh_on_back", "the flow has none", { version = "7.1", { id = "A", terminal = true,
      refresh_on_back = true, DONE } })
    refused("data_channel_uri", "before version 3.0", { version = "3.0", data_channel_uri = "https://a.de",
      data_api_version = "3.0", routing_model = {}, { id = "A", terminal = true, DONE } })
    refused("START[1].footer.foo", "cannot be given to complete", { version = "7.1", { id = "START",
      terminal = true, { type = "Footer", label = "x",
        ["on-click-action"] = { name = "complete", payload = {}, foo = 1 } } } })
    refused("START[1].footer.navigate", "is missing", { version = "7.1", { id = "START", terminal = true,
      { type = "Footer", label = "x", ["on-click-action"] = { name = "navigate" } } } })
  end)

  it("a screen that nothing leads to, no end, no footer", function()
    local flow = appointment()
    table.insert(flow, { id = "LOST", title = "Lost", terminal = true, DONE })
    refused("LOST", "cannot be reached from WELCOME", flow)
    flow = appointment()
    flow[2].terminal = nil
    refused("DETAILS[3].footer.complete", "not terminal", flow)
    refused(nil, "none of them is terminal", { version = "7.1", { id = "A", title = "A", { body = "x" } } })
    refused("A", "has no footer", { version = "7.1", { id = "A", terminal = true, { body = "x" } } })
    refused("START[2].footer", "one footer", one(DONE))
    refused("START[2].when.otherwise", "as the other branch", { version = "7.1", { id = "START", terminal = true,
      { text_input = { name = "a", label = "a" } }, { when = { condition = "${form.a} == 'x'", DONE } } } })
  end)

  it("what the routing model gets wrong", function()
    local flow = appointment()
    flow.data_api_version, flow.routing_model = "3.0", { WELCOME = {}, DETAILS = {} }
    refused("routing_model.WELCOME", "lacks DETAILS", flow)
    flow.routing_model = { WELCOME = { "DETAILS", "NOWHERE" }, DETAILS = {} }
    refused("routing_model.WELCOME[2]", "no screen NOWHERE", flow)
    local function exchange(id, more)
      return with({ id = id, { footer = { label = "x", data_exchange = {} } } }, more)
    end
    local function with_routes(model)
      return { version = "7.1", routing_model = model, exchange "A", exchange "B",
               exchange("C", { terminal = true }) }
    end
    assert.is_truthy(screens(with_routes { A = { "B" }, B = { "C" }, C = {} }))
    assert.is_truthy(screens(with_routes { A = { "C" }, B = { "C" }, C = {} }), "two that messages open")
    refused("B", "can be come back to from C", with_routes { A = { "B" }, B = { "C" }, C = { "B" } })
    refused("C", "cannot be reached from A", with_routes { A = { "B" }, B = {}, C = {} })
  end)

  it("what the version does not have", function()
    local function at(version, component)
      return { version = version, { id = "START", terminal = true, component, DONE } }
    end
    refused("START[1].chips_selector", "from version 6.3", at("6.2", { chips_selector = { name = "n", label = "x",
      { id = "1", title = "a" }, { id = "2", title = "b" } } }))
    refused("START[1].text_input", "before version 4.0", at("3.1", { text_input = { name = "n", label = "x" } }))
    local chips = { chips_selector = { name = "n", label = "x", "a", "b", on_unselect_action = { update_data = {} } } }
    refused("START[1].chips_selector.on_unselect_action.update_data", "from version 7.1", at("7.0", chips))
    assert.is_truthy(screens(at("7.1", chips)))
    refused("START[1].body.markdown", "from version 5.1", at("5.0", { body = { text = "x", markdown = true } }))
    refused("START[1].body.text", "from version 6.0", at("5.1", { body = "`'a' 'b'`" }))
    refused("START[1].embedded_link.open_url", "from version 6.0", at("5.1", link { open_url = "https://a.de" }))
    refused("START[1].rich_text", "alone", at("6.2", { rich_text = "# Hi" }))
    assert.is_truthy(screens(at("6.3", { rich_text = "# Hi" })))
  end)

  it("too much of one kind", function()
    local function many(n, component)
      local flow = one()
      for i = 1, n do table.insert(flow[1], i, expect.deep_copy(component)) end
      return flow
    end
    assert.is_truthy(screens(many(49, { body = "x" })))
    refused("START", "at most 50", many(50, { body = "x" }))
    refused("START[4].image", "at most 3", many(4, { image = "AA==" }))
    refused("START[3].embedded_link", "at most 2", many(3, link { open_url = "https://a.de" }))
    refused("START[2].document_picker", "photo_picker", one({ photo_picker = { name = "a", label = "a" } },
      { document_picker = { name = "b", label = "b" } }))
    refused("START[2].text_input.name", "there twice", one({ text_input = { name = "a", label = "a" } },
      { text_input = { name = "a", label = "a" } }))
    refused("A[1].navigation_list", "beside other", { version = "7.1", { id = "A", title = "A",
      { navigation_list = { name = "n", navigate = "B", { main_content = { title = "x" } } } }, { body = "x" } },
      { id = "B", terminal = true, DONE } })
  end)

  it("whatever else is no Flow JSON, without raising", function()
    local loop = {}
    loop.again = loop
    for _, flow in ipairs {
      { version = "7.3", screens = { 5 } }, { version = "7.3", screens = { {}, 5 } }, { version = "7.3", screens = {} },
      { version = "7.3", screens = { { id = "A", data = { "a" }, layout = { type = "SingleColumnLayout",
        children = { { type = "TextBody", text = "${data.b}" } } } } } },
      { version = "7.3", { id = "A", terminal = true, { footer = { label = "x", complete = loop } } } },
      { version = "7.3", { id = "A", terminal = true, loop } }, { version = "7.3", screens = { loop } },
    } do
      local made, err = screens(flow)
      assert.is_nil(made)
      assert.are.equal("invalid", err.kind)
      assert.is_string(err.raw.problems[1].message)
    end
  end)

  it("all that is wrong at once, the form before the rules", function()
    local _, err = screens { version = "7.1", foo = 1, { id = "A", titel = "A", { heeding = "x" },
      { text_input = { lable = "x", nmae = "x" } },
      { when = { condition = "${form.x}", { body = "x", caption = "x" } } },
      { footer = { label = "x", complete = {}, navigate = "B" } } }, { id = "B", "x" } }
    local fields = {}
    for i, problem in ipairs(err.raw.problems) do fields[i] = problem.field end
    assert.are.same({ "foo", "A.titel", "A[1].heeding", "A[2].text_input.lable", "A[2].text_input.nmae",
      "A[3].when[1].caption", "A[4].footer.navigate", "B[1]" }, fields)
    _, err = screens { version = "7.1", { id = "A", { heading = " " }, { text_input = { name = "a" } } } }
    assert.is_true(#err.raw.problems > 2)
    assert.are.equal(err.raw.problems[1].field, err.field)
  end)

  it("tables that hold themselves, without an end", function()
    local flow = one { form = { name = "f", {} } }
    flow[1][1].form[1] = flow[1][1]
    refused("START[1].form[1]", "stands in itself", flow)
    flow = one { form = { name = "f" } }
    local at = flow[1][1].form
    for _ = 1, 40 do
      at[1] = { form = { name = "f" } }
      at = at[1].form
    end
    refused(("START[1]" .. (".form[1]"):rep(20)), "nested too deep", flow)
  end)
end)

describe("flow.parse", function()
  local function read_file(name) return files.read("spec/flow/fixtures/" .. name) end

  -- Whether something was left in Meta's form.
  local function has_own_form(value)
    if type(value) ~= "table" then return false end
    if value.layout or value.next or (type(value.type) == "string" and value.type:find "^%u") then return true end
    for _, inner in pairs(value) do
      if has_own_form(inner) then return true end
    end
    return false
  end

  -- Read and built again, it is the same; nothing is left in Meta's form.
  local function assert_survives(text)
    local flow = assert(parse(text))
    assert.is_false(has_own_form(flow))
    local again, err = screens(flow)
    assert(again, tostring(err))
    assert.is_true(read.same(document.read(text).value, again), text)
    return flow
  end

  for _, name in ipairs { "survey", "agent_connect", "contact_us" } do
    it("and screens give Meta's " .. name .. " back", function()
      assert_survives(read_file("meta/" .. name .. ".json"))
    end)
  end

  it("gives the table back that was written", function()
    assert.are.same(appointment()[1], assert(parse(tostring(built(appointment()))))[1])
  end)

  it("keeps what it does not know in Meta's form", function()
    local flow = built(one { body = "x" })
    table.insert(flow.screens[1].layout.children, 1, { type = "Hologram", ["has-depth"] = true })
    flow.screens[1].layout.children[2].novelty = json.array {}
    local read_back = assert(parse(tostring(flow)))
    assert.are.same({ type = "Hologram", ["has-depth"] = true }, read_back[1][1])
    assert.are.equal("TextBody", read_back[1][2].type)
    assert.are.same(DONE, read_back[1][3])
  end)

  it("refuses what is no Flow JSON, with its place", function()
    expect.refused("invalid", nil, "line 2, column 13", parse '{\n  "version" 7 }')
    expect.refused("invalid", "screens", "no Flow JSON", parse "[]")
    expect.refused("invalid", "screens", "no Flow JSON", parse {})
    for _, text in ipairs { "", "{", '{"a"', '{"a":', '{"a":1', '{"a":1,', "[1", '"a', "[nope]", "{} {}", '["\\x"]',
                            ("["):rep(200), "[1,]", '{"a":1,}', "\0" } do
      assert.are.equal("invalid", select(2, parse(text)).kind, text)
    end
  end)
end)
