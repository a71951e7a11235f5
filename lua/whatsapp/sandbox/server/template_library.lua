--- Meta's library: templates that are written already, to be made one's own.

local answer = require "whatsapp.sandbox.server.answer"
local paging = require "whatsapp.sandbox.server.paging"

local M = {}

local entries = {
  {
    id = "7138055039625658", name = "delivery_update_1", language = "en_US", category = "UTILITY",
    topic = "ORDER_MANAGEMENT", usecase = "DELIVERY_UPDATE", industry = { "E_COMMERCE" },
    header = "Your order is on its way",
    body = "Good news! Your order {{1}} is on its way and should arrive on {{2}}.",
    body_params = { "#12345", "Jan 1" }, body_param_types = { "TEXT", "DATE" },
    buttons = { { type = "URL", text = "Track order", url = "https://www.example.com/" } },
  },
  {
    id = "7138055039625659", name = "verify_code_1", language = "en_US", category = "AUTHENTICATION",
    topic = "IDENTITY_VERIFICATION", usecase = "ACCOUNT_VERIFICATION", industry = { "E_COMMERCE" },
    body = "*{{1}}* is your verification code.", body_params = { "123456" },
    buttons = { { type = "OTP", text = "Copy code" } },
  },
}

-- Whether one of the words of an entry is what was asked for.
local function fits(entry, query)
  for _, name in ipairs { "name", "language", "topic", "usecase" } do
    if query[name] and query[name] ~= entry[name] then return false end
  end
  if query.industry and query.industry ~= entry.industry[1] then return false end
  return not query.search or (entry.name .. entry.body):lower():find(query.search:lower(), 1, true) ~= nil
end

--- GET /message_template_library
function M.list(req)
  local found = {}
  for _, entry in ipairs(entries) do
    if fits(entry, req.query) then found[#found + 1] = entry end
  end
  return paging.answer(req, found, function(entry) return entry end)
end

local function inputs_of(body)
  local inputs = {}
  for _, input in ipairs(type(body.library_template_button_inputs) == "table"
    and body.library_template_button_inputs or {}) do
    inputs[input.type] = input
  end
  return inputs
end

-- A button of the library with what the business has to say of it.
local function button_of(button, inputs)
  local input = inputs[button.type]
  if not input then
    answer.refuse { code = 100, details = ("library_template_button_inputs: an input of type %s is missing")
      :format(button.type) }
  end
  if button.type == "OTP" then
    return { type = "OTP", otp_type = input.otp_type, text = button.text, supported_apps = input.supported_apps }
  end
  return { type = "URL", text = button.text, url = input.url.base_url, example = { input.url.url_suffix_example } }
end

--- The components of a template that is made of one of the library.
---@param body table  of the request
---@return table[] components
function M.components(body)
  for _, entry in ipairs(entries) do
    if entry.name == body.library_template_name then
      local inputs, buttons = inputs_of(body), {}
      for i, button in ipairs(entry.buttons) do buttons[i] = button_of(button, inputs) end
      local components = { { type = "BODY", text = entry.body, example = { body_text = { entry.body_params } } },
                           { type = "BUTTONS", buttons = buttons } }
      if entry.category == "AUTHENTICATION" then components[1] = { type = "BODY" } end
      if entry.header then
        table.insert(components, 1, { type = "HEADER", format = "TEXT", text = entry.header })
      end
      return components
    end
  end
  answer.refuse { code = 100, details = ("there is no template %s in the library")
    :format(tostring(body.library_template_name)) }
end

return M
