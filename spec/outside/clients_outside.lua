-- Clients that others wrote, from npm, get along with the sandbox: what they send is
-- accepted, what it answers they understand, and its webhooks pass their checks.

local cjson = require "cjson"
local http = require "socket.http"
local ltn12 = require "ltn12"

local sandbox = require "whatsapp.sandbox"
local server = require "spec.support.server"

local LIFE_LIMIT = 110 -- seconds
local EVENTS = 400 -- lines to wait for one event

-- What steps tell; of all others it is the id of what was sent.
local told = {
  media = "image/png", download = true, delete = true, mark_read = true,
  templates = 3, create_template = "PENDING", delete_template = true, profile = "hello@shop.example", flow = 15,
  qr = "Hello", qrs = 1, update_qr = "Hi", delete_qr = true, block = "15551234567", unblock = "15551234567",
}
local refused = { refused = 131026, window = 131047, unknown = 100 }
local patterns = { upload = "^3%d+$", create_qr = "^[A-Z2-7]+$" }
local sent = { text = "text", image = "image", document = "document", location = "location", contacts = "contacts",
               reaction = "reaction", buttons = "interactive", list = "interactive", template = "template" }

-- A client's program: its lines, and the sandbox it talks to.
local function start(program)
  local port = server.free_ports({ "port" }).port
  local box = assert(sandbox.start { webhook_url = ("http://127.0.0.1:%d/webhook"):format(port) })
  local process = server.start_process(([[sh -c 'cd build/outside && . %s/direct.env && \
    NODE_EXTRA_CA_CERTS=$WHATSAPP_CA_FILE exec timeout %d node %s %d']]):format(box.prefix, LIFE_LIMIT, program, port))
  local function line()
    local text = process.pipe:read "*l"
    return text and cjson.decode(text)
  end
  return { box = box, url = ("http://127.0.0.1:%d/webhook"):format(port), process = process, line = line, events = {} }
end

-- The event that fits, from now or before.
local function event(client, fits)
  for _, known in ipairs(client.events) do
    if fits(known) then return known end
  end
  for _ = 1, EVENTS do
    local line = assert(client.line(), "it ended")
    if line.event then
      client.events[#client.events + 1] = line.event
      if fits(line.event) then return line.event end
    end
  end
end

for _, program in ipairs { "kapso.mjs", "whatsapp-api-js.mjs" } do
  describe(program, function()
    local client
    local steps = {}

    setup(function()
      client = start(program)
      assert.is_true(assert(client.line(), "it did not start").ready)
    end)
    teardown(function()
      client.process:stop()
      client.box:stop()
    end)

    it("sends, uploads and asks", function()
      local count = 0
      for line in client.line do
        if line.done then break end
        if line.event then
          client.events[#client.events + 1] = line.event
        else
          local name = line.step
          steps[name], count = line.value, count + 1
          assert.are.equal(refused[name], line.error and line.error.code, name .. ": " .. cjson.encode(line))
          if told[name] ~= nil then
            assert.are.equal(told[name], line.value, name)
          elseif not refused[name] then
            assert.is_truthy(line.value:find(patterns[name] or "^wamid%."), name)
          end
        end
      end
      assert(count >= 20, count .. " steps")
    end)

    it("has sent what it says", function()
      local by_id = {}
      for _, message in ipairs(client.box:sent()) do by_id[message.id] = message end
      for name, kind in pairs(sent) do
        if steps[name] then assert.are.equal(kind, by_id[steps[name]].type, name) end
      end
      assert.are.equal("Good day — Grüße 👋", by_id[steps.text].payload.text.body)
      assert.are.equal(steps.upload, by_id[steps.image].payload.image.id)
      assert.are.equal("yes", by_id[steps.buttons].payload.interactive.action.buttons[1].reply.id)
    end)

    it("takes the sandbox's webhooks, and no others", function()
      for _, status in ipairs { "sent", "delivered", "read" } do
        assert(event(client, function(one) return one.id == steps.text and one.status == status end), status)
      end
      local said = assert(client.box:receive { from = "+1 555 123 4567", name = "Änne", text = "Grüße / 👋" })
      local heard = assert(event(client, function(one) return one.id == said.id end))
      assert.are.equal("15551234567 text Grüße / 👋", table.concat({ heard.from, heard.type, heard.text }, " "))
      said = assert(client.box:receive { from = "15551234567", button_reply = { id = "yes", title = "Yes" } })
      assert.are.equal("Yes", assert(event(client, function(one) return one.id == said.id end)).text)

      local body = client.box:deliveries()[1].text
      local headers = { ["content-length"] = #body, ["x-hub-signature-256"] = "sha256=" .. ("0"):rep(64) }
      local _, status = http.request { url = client.url, method = "POST", headers = headers,
                                       source = ltn12.source.string(body) }
      assert.are.equal(401, status)
    end)

    it("answers the challenge", function()
      local query = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
      local body, status = http.request(client.url .. query .. client.box.verify_token)
      assert.are.same({ 200, "1158201444" }, { status, body })
      assert.are_not.equal(200, select(2, http.request(client.url .. query .. "another")))
    end)
  end)
end
