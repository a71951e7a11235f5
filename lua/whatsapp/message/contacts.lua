--- Contact cards. Source: Meta's "Contacts messages"; operation sendMessage.

local Error = require "whatsapp.error"

local some = { type = "string" }

local function rows(fields, short)
  return { type = "list", of = { type = "table", fields = fields, short = short } }
end

-- RFC 5321 without its quoted names.
local function is_email(text)
  local name, host = text:match "^([%w!#$%%&'*+/=?^_`{|}~.-]+)@([%w.-]+)$"
  if not name or ("." .. name .. "."):find("..", 1, true) then return false end
  host = "." .. host .. "."
  return host:find "%w%.%w" ~= nil and not host:find "%.[.-]" and not host:find "%-%."
end

local DAYS = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_date(text)
  local year, month, day = text:match "^(%d%d%d%d)%-(%d%d)%-(%d%d)$"
  year, month, day = tonumber(year), tonumber(month), tonumber(day)
  if not year or not DAYS[month] or day < 1 or day > DAYS[month] then return false end
  local leap = year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
  return leap or month ~= 2 or day < 29
end

local email = { type = "string", required = true, test = is_email, form = "john@example.com" }
local url = { type = "string", required = true, pattern = "^%a[%w+.-]*:[%w%-._~:/?#@!$&'()*+,;=%%%[%]]+$",
              form = "https://example.com" }

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
  emails = rows({ email = email, type = some }, "email"),
  addresses = rows { street = some, city = some, state = some, zip = some, country = some,
                     country_code = some, type = some },
  urls = rows({ url = url, type = some }, "url"),
  org = { type = "table", short = "company",
          fields = { company = some, department = some, title = some } },
  birthday = { type = "string", test = is_date, form = "2012-08-18: year, month, day" },
} }

-- One contact may stand without the list around it.
local function as_list(value)
  if type(value) == "table" and value.name ~= nil and value[1] == nil then return { value } end
  return value
end

return { spec = { type = "list", min = 1, max = 257, of = contact, before = as_list } }
