--- `wa.calls`: voice calls; the media itself goes over WebRTC. Meta's page: "Calling API".

local fields = require "whatsapp.api.fields"

local PATH = "{phone_number_id}/calls"

-- A session: its SDP alone, when the action says which side it is.
local function session(kind)
  return { type = "table", short = "sdp", required = true, fields = {
    sdp_type = fields.one_of "offer answer", sdp = fields.required(fields.string),
  }, check = function(value)
    value.sdp_type = value.sdp_type or kind
    return value
  end }
end

local function action(name)
  return { messaging_product = "whatsapp", action = name }
end

local data = fields.text(512)

return {
  connect = { "POST", PATH, operation = "manageCalls", does = "Calls somebody who permitted it.", json = true,
    always = action "connect", fields = {
      to = fields.required(fields.phone), session = session "offer", biz_opaque_callback_data = data,
    }, returns = function(body) return type(body.calls) == "table" and body.calls[1] or body end },
  pre_accept = { "POST", PATH, operation = "manageCalls", does = "Prepares the media of an incoming call.",
    json = true, id = "call_id", always = action "pre_accept", returns = "success",
    fields = { call_id = fields.string, session = session "answer" } },
  accept = { "POST", PATH, operation = "manageCalls", does = "Takes an incoming call.", json = true, id = "call_id",
    always = action "accept", returns = "success",
    fields = { call_id = fields.string, session = session "answer", biz_opaque_callback_data = data } },
  reject = { "POST", PATH, operation = "manageCalls", does = "Refuses an incoming call.", json = true,
    id = "call_id", always = action "reject", returns = "success", fields = { call_id = fields.string } },
  terminate = { "POST", PATH, operation = "manageCalls", does = "Ends a call.", json = true, id = "call_id",
    always = action "terminate", returns = "success", fields = { call_id = fields.string } },
  permissions = { "GET", "{phone_number_id}/call_permissions", operation = "checkCallPermissions",
    does = "Whether a user may be called, and how often.", query = true, short = "user_wa_id",
    fields = { user_wa_id = fields.required(fields.user) } },
}
