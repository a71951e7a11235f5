--- `whatsapp call`: any call of the Graph API.

local Error = require "whatsapp.error"
local input = require "whatsapp.cli.input"
local output = require "whatsapp.cli.output"

local function query_of(list)
  local query = {}
  for _, pair in ipairs(list or {}) do
    local name, value = pair:match "^([^=]+)=(.*)$"
    if not name then return Error.invalid("--query", "must be NAME=VALUE") end
    query[name] = value
  end
  return query
end

-- The JSON itself, or where it is: @file, or - for the standard input.
local function body_of(given)
  if not given then return nil end
  local path = given == "-" and given or given:match "^@(.+)$"
  if path then return input.read_json(path) end
  return input.decode(given, "body")
end

local function run(call, args)
  local query, err = query_of(args.query)
  if not query then return nil, err end
  local json
  json, err = body_of(args.body)
  if err then return nil, err end
  local body
  body, err = call:client():request(args.method:upper(), args.path, { query = query, json = json })
  if not body then return nil, err end
  if call.json then return output.print_json(body) end
  return output.print_tree(body)
end

return {
  summary = "any call of the Graph API; version and ids are filled in",
  arguments = {
    { "method", "GET, POST, PUT, PATCH or DELETE" },
    { "path", "for instance {phone_number_id}/settings" },
    { "body", "JSON, @file, or - for the standard input", args = "?" },
  },
  options = {
    { "--query", "a parameter; again for the next", argname = "NAME=VALUE", count = "*" },
  },
  run = run,
}
