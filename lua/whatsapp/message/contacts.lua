--- Contact cards. Source: Meta's "Contacts messages"; operation sendMessage.

local Error = require "whatsapp.error"

local some = { type = "string" }
local needed = { type = "string", required = true }

local function rows(fields, short)
  return { type = "list", of = { type = "table", fields = fields, short = short } }
end

-- Graph wants the formatted name and one part of it at least.
local function complete_name(name, path)
  if not name.formatted_name then
    return Error.invalid((path and path .. "." or "") .. "formatted_name", "is missing")
  end
  for _, part in ipairs { "first_name", "last_name", "middle_name", "prefix", "suffix" } do
    if name[part] then return name end
  end
  name.first_name = name.formatted_name
  return name
end

local contact = { type = "table", fields = {
  name = { type = "table", required = true, short = "formatted_name", check = complete_name,
    fields = { formatted_name = some, first_name = some, last_name = some, middle_name = some,
               prefix = some, suffix = some } },
  phones = rows({ phone = { type = "string", number = true, required = true }, type = some,
                  wa_id = { type = "string", number = true } }, "phone"),
  emails = rows({ email = needed, type = some }, "email"),
  addresses = rows { street = some, city = some, state = some, zip = some, country = some,
                     country_code = some, type = some },
  urls = rows({ url = needed, type = some }, "url"),
  org = { type = "table", short = "company",
          fields = { company = some, department = some, title = some } },
  birthday = { type = "string", pattern = "^%d%d%d%d%-%d%d%-%d%d$", form = "YYYY-MM-DD" },
} }

-- One contact may stand without the list around it.
local function as_list(value)
  if type(value) == "table" and value.name ~= nil and value[1] == nil then return { value } end
  return value
end

return { spec = { type = "list", min = 1, max = 5, of = contact, before = as_list } }
