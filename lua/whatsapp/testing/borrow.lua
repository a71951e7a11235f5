--- Has clients work as another one for a while: handlers may have the bot's own client at
--- hand, and nothing of a test is to reach WhatsApp.

local FIELDS = { "config", "session", "driver", "root", "closed", "paths", "pacer" }

local function fields_of(client)
  local fields = {}
  for _, name in ipairs(FIELDS) do fields[name] = rawget(client, name) end
  return fields
end

local function become(client, fields)
  for _, name in ipairs(FIELDS) do rawset(client, name, fields[name]) end
end

--- Calls a function; meanwhile the clients are as the other is.
---@param clients whatsapp.Client[]
---@param other whatsapp.Client
---@param fn fun()
return function(clients, other, fn)
  local before = {}
  for i, client in ipairs(clients) do
    before[i] = fields_of(client)
    become(client, fields_of(other))
  end
  local ok, err = pcall(fn)
  for i, client in ipairs(clients) do become(client, before[i]) end
  if not ok then error(err, 0) end
end
