--- Where components may stand, how many of them, and what a screen must have.
-- Source: Meta's "Components", the limits and restrictions of each.

local filling = require "whatsapp.flow.filling"
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

-- Whether a branch is, or stands in, another; nil is the screen itself.
local function is_within(branch, outer)
  while branch and branch ~= outer do branch = branch.up end
  return branch == outer
end

-- Values of one name would hide each other. Of different branches of when and switch
-- only one may be there.
local function add_input(check, node, at)
  local name, screen = node.name, check.screen
  if type(name) ~= "string" then return end
  if name:find "[.${}`%[%]]" then
    check:report(below(at, "name"), "PATTERN_MISMATCH", "cannot be referred to: no dots, no brackets")
  end
  local known = screen.inputs[name]
  if known and (is_within(check.branch, known.branch) or is_within(known.branch, check.branch)) then
    check:report(below(at, "name"), "DUPLICATE_FORM_COMPONENT_NAMES", ("%s is there twice on the screen"):format(name))
  end
  screen.inputs[name] = { node = node, branch = check.branch }
end

local function check_captions(check, node, at)
  local side = node["left-caption"] ~= nil or node["right-caption"] ~= nil
  if side and node["center-caption"] ~= nil then
    check:report(below(at, "center-caption"), "NOT_KEYWORD_SCHEMA_VALIDATION_FAILED",
      "cannot stand beside left_caption and right_caption")
  elseif side and (node["left-caption"] == nil or node["right-caption"] == nil) then
    local missing = node["left-caption"] == nil and "left-caption" or "right-caption"
    check:report(below(at, missing), "INVALID_DEPENDENCIES", "is missing: left_caption and right_caption go together")
  end
end

local function check_least(check, node, at, least, most)
  local low, high = node[least], node[most]
  if not filling.day_number(low) or not filling.day_number(high) then low, high = tonumber(low), tonumber(high) end
  if low and high and low > high then
    check:report(below(at, least), "MIN_VALUE_GREATER_THAN_MAX", ("must not exceed %s"):format((most:gsub("-", "_"))))
  end
end

local function check_choices(check, node, at)
  local source, seen = node["data-source"], {}
  for i, choice in ipairs(type(source) == "table" and source or {}) do
    local id = type(choice) == "table" and choice.id
    if id and seen[id] then
      check:report(below(below(below(at, "data-source"), i), "id"), "INVALID_PROPERTY_VALUE",
        ("the id %s is there twice"):format(tostring(id)))
    end
    if id then seen[id] = true end
  end
end

local function check_several(check, node, at)
  check_choices(check, node, at)
  check_least(check, node, at, "min-selected-items", "max-selected-items")
end

local function check_dates(check, node, at)
  check_least(check, node, at, "min-date", "max-date")
end

-- What a calendar has for each end of a range, and what for ranges alone.
local ENDS, RANGE_ONLY = { "label", "helper-text", "required", "init-value", "error-message" },
  { "title", "description", "min-days", "max-days" }

local function is_literal(value) return value ~= nil and not (type(value) == "string" and value:find("${", 1, true)) end

local function check_calendar(check, node, at)
  check_dates(check, node, at)
  check_least(check, node, at, "min-days", "max-days")
  if node.mode ~= nil and node.mode ~= "single" and node.mode ~= "range" then return end
  local range = node.mode == "range"
  for _, key in ipairs(ENDS) do
    local value = node[key]
    if is_literal(value) and (type(value) == "table") ~= range then
      check:report(below(at, key), "INVALID_PROPERTY_TYPE", range and "must be a table in mode range"
        or "is a table in mode range only", range and "{ start_date = …, end_date = … }" or nil)
    end
  end
  for _, key in ipairs(RANGE_ONLY) do
    if node[key] ~= nil and not range then
      check:report(below(at, key), "INVALID_PROPERTY_KEY", "is for mode range only")
    end
  end
end

local function check_list_items(check, node, at)
  if type(node["list-items"]) ~= "table" then return end
  local badge
  for i, item in ipairs(node["list-items"]) do
    local place = below(below(at, "list-items"), i)
    if type(item) == "table" and item.badge ~= nil then
      if badge then check:report(below(place, "badge"), "INVALID_PROPERTY_VALUE", "stands on another item, too") end
      badge = true
    end
    if type(item) == "table" and item["end"] ~= nil and node["media-size"] == "large" then
      check:report(below(place, "end"), "INVALID_PROPERTY_VALUE", "cannot stand beside media_size large")
    end
  end
end

local function check_list_clicks(check, node, at)
  if type(node["list-items"]) ~= "table" then return end
  for i, item in ipairs(node["list-items"]) do
    local own = type(item) == "table" and item["on-click-action"] ~= nil
    if own and node["on-click-action"] ~= nil then
      check:report(below(below(below(at, "list-items"), i), "on-click-action"), "NOT_KEYWORD_SCHEMA_VALIDATION_FAILED",
        "cannot stand beside the list's own action")
    elseif not own and node["on-click-action"] == nil then
      return check:report(below(at, "on-click-action"), "MISSING_REQUIRED_TYPE_PROPERTY", "is missing",
        'give the list navigate = "NEXT", or every item its own')
    end
  end
end

local PATTERNED = { text = true, number = true, password = true, passcode = true }

