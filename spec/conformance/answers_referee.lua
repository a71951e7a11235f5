-- What the sandbox answers, and what it posts to webhooks, is what Meta's description
-- says. Where it is not, an exception says why; one that is no longer needed fails.

local answers = require "spec.conformance.answers"
local calls = require "spec.conformance.calls"
local errors = require "whatsapp.sandbox.server.errors"
local exceptions = require("spec.conformance.exceptions").answers
local files = require "spec.support.files"
local json = require "whatsapp.json"
local judge_of = require "spec.support.judge"
local openapi = require "spec.support.openapi"
local sandbox = require "whatsapp.sandbox"
local socket = require "socket"

local TIMES, PAUSE = 300, 0.1 -- s

local function poll(condition)
  for _ = 1, TIMES do
    if condition() then return true end
    socket.sleep(PAUSE)
  end
  return false
end

-- What is there under a path like "data.1.id".
local function at(value, path)
  for name in path:gmatch "[^.]+" do value = value[tonumber(name) or name] end
  return assert(value, path)
end

-- A copy in which `{name}` is what was kept under that name.
local function filled(value, kept)
  if type(value) == "string" then
    return (value:gsub("{([%a_]+)}", function(name) return kept[name] end))
  elseif type(value) ~= "table" then
    return value
  end
  local copy = {}
  for key, item in pairs(value) do copy[key] = filled(item, kept) end
  return setmetatable(copy, getmetatable(value))
end

-- Whether something that is said is excepted; notes that the exception is needed.
local function excepted(text, needed)
  for _, exception in ipairs(exceptions) do
    for i = 2, #exception do
      if text:find("^" .. exception[i] .. "$") then
        needed[exception[i]] = true
        return true
      end
    end
  end
end

describe("the sandbox", function()
  local judge, wa
  local kept, operations, known = {}, {}, {}

  setup(function()
    judge = judge_of.start(function(url)
      return assert(sandbox.start { webhook_url = url, read_seconds = 0.3 })
    end)
    wa = judge:client()
    -- The description does not know such a reply.
    assert(judge.sandbox:fault { service = "webhook", drop = true })
    assert(judge.sandbox:receive { from = "15551230000", type = "interactive", interactive = {
      type = "call_permission_reply", call_permission_reply = { response = "accept" } } })
    kept.app_id = judge.sandbox.app_id
    kept.phone_number_id, kept.business_account_id = judge.sandbox.phone_number_id, judge.sandbox.business_account_id
  end)
  teardown(function() judge:stop() end)

  for _, entry in ipairs(openapi.rows()) do operations[entry.name] = entry.row.operation end

  local function ask(step)
    local first, second = filled(step[3], kept), filled(step[4], kept)
    local resource = wa[step[1]]
    if not resource then return wa:request(step[1], filled(step[2], kept), first or {}) end
    return resource[step[2]](resource, first, second)
  end

  for i, step in ipairs(answers) do
    local method = ("wa.%s:%s"):format(step[1], step[2])
    if operations[method] and not step.refused then known[method] = true end
    it(("answers %d, %s"):format(i, operations[method] and method or step[1] .. " " .. step[2]), function()
      local value, err = ask(step)
      for _ = 1, step.wait and TIMES or 0 do
        if step.wait(value) then break end
        socket.sleep(PAUSE)
        value, err = ask(step)
      end
      assert.are.equal(step.refused, err and err.code, tostring(err))
      for name, path in pairs(step.keep or {}) do kept[name] = at(value, path) end
    end)
  end

  for _, call in ipairs(calls) do
    local method = ("wa.%s:%s"):format(call[1], call[2])
    if not known[method] then
      it("refuses what it does not know, " .. method, function()
        local value, err = ask(call)
        assert.is_nil(value)
        assert(err.code == 2500 or err.code == 100 and err.subcode == 33, tostring(err))
      end)
    end
  end

  it("has errors of every code", function()
    for code in pairs(errors) do
      if type(code) == "number" then
        assert(judge.sandbox:fault { code = code, details = "on demand" })
        local _, err = wa:request("GET", "{phone_number_id}")
        assert.are.equal(code, err.code)
      end
    end
  end)

  it("posts what customers do, and what becomes of messages", function()
    local types = 0
    for _, file in ipairs(files.under("spec/webhook/fixtures/meta", "*_message*.json")) do
      local value = json.decode(files.read(file)).entry[1].changes[1].value
      local message = value.messages and value.messages[1]
      if message then
        local count = (judge:report().webhooks[message.type] or 0)
        message.name = "Ann"
        assert(judge.sandbox:receive(message))
        assert(poll(function() return (judge:report().webhooks[message.type] or 0) > count end), file)
        types = types + 1
      end
    end
    assert(types >= 12, types .. " examples")
    local file = assert(wa.media:upload { data = "total: 42", type = "text/plain", filename = "a.txt" })
    for _, kind in ipairs { "image", "video", "audio", "sticker", "document" } do
      assert(judge.sandbox:receive { from = "15551234567", type = kind, [kind] = { id = file.id } })
    end
    assert(judge.sandbox:receive { from = "15551234567", type = "reaction", reaction = { message_id = "wamid.x",
      emoji = "" } })
    assert(wa:send { to = "+1 556 0131026", text = "Hello" })
    assert(poll(function()
      local seen = judge:report().webhooks
      return seen.failed and seen.sent and seen.delivered and seen.read and seen.document
    end), "a status or a file is missing")
  end)

  it("answers and posts what Meta describes", function()
    local needed, complaints = {}, {}
    for text, where in pairs(judge:report().complaints) do
      if not excepted(text, needed) then complaints[#complaints + 1] = text .. "\n  " .. where end
    end
    table.sort(complaints)
    assert.are.equal("", table.concat(complaints, "\n"))
    for _, exception in ipairs(exceptions) do
      for i = 2, #exception do assert(needed[exception[i]], "the exception is not needed: " .. exception[i]) end
    end
  end)
end)
