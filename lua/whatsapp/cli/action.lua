--- The actions that resources have in common, made of data: `ls`, `get`, `rm`.

local M = {}

--- `ls`: all there are, as a table.
---@param resource string
---@param names string[] the columns
---@param more? table { summary, options, query = function(args) }
---@return table action
function M.list(resource, names, more)
  more = more or {}
  return { name = "ls", summary = more.summary or "lists them", options = more.options, run = function(call, args)
    local list, err = call:client()[resource]:all(more.query and more.query(args))
    if not list then return nil, err end
    return call:show_list(list, names)
  end }
end

--- `get`: one of them, by id.
---@param resource string
---@param names string[] the fields that are shown to people
---@param more? table { summary, optional, query }
---@return table action
function M.get(resource, names, more)
  more = more or {}
  return { name = "get", summary = more.summary or "shows one",
    arguments = { { "id", more.about or "its id", args = more.optional and "?" or 1 } },
    run = function(call, args)
      local thing, err = call:client()[resource]:get(args.id, more.query)
      if not thing then return nil, err end
      return call:show(thing, names)
    end }
end

--- `rm`: deletes one.
---@param resource string
---@param argument string what it is called on the command line
---@param about string
---@return table action
function M.remove(resource, argument, about)
  return { name = "rm", summary = "deletes one", arguments = { { argument, about } }, run = function(call, args)
    return call:client()[resource]:delete(args[argument])
  end }
end

return M
