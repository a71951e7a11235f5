--- What stands for other people's servers: files behind public links.

local state = require "whatsapp.sandbox.server.state"

local M = {}

-- 64 × 64 pixels.
local PHOTO = ngx.decode_base64(
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAvklEQVR42u3a2Q2AMAwE0W2G1miYgqAAriREYr0aiwLm"
  .. "fRJbe/ERAAAAps2yre2fEaCre7pEP6ZPYej39I8M+dSPGeSTPsaQYX2XQZ717QbZ1jca5FzfYpB5/ashGmBS/2xQifoHQyjAsP7O"
  .. "kAiwrb80AHADmNefDQAAAAAAAAAAAAAA+AD4oQHwHcCzigGAp0UDQPnXaRYcHoDyO7KELWXCnjhhU59wK5FwrRJyL5RwsRVyMxdy"
  .. "tcjhK4DScwDoCk/Sc4vnbAAAAABJRU5ErkJggg==")

--- GET /samples/photo.png
function M.photo()
  return { status = 200, text = PHOTO, content_type = "image/png" }
end

--- GET /samples/moved.png: leads to the other.
function M.moved()
  return { status = 302, headers = { Location = state.settings.graph_url .. "/samples/photo.png" }, text = "" }
end

return M
