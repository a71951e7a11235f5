--- `wa.qr_codes`: QR codes and short links that open a chat with a text typed in.
-- Meta's page: "QR codes".

local fields = require "whatsapp.api.fields"

local PATH = "{phone_number_id}/message_qrdls"

-- (The description allows no 0, 1, 8 and 9, but its own examples end with a 1.)
local code = { type = "string", pattern = "^" .. ("[A-Z0-9]"):rep(14) .. "$", form = "4O4YGZEG3RIVE1 (14 characters)" }
local message = fields.required(fields.text(140))

return {
  list = { "GET", PATH, operation = "listAllQrCodes", does = "The QR codes of the number.", query = true,
    page = "data", fields = { code = code, limit = { type = "number", min = 1, max = 25, whole = true } } },
  get = { "GET", PATH .. "/{code}", operation = "getIndividualQrCode", id = "code", does = "One QR code.",
    query = true, returns = "first" },
  create = { "POST", PATH, operation = "createOrUpdateQrCode",
    does = "Makes a QR code for a text of at most 140 characters, with an image when it is asked for.", json = true,
    short = "prefilled_message", fields = {
      prefilled_message = message, generate_qr_image = fields.one_of "PNG SVG",
    } },
  update = { "POST", PATH, operation = "createOrUpdateQrCode", id = "code",
    does = "Gives a QR code another text.", json = true, short = "prefilled_message", idempotent = true,
    fields = { code = fields.required(code), prefilled_message = message } },
  delete = { "DELETE", PATH .. "/{code}", operation = "deleteIndividualQrCode", id = "code",
    does = "Deletes a QR code; its link leads nowhere then.", returns = "success" },
}
