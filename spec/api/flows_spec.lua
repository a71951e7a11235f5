-- Flows in a sandbox: made, uploaded, published, brought up to date.

local expect = require "spec.support.expect"
local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local DONE = { footer = { label = "Done", complete = {} } }

-- A flow of one screen that says something.
local function says(text)
  return { version = "7.1", { id = "START", title = "Start", terminal = true, { heading = text }, DONE } }
end

-- Flow JSON with two mistakes, as somebody's tool might write it.
local BROKEN = [[{
  "version": "7.1",
  "screens": [
    {
      "id": "START",
      "title": "Start",
      "terminal": true,
      "layout": {
        "type": "SingleColumnLayout",
        "children": [
          { "type": "TextInput", "name": "name", "lable": "Name" },
          { "type": "Footer", "label": "Done", "on-click-action": { "name": "complete", "payload": {} } }
        ]
      }
    }
  ]
}]]

for _, mode in ipairs { "direct", "gateway" } do
  describe("flows, " .. mode, function()
    local box, wa

    setup(function()
      box = assert(sandbox.start())
      wa = whatsapp.new(box:options(mode))
    end)

    teardown(function()
      wa:close()
      box:stop()
    end)

    local function requests()
      local n = 0
      for _, entry in ipairs(box:requests()) do
        if entry.method ~= "GET" then n = n + 1 end
      end
      return n
    end

    local function assert_code(code, words, value, err)
      assert.is_nil(value)
      assert.are.equal(code, err.code, tostring(err))
      assert.is_truthy(tostring(err):find(words, 1, true), tostring(err))
    end

    it("are made with their screens, and go from draft to published to deprecated", function()
      local made = assert(wa.flows:create { name = "life", categories = { "SURVEY" }, screens = says "Hello" })
      assert.are.same({}, made.validation_errors)
      local flow = assert(wa.flows:get(made.id))
      assert.are.equal("life DRAFT SURVEY", ("%s %s %s"):format(flow.name, flow.status, flow.categories[1]))
      assert_code(139003, "deprecated", wa.flows:deprecate(made.id))
      assert(wa.flows:update(made.id, { name = "a life", categories = { "OTHER" } }))
      assert(wa.flows:publish(made.id))
      assert_code(139004, "deprecated", wa.flows:delete(made.id))
      assert(wa.flows:deprecate(made.id))
      flow = assert(wa.flows:get(made.id, { fields = { "name", "status", "json_version" } }))
      assert.are.equal("a life DEPRECATED 7.1", ("%s %s %s"):format(flow.name, flow.status, flow.json_version))
    end)

    it("are refused by their screens before a byte is sent", function()
      local before = requests()
      local flow = says(("x"):rep(81))
      for _, call in ipairs {
        function() return wa.flows:create { name = "x", screens = flow } end,
        function() return wa.flows:upload("511111111111111", flow) end,
        function() return wa.flows:update("511111111111111", { screens = flow }) end,
        function() return wa.flows:deploy("x", flow) end,
      } do
        expect.refused("invalid", "START[1].heading.text", "at most 80", call())
      end
      assert.are.equal(before, requests())
    end)

    it("say where Meta found mistakes: line, column, and the place in the table", function()
      local made = assert(wa.flows:create "mistakes")
      local answer = assert(wa.flows:upload(made.id, { data = BROKEN }))
      assert.are.equal(2, #answer.validation_errors)
      local unknown, missing = answer.validation_errors[1], answer.validation_errors[2]
      assert.are.equal("INVALID_PROPERTY_KEY", unknown.error)
      assert.are.equal("11:50", ("%d:%d"):format(unknown.line_start, unknown.column_start))
      assert.are.equal("START[1].text_input.lable", unknown.field)
      assert.are.equal("START[1].text_input", missing.field)
      assert_code(139002, "validation errors", wa.flows:publish(made.id))
      assert.are.equal(2, #assert(wa.flows:get(made.id)).validation_errors)
      local name = os.tmpname()
      local file = assert(io.open(name, "w"))
      file:write(BROKEN)
      file:close()
      answer = assert(wa.flows:upload(made.id, name))
      os.remove(name)
      assert.are.equal("START[1].text_input.lable", answer.validation_errors[1].field)
      answer = assert(wa.flows:upload(made.id, { data = '{ "version": ' }))
      assert.are.equal("INVALID_FLOW_JSON", answer.validation_errors[1].error)
      assert.are.same({}, assert(wa.flows:upload(made.id, says "Hello")).validation_errors)
      assert(wa.flows:publish(made.id))
    end)

    it("are deployed once, and again only when their content differs", function()
      local first = assert(wa.flows:deploy("booking", says "Hello", { categories = { "APPOINTMENT_BOOKING" } }))
      assert.is_true(first.changed)
      assert.are.equal("PUBLISHED", assert(wa.flows:get(first.id)).status)
      local before = requests()
      assert.are.same({ id = first.id, changed = false }, assert(wa.flows:deploy("booking", says "Hello")))
      assert.are.equal(before, requests())
      local draft = assert(wa.flows:deploy("booking", says "Hi", { publish = false }))
      assert.are.same({ id = first.id, changed = true }, draft)
      assert.are.equal("DRAFT", assert(wa.flows:get(first.id)).status)
      assert.are.same({ id = first.id, changed = true }, assert(wa.flows:deploy("booking", says "Hi")))
      assert.are.equal("PUBLISHED", assert(wa.flows:get(first.id)).status)
      local again = assert(whatsapp.flow.parse(tostring(whatsapp.flow.screens(says "Hi"))))
      assert.is_false(assert(wa.flows:deploy("booking", again)).changed)
    end)

    it("cannot have the name of one that has ended", function()
      local made = assert(wa.flows:deploy("ended", says "Hello"))
      assert(wa.flows:deprecate(made.id))
      assert_code(100, "maybe a deprecated one", wa.flows:deploy("ended", says "Hello"))
    end)

    it("with an endpoint need its address and a key", function()
      local flow = says "Hello"
      flow[1][2] = { footer = { label = "Book", data_exchange = {} } }
      assert_code(139002, "endpoint_uri", wa.flows:deploy("endpoint", flow))
      local settings = { endpoint_uri = "https://shop.example/flow" }
      assert_code(139002, "public key", wa.flows:deploy("endpoint", flow, settings))
      assert(wa.flows:set_public_key(assert(whatsapp.flow.keypair()).public_key))
      local known = assert(wa.flows:deploy("endpoint", flow, settings))
      assert.is_true(known.changed)
      assert.is_false(assert(wa.flows:deploy("endpoint", flow, settings)).changed)
      settings.endpoint_uri = "https://shop.example/flows"
      assert.is_true(assert(wa.flows:deploy("endpoint", flow, settings)).changed)
      local now = assert(wa.flows:get(known.id, { fields = { "endpoint_uri", "status" } }))
      assert.are.equal("https://shop.example/flows PUBLISHED", now.endpoint_uri .. " " .. now.status)
    end)

    it("are shown and counted", function()
      local made = assert(wa.flows:create { name = "shown", screens = says "Hello" })
      local one = assert(wa.flows:preview(made.id))
      assert.matches("^https://", one.preview_url)
      assert.are.equal(one.preview_url, assert(wa.flows:preview(made.id)).preview_url)
      assert.are_not.equal(one.preview_url, assert(wa.flows:preview(made.id, { invalidate = true })).preview_url)
      local function parameters(query)
        return (assert(wa.flows:preview(made.id, query)).preview_url:match "&(interactive=.*)$")
      end
      assert.are.equal("interactive=true&flow_action=navigate&flow_action_payload=%7B%22data%22:%7B%22text%22:"
        .. "%22hello%20world%22%7D%2C%22screen%22:%22ONE%22%7D&debug=true",
        parameters { screen = "ONE", data = { text = "hello world" }, debug = true })
      assert.are.equal("interactive=true&flow_token=a%26b&flow_action=data_exchange&phone_number=%2B15551234567",
        parameters { action = "data_exchange", token = "a&b", phone_number = "+1 555 123-4567" })
      assert.are.equal("interactive=false", parameters { interactive = false })
      expect.refused("invalid", "screen", "is missing", wa.flows:preview(made.id, { data = {} }))
      expect.refused("invalid", "screen", "beside action", wa.flows:preview(made.id, { action = "data_exchange",
        screen = "ONE" }))
      assert_code(139006, "250", wa.flows:metrics(made.id, "ENDPOINT_REQUEST_COUNT"))
      expect.refused("invalid", "name", "must be one of", wa.flows:metrics(made.id, "REQUESTS"))
      expect.refused("invalid", "since", "2026-12-31",
        wa.flows:metrics(made.id, { name = "ENDPOINT_AVAILABILITY", since = "today" }))
    end)

    it("have names of their own, copies and lists", function()
      local made = assert(wa.flows:create { name = "source", screens = says "Hello" })
      assert_code(100, "not unique", wa.flows:create "source")
      local copy = assert(wa.flows:create { name = "copy", clone_flow_id = made.id })
      assert.are.equal("7.1", assert(wa.flows:get(copy.id, { fields = "json_version" })).json_version)
      local asset = assert(wa.flows:assets(copy.id)).data[1]
      assert.are.equal("flow.json FLOW_JSON", asset.name .. " " .. asset.asset_type)
      assert.are.equal(tostring(assert(whatsapp.flow.screens(says "Hello"))), assert(wa.flows:download(copy.id)))
      local empty = assert(wa.flows:create "empty")
      local _, none = wa.flows:download(empty.id)
      assert.are.equal("not_found", none.kind)
      assert(wa.flows:delete(copy.id))
      assert.is_nil(wa.flows:get(copy.id))
      local moved = assert(wa.flows:migrate { source_waba_id = "204", source_flow_names = { "lead" } })
      assert.are.equal("lead", moved.failed_flows[1].source_name)
    end)
  end)
end
