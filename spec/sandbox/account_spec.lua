-- The sandbox's account, its phone numbers and their profiles.

local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local PROFILE = "{phone_number_id}/whatsapp_business_profile"

describe("sandbox: account", function()
  local box, wa

  setup(function()
    box = assert(sandbox.start())
    wa = whatsapp.new(box:options "direct")
  end)

  teardown(function()
    wa:close()
    box:stop()
  end)

  local function get(path, fields, client)
    return assert((client or wa):request("GET", path, { query = { fields = fields } }))
  end

  local function first_number(extra)
    local number = {
      id = box.phone_number_id, display_phone_number = "+1 555-555-0101",
      verified_name = "Sandbox Shop", quality_rating = "GREEN", platform_type = "CLOUD_API",
      code_verification_status = "VERIFIED", throughput = { level = "STANDARD" },
    }
    for name, value in pairs(extra or {}) do number[name] = value end
    return number
  end

  local function assert_invalid(answer, err)
    assert.is_nil(answer)
    assert.equal(400, err.status)
    assert.equal(100, err.code)
    return err
  end

  it("tells of itself", function()
    assert.same({ id = box.business_account_id, name = "WhatsApp sandbox", timezone_id = "1",
      message_template_namespace = "5a4d8c3e_0000_4000_8000_000000000001" },
      get "{business_account_id}")
    assert.same({ id = box.business_account_id, country = "US" },
      get("{business_account_id}", "country"))
  end)

  it("lists its phone numbers", function()
    local page = get "{business_account_id}/phone_numbers"
    assert.same(first_number { status = "LINKED" }, page.data[1])
    assert.equal(box.second_phone_number_id, page.data[2].id)
    assert.equal(2, #page.data)
    assert.is_string(page.paging.cursors.after)
    assert.is_nil(page.paging.next)
    local one = assert(wa:request("GET", "{business_account_id}/phone_numbers",
      { query = { limit = 1, fields = "id" } }))
    assert.same({ { id = box.phone_number_id } }, one.data)
    assert.is_string(one.paging.next)
  end)

  it("tells of one phone number", function()
    assert.same(first_number(), get "{phone_number_id}")
    assert.same({ id = box.phone_number_id, name_status = "APPROVED",
      messaging_limit_tier = "TIER_250" },
      get("{phone_number_id}", "name_status,messaging_limit_tier"))
    local err = assert_invalid(wa:request("GET", "{phone_number_id}",
      { query = { fields = "colour" } }))
    assert.is_truthy(tostring(err):find("nonexisting field (colour)", 1, true))
  end)

  it("sends from both numbers", function()
    local sibling = assert(wa:with { phone_number_id = box.second_phone_number_id })
    assert(sibling:send { to = "15551234567", text = "from the second" })
    local sent = box:sent()
    assert.equal(box.second_phone_number_id, sent[#sent].phone_number_id)
    assert.equal("Sandbox Support", get("{phone_number_id}", nil, sibling).verified_name)
  end)

  describe("profile", function()
    local function update(changes)
      changes.messaging_product = "whatsapp"
      return wa:request("POST", PROFILE, { json = changes })
    end

    it("is given whole, or in the fields asked for", function()
      local all = get(PROFILE)
      assert.equal(1, #all.data)
      assert.equal("RETAIL", all.data[1].vertical)
      assert.same({ "https://shop.example/" }, all.data[1].websites)
      assert.same({ data = { { messaging_product = "whatsapp", vertical = "RETAIL" } } },
        get(PROFILE, "vertical"))
      assert_invalid(wa:request("GET", PROFILE, { query = { fields = "colour" } }))
    end)

    it("keeps what it is given, for its own number", function()
      local sibling = assert(wa:with { phone_number_id = box.second_phone_number_id })
      local before = get(PROFILE, nil, sibling)
      local changes = { about = "Hätte gern", address = "2 Some Road", email = "a@b.example",
        description = ("é"):rep(512), vertical = "HOTEL",
        websites = { "https://a.example", "http://b.example/x" } }
      assert.same({ success = true }, (assert(update(changes))))
      changes.profile_picture_url = "https://shop.example/picture.jpg"
      assert.same({ data = { changes } }, get(PROFILE))
      assert.same(before, get(PROFILE, nil, sibling))
      assert(update { email = "", websites = whatsapp.array {} })
      assert.same({ data = { { messaging_product = "whatsapp" } } }, get(PROFILE, "email,websites"))
    end)

    for what, changes in pairs {
      ["an about too long"] = { about = ("é"):rep(140) },
      ["no about"] = { about = "" },
      ["an address too long"] = { address = ("x"):rep(257) },
      ["a description too long"] = { description = ("x"):rep(513) },
      ["an email too long"] = { email = ("x"):rep(120) .. "@b.example" },
      ["an email that is none"] = { email = "here" },
      ["three websites"] = { websites = { "https://a.b", "https://a.b", "https://a.b" } },
      ["a website without a scheme"] = { websites = { "a.example" } },
      ["a website too long"] = { websites = { "https://a.example/" .. ("x"):rep(256) } },
      ["an unknown vertical"] = { vertical = "SPACE" },
    } do
      it("refuses " .. what, function() assert_invalid(update(changes)) end)
    end

    it("refuses what is not for WhatsApp", function()
      assert_invalid(wa:request("POST", PROFILE, { json = { about = "x" } }))
    end)
  end)
end)
