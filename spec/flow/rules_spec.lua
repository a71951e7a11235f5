-- Meta's rules: of each what breaks it, by place, words and Meta's code, and what does not.

local expect = require "spec.support.expect"
local whatsapp = require "whatsapp"

local screens = whatsapp.flow.screens

local DONE = { footer = { label = "Done", complete = {} } }

local function merged(base, more)
  local out = {}
  for key, value in pairs(base) do out[key] = value end
  for key, value in pairs(more or {}) do out[key] = value end
  return out
end

-- A flow of one terminal screen.
local function flow_of(components, more)
  local screen = { id = "A", title = "A", terminal = true }
  for i, component in ipairs(components) do screen[i] = component end
  local version = more and more.version or "7.3"
  screen = merged(screen, more)
  screen.version = nil
  return { version = version, screen }
end

local function one(components, more)
  local all = { (unpack or table.unpack)(components) }
  all[#all + 1] = DONE
  return flow_of(all, more)
end

local function input(name, more) return { text_input = merged({ name = name, label = name }, more) } end

local function choices(kind, name, more)
  local content = { name = name, label = name, { id = "1", title = "One" }, { id = "2", title = "Two" } }
  return { [kind] = merged(content, more) }
end

local function footer(action) return { footer = merged({ label = "x" }, action) } end

local function form(...) return { form = { name = "form", ... } } end

local function screen(id, ...) return { id = id, title = id, ... } end

local function final(id, ...)
  local out = { id = id, title = id, terminal = true, ... }
  out[#out + 1] = DONE
  return out
end

local function flow(...) return { version = "7.3", ... } end

local function with_routes(model, ...)
  return { version = "7.3", data_api_version = "3.0", routing_model = model, ... }
end

local function exchange(id, more) return merged(screen(id, footer { data_exchange = {} }), more) end

local photo = { photo_picker = { name = "p", label = "p", max_uploaded_photos = 3 } }
local two = choices("radio_buttons_group", "r")

-- Rows: the place, words of the message, Meta's code, what is wrong; or `good`, what is right.
local rules = {}

rules["references and expressions"] = {
  { "A[1].body.text", "without its }", "INVALID_PROPERTY_VALUE",
    one({ { body = "Hi ${data.n" } }, { data = { n = "x" } }) },
  { "A[1].body.text", "without its }", "INVALID_PROPERTY_VALUE",
    one({ { body = "${data.n and ${data.n}" } }, { data = { n = "x" } }) },
  { "A[1].body.text", "one is missing", "INVALID_PROPERTY_VALUE",
    one({ { body = "`'Hi ' ${data.n}" } }, { data = { n = "x" } }) },
  { "A[1].body.text", "${name} is no reference", "INVALID_PROPERTY_VALUE", one { { body = "${name}" } } },
  { "A[1].body.text", "${name} is no reference", "INVALID_PROPERTY_VALUE", one { { body = "`'a' ${name}`" } } },
  { "A[1].text_input.name", "takes no references", "INVALID_PROPERTY_VALUE", one { input "${data.n}" } },
  { "A[1].text_input.name", "no expressions", "INVALID_PROPERTY_VALUE", one { input "`a`" } },
  { "A[1].body.text", "== compares an array with a number", "INVALID_PROPERTY_VALUE",
    one({ { body = "`${data.n} == 5`" } }, { data = { n = { "x" } } }) },
  { "A[1].image.src", "in base64", "INVALID_PROPERTY_VALUE", one { { image = "https://example.com/a.png" } } },
  { "A[1].image.src", "nor a path", "INVALID_PROPERTY_VALUE", one { { image = "photo.png" } } },
  { "A[1].dropdown[2].image", "larger than 100 KB", "INVALID_PROPERTY_VALUE",
    one { { dropdown = { name = "d", label = "d", { id = "a", title = "a", image = ("A"):rep(136532) },
      { id = "b", title = "b", image = ("A"):rep(136536) } } } } },
  { "A[1].opt_in.on_click_action", "must be an action", "INVALID_PROPERTY_TYPE",
    one { { opt_in = { name = "o", label = "o", on_click_action = "navigate" } } } },
  good = {
    one { { body = "It costs ${5} or ${name}" } }, one { { body = "`'Ana\\`s house'`" } }, one { { body = "a ` b" } },
    one { input("n", { pattern = "^[$]{2}${", helper_text = "x" }) },
    one({ { body = "${data.list[0].a} and ${data.list[${data.i}].a}" } }, { data = { list = { { a = "x" } }, i = 0 } }),
    one { two, { when = { condition = "!(${form.r} == '1') && (${form.r} != '')", { body = "x" } } } },
    one({ { body = { text = "x", visible = "`${data.n} > 3 || ${data.on}`" } } }, { data = { n = 1, on = true } }),
    one { input("n", { input_type = "number" }), { body = "`'in ten years: ' (${form.n} + 10)`" } },
  },
}

rules["routing"] = {
  { "A[1].footer.navigate", "is missing", "MISSING_REQUIRED_TYPE_PROPERTY",
    flow(screen("A", { type = "Footer", label = "x", ["on-click-action"] = { name = "navigate" } }), final "B") },
  { "A[1].footer.navigate", "no screen C", "INVALID_NAVIGATE_ACTION_NEXT_SCREEN_NAME",
    flow(screen("A", footer { navigate = "C" }), final "B") },
  { "A[1].footer.navigate", "its footer ends the flow", "INVALID_PROPERTY_VALUE",
    flow(merged(screen("A", footer { navigate = "B" }), { terminal = true }), final "B") },
  { "B[2].footer.navigate", "no terminal screen can be reached", "INVALID_ROUTING_MODEL", flow(
    screen("A", footer { navigate = "B" }, { embedded_link = { text = "end", navigate = "E" } }),
    screen("B", { body = "x" }, footer { navigate = "C" }), screen("C", { body = "x" }), final "E") },
  { "C", "cannot be reached from A", "INVALID_ROUTING_MODEL",
    flow(screen("A", footer { navigate = "B" }), final "B", final "C") },
  { "routing_model.A", "must be a list", "INVALID_ROUTING_MODEL",
    with_routes({ A = { x = "B" } }, exchange "A", final "B") },
  { "routing_model.A", "lacks B", "INVALID_ROUTING_MODEL",
    with_routes({ A = {}, B = {} }, screen("A", footer { navigate = "B" }), final "B") },
  { "routing_model", "is missing", "INVALID_ROUTING_MODEL", { version = "7.3", data_api_version = "3.0", screens = {
    { id = "A", terminal = true, layout = { type = "SingleColumnLayout", children = { { type = "Footer", label = "x",
      ["on-click-action"] = { name = "complete", payload = {} } } } } } } } },
  { "A", "can be come back to from B", "INVALID_ROUTING_MODEL", with_routes({ S = { "A" }, A = { "B" }, B = { "A" } },
    exchange "S", exchange "A", exchange("B", { terminal = true })) },
  good = {
    -- A page to read, and one to which the flow comes back.
    flow(screen("A", { opt_in = { name = "o", label = "o", navigate = "TERMS" } }, footer { navigate = "B" }),
      screen("TERMS", { body = "x" }), final("B", { embedded_link = { text = "more", navigate = "TERMS" } })),
    flow(screen("A", footer { navigate = "B" }), screen("B", footer { navigate = "C" }),
      final("C", { embedded_link = { text = "again", navigate = "B" } })),
    -- Two screens that a message can open; the last of a model need not be named.
    with_routes({ A = { "C" }, B = { "C" } }, exchange "A", exchange "B", exchange("C", { terminal = true })),
    with_routes({}, exchange("A", { terminal = true })),
    with_routes({ A = { "B" } }, exchange("A", { { embedded_link = { text = "b", navigate = "B" } },
      footer { data_exchange = {} } }), exchange("B", { terminal = true })),
  },
}

rules["the flow"] = {
  { "data_api_version", '"3.0" or "4.0"', "INVALID_PROPERTY_VALUE",
    { version = "7.3", data_api_version = "three", routing_model = {}, final "A" } },
  { "data_api_version", '"3.0" or "4.0"', "INVALID_PROPERTY_VALUE",
    { version = "7.3", data_api_version = "5.0", routing_model = {}, final "A" } },
  { "data_api_version", "takes no references", "INVALID_PROPERTY_VALUE",
    { version = "7.3", data_api_version = "${data.v}", routing_model = {}, final "A" } },
  { "data_channel_uri", "before version 3.0", "INVALID_PROPERTY_KEY",
    { version = "3.0", data_channel_uri = "https://example.com", final "A" } },
  { "A.refresh_on_back", "the flow has none", "INVALID_PROPERTY_VALUE",
    flow(merged(final "A", { refresh_on_back = true })) },
  { "A.success", "terminal screens", "NOT_KEYWORD_SCHEMA_VALIDATION_FAILED",
    flow(merged(screen("A", footer { navigate = "B" }), { success = true }), final "B") },
  { "SUCCESS.id", "Meta's own word", "SCREEN_ID_IS_RESERVED_KEYWORD", flow(final "SUCCESS") },
  { "A.id", "there twice", "DUPLICATE_SCREEN_IDS", flow(final "A", final "A") },
  { nil, "none of them is terminal", "MISSING_TERMINAL_SCREEN", flow(screen("A", { body = "x" })) },
  { nil, "has 101 screens", "MAX_SCREENS_NUMBER", (function()
    local all = flow()
    for i = 1, 101 do all[i] = final(("A"):rep(i)) end
    return all
  end)() },
  good = {
    { version = "7.3", data_api_version = "4.0", routing_model = {}, merged(final "A", { refresh_on_back = true }) },
    { version = "2.1", data_api_version = "2.0", data_channel_uri = "https://example.com", routing_model = {},
      final "A" },
    flow(merged(final "A", { success = false }), final("B", { embedded_link = { text = "a", navigate = "A" } })),
  },
}

rules["data"] = {
  { "A.data.x.__example__", "must be of type number", "INVALID_SCREEN_DATA",
    one({}, { data = { x = { type = "number", __example__ = "1" } } }) },
  { "A.data.x.__example__[2].id", "must be of type string, not number", "INVALID_SCREEN_DATA",
    one({}, { data = { x = { type = "array", items = { type = "object", properties = { id = { type = "string" } } },
      __example__ = { { id = "1" }, { id = 2 } } } } }) },
  { "A.data.x.__example__.list", "must be of type array, not string", "INVALID_SCREEN_DATA",
    one({}, { data = { x = { type = "object", properties = { list = { type = "array", items = {} } },
      __example__ = { list = "1", more = 1 } } } }) },
  { "A.data.x.items", "is missing", "INVALID_SCREEN_DATA",
    one({}, { data = { x = { type = "array", __example__ = { "1" } } } }) },
  { "A.data.x.items", "must be a table", "INVALID_SCREEN_DATA",
    one({}, { data = { x = { type = "array", items = "string", __example__ = { "1" } } } }) },
  { "A.data.x.type", "must be one of", "INVALID_SCREEN_DATA",
    one({}, { data = { x = { type = "text", __example__ = "1" } } }) },
  { "A[1].heading.text", "of type array", "INVALID_SCREEN_DYNAMIC_DATA",
    one({ { heading = "${data.x}" } }, { data = { x = { "a" } } }) },
  { "A[1].dropdown.data_source", "declares no id", "INVALID_SCREEN_DYNAMIC_DATA",
    one({ { dropdown = { name = "d", label = "d", data_source = "${data.x}" } } },
      { data = { x = { { title = "a" } } } }) },
  { "A[1].dropdown.data_source", "must be tables", "INVALID_SCREEN_DYNAMIC_DATA",
    one({ { dropdown = { name = "d", label = "d", data_source = "${data.x}" } } }, { data = { x = { "a", "b" } } }) },
  { "A[1].image_carousel.images", "called alt-text", "INVALID_SCREEN_DYNAMIC_DATA",
    one({ { image_carousel = { images = "${data.x}" } } }, { data = { x = { { src = "AA==", alt_text = "a" } } } }) },
  { "A[1].body.text", "no such property", "INVALID_SCREEN_DYNAMIC_DATA",
    one({ { body = "${data.car.colour}" } }, { data = { car = { title = "x" } } }) },
  { "A[2].opt_in.on_select_action.update_data.x", "declares it as string", "INVALID_UPDATE_DATA_ACTION_PAYLOAD",
    one({ two, { opt_in = { name = "o", label = "o", on_select_action = { update_data = { x = true } } } } },
      { data = { x = "a" } }) },
  { "A[1].footer.payload.x", "declares it as string", "INVALID_NAVIGATE_ACTION_PAYLOAD",
    flow(screen("A", footer { navigate = "B", payload = { x = 5 } }), merged(final "B", { data = { x = "a" } })) },
  good = {
    one({ { body = "${data.n}" }, input("t", { max_chars = "${data.n}" }) }, { data = { n = 5 } }),
    one({ { image_carousel = { images = "${data.x}" } } }, { data = { x = { { src = "AA==", ["alt-text"] = "a" } } } }),
    one({ { rich_text = "${data.x}" } }, { data = { x = { "# A", "b" } } }),
    one({ { body = { text = "${data.x}", markdown = true } },
      { caption = { text = "${data.x}", markdown = true } } }, { data = { x = { "# A", "b" } } }),
    one({ input("k"), { dropdown = { name = "d", label = "d", data_source = "${data.m[${form.k}].list}" } } },
      { data = { m = { { list = { { id = "1", title = "x" } } } } } }),
    one({ two, { opt_in = { name = "o", label = "o", on_select_action = { update_data = { x = "${form.r}" } } } } },
      { data = { x = "a" } }),
    one({}, { data = { x = { type = "array", items = { type = "object", properties = { on = { type = "boolean" } } },
      __example__ = { { on = false }, {} } } } }),
  },
}

rules["footers"] = {
  { "A[2].when.otherwise", "must have a footer", "MISSING_FOOTER_IN_IF_ELSE_BRANCHES",
    flow_of { two, { when = { condition = "${form.r} == '1'", DONE } } } },
  { "A[2].switch.cases.b", "must have a footer", "MISSING_FOOTER_IN_SWITCH_BRANCHES",
    flow_of { two, { switch = { value = "${form.r}", cases = { a = { DONE }, b = { { body = "x" } } } } } } },
  { "A[3].when[1].footer", "one footer", "MORE_THAN_ONE_FOOTER", flow_of { two,
    { when = { condition = "${form.r} == '1'", DONE, otherwise = { DONE } } },
    { when = { condition = "${form.r} == '2'", DONE, otherwise = { DONE } } } } },
  { "A[2].footer.complete", "does not stand", "INVALID_FOOTER_PAYLOAD_OUTSIDE_FORM",
    flow_of({ form(input "n"), footer { complete = { n = "${form.n}" } } }, { version = "3.1" }) },
  { "A", "has no footer", "MISSING_FOOTER_ON_TERMINAL_SCREEN", flow_of { { body = "x" } } },
  good = {
    flow_of { two, { when = { condition = "${form.r} == '1'", DONE, otherwise = { DONE } } } },
    flow_of { two, { switch = { value = "${form.r}", cases = { a = { DONE }, b = { DONE }, default = {} } } } },
    flow_of { form(input "n", footer { complete = { n = "${form.n}" } }) },
    flow_of({ form(input "n", footer { complete = { n = "${form.n}" } }) }, { version = "3.1" }),
    flow_of { form(input "n"), footer { complete = { n = "${form.n}" } } },
  },
}

rules["names and forms"] = {
  { "A[2].text_input", "must stand in the form", "COMPONENTS_OUTSIDE_FORM", one { form(input "a"), input "b" } },
  { "A[2].when[2].text_input.name", "there twice", "DUPLICATE_FORM_COMPONENT_NAMES",
    one { two, { when = { condition = "${form.r} == '1'", input "n", input "n" } } } },
  { "A[3].switch.cases.1[1].text_input.name", "there twice", "DUPLICATE_FORM_COMPONENT_NAMES", one { two,
    { when = { condition = "${form.r} == '1'", input "n" } },
    { switch = { value = "${form.r}", cases = { ["1"] = { input "n" } } } } } },
  { "A[1].form.init_values.p", "no value to begin with", "NATIVE_COMPONENT_IN_FORM_INIT_VALUES",
    one { { form = { name = "form", init_values = { p = "x" }, photo } } } },
  { "A[1].form.init_values.c", "must be a list of ids", "INVALID_PROPERTY_TYPE",
    one { { form = { name = "form", init_values = { c = "1" }, choices("checkbox_group", "c") } } } },
  { "A[1].form.init_values.n", "must be a string", "INVALID_PROPERTY_TYPE",
    one { { form = { name = "form", init_values = { n = { "1" } }, input "n" } } } },
  good = {
    one { two, { when = { condition = "${form.r} == '1'", input "n", otherwise = { input "n" } } } },
    one { two, { switch = { value = "${form.r}", cases = { a = { input "n" }, b = { input "n" } } } } },
    one({ { form = { name = "form", init_values = "${data.init}", input "n" } } }, { data = { init = { n = "x" } } }),
    one { { form = { name = "form", init_values = { c = { "1" }, n = "x", r = "1" }, choices("checkbox_group", "c"),
      input "n", two } } },
  },
}

rules["files"] = {
  { "A[2].footer.complete.a.b", "of the payload itself", "INVALID_ON_CLICK_ACTION_PAYLOAD",
    flow_of { photo, footer { complete = { a = { b = "${form.p}" } } } } },
  { "A[2].footer.complete.a", "of the payload itself", "INVALID_ON_CLICK_ACTION_PAYLOAD",
    flow_of { photo, footer { complete = { a = "photo: ${form.p}" } } } },
  { "A[2].footer.complete.a", "at most 10 files", "INVALID_ON_CLICK_ACTION_PAYLOAD",
    flow_of { { photo_picker = { name = "p", label = "p" } }, footer { complete = { a = "${form.p}" } } } },
  { "A[2].footer.complete.b", "of one picker", "INVALID_ON_CLICK_ACTION_PAYLOAD",
    flow_of { photo, footer { complete = { a = "${form.p}", b = "${form.p}" } } } },
  { "A[2].footer.payload.a", "there write ${screen.A.form.p}", "INVALID_ON_CLICK_ACTION_PAYLOAD",
    flow(screen("A", photo, footer { navigate = "B", payload = { a = "${form.p}" } }),
      merged(final "B", { data = { a = { type = "array", items = {}, __example__ = {} } } })) },
  { "A[1].document_picker.allowed_mime_types[1]", "must be one of", "INVALID_ENUM_VALUE",
    one { { document_picker = { name = "d", label = "d", allowed_mime_types = { "pdf" } } } } },
  good = {
    flow_of { photo, footer { complete = { a = "${form.p}" } } },
    flow(screen("A", photo, footer { navigate = "B" }), flow_of({ footer { complete = { a = "${screen.A.form.p}" } } },
      { id = "B" })[1]),
  },
}

rules["dates"] = {
  { "A[1].date_picker.min_date", "must be a date", "INVALID_PROPERTY_VALUE_FORMAT",
    one { { date_picker = { name = "d", label = "d", min_date = "2026-13-45" } } } },
  { "A[1].date_picker.min_date", "must not exceed max_date", "INVALID_DATE_RANGE",
    one { { date_picker = { name = "d", label = "d", min_date = "2026-02-01", max_date = "2026-01-31" } } } },
  { "A[1].calendar_picker.min_days", "must not exceed max_days", "INVALID_MIN_MAX_DAYS", one { { calendar_picker = {
    name = "d", mode = "range", label = { start_date = "a", end_date = "b" }, min_days = 3, max_days = 2 } } } },
  { "A[1].calendar_picker.title", "is for mode range only", "UNEXPECTED_CALENDAR_PICKER_RANGE_MODE_PROP",
    one { { calendar_picker = { name = "d", label = "d", title = "x" } } } },
  good = {
    one { { calendar_picker = { name = "d", label = "d", min_date = "2024-02-29", max_date = "2024-02-29" } } },
    one({ { calendar_picker = { name = "d", mode = "${data.m}", label = "d", title = "x" } } },
      { data = { m = "range" } }),
    one { { calendar_picker = { name = "d", mode = "range", label = { start_date = "a", end_date = "b" } } },
      { body = "`${form.d.start-date} ' to ' ${form.d.end-date}`" } },
    one({ { calendar_picker = { name = "d", mode = "range", label = "${data.l}", init_value = "${data.r}",
      helper_text = "${data.l}" } } }, { data = { l = { ["start-date"] = "a", ["end-date"] = "b" },
      r = { ["start-date"] = "2026-01-01", ["end-date"] = "2026-01-02" } } }),
    one({ form { date_picker = { name = "d", label = "d", min_date = "-2208988800000", max_date = "0" } } },
      { version = "4.0" }),
    one({ form { date_picker = { name = "d", label = "d", min_date = "1710958020000", max_date = "1711303620000" } } },
      { version = "4.0" }),
  },
}

rules["choices and lists"] = {
  { "A[1].dropdown[1].color", "beside image", "DATA_SOURCE_ITEMS_HAVE_BOTH_IMAGE_AND_COLOR",
    one { { dropdown = { name = "d", label = "d", { id = "1", title = "x", image = "AA==", color = "FF0000" } } } } },
  { "A[1].dropdown", "with images at most 100", "INVALID_PROPERTY_VALUE", one { { dropdown = (function()
    local all = { name = "d", label = "d" }
    for i = 1, 101 do all[i] = { id = "c" .. i, title = "x", image = "AA==" } end
    return all
  end)() } } },
  { "A[1].text_input.helper_text", "pattern needs it", "INVALID_DEPENDENCIES", one { input("n", { pattern = "a" }) } },
  { "A[1].text_input.pattern", "is for input_type", "INVALID_PROPERTY_VALUE",
    one { input("n", { pattern = "a", helper_text = "x", input_type = "phone" }) } },
  { "A[1].text_input.pattern", "is no regular expression: a group without its )", "INVALID_PROPERTY_VALUE",
    one { input("n", { pattern = "^(a|b$", helper_text = "x" }) } },
  { "A[1].footer.right_caption", "left_caption needs it", "INVALID_DEPENDENCIES",
    flow_of { footer { complete = {}, left_caption = "x" } } },
  { "A[1].footer.center_caption", "beside left_caption and right_caption", "NOT_KEYWORD_SCHEMA_VALIDATION_FAILED",
    flow_of { footer { complete = {}, left_caption = "x", right_caption = "x", center_caption = "x" } } },
  { "A[1].text_input.min_chars", "must not exceed max_chars", "MIN_VALUE_GREATER_THAN_MAX",
    one { input("n", { min_chars = 9, max_chars = "8" }) } },
  good = {
    one { input("n", { init_value = "", helper_text = "", error_message = "" }), { dropdown = { name = "d", label = "d",
      init_value = "", { id = "1", title = "x", description = "" } } }, { image = { src = "AA==", alt_text = "" } },
      { date_picker = { name = "e", label = "e", init_value = "" } } },
    one({ input("n", { input_type = "number", init_value = 5 }) }, { version = "6.3" }),
    one { choices("checkbox_group", "c"), { body = { text = "x", visible = "`${form.c} != ''`" } } },
    one { input("n", { pattern = "(?<=(a)\\1)b", helper_text = "x" }) },
    one { input("n", { pattern = "a", helper_text = "x" }), { dropdown = { name = "d", label = "d",
      { id = "1", title = "x", image = "AA==" }, { id = "2", title = "x", color = "FF0000" } } } },
  },
}

describe("Meta's rule", function()
  for about, cases in pairs(rules) do
    it("of " .. about .. " is checked", function()
      for _, case in ipairs(cases) do
        local field, words, code, wrong = case[1], case[2], case[3], case[4]
        local err = expect.refused("invalid", field, words, screens(wrong))
        assert.are.equal(code, err.raw.problems[1].code, tostring(err))
      end
    end)

    it("of " .. about .. " refuses nothing else", function()
      for i, right in ipairs(cases.good) do
        local built, err = screens(right)
        assert.is_truthy(built, ("%d: %s"):format(i, tostring(err)))
      end
    end)
  end

  it("of expressions says what helps", function()
    local _, err = screens(one({ { body = "`'Hello ' + ${data.n}`" } }, { data = { n = "x" } }))
    assert.matches("^texts are joined", err.raw.problems[1].hint)
    _, err = screens(one({ { body = "`2 * (1 + ${data.n} * 2)`" } }, { data = { n = "x" } }))
    assert.matches("^numbers are data of type number", err.raw.problems[1].hint)
  end)
end)
