--- The appointments of examples/appointment_flow.lua, wherever they are served: the Flow
--- that was deployed is opened by the bot's message, played over HTTP, and confirmed.

local assert = require "luassert"
local http = require "socket.http"
local ltn12 = require "ltn12"
local socket = require "socket"
local testing = require "whatsapp.testing"
local webhook = require "whatsapp.webhook"
local whatsapp = require "whatsapp"

local CUSTOMER, LIMIT = "15551230009", 60

local M = {}

-- What comes of asking again and again.
local function wait_for(what, log, fn)
  local give_up, found = socket.gettime() + LIMIT
  repeat
    found = fn()
    if not found then socket.sleep(0.05) end
  until found or socket.gettime() > give_up
  return assert(found, what .. "\n" .. log())
end

-- The endpoint whose address and key Graph has.
local function remote(sandbox, wa, flow)
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

--- Makes an appointment.
---@param sandbox whatsapp.Sandbox whose webhook is the bot
---@param log fun(): string of who serves it
function M.make(sandbox, log)
  local wa = whatsapp.new(sandbox:options "direct")

  local function said(count)
    return wait_for("the bot said too little", log, function()
      local payloads = {}
      for _, message in ipairs(sandbox:sent()) do
        if message.to == CUSTOMER then payloads[#payloads + 1] = message.payload end
      end
      return payloads[count]
    end)
  end

  local flow = wait_for("no flow was deployed", log, function()
    local one = assert(wa.flows:all())[1]
    return one and one.status == "PUBLISHED" and assert(wa.flows:get(one.id, { fields = "id,name,endpoint_uri" }))
  end)
  assert.are.equal("appointment", flow.name)
  assert(sandbox:receive { from = CUSTOMER, name = "Ann", text = "Appointment" })
  local parameters = said(1).interactive.action.parameters
  assert.are.equal("appointment data_exchange", parameters.flow_name .. " " .. parameters.flow_action)

  local player = testing.flow(remote(sandbox, wa, flow), { screens = assert(wa.flows:download(flow.id)),
    flow_token = parameters.flow_token })
  assert.is_true(player:ping())
  assert.are.equal("SERVICE", (assert(player:open())))
  assert.are.equal("HOUR", (assert(player:submit { service = "cut", day = "2031-03-04" })))
  assert.are.equal("CONFIRM", (assert(player:submit { hour = "9:00" })))
  assert.are.equal("Haircut on 2031-03-04 9:00", player:view().components[1].text)
  assert.are.equal("SUCCESS", (assert(player:submit {})))

  assert(sandbox:receive { from = CUSTOMER, name = "Ann", type = "interactive",
                           interactive = player:reply().interactive })
  assert.are.equal("See you on 2031-03-04 9:00.", said(2).text.body)
  wa:close()
end

return M
