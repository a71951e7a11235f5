-- The sandbox's message templates, seen through plain requests.

local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local unpack = rawget(table, "unpack") or unpack -- luacheck: ignore 113

local EDGE = "{business_account_id}/message_templates"

describe("sandbox: templates", function()
  local box, wa

  setup(function()
    box = assert(sandbox.start { review_seconds = 0.05 })
    wa = whatsapp.new(box:options "direct")
  end)

  teardown(function()
    wa:close()
    box:stop()
  end)

  local function list(query)
    return assert(wa:request("GET", EDGE, { query = query }))
  end

  local function body_of(text, ...)
    local values = { ... }
    return { type = "BODY", text = text,
             example = #values > 0 and { body_text = { values } } or nil }
  end

  local function template(name, changes)
    local made = { name = name, language = "en_US", category = "UTILITY",
                   components = { body_of "Thank you for your order." } }
    for key, value in pairs(changes or {}) do made[key] = value end
    return made
  end

  local function create(...)
    return wa:request("POST", EDGE, { json = template(...) })
  end

  local function remove(query)
    return wa:request("DELETE", EDGE, { query = query })
  end

  local function status_of(id)
    return assert(wa:request("GET", id, { query = { fields = "status" } })).status
  end

  local function wait_for_review(id)
    for _ = 1, 200 do
      local status = status_of(id)
      if status ~= "PENDING" then return status end
      os.execute "sleep 0.02"
    end
  end

  local function made(...)
    local answer = assert(create(...))
    wait_for_review(answer.id)
    return answer.id
  end

  local function send(name)
    return wa:send { to = "15551234567", template = { name = name, language = "en_US" } }
  end

  local function assert_refused(expected, answer, err)
    assert.is_nil(answer)
    assert.same(expected, { status = err.status, code = err.code, subcode = err.subcode })
    return err
  end

  local function names_of(page)
    local names = {}
    for i, item in ipairs(page.data) do names[i] = item.name end
    return names
  end

  describe("list", function()
    it("gives the default fields of all, with cursors and no next", function()
      local page = list()
      assert.same({ "hello_world", "order_confirmation", "appointment_reminder", "promo" },
        names_of(page))
      assert.same({
        id = "400000000000001", name = "hello_world", language = "en_US", category = "UTILITY",
        status = "APPROVED", parameter_format = "POSITIONAL",
        components = {
          { type = "HEADER", format = "TEXT", text = "Hello World" },
          { type = "BODY", text = "Welcome! This message shows that sending works." },
          { type = "FOOTER", text = "WhatsApp sandbox" },
        },
      }, page.data[1])
      assert.is_string(page.paging.cursors.before)
      assert.is_string(page.paging.cursors.after)
      assert.is_nil(page.paging.next)
      assert.is_nil(page.paging.previous)
    end)

    it("pages forward and back", function()
      local first = list { limit = 2, fields = "name" }
      assert.same({ "hello_world", "order_confirmation" }, names_of(first))
      assert.is_nil(first.paging.previous)
      local path = assert(first.paging.next:match("^" .. box.graph_url:gsub("%p", "%%%0") .. "/v[%d.]+/(.*)$"))
      assert.equal(box.business_account_id .. "/message_templates?", path:match "^.-%?")
      assert.is_truthy(first.paging.next:find(first.paging.cursors.after, 1, true))
      local second = list { limit = 2, fields = "name", after = first.paging.cursors.after }
      assert.same({ "appointment_reminder", "promo" }, names_of(second))
      assert.is_nil(second.paging.next)
      assert.is_string(second.paging.previous)
      local back = list { limit = 2, before = second.paging.cursors.before }
      assert.same({ "hello_world", "order_confirmation" }, names_of(back))
      local past = list { after = second.paging.cursors.after }
      assert.same({ data = {} }, past)
    end)

    it("filters", function()
      assert.same({ "promo" }, names_of(list { category = "MARKETING" }))
      assert.same({ "promo" }, names_of(list { name = "promo", status = "APPROVED" }))
      assert.same({}, names_of(list { name = "promo", language = "de" }))
      assert.same({}, names_of(list { status = "REJECTED" }))
    end)

    it("gives only the fields asked for, and the id", function()
      assert.same({ { id = "400000000000004", status = "APPROVED" } },
        list { name = "promo", fields = "status" }.data)
    end)

    it("caps the limit at 100", function()
      assert.equal(4, #list { limit = 5000 }.data)
    end)

    for what, query in pairs {
      ["an unknown field"] = { fields = "nothing" }, ["an unknown status"] = { status = "GOOD" },
      ["an unknown category"] = { category = "NEWS" }, ["a limit of none"] = { limit = 0 },
      ["a cursor of its own making"] = { after = "?" },
    } do
      it("refuses " .. what, function()
        assert_refused({ status = 400, code = 100 }, wa:request("GET", EDGE, { query = query }))
      end)
    end
  end)

  describe("create", function()
    it("answers with a pending template, approved after the review", function()
      local answer = assert(create("receipt", { category = "utility", components = {
        { type = "header", format = "text", text = "Order {{1}}", example = { header_text = { "7" } } },
        body_of("Hello {{1}}, your order {{2}} is confirmed.", "Ann", "7"),
        { type = "FOOTER", text = "The shop" },
        { type = "BUTTONS", buttons = {
          { type = "QUICK_REPLY", text = "Thanks" },
          { type = "URL", text = "Look", url = "https://shop.example/{{1}}",
            example = { "https://shop.example/7" } },
          { type = "PHONE_NUMBER", text = "Call", phone_number = "15555550101" },
        } },
      } }))
      assert.is_truthy(answer.id:find "^4%d+$")
      assert.same({ id = answer.id, status = "PENDING", category = "UTILITY" }, answer)
      assert.equal("APPROVED", wait_for_review(answer.id))
      local found = list { name = "receipt" }.data[1]
      assert.equal("HEADER", found.components[1].type)
      assert.equal("TEXT", found.components[1].format)
      assert(remove { name = "receipt" })
    end)

    it("takes named parameters, media headers and authentication", function()
      assert(create("named", { parameter_format = "NAMED", components = { { type = "BODY",
        text = "Hello {{customer}}, nice to see you again.",
        example = { body_text_named_params = { { param_name = "customer", example = "Ann" } } } } } }))
      assert(create("media", { components = { { type = "HEADER", format = "IMAGE",
        example = { header_handle = { "4::aW1hZ2U" } } }, body_of "Look at this." } }))
      assert(create("code", { category = "AUTHENTICATION", components = {
        { type = "BODY", add_security_recommendation = true },
        { type = "FOOTER", code_expiration_minutes = 10 },
        { type = "BUTTONS", buttons = { { type = "OTP", otp_type = "COPY_CODE", text = "Copy" } } },
      } }))
    end)

    local function with(...)
      return { components = { ... } }
    end
    local function buttons(...)
      return with(body_of "Some text.", { type = "BUTTONS", buttons = { ... } })
    end
    local quick = { type = "QUICK_REPLY", text = "Yes" }
    local url = { type = "URL", text = "Go", url = "https://shop.example/" }

    local refusals = {
      { "a name in capitals", { name = "Receipt" } },
      { "a name too long", { name = ("a"):rep(513) } },
      { "a language by its name", { language = "English" } },
      { "an unknown category", { category = "NEWS" } },
      { "an unknown parameter format", { parameter_format = "LOOSE" } },
      { "no components", { components = {} } },
      { "an unknown component", with { type = "TAIL" } },
      { "two bodies", with(body_of "One.", body_of "Two.") },
      { "an unknown header format", with({ type = "HEADER", format = "SOUND" }, body_of "x") },
      { "an unknown button", buttons { type = "BELL" } },
      { "eleven buttons", buttons(quick, quick, quick, quick, quick, quick, quick, quick, quick,
        quick, quick) },
      { "three urls", buttons(url, url, url) },
      { "scattered quick replies", buttons(quick, url, quick) },
      { "a code button outside authentication", buttons { type = "OTP", otp_type = "COPY_CODE" } },
      { "a variable amid a url", buttons { type = "URL", text = "Go", example = { "x" },
        url = "https://shop.example/{{1}}/a" } },
      { "no body", with { type = "FOOTER", text = "x" }, 2388043 },
      { "a body without text", with { type = "BODY" }, 2388043 },
      { "a variable without example", with(body_of "Hello {{1}}, how are you?"), 2388043 },
      { "too few examples", with(body_of("Well {{1}} and {{2}} are on their way.", "a")), 2388043 },
      { "a media header without example",
        with({ type = "HEADER", format = "IMAGE" }, body_of "x"), 2388043 },
      { "a button without text", buttons { type = "QUICK_REPLY" }, 2388043 },
      { "a url variable without example",
        buttons { type = "URL", text = "Go", url = "https://shop.example/{{1}}" }, 2388043 },
      { "a body too long", with(body_of(("é"):rep(1025))), 2388040 },
      { "a header too long",
        with({ type = "HEADER", format = "TEXT", text = ("é"):rep(61) }, body_of "x"), 2388040 },
      { "a footer too long",
        with(body_of "x", { type = "FOOTER", text = ("é"):rep(61) }), 2388040 },
      { "a button text too long", buttons { type = "QUICK_REPLY", text = ("é"):rep(26) }, 2388040 },
      { "two variables in a header", with({ type = "HEADER", format = "TEXT",
        text = "Of {{1}} and {{2}} here", example = { header_text = { "a", "b" } } }, body_of "x"),
        2388047 },
      { "variables out of order", with(body_of("Your order {{2}} is here now.", "a")), 2388072 },
      { "variables that touch", with(body_of("Your {{1}} {{2}} is on its way now.", "a", "b")),
        2388072 },
      { "a variable in the footer", with(body_of "x", { type = "FOOTER", text = "by {{1}}" }),
        2388073 },
      { "too many variables", with(body_of("Now {{1}} and {{2}} come.", "a", "b")), 2388293 },
      { "a variable at the start", with(body_of("{{1}}, your order is here.", "a")), 2388299 },
      { "a variable at the end", with(body_of("Your order is here, {{1}}", "a")), 2388299 },
      { "a name and language that exist", { name = "promo" }, 2388024 },
    }
    for _, case in ipairs(refusals) do
      it("refuses " .. case[1], function()
        local err = assert_refused({ status = 400, code = 100, subcode = case[3] },
          create("refused", case[2]))
        if case[3] then
          assert.is_string(err.raw.error.error_user_title)
          assert.is_string(err.raw.error.error_user_msg)
        end
      end)
    end
  end)

  describe("review", function()
    it("comes to other ends when the body asks for it", function()
      for word, status in pairs { reject = "REJECTED", pause = "PAUSED", disable = "DISABLED" } do
        local id = assert(create("will_" .. word,
          { components = { body_of("Please [" .. word .. "] this.") } })).id
        assert.equal(status, wait_for_review(id))
        assert.same({ "will_" .. word }, names_of(list { status = status }))
        assert.equal(status == "REJECTED" and "INVALID_FORMAT" or "NONE",
          assert(wa:request("GET", id, { query = { fields = "rejected_reason" } })).rejected_reason)
        assert(remove { name = "will_" .. word })
      end
    end)

    it("decides what can be sent", function()
      local patient = assert(sandbox.start { review_seconds = false })
      local other = whatsapp.new(patient:options "direct")
      assert(other:request("POST", EDGE, { json = template "waiting" }))
      assert_refused({ status = 404, code = 132001 },
        other:send { to = "15551234567", template = { name = "waiting", language = "en_US" } })
      patient:stop()

      made "ready"
      assert(send "ready")
      made("bad", { components = { body_of "Please [reject] this." } })
      assert_refused({ status = 404, code = 132001 }, send "bad")
      made("slow", { components = { body_of "Please [pause] this." } })
      assert_refused({ status = 400, code = 132015 }, send "slow")
      made("off", { components = { body_of "Please [disable] this." } })
      assert_refused({ status = 400, code = 132016 }, send "off")
    end)
  end)

  describe("what is sent of one", function()
    -- Whatever the parts of a well-formed message are replaced by.
    local odd = { 5, "x", true, {}, { 5 }, { "x" }, { {} }, { a = 1 }, { { type = {} } } }

    local function copy(value)
      if type(value) ~= "table" then return value end
      local made_of = {}
      for key, item in pairs(value) do made_of[key] = copy(item) end
      return made_of
    end

    -- Every message that differs from this one in one place, as `visit(message)`.
    local function each_change(message, visit)
      local function walk(value, path)
        for key, item in pairs(value) do
          local here = { unpack(path) }
          here[#here + 1] = key
          for _, other in ipairs(odd) do
            local changed = copy(message)
            local at = changed
            for i = 1, #here - 1 do at = at[here[i]] end
            at[here[#here]] = other
            visit(changed)
          end
          if type(item) == "table" then walk(item, here) end
        end
      end
      walk(message, {})
    end

    it("is refused in Graph's words, whatever it is", function()
      local link = { type = "URL", text = "Go", url = "https://example.com/{{1}}",
                     example = { "https://example.com/a" } }
      made("with_a_link", { components = { body_of("Hello {{1}}, thank you for your order.", "Ann"),
                                           { type = "BUTTONS", buttons = { link } } } })
      local message = { name = "with_a_link", language = { code = "en_US" }, components = {
        { type = "body", parameters = { { type = "text", text = "Ann" } } },
        { type = "button", sub_type = "url", index = "0", parameters = { { type = "text", text = "a" } } } } }
      local function post(template_of)
        return wa:request("POST", "{phone_number_id}/messages", { retries = 0, json = { messaging_product = "whatsapp",
          to = "15551234567", type = "template", template = template_of } })
      end
      assert(post(message))
      local count = 0
      each_change(message, function(changed)
        local _, err = post(changed)
        if err then
          count = count + 1
          assert.are_not.equal(131000, err.code, require("whatsapp.json").encode(changed))
        end
      end)
      assert.is_true(count > 100)
    end)
  end)

  describe("get and edit", function()
    it("give and change one template, which is then reviewed again", function()
      local id = made "to_edit"
      assert.same({ success = true }, (assert(wa:request("POST", id,
        { json = { components = { body_of "Thank you, and good bye." } } }))))
      local found = assert(wa:request("GET", id))
      assert.equal("PENDING", found.status)
      assert.equal("Thank you, and good bye.", found.components[1].text)
      assert.equal("APPROVED", wait_for_review(id))
      assert_refused({ status = 400, code = 100 },
        wa:request("POST", id, { json = { components = { body_of "Too soon." } } }))
    end)

    it("refuse a category for what is approved, and bad components", function()
      local id = made "fixed"
      assert_refused({ status = 400, code = 100 },
        wa:request("POST", id, { json = { category = "MARKETING" } }))
      assert_refused({ status = 400, code = 100, subcode = 2388299 },
        wa:request("POST", id, { json = { components = { body_of("{{1}} is here.", "x") } } }))
    end)
  end)

  describe("delete", function()
    it("takes all languages of a name, or one id", function()
      local english, german = made "hello", made("hello", { language = "de" })
      local french = made("hello", { language = "fr" })
      assert.same({ success = true }, (assert(remove { name = "hello", hsm_id = german })))
      assert.equal(2, #list { name = "hello" }.data)
      assert(remove { name = "hello" })
      assert.same({}, list { name = "hello" }.data)
      for _, id in ipairs { english, german, french } do
        assert_refused({ status = 400, code = 100, subcode = 33 }, wa:request("GET", id))
      end
    end)

    it("keeps an approved name for 30 days", function()
      made "once"
      assert(remove { name = "once" })
      assert_refused({ status = 400, code = 100, subcode = 2388023 }, create "once")
    end)

    it("answers 404 to a name it does not know", function()
      assert_refused({ status = 404, code = 100, subcode = 2593002 }, remove { name = "nothing" })
      assert_refused({ status = 404, code = 100, subcode = 2593002 },
        remove { name = "promo", hsm_id = "1" })
      assert_refused({ status = 400, code = 100 }, remove())
    end)
  end)
end)
