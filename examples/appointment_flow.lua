-- Appointments in a Flow: screens as tables, an endpoint that knows which hours are
-- free, a bot that sends the Flow and confirms. Deployed to the sandbox, and played by
-- a customer. examples/appointment_server.lua serves it in plain Lua,
-- examples/nginx/appointment_flow.conf in nginx. In a clone:
--
--   make run EXAMPLE=examples/appointment_flow.lua

local whatsapp = require "whatsapp"

-- The screens ------------------------------------------------------------------------------

local SERVICES = { { id = "cut", title = "Haircut" }, { id = "color", title = "Colour" } }

local screens = {
  version = "7.1",
  routing_model = { SERVICE = { "HOUR" }, HOUR = { "CONFIRM" }, CONFIRM = {} },
  { id = "SERVICE", title = "Book an appointment",
    data = { services = SERVICES, first_day = "2026-01-01" },
    { radio_buttons_group = { name = "service", label = "What for?", required = true,
      data_source = "${data.services}" } },
    { date_picker = { name = "day", label = "Day", required = true, min_date = "${data.first_day}" } },
    { footer = { label = "Hours", data_exchange = { service = "${form.service}", day = "${form.day}" } } } },
  { id = "HOUR", title = "Which hour?",
    data = { hours = { { id = "9:00", title = "9:00" } }, service = "cut", day = "2026-01-01" },
    { body = "`'Free on ' ${data.day} ':'`" },
    { dropdown = { name = "hour", label = "Hour", required = true, data_source = "${data.hours}" } },
    { when = { condition = "${data.service} == 'color'",
      { text_input = { name = "tone", label = "Which colour?", required = true } } } },
    { footer = { label = "Next", data_exchange = {
      service = "${data.service}", day = "${data.day}", hour = "${form.hour}", tone = "${form.tone}" } } } },
  { id = "CONFIRM", title = "Is that right?", terminal = true, data = { summary = "Haircut", slot = "2026-01-01 9:00" },
    { body = "${data.summary}" },
    { opt_in = { name = "remind", label = "Remind me an hour before" } },
    { footer = { label = "Book", data_exchange = { slot = "${data.slot}", remind = "${form.remind}" } } } },
}

-- Your calendar ----------------------------------------------------------------------------

local HOURS = { "9:00", "10:00", "11:00" }
local taken = {}

local function free_hours(day)
  local hours = whatsapp.array {}
  for _, hour in ipairs(HOURS) do
    if not taken[day .. " " .. hour] then hours[#hours + 1] = { id = hour, title = hour } end
  end
  return hours
end

-- The endpoint -----------------------------------------------------------------------------

local on = {}

function on.INIT(request)
  return request:show("SERVICE", { services = SERVICES, first_day = os.date "%Y-%m-%d" })
end

function on.SERVICE(request)
  local wanted = request.data
  local hours = free_hours(wanted.day)
  if not hours[1] then return request:fail(("Nothing is free on %s."):format(wanted.day)) end
  return request:show("HOUR", { hours = hours, service = wanted.service, day = wanted.day })
end

function on.HOUR(request)
  local wanted = request.data
  local slot = wanted.day .. " " .. wanted.hour
  local what = wanted.service == "color" and ("Colour (%s)"):format(wanted.tone) or "Haircut"
  return request:show("CONFIRM", { summary = ("%s on %s"):format(what, slot), slot = slot })
end

function on.CONFIRM(request)
  local slot = request.data.slot
  if taken[slot] then
    return request:fail "Somebody was faster. Please go back and choose another hour."
  end
  taken[slot] = true
  return request:complete { slot = slot, remind = request.data.remind == true }
end

-- Once, by you: whatsapp.flow.keypair(); here, for every run.
local pair = assert(whatsapp.flow.keypair "a passphrase")

local endpoint = whatsapp.flow.endpoint {
  private_key = os.getenv "FLOW_PRIVATE_KEY" or pair.private_key,
  passphrase = os.getenv "FLOW_PASSPHRASE" or "a passphrase",
  app_secret = os.getenv "WHATSAPP_APP_SECRET" or "0123456789abcdef0123456789abcdef",
  on = on,
}

-- The bot ----------------------------------------------------------------------------------

local wa = whatsapp.new()
local bot = whatsapp.bot { client = wa, store = whatsapp.store.memory() }

-- Once for every version of the screens; the same again is left alone.
local function deploy(endpoint_uri)
  assert(wa.flows:set_public_key(endpoint:public_key()))
  return assert(wa.flows:deploy("appointment", screens, {
    categories = { "APPOINTMENT_BOOKING" },
    endpoint_uri = endpoint_uri or "https://example.com/flow",
  }))
end

bot:on("text", "^[Aa]ppointment", function(event)
  event:reply { flow = { body = "Choose a time that suits you.", button = "Book", name = "appointment",
    action = "data_exchange", token = event.id } }
end)

bot:on("flow_reply", function(event)
  local booked = event.data
  event:reply { text = ("See you on %s.%s"):format(booked.slot, booked.remind and " I shall remind you." or "") }
end)

-- To serve it, this is all.
if ... == "serve" then return { bot = bot, endpoint = endpoint, deploy = deploy } end

-- A customer -------------------------------------------------------------------------------

local flow = deploy()
print("flow", flow.id, flow.changed and "deployed" or "up to date")
print("again", deploy().changed and "deployed" or "up to date")

local t = require("whatsapp.testing").bot(bot)
local ann = t.user("4915112345678", "Ann")

ann:says "appointment"
ann:expects "flow"
local form = ann:opens(endpoint, { screens = assert(whatsapp.flow.screens(screens)) })

taken["2031-03-03 9:00"], taken["2031-03-03 10:00"], taken["2031-03-03 11:00"] = true, true, true
assert(form:submit { service = "color", day = "2031-03-03" })
assert(form.screen == "SERVICE" and form.message == "Nothing is free on 2031-03-03.")
assert(form:submit { day = "2031-03-04" })

local stays, err = form:submit { hour = "10:00" }
assert(stays == nil and err.field == "HOUR.tone")          -- which is there for colours only, and required
assert(form:submit { tone = "red" } == "CONFIRM")
print(form:view().components[1].text)

taken["2031-03-04 10:00"] = true                            -- somebody else, at the same moment
assert(form:submit())
print(form.message)
assert(form:back() == "HOUR")
assert(form:submit { hour = "11:00" } == "CONFIRM")
assert(form:submit { remind = true } == "SUCCESS")

ann:submits(form)
ann:expects "See you on 2031%-03%-04 11:00. I shall remind you."
ann:expects_nothing()
print(t:transcript())
