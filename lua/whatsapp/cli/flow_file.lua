--- A file with the screens of a flow: Lua that returns them, or Flow JSON; and where in
--- it a mistake is.

local Error = require "whatsapp.error"
local document = require "whatsapp.flow.document"
local input = require "whatsapp.cli.input"
local screens = require "whatsapp.flow.screens"

local M = {}

---@class whatsapp.FlowFile
---@field path string
---@field name string what a flow of it is called: the file's name without its end
---@field flow table Flow JSON, checked
---@field document? table of a JSON file
local File = {}
File.__index = File

-- A line for people: file, line and column where they are known, and what is wrong.
local function say(path, line, field, message)
  return ("%s:%s %s%s"):format(path, line and line .. ":" or "", field and field .. ": " or "", message)
end

-- The place of keys in the file, as far as it has lines of its own.
local function line_of(self, keys)
  if not self.document or not keys then return nil end
  local place = self.document:nearest(keys)
  return ("%d:%d"):format(place.line_start, place.column_start)
end

-- The mistakes that we find, of an error of `screens.build`.
local function ours(self, err)
  local problems = type(err.raw) == "table" and err.raw.problems
  local lines = {}
  for i, problem in ipairs(problems or { err }) do
    local message = problem.hint and problem.message .. "; " .. problem.hint or problem.message
    lines[i] = say(self.path, problem.line or line_of(self, problem.keys), problem.field, message)
  end
  return lines
end

-- A mistake that Meta found in the text that we made of the flow.
local function theirs(self, built, problem)
  local keys = problem.line_start and built:keys_at(problem.line_start, (problem.column_start or 0) + 1)
  return say(self.path, line_of(self, keys), problem.field, problem.message)
end

--- The lines that tell people what is wrong with it, one for each mistake.
---@param err whatsapp.Error of `read`, or of wa.flows
---@return string[]|nil none where the error is about something else
function File:mistakes(err)
  if not self.flow then return ours(self, err) end
  local found = type(err.raw) == "table" and err.raw.validation_errors
  if type(found) ~= "table" or not found[1] then return nil end
  local built, lines = document.read(tostring(self.flow)), {}
  for i, problem in ipairs(found) do lines[i] = theirs(self, built, problem) end
  return lines
end

local function wrong(message, line)
  local _, err = Error.invalid(nil, message)
  err.line = line
  return nil, err
end

local function read_json(self, text)
  local found, why = document.read(text)
  if not found then return wrong(why.why, ("%d:%d"):format(why.line, why.column)) end
  if type(found.value) ~= "table" then return Error.invalid(nil, "must be an object") end
  self.document = found
  return found.value
end

local function read_lua(self, text)
  local load_text = loadstring or load -- luacheck: ignore 113
  local chunk, why = load_text(text, "@" .. self.path)
  local ok, value
  if chunk then ok, value = pcall(chunk) end
  if not ok then
    local said = tostring(why or value)
    local line, message = said:match ":(%d+): (.*)$"
    return wrong(message or said, line)
  end
  if type(value) ~= "table" then return Error.invalid(nil, "must return the screens, a table") end
  return value
end

--- Reads it; Lua by its name's end, else JSON.
---@param path string "-" is JSON from the standard input
---@return whatsapp.FlowFile|nil file without `flow` where it is wrong
---@return whatsapp.Error? err
function M.read(path)
  local text, err = input.read(path)
  if not text then return nil, err end
  local self = setmetatable({ path = path, name = path:match "([^/]*)$":gsub("%.%w+$", "") }, File)
  local value
  value, err = (path:find "%.lua$" and read_lua or read_json)(self, text)
  if value then
    self.flow, err = screens.build(value)
  end
  return self, err
end

return M
