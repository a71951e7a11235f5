-- A Flow: screens as tables, deployed once, opened by a message.
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()

local survey = {
  version = "7.1",
  { id = "RATING", title = "How was it?",
    { heading = "Your visit" },
    { radio_buttons_group = { name = "stars", label = "Stars", required = true,
      { id = "5", title = "Very good" }, { id = "3", title = "All right" }, { id = "1", title = "Bad" } } },
    { when = { condition = "${form.stars} == '1'", { caption = "We are sorry. Please tell us more." } } },
    { footer = { label = "Next", navigate = "COMMENT" } } },
  { id = "COMMENT", title = "A word more?", terminal = true,
    { text_area = { name = "comment", label = "Comment", helper_text = "As you like" } },
    { opt_in = { name = "call_me", label = "You may call me about it" } },
    { footer = { label = "Send", complete = {
      stars = "${screen.RATING.form.stars}", comment = "${form.comment}", call_me = "${form.call_me}" } } } },
}

local flow = assert(wa.flows:deploy("survey", survey, { categories = { "SURVEY" } }))
print("flow", flow.id, flow.changed and "deployed" or "up to date")

-- Once more: what is the same is left alone.
print("again", assert(wa.flows:deploy("survey", survey)).changed and "deployed" or "up to date")

local sent = assert(wa:send { to = to, flow = {
  body = "Tell us how your visit was.", button = "Rate", id = flow.id, token = "visit-4711" } })
print("sent", sent.id)
-- What the customer fills in arrives as an event flow_reply: see docs/receiving.md.
