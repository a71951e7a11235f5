--- `whatsapp templates`: the account's templates, and their definitions as files.

local Error = require "whatsapp.error"
local action = require "whatsapp.cli.action"
local definition = require "whatsapp.message.definition"
local input = require "whatsapp.cli.input"
local json = require "whatsapp.json"
local output = require "whatsapp.cli.output"

local FIELDS = { "id", "name", "language", "category", "status", "rejected_reason", "parameter_format",
                 "components" }

-- What a definition has and an answer of Graph has too.
local DEFINED = { "name", "language", "category", "parameter_format", "components" }

-- Those of a name: Graph's own filter finds parts of names too.
local function named(wa, name, language)
  local list, err = wa.templates:all { name = name }
  if not list then return nil, err end
  local found = {}
  for _, template in ipairs(list) do
    if template.name == name and (not language or template.language == language) then
      found[#found + 1] = template
    end
  end
  return found
end

local function none(name, language)
  return nil, Error.new { kind = "not_found", outcome = "rejected",
    message = ("there is no template %s%s"):format(name, language and " in " .. language or "") }
end

-- The one of a name.
local function one(wa, name, language)
  local list, err = named(wa, name, language)
  if not list then return nil, err end
  if not list[1] then return none(name, language) end
  if not list[2] then return list[1] end
  local languages = {}
  for i, template in ipairs(list) do languages[i] = template.language end
  return Error.invalid("--language", ("%s is there in several"):format(name),
    "name one of " .. table.concat(languages, ", "))
end

local function get(call, args)
  local wa = call:client()
  local template, err
  if args.name:find "^%d+$" then
    template, err = wa.templates:get(args.name, { fields = table.concat(FIELDS, ",") })
  else
    template, err = one(wa, args.name, args.language)
  end
  if not template then return nil, err end
  return call:show(template, FIELDS)
end

local function pull(call, args)
  local template, err = one(call:client(), args.name, args.language)
  if not template then return nil, err end
  local defined = {}
  for _, name in ipairs(DEFINED) do defined[name] = template[name] end
  return call.json and output.print_json(defined) or output.print_tree(defined)
end

-- The definition in a file, as it is written and in Graph's form.
local function read(path)
  local written, err = input.read_json(path)
  if not written then return nil, err end
  local compiled
  compiled, err = definition.compile(written)
  if not compiled then return nil, err end
  return written, compiled
end

-- A line for each part. Examples are for the reviewer, and come back as links.
local function lines_of(template)
  local lines = {}
  for _, component in ipairs(template.components or {}) do
    local part = {}
    for name, value in pairs(component) do
      if name ~= "example" then part[name] = value end
    end
    lines[#lines + 1] = assert(json.encode(part))
  end
  lines[#lines + 1] = "category " .. tostring(template.category)
  return lines
end

local function without(lines, others, mark)
  local there, rest = {}, {}
  for _, line in ipairs(others) do there[line] = true end
  for _, line in ipairs(lines) do
    if not there[line] then rest[#rest + 1] = mark .. line end
  end
  return rest
end

-- What Graph has and the file has not, and the other way round.
local function differences(there, here)
  local ours, theirs = lines_of(here), lines_of(there)
  local found = without(theirs, ours, "-")
  for _, line in ipairs(without(ours, theirs, "+")) do found[#found + 1] = line end
  return found
end

local function diff(call, args)
  local here, compiled = read(args.file)
  if not here then return nil, compiled end
  local there, err = one(call:client(), compiled.name, compiled.language)
  if not there then return nil, err end
  local found = differences(there, compiled)
  if call.json then
    output.print_json(json.array(found))
  elseif found[1] then
    output.line(table.concat(found, "\n"))
  end
  return found[1] and 1 or true
end

local function update(wa, there, here)
  local changes = {}
  for name, value in pairs(here) do changes[name] = value end
  changes.name, changes.language = nil, nil
  if changes.category == there.category then changes.category = nil end
  local ok, err = wa.templates:update(there.id, changes)
  return ok and there.id, err
end

local function push(call, args)
  local here, compiled = read(args.file)
  if not here then return nil, compiled end
  local wa = call:client()
  local list, err = named(wa, compiled.name, compiled.language)
  if not list then return nil, err end
  local did, id = "unchanged", list[1] and list[1].id
  if not id then
    local made
    made, err = wa.templates:create(here)
    did, id = "created", made and made.id
  elseif differences(list[1], compiled)[1] then
    did = "updated"
    id, err = update(wa, list[1], here)
  end
  if not id then return nil, err end
  if call.json then return output.print_json { id = id, result = did } end
  return output.line(did .. " " .. id)
end

local LANGUAGE = { { "--language", "of those of that name", argname = "CODE" } }
local FILE = { { "file", "its definition as JSON, as for wa.templates:create (-: standard input)" } }

return {
  summary = "message templates, and their definitions as files",
  actions = {
    action.list("templates", { "id", "name", "language", "category", "status" }, {
      options = { { "--status", "only those, e.g. APPROVED", argname = "STATUS" } },
      query = function(args) return { status = args.status } end,
    }),
    { name = "get", summary = "shows one", arguments = { { "name", "its name or id" } }, options = LANGUAGE,
      run = get },
    { name = "push", summary = "creates or changes the one that a file defines", arguments = FILE, run = push },
    { name = "pull", summary = "prints the definition of one", arguments = { { "name", "its name" } },
      options = LANGUAGE, run = pull },
    { name = "diff", summary = "what a file has otherwise than Graph; 1 when there is something", arguments = FILE,
      run = diff },
    action.remove("templates", "name", "its name; in all its languages"),
  },
}
