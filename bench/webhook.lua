-- Webhook bodies verified, parsed and given to a handler, in one process.
--
--   webhook.lua parse|bot|bare COUNT
--
-- `bot`: each event goes through a bot's inbox too (in memory), as a new one. `bare`
-- is what nobody can leave out: the HMAC, compared, and cjson.decode. A tenth goes
-- ahead of the clock. Prints the seconds that COUNT bodies took.

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

local handle = what == "parse" and parse or bare

local function run(from, to)
  for i = from, to do
    local which = (i - 1) % #bodies + 1
    handle(bodies[which], signatures[which])
  end
end

-- A bot, and so many bodies whose messages are new to it.
local function prepare_bot(n)
  local bot = whatsapp.bot { webhook = hook, store = whatsapp.store.memory(),
    client = whatsapp.new { access_token = "x", phone_number_id = "106540352242922" } }
  for selector, fn in pairs(handlers) do bot:on(selector, fn) end
  for i = 1, n do
    bodies[i] = bodies[(i - 1) % #NAMES + 1]:gsub("wamid%.[%w=]+", "wamid." .. i, 1)
    signatures[i] = whatsapp.webhook.sign(bodies[i], SECRET)
  end
  function handle(body, signature)
    assert(bot:handle("POST", nil, { ["X-Hub-Signature-256"] = signature }, body) == 200)
  end
end

local early = math.floor(count / 10)
if what == "bot" then prepare_bot(early + count) end
run(1, early)
collectgarbage()
local started = core.now()
run(early + 1, early + count)
print(("%.6f"):format(core.now() - started))
assert(handled >= count)
