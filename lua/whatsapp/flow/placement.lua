--- Where components may stand, how many of them, and what a screen must have.
-- Source: Meta's "Components", the limits and restrictions of each.

local components = require "whatsapp.flow.components"
local relations = require "whatsapp.flow.relations"
local schema = require "whatsapp.schema"

local M = {}

local function below(at, key) return { up = at, key = key } end

-- One component ---------------------------------------------------------------------------

local NEST = 3

local function check_nesting(check, spec, at)
  if not check.inside then return end
  if not spec.nested or not check:has(spec.nested) then
    return check:report(at, "INVALID_PROPERTY_VALUE", ("cannot stand in %s"):format(check.inside))
  end
  if check.inside == "switch" and (spec.kind == "when" or spec.kind == "switch") then
    return check:report(at, "INVALID_PROPERTY_VALUE", "cannot stand in switch")
  end
  if spec.kind == "when" and check.depth >= NEST then
    check:report(at, "INVALID_PROPERTY_VALUE", ("at most %d stand in one another"):format(NEST))
  end
end

-- Whether two branches are of one when or switch, so that only one of them is there.
local function excludes(one, other)
  while one do
    local against = other
    while against do
      if one.of == against.of and one ~= against then return true end
      against = against.up
    end
    one = one.up
  end
  return false
end

-- Values of one name would hide each other.
local function add_input(check, node, at)
  local name, inputs = node.name, check.screen.inputs
  if type(name) ~= "string" then return end
  local known = inputs[name]
  while known do
    if not excludes(check.branch, known.branch) then
      check:report(below(at, "name"), "DUPLICATE_FORM_COMPONENT_NAMES",
        ("%s is there twice on the screen"):format(name))
      break
    end
    known = known.before
  end
  inputs[name] = { node = node, branch = check.branch, before = inputs[name] }
end

-- They show nothing of themselves, so they are not counted.
local CONTAINERS = { form = true, when = true, switch = true }

