-- examples/nginx/appointment_flow.conf as it is, but for its port: the Flow that it
-- deploys is opened by its bot's message, played over HTTP, and confirmed.

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local files = require "spec.support.files"
local http = require "socket.http"
local ltn12 = require "ltn12"
local server = require "spec.support.server"
local socket = require "socket"
local start_service = require("spec.support.service").start
local testing = require "whatsapp.testing"
local webhook = require "whatsapp.webhook"
local whatsapp = require "whatsapp"

local CUSTOMER = "15551230009"

describe("the appointments in nginx", function()
  local sandbox, service, wa

  setup(function()
    local port = server.free_ports({ "port" }).port
    sandbox = assert(require("whatsapp.sandbox").start {
      webhook_url = ("http://127.0.0.1:%d/webhook"):format(port), gateway_rate = false })
    service = start_service(sandbox, (files.read("examples/nginx/appointment_flow.conf")
      :gsub("FLOW_ENDPOINT=http://127.0.0.1:8080", "FLOW_ENDPOINT=http://127.0.0.1:" .. port)), port)
    wa = whatsapp.new(sandbox:options "direct")
  end)

  teardown(function()
    if wa then wa:close() end
    if service then service:stop() end
    if sandbox then sandbox:stop() end
  end)

  -- What comes of asking again and again.
  local function wait_for(what, fn)
    local give_up, found = socket.gettime() + 20
    repeat
      found = fn()
      if not found then socket.sleep(0.05) end
    until found or socket.gettime() > give_up
    return assert(found, what .. "\n" .. service:log())
  end

  local function said(count)
    return wait_for("the bot said too little", function()
      local payloads = {}
      for _, message in ipairs(sandbox:sent()) do
        if message.to == CUSTOMER then payloads[#payloads + 1] = message.payload end
      end
      return payloads[count]
    end)
  end

  -- The endpoint whose address and key Graph has.
  local function remote(flow)
    local key = assert(wa.encryption:get()).business_public_key
    return {
      public_key = function() return key end,
      sign = function(_, body) return (webhook.sign(body, sandbox.app_secret)) end,
      handle = function(_, body, signature)
        local answer = {}
        local _, status, headers = http.request { url = flow.endpoint_uri, method = "POST",
          source = ltn12.source.string(body), sink = ltn12.sink.table(answer),
          headers = { ["Content-Length"] = #body, ["X-Hub-Signature-256"] = signature } }
        return status, headers, table.concat(answer)
      end,
    }
  end

  it("are made", function()
    local flow = wait_for("no flow was deployed", function()
      local one = assert(wa.flows:all())[1]
      return one and one.status == "PUBLISHED" and assert(wa.flows:get(one.id, { fields = "id,name,endpoint_uri" }))
    end)
    assert.are.equal("appointment", flow.name)
    assert(sandbox:receive { from = CUSTOMER, name = "Ann", text = "Appointment" })
    local parameters = said(1).interactive.action.parameters
    assert.are.equal("appointment data_exchange", parameters.flow_name .. " " .. parameters.flow_action)

    local player = testing.flow(remote(flow), { screens = assert(wa.flows:download(flow.id)),
      flow_token = parameters.flow_token })
    assert.is_true(player:ping())
    assert.are.equal("SERVICE", (assert(player:open())))
    assert.are.equal("HOUR", (assert(player:submit { service = "cut", day = "2031-03-04" })))
    assert.are.equal("CONFIRM", (assert(player:submit { hour = "9:00" })))
    assert.are.equal("Haircut on 2031-03-04 9:00", player:view().components[1].text)
    assert.are.equal("SUCCESS", (assert(player:submit {})))

    local reply = player:reply()
    assert(sandbox:receive { from = CUSTOMER, name = "Ann", type = "interactive", interactive = reply.interactive })
    assert.are.equal("See you on 2031-03-04 9:00.", said(2).text.body)
  end)
end)
