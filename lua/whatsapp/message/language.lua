--- The language of a template, as Meta lists them: en, fil, en_US, zh_CN, ….
-- Source: Meta's "Supported languages".

local function is_code(text)
  return text:find "^%l%l%l?$" ~= nil or text:find "^%l%l%l?_%w+$" ~= nil
end

return { type = "string", required = true, test = is_code, form = "en_US: as Meta lists languages" }