--- Checks one component, and counts it.
function M.component(check, node, spec, at)
  local screen, kind = check.screen, spec.kind
  if not CONTAINERS[kind] then screen.total = screen.total + 1 end
  local counted = screen.counts[kind] or {}
  counted[#counted + 1] = { at = at, node = node, depth = check.depth }
  screen.counts[kind] = counted
  check_nesting(check, spec, at)
  if spec.input then
    add_input(check, node, at)
    if not check.in_form then screen.loose = screen.loose or at end
    if not check.in_form and not check:has "4.0" then
      check:report(at, "KEYWORD_ONE_OF", "must stand in a form before version 4.0", "write { form = { name = …, … } }")
    end
  end
  relations.check(check, node, spec, at)
end

-- A screen --------------------------------------------------------------------------------

local COMPONENTS = 50

local function check_counts(check, screen)
  if screen.total > COMPONENTS then
    check:report(screen.at, "MAX_ALLOWED_COMPONENTS_PER_SCREEN",
      ("has %d components, at most %d are allowed"):format(screen.total, COMPONENTS))
  end
  for _, kind in ipairs(schema.sorted_keys(screen.counts)) do
    local counted, most = screen.counts[kind], components.kinds[kind].most
    if most and #counted > most then
      check:report(counted[most + 1].at, ("MAX_%s_PER_SCREEN"):format(kind:upper()),
        ("at most %d of them are allowed on a screen"):format(most))
    end
  end
  local documents = screen.counts.document_picker
  if screen.counts.photo_picker and documents then
    check:report(documents[1].at, "INVALID_PROPERTY_VALUE", "cannot stand on a screen with a photo_picker")
  end
end

local function check_alone(check, screen)
  local lists, rich = screen.counts.navigation_list, screen.counts.rich_text
  if lists and screen.total > #lists then
    check:report(lists[1].at, "INVALID_PROPERTY_VALUE", "cannot stand beside other components")
  end
  if lists and screen.node.terminal then
    check:report(lists[1].at, "INVALID_PROPERTY_VALUE", "cannot stand on a terminal screen")
  end
  if not rich then return end
  local others = screen.total - #rich - (check:has "6.3" and #(screen.counts.footer or {}) or 0)
  if others > 0 then
    check:report(rich[1].at, "INVALID_RICHTEXT_PLACEMENT", check:has "6.3" and "can stand only beside a footer"
      or "must be alone on its screen", "a body with markdown = true can stand anywhere")
  end
end

local footers_of

local function footers_in(list, at, missing)
  local n = 0
  for i, node in ipairs(type(list) == "table" and list or {}) do
    if type(node) == "table" then n = n + footers_of(node, below(at, i), missing) end
  end
  return n
end

-- Where one branch has a footer, each must have one. What is done when no case fits may
-- be nothing.
local function footers_of_branches(branches, at, missing)
  local most, without = 0, nil
  for _, name in ipairs(schema.sorted_keys(branches)) do
    local list = branches[name]
    local n = footers_in(list, below(at, name), missing)
    most = math.max(most, n)
    if n == 0 and not (name == "default" and type(list) == "table" and #list == 0) then without = without or name end
  end
  if most > 0 and without then missing(below(at, without)) end
  return most
end

-- How many footers of a component can be there at once; `missing` is told of every branch
-- that lacks one.
function footers_of(node, at, missing)
  if node.type == "Footer" then return 1 end
  if node.type == "If" then
    return footers_of_branches({ ["then"] = node["then"], ["else"] = node["else"] or {} }, at, missing)
  elseif node.type == "Switch" then
    return footers_of_branches(type(node.cases) == "table" and node.cases or {}, below(at, "cases"), missing)
  end
  return footers_in(node.children, below(at, "children"), missing)
end

local function check_footers(check, screen)
  local footers = screen.counts.footer or {}
  for _, footer in ipairs(footers) do
    if footer.depth > 1 then check:report(footer.at, "INVALID_PROPERTY_VALUE", "cannot stand in a nested when") end
  end
  local layout = screen.node.layout
  local n = footers_in(type(layout) == "table" and layout.children, below(below(screen.at, "layout"), "children"),
    function(at)
      local case = at.up.key == "cases"
      check:report(at, case and "MISSING_FOOTER_IN_SWITCH_BRANCHES" or "MISSING_FOOTER_IN_IF_ELSE_BRANCHES",
        ("must have a footer, as %s has"):format(case and "another case" or "the other branch"))
    end)
  if n > 1 and footers[2] then check:report(footers[#footers].at, "MORE_THAN_ONE_FOOTER", "a screen has one footer") end
  if screen.node.terminal == true and not footers[1] then
    check:report(screen.at, "MISSING_FOOTER_ON_TERMINAL_SCREEN", "has no footer: a terminal screen needs one",
      'add { footer = { label = "Done", complete = {} } }')
  end
end

local function check_sensitive(check, screen)
  local names = screen.node.sensitive
  for i, name in ipairs(type(names) == "table" and names or {}) do
    if not screen.inputs[name] then
      check:report(below(below(screen.at, "sensitive"), i), "INVALID_PROPERTY_VALUE",
        ("no field of the screen is called %s"):format(tostring(name)))
    end
  end
end

local function check_own(check, screen)
  local node, at = screen.node, screen.at
  if screen.loose and screen.counts.form then
    check:report(screen.loose, "COMPONENTS_OUTSIDE_FORM", "must stand in the form, since the screen has one")
  end
  if node.success ~= nil and node.terminal ~= true then
    check:report(below(at, "success"), "NOT_KEYWORD_SCHEMA_VALIDATION_FAILED", "is for terminal screens")
  end
  if node.refresh_on_back == true and check.flow.data_api_version == nil then
    check:report(below(at, "refresh_on_back"), "INVALID_PROPERTY_VALUE", "asks the endpoint, but the flow has none",
      'give the flow data_api_version = "3.0"')
  end
end

--- Checks a screen whose components are known.
function M.screen(check, screen)
  check_own(check, screen)
  check_counts(check, screen)
  check_alone(check, screen)
  check_footers(check, screen)
  check_sensitive(check, screen)
end

-- The flow ----------------------------------------------------------------------------------

--- Checks what concerns all screens together.
function M.flow(check)
  local counts, terminal, success = {}, false, false
  for _, screen in ipairs(check.list) do
    terminal = terminal or screen.node.terminal == true
    success = success or (screen.node.terminal == true and screen.node.success ~= false)
    for kind, counted in pairs(screen.counts) do
      local before, most = counts[kind] or 0, components.kinds[kind].most_in_flow
      counts[kind] = before + #counted
      if most and before <= most and counts[kind] > most then
        check:report(counted[most - before + 1].at, "INVALID_PROPERTY_VALUE",
          ("at most %d of them are allowed in a flow"):format(most))
      end
    end
  end
  if not terminal then
    check:report(below(nil, "screens"), "MISSING_TERMINAL_SCREEN", "none of them is terminal",
      "write terminal = true on the screen where the flow ends")
  elseif not success then
    check:report(below(nil, "screens"), "INVALID_PROPERTY_VALUE", "none of them ends with success")
  end
end

return M
