-- The sandbox's answers about numbers: their life, settings, QR codes, blocked users,
-- groups; and about the account's subscriptions.

local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local KEY = assert(require("whatsapp.flow.keypair").new()).public_key

describe("sandbox: numbers", function()
  local box, wa

  setup(function()
    box = assert(sandbox.start())
    wa = whatsapp.new(box:options "direct")
  end)

  teardown(function()
    wa:close()
    box:stop()
  end)

  local function assert_code(code, value, err)
    assert.is_nil(value)
    assert.are.equal(code, err.code, tostring(err))
    return err
  end

  local function shown(name)
    return assert(wa.phone_numbers:get(nil, { fields = { name } }))[name]
  end

  it("are verified with a code, and registered with a PIN", function()
    assert(wa.phone_numbers:request_code "SMS")
    assert.are.equal("NOT_VERIFIED", shown "code_verification_status")
    assert_code(133006, wa.phone_numbers:register "123456")
    local err = assert_code(100, wa.phone_numbers:verify_code "654321")
    assert.is_truthy(err.details:find("123456", 1, true))
    assert(wa.phone_numbers:verify_code "123-456")
    assert.are.equal("VERIFIED", shown "code_verification_status")
    assert(wa.phone_numbers:register "111111")
    assert.is_true(shown "is_pin_enabled")
    assert.are.equal("CONNECTED", shown "status")
    assert_code(133005, wa.phone_numbers:register "222222")
    assert(wa.phone_numbers:set_pin "222222")
    assert(wa.phone_numbers:register "222222")
    assert(wa.phone_numbers:deregister())
    assert_code(133010, wa.phone_numbers:deregister())
    assert(wa.phone_numbers:register "222222")
  end)

  it("are changed", function()
    assert(wa.phone_numbers:update { search_visibility = "HIDDEN" })
    assert.are.equal("HIDDEN", shown "search_visibility")
    assert.is_nil(assert(wa.phone_numbers:get(box.second_phone_number_id,
      { fields = "search_visibility" })).search_visibility)
    assert(wa.business_account:update { name = "Lucky Shrub" })
    assert.are.equal("Lucky Shrub", assert(wa.business_account:get()).name)
  end)

  it("have settings", function()
    assert.are.equal("disabled", assert(wa.settings:get()).calling.status)
    assert(wa.settings:update { calling = { status = "enabled" } })
    assert.are.equal("enabled", assert(wa.settings:get()).calling.status)
    assert_code(100, wa.settings:update { colour = {} })
    assert.are.same({ id = box.phone_number_id, is_cart_enabled = true, is_catalog_visible = false },
      (wa.commerce:get()))
    assert(wa.commerce:update { is_catalog_visible = true })
    assert.is_true(assert(wa.commerce:get()).is_catalog_visible)
    assert.are.same({}, (wa.automation:get()))
    assert(wa.automation:update { prompts = { "Book a table" } })
    assert(wa.automation:update { enable_welcome_message = true })
    local automation = assert(wa.automation:get())
    assert.are.same({ id = automation.id, enable_welcome_message = true, prompts = { "Book a table" }, commands = {} },
      automation)
    assert.are.same(automation, (wa.bots:get(automation.id)))
    assert.are.same({}, (wa.encryption:get()))
    assert(wa.encryption:set(KEY))
    assert.are.same({ business_public_key = KEY, business_public_key_signature_status = "VALID" },
      (wa.encryption:get()))
  end)

  it("refuse a public key that is none, or not of RSA", function()
    local elliptic = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      .. "-----END PUBLIC KEY-----\n"
    local encrypted = KEY:gsub("\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
      .. ("0"):rep(32) .. "\n\n", 1)
    for _, key in ipairs { "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", elliptic, encrypted } do
      local _, err = wa.encryption:set(key)
      assert.are.equal(100, err.code)
      assert.matches("public key of RSA", tostring(err))
    end
  end)

  it("have QR codes", function()
    local made = assert(wa.qr_codes:create { prefilled_message = "Hello", generate_qr_image = "SVG" })
    assert.is_truthy(made.qr_image_url)
    assert.are.equal("https://wa.me/message/" .. made.code, made.deep_link_url)
    local second = assert(wa.qr_codes:create "Bye")
    assert.is_nil(second.qr_image_url)
    assert(wa.qr_codes:update(made.code, "Hello again"))
    assert.are.equal("Hello again", assert(wa.qr_codes:get(made.code)).prefilled_message)
    -- Parameters count in the query too, and the code in the path.
    assert(wa:request("POST", "{phone_number_id}/message_qrdls/" .. made.code,
      { query = { prefilled_message = "In the query" } }))
    assert.are.equal("In the query", assert(wa.qr_codes:get(made.code)).prefilled_message)
    local third = assert(wa.qr_codes:create "See you")
    local page = assert(wa.qr_codes:list { limit = 1 })
    assert.are.equal(1, #page.data)
    assert.are.equal(3, #assert(wa.qr_codes:all { limit = 1 }))
    local rest = assert(wa.qr_codes:all { limit = 1, after = page.after })
    assert.are.same({ second.code, third.code }, { rest[1].code, rest[2].code })
    assert.are.equal(second.code, assert(wa.qr_codes:list { code = second.code }).data[1].code)
    assert.is_true(wa.qr_codes:delete(second.code))
    assert_code(100, wa.qr_codes:get(second.code))
    assert_code(100, wa.qr_codes:update(second.code, "x"))
    local other = assert(wa:with { phone_number_id = box.second_phone_number_id })
    assert.are.same({}, (other.qr_codes:all()))
    assert_code(100, other.qr_codes:get(made.code))
    assert_code(2500, wa:request("GET", "{phone_number_id}/message_qrdls/a/b"))
    assert_code(100, wa:request("POST", "{phone_number_id}/message_qrdls/" .. made.code))
  end)

  it("block users, each once", function()
    local blocked = assert(wa.blocked_users:block { "+1 555 123-4567", "US.1349120865530274191" })
    assert.are.same({ { input = "15551234567", wa_id = "15551234567" },
      { input = "US.1349120865530274191", wa_id = "US.1349120865530274191" } }, blocked.added_users)
    assert(wa.blocked_users:block "15551234567")
    local all = assert(wa.blocked_users:all { limit = 1 })
    assert.are.equal(2, #all)
    assert.are.equal("15551234567", all[1].wa_id)
    assert(wa.blocked_users:unblock { "15551234567", "15550000000" })
    assert.are.equal(1, #assert(wa.blocked_users:all()))
    assert_code(100, wa:request("POST", "{phone_number_id}/block_users",
      { json = { messaging_product = "whatsapp", block_users = { { wa_id = "1" } } } }))
  end)

  it("have groups", function()
    assert.is_string(assert(wa.groups:create { subject = "Neighbours", description = "All of us" }).request_id)
    assert(wa.groups:create "Friends")
    local groups = assert(wa.groups:all { limit = 1 })
    assert.are.same({ "Neighbours", "Friends" }, { groups[1].subject, groups[2].subject })
    local id = groups[1].id
    assert(wa.groups:update(id, { subject = "Good neighbours" }))
    assert(wa.groups:set_picture(id, { data = "\255\216\255" }))
    local group = assert(wa.groups:get(id, { fields = { "subject", "description" } }))
    assert.are.same({ id = id, subject = "Good neighbours", description = "All of us" }, group)
    local link = assert(wa.groups:create_invite_link(id))
    assert.are_not.equal(link, assert(wa.groups:create_invite_link(id)))
    assert.is_true(wa.groups:delete_invite_link(id))
    assert.is_true(wa.groups:delete(id))
    assert_code(100, wa.groups:get(id))
    assert_code(100, wa:request("POST", "{phone_number_id}/groups", { json = { messaging_product = "whatsapp" } }))
  end)

  it("send groups what Meta's groups take", function()
    assert(wa.groups:create "Neighbours")
    local id = assert(wa.groups:all())[1].id
    local sent = assert(wa:send { to = id, recipient_type = "group", text = "Hello" })
    assert(wa:send { to = id, recipient_type = "group",
      pin = { type = "pin", message_id = sent.id, expiration_days = 7 } })
    local buttons = assert(whatsapp.build { to = "15551234567", buttons = { body = "?", { id = "y", title = "Yes" } } })
    buttons.to, buttons.recipient_type = id, "group"
    assert_code(131051, wa:send(buttons))
    local made = assert(wa.templates:create { name = "group_code", language = "en_US", category = "AUTHENTICATION",
      buttons = { { otp = "copy_code" } } })
    assert(wa.templates:wait(made.id, "APPROVED"))
    local code = assert(whatsapp.build { to = "15551234567", template = {
      name = "group_code", language = "en_US", otp = "123456" } })
    code.to, code.recipient_type = id, "group"
    assert_code(131051, wa:send(code))
    assert.is_true(wa.groups:delete(id))
  end)

  it("have an account that apps subscribe to", function()
    assert.equal("Sandbox", assert(wa.subscribed_apps:all())[1].whatsapp_business_api_data.name)
    assert(wa.subscribed_apps:subscribe())
    assert.is_nil(assert(wa.subscribed_apps:list()).data[1].override_callback_uri)
    assert(wa.subscribed_apps:subscribe { override_callback_uri = "https://shop.example/hook", verify_token = "x" })
    local app = assert(wa.subscribed_apps:list()).data[1]
    assert.are.equal("https://shop.example/hook", app.override_callback_uri)
    assert.are.equal("Sandbox", app.whatsapp_business_api_data.name)
    assert_code(100, wa.subscribed_apps:subscribe { override_callback_uri = "https://shop.example/hook" })
    assert(wa.subscribed_apps:unsubscribe())
    assert.are.same({}, (wa.subscribed_apps:all()))
  end)
end)
