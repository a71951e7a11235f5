--- A message as one line of a transcript. Pure.

local M = {}

--- What kind of message a payload is: as in `wa:send`, so `buttons`, not interactive.
---@param payload table
---@return string
function M.kind(payload)
  local inner = payload.interactive
  if not inner then return payload.type end
  return inner.type == "button" and "buttons" or inner.type
end

--- The words in a payload.
---@param payload table
---@return string
function M.words(payload)
  local content = payload[payload.type] or {}
  if payload.interactive then return payload.interactive.body and payload.interactive.body.text or "" end
  if payload.type == "reaction" then return content.emoji or "" end
  return content.body or content.caption or content.name or ""
end

--- What can be tapped: ids and titles.
---@param payload table
---@return { id: string, title: string, kind: string, description?: string }[]
function M.choices(payload)
  local found, action = {}, payload.interactive and payload.interactive.action or {}
  for _, button in ipairs(action.buttons or {}) do
    found[#found + 1] = { id = button.reply.id, title = button.reply.title, kind = "button_reply" }
  end
  for _, section in ipairs(action.sections or {}) do
    for _, row in ipairs(section.rows or {}) do
      found[#found + 1] = { id = row.id, title = row.title, description = row.description, kind = "list_reply" }
    end
  end
  return found
end

--- How a payload opens a Flow: an interactive message of type flow, or a template with
--- a button for one. Nil for others.
---@param payload table
---@return { token?: string, asks: boolean, screen?: string, data?: table }|nil
function M.flow(payload)
  if M.kind(payload) == "flow" then
    local given = payload.interactive.action.parameters
    local first = given.flow_action_payload or {}
    return { token = given.flow_token, asks = given.flow_action == "data_exchange", screen = first.screen,
             data = first.data }
  end
  for _, component in ipairs(payload.template and payload.template.components or {}) do
    local parameter = component.sub_type == "flow" and component.parameters and component.parameters[1]
    if parameter then
      local given = parameter.action or {}
      return { token = given.flow_token, asks = false, data = given.flow_action_data }
    end
  end
end

--- One line: the words, before them the kind where it is not plain, behind them what
--- can be tapped in brackets.
---@param payload table
---@return string
function M.of(payload)
  local parts, kind = {}, M.kind(payload)
  if kind ~= "text" and kind ~= "buttons" then parts[1] = ("(%s)"):format(kind) end
  local words = M.words(payload)
  if words ~= "" then parts[#parts + 1] = words:gsub("\n", "\\n") end
  for _, choice in ipairs(M.choices(payload)) do parts[#parts + 1] = ("[%s]"):format(choice.title) end
  return table.concat(parts, " ")
end

return M
