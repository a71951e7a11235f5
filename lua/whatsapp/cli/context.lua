--- What a command is given beside its arguments: a client and its way to print.

local Error = require "whatsapp.error"
local client = require "whatsapp.client"
local config = require "whatsapp.config"
local json = require "whatsapp.json"
local output = require "whatsapp.cli.output"
local variables = require "whatsapp.cli.variables"

---@class whatsapp.Call
---@field json boolean whether scripts read what is printed
---@field parser table of argparse
local Call = {}
Call.__index = Call

local M = {}

---@param args table of the command line
---@param parser table
---@return whatsapp.Call
function M.new(args, parser)
  return setmetatable({ json = args.json == true, env_file = args.env_file, parser = parser }, Call)
end

-- What the file of --env-file says; empty without one.
local function of_file(self)
  if not self.variables then
    self.variables = self.env_file and Error.must(variables.read(self.env_file)) or {}
  end
  return self.variables
end

--- A variable: of the file, else of the environment.
---@param name string
---@return string|nil
function Call:variable(name)
  local value = of_file(self)[name] or os.getenv(name)
  return value ~= "" and value or nil
end

--- A client by the file and the environment; raises an error object.
---@param more? table further options
---@return whatsapp.Client
function Call:client(more)
  local file = of_file(self)
  local options = config.from(function(name) return file[name] end)
  for name, value in pairs(more or {}) do options[name] = value end
  return client.new(options)
end

-- Output -----------------------------------------------------------------------

--- Prints one thing: the named fields, one on each line.
---@param thing table
---@param names string[]
---@return true
function Call:show(thing, names)
  if self.json then return output.print_json(thing) end
  return output.write(output.fields(thing, names))
end

--- Prints things as a table with a column for each name.
---@param list table[]
---@param names string[]
---@return true
function Call:show_list(list, names)
  if self.json then return output.print_json(json.array(list)) end
  return output.write(output.columns(list, names))
end

return M
