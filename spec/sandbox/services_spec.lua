-- Services that the sandbox keeps a memory for: what was set is there afterwards.

local sandbox = require "whatsapp.sandbox"
local whatsapp = require "whatsapp"

local CUSTOMER = "15551234567"

describe("sandbox: services", function()
  local box, wa

  setup(function()
    box = assert(sandbox.start { gateway_rate = false })
    wa = whatsapp.new(box:options "direct")
  end)

  teardown(function() box:stop() end)

  local function code_of(value, err)
    assert.is_nil(value)
    return err.code
  end

  it("calls want the permission of who is called, and know their own", function()
    local function status() return assert(wa.calls:permissions(CUSTOMER)).permission.status end
    local call = { to = CUSTOMER, session = "v=0" }
    assert.are.equal("denied", status())
    assert.are.equal(138006, code_of(wa.calls:connect(call)))
    assert(wa:send { to = CUSTOMER, call_permission_request = "May we call you?" })
    assert.are.equal("pending", status())
    assert(box:receive { from = CUSTOMER, type = "interactive", interactive = { type = "call_permission_reply",
                         call_permission_reply = { response = "accept" } } })
    assert.are.equal("granted", status())
    local id = assert(wa.calls:connect(call)).id
    local actions = assert(wa.calls:permissions(CUSTOMER)).actions
    assert.are.same({ true, 1 }, { actions[1].can_perform_action, actions[1].limits[1].current_usage })
    assert.is_true(wa.calls:terminate(id))
    assert.are.equal(100, code_of(wa.calls:terminate "wacid.none"))
    assert(box:advance(8 * 24 * 3600))
    assert.are.equal("expired", status())
    assert.are.equal(138006, code_of(wa.calls:connect(call)))
  end)

  it("a username belongs to one number", function()
    local other = wa:with { phone_number_id = box.second_phone_number_id }
    assert.is_nil(assert(wa.username:get()).username)
    assert(wa.username:set "Lucky.Shrub")
    assert.are.equal("lucky.shrub", assert(wa.username:get()).username)
    assert.are.equal(147005, code_of(other.username:set "lucky.shrub"))
    assert(other.username:set { username = "lucky.shrub", transfer_action = "force_transfer" })
    assert.is_nil(assert(wa.username:get()).username)
    assert(other.username:delete())
  end)

  it("an application is submitted once, and can be withdrawn", function()
    assert(wa.official_account:update "SUBMIT_APPLICATION")
    assert.are.equal("PENDING", assert(wa.official_account:get()).oba_status)
    assert.are.equal(100, code_of(wa.official_account:update "SUBMIT_APPLICATION"))
    assert(wa.official_account:update "WITHDRAW_APPLICATION")
    assert.are.equal("CANCELLED", assert(wa.official_account:get()).oba_status)
    assert.are.equal(100, code_of(wa.official_account:update "WITHDRAW_APPLICATION"))
  end)

  it("compliance information and schedules are kept", function()
    local contact = { name = "Ann", email = "ann@shop.example" }
    assert(wa.compliance:update { entity_name = "Shop", entity_type = "OTHER", grievance_officer_details = contact,
                                  customer_care_details = { email = "us@shop.example" } })
    assert.are.equal("Ann", assert(wa.compliance:get()).grievance_officer_details.name)
    for _, name in ipairs { "first", "second" } do
      assert(wa.schedules:create { name = name, schedule_type = "CUSTOM", start_time = "09:00", end_time = "17:00" })
    end
    assert.are.equal("first", assert(wa.schedules:list()).data[1].name)
    assert.are.equal("second", assert(wa.schedules:list { sort = "created_time.desc" }).data[1].name)
  end)

  it("the people of the business have tasks", function()
    local account = assert(wa.business_account:get(box.business_account_id, { fields = { "owner_business_info" } }))
    local business = account.owner_business_info.id
    assert.are.equal("Sandbox Business", assert(wa.businesses:get(business)).name)
    local owner = assert(wa.assigned_users:list(business)).data
    assert.are.equal(1, #owner)
    assert(wa.assigned_users:add(owner[1].id, { "MESSAGING" }))
    assert.are.same({ "MESSAGING" }, assert(wa.users:assigned_accounts(owner[1].id)).data[1].permissions)
    assert(wa.assigned_users:remove(owner[1].id))
    assert.are.same({}, assert(wa.users:assigned_accounts(owner[1].id)).data)
    assert.are.same({}, assert(wa.assigned_users:list(business)).data)
    assert.are.equal(100, code_of(wa.assigned_users:remove "800000000000000"))
  end)

  it("people are in groups", function()
    assert(wa.groups:create "Neighbours")
    local group = assert(wa.groups:list()).data[1].id
    assert(wa.groups:add_participants(group, { "+1 555 123 4567", "15551234568" }))
    assert(wa.groups:remove_participants(group, { "15551234567" }))
    local now = assert(wa.groups:get(group, { fields = { "participants", "total_participant_count" } }))
    assert.are.same({ { { wa_id = "15551234568" } }, 1 }, { now.participants, now.total_participant_count })
    local failed = assert(wa.groups:approve_join_requests(group, { "1" })).failed_join_requests
    assert.are.equal("1", failed[1].join_request_id)
  end)

  it("a new number is verified and registered before it sends", function()
    local id = assert(wa.phone_numbers:create { phone_number = "15550000199", verified_name = "Third" }).id
    local third = wa:with { phone_number_id = id }
    assert.are.equal(133010, code_of(third:send { to = CUSTOMER, text = "x" }))
    assert.are.equal(133006, code_of(third.phone_numbers:register "123456"))
    assert(third.phone_numbers:request_code "SMS")
    assert(third.phone_numbers:verify_code "123456")
    assert(third.phone_numbers:register "123456")
    assert(third:send { to = CUSTOMER, text = "x" })
    assert.are.equal(3, #assert(wa.phone_numbers:list()).data)
  end)
end)
