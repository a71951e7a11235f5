--- A screen of Flow JSON as the customer sees it: of If and Switch the branch that is
-- taken, without what is not visible, every reference replaced by its value.
-- Source: Meta's "Components".

local condition = require "whatsapp.flow.condition"
local expression = require "whatsapp.flow.expression"

local M = {}

-- Walking -------------------------------------------------------------------------------

local walk

local function below(key, step) return key == "" and tostring(step) or ("%s.%s"):format(key, step) end

-- Components inside others; `form` is the form around them. Without a context both
-- branches are walked.
local inside = {}

function inside.Form(node, key, state)
  walk(node.children, key, { context = state.context, visit = state.visit, form = node })
end

function inside.If(node, key, state)
  local yes
  if state.context then yes = condition.evaluate(tostring(node.condition), state.context) end
  if yes ~= false then walk(node["then"], below(key, "then"), state) end
  if yes ~= true then walk(node["else"], below(key, "else"), state) end
end

function inside.Switch(node, key, state)
  local cases = type(node.cases) == "table" and node.cases or {}
  if state.context then
    local value = expression.text(expression.resolve(node.value, state.context))
    local case = cases[value] and value or "default"
    return walk(cases[case], below(key, case), state)
  end
  for case, children in pairs(cases) do walk(children, below(key, case), state) end
end

function walk(children, key, state)
  for i, node in ipairs(type(children) == "table" and children or {}) do
    if type(node) == "table" then
      local place, enter = below(key, i), inside[node.type]
      if enter then enter(node, place, state) else state.visit(node, place, state.form) end
    end
  end
end

--- The components of a screen, one after the other; with a context those of the
--- branches that are taken.
---@param screen table of Flow JSON
---@param context table|nil
---@return { node: table, key: string, form: table|nil }[]
function M.components(screen, context)
  local list, layout = {}, type(screen.layout) == "table" and screen.layout or {}
  walk(layout.children, "", { context = context, visit = function(node, key, form)
    list[#list + 1] = { node = node, key = key, form = form }
  end })
  return list
end

-- Values ----------------------------------------------------------------------------------

-- What a form says of the fields in it; each of its values may be dynamic, and all of them.
local function of_form(found, property, context)
  local all = found.form and expression.resolve(found.form[property], context)
  if type(all) == "table" then return all[found.node.name] end
end

--- The value that a field has before anything is filled in.
---@param found { node: table, form: table|nil }
---@param context table
---@return any
function M.initial(found, context)
  local own = expression.resolve(found.node["init-value"], context)
  if own ~= nil then return own end
  return of_form(found, "init-values", context)
end

-- Properties that are looked at when they are needed.
local APART = { ["on-click-action"] = true, ["on-select-action"] = true, ["on-unselect-action"] = true,
                ["init-value"] = true, ["error-message"] = true }

-- Of an action the page need only know that there is one, and a link.
local function action_of(action, context)
  if type(action) == "table" then
    return { name = action.name, url = expression.resolve(action.url, context) }
  end
end

local function shown(found, context)
  local out, node = { key = found.key }, found.node
  for property, value in pairs(node) do
    if not APART[property] then out[property] = expression.resolve(value, context) end
  end
  if out.visible == false then return nil end
  out["on-click-action"] = action_of(node["on-click-action"], context)
  out["error-message"] = expression.resolve(node["error-message"], context)
    or of_form(found, "error-messages", context)
  if type(node.name) == "string" and node.type ~= "NavigationList" then out.value = context.form[node.name] end
  return out
end

--- What the customer sees of a component: its properties under Meta's names without
--- references, `key` (its place), and of a field `value`; nil where it is not visible.
---@type fun(found: { node: table, key: string, form?: table },
---  context: { form: table, data: table, screen: table }): table|nil
M.shown = shown

-- Tapping -------------------------------------------------------------------------------

local function label_of(part)
  local main = part["main-content"]
  return part.label or part.text or (type(main) == "table" and main.title) or nil
end

local function tap_of(part, key, action)
  return { part = part, key = key, label = label_of(part), action = action }
end

--- What can be tapped: components, and the items of lists.
---@param list { node: table, part: table|nil }[] components, `part` as `shown` has it
---@return { part: table, key: string, label: string|nil, action: table|nil }[]
function M.taps(list)
  local found = {}
  for _, one in ipairs(list) do
    local part, action = one.part, one.node["on-click-action"]
    local items = part and type(part["list-items"]) == "table" and part["list-items"]
    for i, item in ipairs(items or {}) do
      if type(item) == "table" then
        found[#found + 1] = tap_of(item, ("%s.%d"):format(part.key, i), item["on-click-action"] or action)
      end
    end
    if part and not items then found[#found + 1] = tap_of(part, part.key, action) end
  end
  return found
end

return M
