-- What is told of an error that nobody expected: its message first, then where.

local Error = require "whatsapp.error"
local complaint = require "whatsapp.complaint"

local function caught(raised)
  local traceback
  local _, err = xpcall(function() error(raised) end, function(value)
    traceback = complaint.traceback(value)
    return value
  end)
  return err, traceback
end

describe("a complaint", function()
  it("of a bug begins with its message, and says where it is", function()
    local text = complaint.describe(caught "boom")
    assert.truthy(text:find "^[^\n]*complaint_spec.lua:%d+: boom\n", text)
    assert.truthy(text:find("stack traceback:\n.*complaint_spec.lua"), text)
  end)

  it("has the message where the traceback of a coroutine has none", function()
    local co = coroutine.create(function() error "boom" end)
    local _, err = coroutine.resume(co)
    local text = complaint.describe(err, debug.traceback(co))
    assert.truthy(text:find "^[^\n]*complaint_spec.lua:%d+: boom\nstack traceback", text)
    assert.are.equal(text, complaint.describe(err, text))
  end)

  it("of an error object is one line, of other values what they say", function()
    local err = Error.new { kind = "state", message = "closed" }
    assert.are.equal("whatsapp: state: closed", complaint.describe(caught(err)))
    local own = setmetatable({}, { __tostring = function() return "own words" end })
    assert.truthy(complaint.describe(caught(own)):find "^own words\nstack traceback")
    assert.are.equal("nil", complaint.describe(nil))
  end)

  it("of what makes no text of itself says what it is", function()
    for _, text in ipairs { function() error "no" end, function() return {} end, function() end } do
      local odd = setmetatable({}, { __tostring = text })
      assert.truthy(complaint.describe(caught(odd)):find "^a table\nstack traceback")
      assert.are.equal("a table", complaint.describe(odd))
    end
  end)
end)
