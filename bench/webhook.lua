-- Webhook bodies verified, parsed and given to a handler, in one process.
--
--   webhook.lua parse|bare COUNT
--
-- `bare` is what nobody can leave out: the HMAC, compared, and cjson.decode. A tenth
-- goes ahead of the clock. Prints the seconds that COUNT bodies took.

local cjson = require "cjson"
local core = require "whatsapp.core"
local whatsapp = require "whatsapp"

local what, count = arg[1], tonumber(arg[2])

local SECRET = "0123456789abcdef0123456789abcdef"
local NAMES = { "messages/text", "messages/button_reply", "messages/image", "statuses/sent" }

local bodies, signatures = {}, {}
for i, name in ipairs(NAMES) do
  local file = assert(io.open("spec/webhook/fixtures/" .. name .. ".json"))
  bodies[i] = file:read("*a"):gsub("\n *", "")
  file:close()
  signatures[i] = whatsapp.webhook.sign(bodies[i], SECRET)
end

local handled = 0
local function handler(event) handled = handled + #event.from end

local handlers = { ["message.text"] = handler, ["message.button_reply"] = handler,
                   ["message.image"] = handler, ["status.sent"] = handler }

local hook = whatsapp.webhook { app_secret = SECRET }

local function parse(body, signature)
  for _, event in ipairs(assert(hook:parse(body, signature))) do
    handlers[event.kind .. "." .. event.type](event)
  end
end

local function bare(body, signature)
  assert(core.equal(core.hmac_sha256(SECRET, body), core.unhex(signature:sub(8))))
  handled = handled + #cjson.decode(body).entry
end

local function run(n)
  local handle = what == "parse" and parse or bare
  for i = 1, n do
    local which = i % #bodies + 1
    handle(bodies[which], signatures[which])
  end
end

run(count / 10)
local started = core.now()
run(count)
print(("%.6f"):format(core.now() - started))
assert(handled >= count)
