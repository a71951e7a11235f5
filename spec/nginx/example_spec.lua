-- examples/nginx/nginx.conf as it is, but for its port, beside a sandbox.

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local files = require "spec.support.files"
local cjson = require "cjson"
local http = require "socket.http"
local ltn12 = require "ltn12"
local start_service = require("spec.support.service").start

local sandbox, service, url

local read = files.read

setup(function()
  sandbox = assert(require("whatsapp.sandbox").start())
  service = start_service(sandbox, read "examples/nginx/nginx.conf")
  url = service.url
end)

teardown(function()
  if service then service:stop() end
  if sandbox then sandbox:stop() end
end)

-- Posts text; the status, the decoded answer and the headers.
local function post(text)
  local parts = {}
  local _, status, headers = http.request {
    url = url .. "/send", method = "POST", sink = ltn12.sink.table(parts),
    source = ltn12.source.string(text), headers = { ["content-length"] = #text } }
  return status, cjson.decode(table.concat(parts)), headers
end

-- What /metrics says about one line.
local function metric(name, labels)
  local line = name .. labels .. " "
  for found in service:get("/metrics"):gmatch "(.-)\n" do
    if found:sub(1, #line) == line then return tonumber(found:sub(#line + 1)) end
  end
  return 0
end

describe("the nginx example", function()
  it("sends what is posted and answers with its id", function()
    local status, answer =
      post '{"to": "+1 (555) 123-4567", "text": "Hello", "reply_to": "wamid.x="}'
    assert.are.equal(200, status)
    local sent = sandbox:sent()
    local last = sent[#sent]
    assert.are.same({ id = last.id }, answer)
    assert.are.equal("15551234567", last.to)
    assert.are.equal("Hello", last.payload.text.body)
    assert.are.equal("wamid.x=", last.payload.context.message_id)
  end)

  it("says which field is wrong, and sends nothing", function()
    local before = #sandbox:requests()
    for field, text in pairs {
      to = '{"to": "not a number", "text": "Hello"}',
      txt = '{"to": "+1 (555) 123-4567", "txt": "Hello"}',
      ["text.body"] = '{"to": "+1 (555) 123-4567", "text": null}',
      ["document.file"] = '{"to": "+1 (555) 123-4567", "document": {"file": "/etc/hostname"}}',
    } do
      local status, answer = post(text)
      assert.are.equal(400, status, text)
      assert.are.equal("invalid", answer.error.kind)
      assert.are.equal(field, answer.error.field)
    end
    assert.are.equal(before, #sandbox:requests())
  end)

  it("answers 400, 405 and 413 to what is no message", function()
    for _, text in ipairs { "{", "", "5", "null", "[]" } do
      local status, answer = post(text)
      assert.are.equal(400, status, text)
      assert.are.equal("invalid", answer.error.kind)
    end
    assert.are.equal(413, (post((" "):rep(70000))))
    local _, status = http.request(url .. "/send")
    assert.are.equal(405, status)
  end)

  it("hands on what WhatsApp refuses", function()
    sandbox:fault { path = "/messages$", code = 131047 }
    local status, answer = post '{"to": "+1 (555) 123-4567", "text": "Hello"}'
    assert.are.equal(422, status)
    assert.are.equal("window, 131047", answer.error.kind .. ", " .. answer.error.code)
    assert.are.equal("rejected", answer.error.outcome)
  end)

  it("counts requests by their results, over all workers", function()
    local requests, seconds = "whatsapp_requests_total", "whatsapp_request_seconds_total"
    local good, bad = '{method="POST",result="200"}', '{method="POST",result="recipient"}'
    local before, time = metric(requests, good), metric(seconds, good)
    local bad_before = metric(requests, bad)
    sandbox:fault { path = "/messages$", code = 131026 }
    for _ = 1, 4 do post '{"to": "+1 (555) 123-4567", "text": "Hello"}' end
    assert.are.equal(before + 3, metric(requests, good))
    assert.are.equal(bad_before + 1, metric(requests, bad))
    assert.is_true(metric(seconds, good) > time)
  end)
end)
