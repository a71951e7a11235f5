--- Authentication templates: Graph writes their text, and a link where the button is.

local M = {}

local BODY = "*{{1}}* is your verification code."
local ADVICE = " For your security, do not share this code."
local FOOTER = "This code expires in %d minutes."
local LINK = "https://www.whatsapp.com/otp/code/?otp_type=%s&code=otp{{1}}"
local EXAMPLE = "123456"

local writers = {}

function writers.BODY(body)
  if body.text then return end
  body.text = BODY .. (body.add_security_recommendation and ADVICE or "")
  body.example = { body_text = { { EXAMPLE } } }
end

function writers.FOOTER(footer)
  footer.text = footer.text or FOOTER:format(footer.code_expiration_minutes)
end

function writers.BUTTONS(component)
  for i, button in ipairs(component.buttons) do
    if button.type == "OTP" then
      local link = LINK:format(button.otp_type)
      component.buttons[i] = { type = "URL", text = button.text or "Copy code", url = link,
                               example = { (link:gsub("{{1}}", EXAMPLE)) } }
    end
  end
end

--- Writes what a new or changed authentication template leaves to Graph.
---@param template { category: string, components: table[] }
function M.write(template)
  if template.category ~= "AUTHENTICATION" then return end
  for _, component in ipairs(template.components) do
    if writers[component.type] then writers[component.type](component) end
  end
end

return M
