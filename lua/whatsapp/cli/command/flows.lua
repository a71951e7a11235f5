--- `whatsapp flows`: the account's Flows, and their screens as files.

local Error = require "whatsapp.error"
local action = require "whatsapp.cli.action"
local endpoints = require "whatsapp.flow.endpoint"
local fetch = require "whatsapp.api.fetch"
local flow_file = require "whatsapp.cli.flow_file"
local output = require "whatsapp.cli.output"

local FIELDS = { "id", "name", "status", "categories", "json_version", "data_api_version", "endpoint_uri" }

-- The id of a flow that was named by it or by its name.
local function id_of(wa, name)
  if name:find "^%d+$" then return name end
  local list, err = wa.flows:all()
  if not list then return nil, err end
  local ended
  for _, flow in ipairs(list) do
    if flow.name == name and flow.status ~= "DEPRECATED" then return flow.id end
    if flow.name == name then ended = flow.id end
  end
  if ended then return ended end
  return nil, Error.new { kind = "not_found", outcome = "rejected", message = ("there is no flow %s"):format(name) }
end

-- An action with one flow: `run(call, flows, id, args)`.
local function with_one(name, summary, run, more)
  local found = { name = name, summary = summary, arguments = { { "flow", "its name or id" } },
    run = function(call, args)
      local wa = call:client()
      local id, err = id_of(wa, args.flow)
      if not id then return nil, err end
      return run(call, wa.flows, id, args)
    end }
  for key, value in pairs(more or {}) do found[key] = value end
  return found
end

local function get(call, flows, id)
  local flow, err = flows:get(id, { fields = table.concat(FIELDS, ",") .. ",validation_errors" })
  if not flow then return nil, err end
  call:show(flow, FIELDS)
  if call.json then return true end
  for _, problem in ipairs(flow.validation_errors or {}) do
    output.line(("%s:%s  %s"):format(problem.line_start, problem.column_start, problem.message))
  end
  return true
end

local function pull(_, flows, id)
  local page, err = flows:assets(id)
  if not page then return nil, err end
  for _, asset in ipairs(page.data) do
    if asset.asset_type == "FLOW_JSON" then
      local text
      text, err = fetch.bytes(flows.client, asset.download_url, "download_url")
      if not text then return nil, err end
      return output.write(text, text:find "\n$" and "" or "\n")
    end
  end
  return nil, Error.new { kind = "not_found", outcome = "rejected", message = "the flow has no Flow JSON yet" }
end

local function preview(call, flows, id, args)
  local found, err = flows:preview(id, { invalidate = args.anew })
  if not found then return nil, err end
  if call.json then return output.print_json(found) end
  return output.line(found.preview_url)
end

-- Says each mistake on a line of its own, where it is about the screens.
local function refuse(file, err)
  local lines = file and file:mistakes(err)
  if not lines then return nil, err end
  io.stderr:write(table.concat(lines, "\n"), "\n")
  return nil, Error.new { kind = err.kind, outcome = err.outcome,
    message = ("%s has %d mistake%s"):format(file.path, #lines, lines[2] and "s" or "") }
end

local function bring(publish)
  return function(call, args)
    if args.file == "-" and not args.name then return Error.invalid("--name", "is missing: there is no file's") end
    local file, err = flow_file.read(args.file)
    if err then return refuse(file, err) end
    local result
    result, err = call:client().flows:deploy(args.name or file.name, file.flow, { publish = publish,
      endpoint_uri = args.endpoint, categories = args.category[1] and args.category or nil })
    if not result then return refuse(file, err) end
    if call.json then return output.print_json(result) end
    return output.line(("%s %s"):format(result.changed and "changed" or "unchanged", result.id))
  end
end

-- The passphrase has no place on a command line.
local function public_key_of(call, file)
  return endpoints.new({ private_key = file, passphrase = call:variable "FLOW_PASSPHRASE", insecure = true,
                         on = function() end }):public_key()
end

local function key(call, args)
  local pem = args.file and public_key_of(call, args.file)
  local encryption = call:client().encryption
  if pem then return encryption:set(pem) end
  local found, err = encryption:get()
  if not found then return nil, err end
  return call:show(found, { "business_public_key_signature_status", "business_public_key" })
end

local FILE = { { "file", "its screens: a .lua file that returns them, or Flow JSON (-: standard input)" } }

local SETTINGS = {
  { "--name", "the flow's name (the file's)", argname = "NAME" },
  { "--endpoint", "the address of its endpoint", argname = "URL" },
  { "--category", "of a new one, e.g. SIGN_UP; again for the next (OTHER)", argname = "CATEGORY", count = "*" },
}

return {
  summary = "Flows, and their screens as files",
  actions = {
    action.list("flows", { "id", "name", "status", "categories" }),
    with_one("get", "shows one", get),
    { name = "push", summary = "makes the draft of a flow what a file says", arguments = FILE, options = SETTINGS,
      run = bring(false) },
    { name = "deploy", summary = "likewise, and publishes it", arguments = FILE, options = SETTINGS,
      run = bring(true) },
    with_one("pull", "prints the Flow JSON of one", pull),
    with_one("publish", "publishes a draft", function(_, flows, id) return flows:publish(id) end),
    with_one("preview", "prints the address of a page that shows it", preview,
      { flags = { { "--anew", "the addresses of before end" } } }),
    { name = "key", summary = "shows the number's public key, or sets that of a private key",
      arguments = { { "file", "the private key, PEM; its passphrase in FLOW_PASSPHRASE", args = "?" } }, run = key },
    with_one("deprecate", "ends a published one", function(_, flows, id) return flows:deprecate(id) end),
    with_one("rm", "deletes a draft", function(_, flows, id) return flows:delete(id) end),
  },
}
