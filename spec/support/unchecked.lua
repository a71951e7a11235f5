--- The compile step of messages without its checks: what a wrong message would be
--- on the wire, had it not been refused. A second copy of `whatsapp.message` whose
--- schema refuses nothing: { message, definition }.

local schema = require "whatsapp.schema"

local lenient = setmetatable({}, { __index = schema })

-- Short forms and numbers become what they stand for, as in a good message.
local function normal(value, spec, path)
  if spec.before then value = spec.before(value, path) or value end
  if spec.short and type(value) ~= "table" then value = { [spec.short] = value } end
  if type(value) == "number" and (spec.number or spec.type == "id") then
    value = schema.number_text(value) or value
  end
  return value
end

local function checked(value, spec, path)
  if not spec.check then return value end
  local ok, result = pcall(spec.check, value, path)
  return ok and result or value
end

function lenient.fields(value, spec, path)
  local out, children = {}, spec.children and {}
  for key, item in pairs(value) do
    local field = (spec.fields or {})[key]
    if children and type(key) == "number" then
      children[key] = item
    else
      out[key] = field and lenient.check(item, field, schema.join(path, key)) or item
    end
  end
  if children then out.children = lenient.check(children, spec.children, path) end
  return checked(out, spec, path)
end

function lenient.check(value, spec, path)
  value = normal(value, spec, path)
  if type(value) ~= "table" then return value end
  if spec.type == "list" then
    local out = {}
    for key, item in pairs(value) do out[key] = lenient.check(item, spec.of, path) end
    return out
  end
  return (spec.fields or spec.children) and lenient.fields(value, spec, path) or value
end

local function is_ours(name)
  return name == "whatsapp.schema" or name:find "^whatsapp%.message%f[%z.]"
end

-- Takes our modules out of `package.loaded`; returns them.
local function take_out()
  local modules = {}
  for name, module in pairs(package.loaded) do
    if is_ours(name) then modules[name] = module end
  end
  for name in pairs(modules) do package.loaded[name] = nil end
  return modules
end

local function load_copy()
  local before = take_out()
  package.loaded["whatsapp.schema"] = lenient
  local copy = { message = require "whatsapp.message", definition = require "whatsapp.message.definition" }
  local kinds = require "whatsapp.message.kinds"
  for name in pairs(kinds.names) do kinds.get(name) end -- now, not when they are asked for
  take_out()
  for name, module in pairs(before) do package.loaded[name] = module end
  return copy
end

return load_copy()
