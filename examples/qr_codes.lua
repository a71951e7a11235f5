-- Short links that open a chat with a text typed in, and their QR codes.
local whatsapp = require "whatsapp"

local wa = whatsapp.new()

local code = assert(wa.qr_codes:create { prefilled_message = "Hi, I have a question", generate_qr_image = "PNG" })
print("link", code.deep_link_url)
print("image", code.qr_image_url)

assert(wa.qr_codes:update(code.code, "Hi, where is my order?"))
for one in wa.qr_codes:each() do print(one.code, one.prefilled_message) end

assert(wa.qr_codes:delete(code.code))