local own = {
  footer = check_captions,
  navigation_list = function(check, node, at)
    check_list_clicks(check, node, at)
    check_list_items(check, node, at)
  end,
  text_input = function(check, node, at)
    if node.pattern ~= nil and node["helper-text"] == nil then
      check:report(below(at, "helper-text"), "INVALID_DEPENDENCIES", "is missing: a pattern needs it")
    end
    if node.pattern ~= nil and not PATTERNED[node["input-type"] or "text"] then
      check:report(below(at, "pattern"), "INVALID_PROPERTY_VALUE", ("cannot stand in a field for %s"):format(
        tostring(node["input-type"])))
    end
    check_least(check, node, at, "min-chars", "max-chars")
  end,
  checkbox_group = check_several, chips_selector = check_several,
  dropdown = check_choices, radio_buttons_group = check_choices,
  date_picker = check_dates, calendar_picker = check_calendar,
  photo_picker = function(check, node, at)
    check_least(check, node, at, "min-uploaded-photos", "max-uploaded-photos")
  end,
  document_picker = function(check, node, at)
    check_least(check, node, at, "min-uploaded-documents", "max-uploaded-documents")
    local types = node["allowed-mime-types"]
    for i, one in ipairs(type(types) == "table" and types or {}) do
      if type(one) == "string" and not one:find "^[%w.+-]+/[%w.+*-]+$" then
        check:report(below(below(at, "allowed-mime-types"), i), "INVALID_PROPERTY_VALUE",
          "is no media type, such as application/pdf")
      end
    end
  end,
}

--- Checks one component, and counts it.
function M.component(check, node, spec, at)
  local screen, kind = check.screen, spec.kind
  screen.total = screen.total + 1
  local counted = screen.counts[kind] or {}
  counted[#counted + 1] = { at = at, node = node, inside = check.inside, depth = check.depth }
  screen.counts[kind] = counted
  check_nesting(check, spec, at)
  if spec.input then
    add_input(check, node, at)
    if not check.in_form then screen.loose = screen.loose or at end
    if not check.in_form and not check:has "4.0" then
      check:report(at, "KEYWORD_ONE_OF", "must stand in a form before version 4.0", "write { form = { name = …, … } }")
    end
  end
  if own[kind] then own[kind](check, node, at) end
end

-- A screen --------------------------------------------------------------------------------

local COMPONENTS = 50

local MOST = { opt_in = 5, embedded_link = 2, image = 3, navigation_list = 2, photo_picker = 1,
               document_picker = 1, image_carousel = 2 }

local function check_counts(check, screen)
  if screen.total > COMPONENTS then
    check:report(screen.at, "MAX_ALLOWED_COMPONENTS_PER_SCREEN",
      ("has %d components, at most %d are allowed"):format(screen.total, COMPONENTS))
  end
  for _, kind in ipairs(schema.sorted_keys(MOST)) do
    local counted = screen.counts[kind] or {}
    if #counted > MOST[kind] then
      check:report(counted[MOST[kind] + 1].at, ("MAX_%s_PER_SCREEN"):format(kind:upper()),
        ("at most %d of them are allowed on a screen"):format(MOST[kind]))
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

local function footers_in(list)
  local n = 0
  for _, node in ipairs(type(list) == "table" and list or {}) do
    if type(node) == "table" and node.type == "Footer" then n = n + 1 end
  end
  return n
end

-- A footer in one branch of when or switch asks for one in the others.
local function check_branches(check, screen)
  for _, found in ipairs(screen.counts.when or {}) do
    local yes, no = footers_in(found.node["then"]), footers_in(found.node["else"])
    if (yes > 0) ~= (no > 0) then
      check:report(below(found.at, no > 0 and "then" or "else"), "MISSING_FOOTER_IN_IF_ELSE_BRANCHES",
        "must have a footer, as the other branch has")
    end
  end
  for _, found in ipairs(screen.counts.switch or {}) do
    local cases, with, without = found.node.cases, false, nil
    for _, key in ipairs(type(cases) == "table" and schema.sorted_keys(cases) or {}) do
      if footers_in(cases[key]) > 0 then with = true else without = without or key end
    end
    if with and without then
      check:report(below(below(found.at, "cases"), without), "MISSING_FOOTER_IN_SWITCH_BRANCHES",
        "must have a footer, as another case has")
    end
  end
end

local function check_footers(check, screen)
  local outside, inside = {}, {}
  for _, footer in ipairs(screen.counts.footer or {}) do
    table.insert(footer.inside and inside or outside, footer)
  end
  local extra = outside[2] or (outside[1] and inside[1])
  if extra then check:report(extra.at, "MORE_THAN_ONE_FOOTER", "a screen has one footer") end
  for _, footer in ipairs(inside) do
    if footer.depth > 1 then check:report(footer.at, "INVALID_PROPERTY_VALUE", "cannot stand in a nested when") end
  end
  check_branches(check, screen)
  if screen.node.terminal == true and not screen.counts.footer then
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

local CAROUSELS = 3

--- Checks what concerns all screens together.
function M.flow(check)
  local carousels, terminal, success = 0, false, false
  for _, screen in ipairs(check.list) do
    terminal = terminal or screen.node.terminal == true
    success = success or (screen.node.terminal == true and screen.node.success ~= false)
    for _, found in ipairs(screen.counts.image_carousel or {}) do
      carousels = carousels + 1
      if carousels == CAROUSELS + 1 then
        check:report(found.at, "INVALID_PROPERTY_VALUE", ("at most %d of them are allowed in a flow"):format(CAROUSELS))
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
