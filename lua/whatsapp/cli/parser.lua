--- The commands as data → the parser of the command line.
--
-- A command is a module of `cli/command/`: `summary`, `arguments`, `options`, `flags` and
-- `run(call, args)`, which returns true or an exit status, or nil and an error; or
-- `actions`, a list of such with a `name` each. An argument or option is
-- { name, description, … }, the rest being properties of argparse.

local version = require "whatsapp.version"

local M = {}

-- In the order of the help.
local NAMES = { "sandbox", "send", "doctor", "connections", "templates", "media", "flows", "phone", "profile",
                "call", "listen", "trigger", "explain", "completion" }

local GLOBAL = {
  options = { { "--env-file", "read MATON_… and WHATSAPP_… variables from a file that only you can read (0600)",
                argname = "FILE" } },
  flags = { { "--json", "print JSON, for scripts" } },
}

local EPILOG = "Exit status: 0 done, 1 failed, 2 wrong usage, 3 rejected by the server, 4 outcome unknown."

local function print_version()
  print("whatsapp " .. version)
  os.exit(0, true)
end

local function add(parser, method, list)
  for _, item in ipairs(list or {}) do
    local properties = { name = item[1], description = item[2] }
    for name, value in pairs(item) do
      if type(name) == "string" then properties[name] = value end
    end
    parser[method](parser, properties)
  end
end

local function describe(parser, command)
  add(parser, "argument", command.arguments)
  add(parser, "option", command.options)
  add(parser, "flag", command.flags)
end

local function command_of(name)
  return require("whatsapp.cli.command." .. name)
end

-- The commands that there are, where one is missing, or like none.
local function choices(parser, message)
  if not message:find "^a command is" and not message:find "^unknown command '.*'$" then return "" end
  local names = {}
  for i, command in ipairs(parser._commands) do names[i] = command._name end
  return ("one of: %s\n"):format(table.concat(names, ", "))
end

-- argparse would end the process here; its message is ours to print.
local function refuse(parser, message)
  local usage = parser:get_usage()
  error({ usage = ("%s\n\nwhatsapp: %s\n%s%s--help tells more\n"):format(usage, message, choices(parser, message),
    usage:match "^Usage: ([%w ]+)" or "") }, 0)
end

--- Makes the parser; nil where argparse is missing.
---@return table|nil
function M.new()
  local ok, argparse = pcall(require, "argparse")
  if not ok then return nil end
  local root = argparse("whatsapp", "WhatsApp Business from the command line.", EPILOG)
  root:command_target "command"
  describe(root, GLOBAL)
  root:flag { name = "--version", description = "print the version", action = print_version }
  for _, name in ipairs(NAMES) do
    local command = command_of(name)
    local parser = root:command(name, command.summary)
    describe(parser, command)
    if command.actions then parser:command_target "action" end
    for _, action in ipairs(command.actions or {}) do
      local inner = parser:command(action.name, action.summary)
      inner._aliases = { action.name } -- argparse adds list-reply to list_reply, and completes both
      describe(inner, action)
    end
  end
  root.error = refuse
  return root
end

local function action_of(command, name)
  for _, action in ipairs(command.actions) do
    if action.name == name then return action end
  end
end

-- -h is the only short one; argparse would find it in a text such as -hello, too.
local function check_words(words)
  for i, word in ipairs(words) do
    if word == "--" then return true end
    if word:find "^%-%d" and i > 1 and words[i - 1]:find "^%-%-%l[%l-]*$" then
      return nil, ("whatsapp: a value that begins with - is written %s=%s\n"):format(words[i - 1], word)
    elseif word:find "^%-[^%-]" and word ~= "-h" then
      return nil, ("whatsapp: unknown option '%s'\nWhat only looks like one goes behind --: "
        .. "whatsapp send -- +15551234567 %s\n"):format(word, word)
    end
  end
  return true
end

-- `help templates` is `templates --help`.
local function with_help(words)
  if words[1] ~= "help" then return words end
  local turned = {}
  for i = 2, #words do turned[i - 1] = words[i] end
  turned[#words] = "--help"
  return turned
end

--- Reads the words.
---@param root table of `new`
---@param words string[]
---@return table|nil command with `run`
---@return table|string args or the usage and what is wrong
function M.parse(root, words)
  words = with_help(words)
  local sound, why = check_words(words)
  if not sound then return nil, why end
  local ok, args = pcall(root.parse, root, words)
  if not ok then
    if type(args) == "table" and args.usage then return nil, args.usage end
    error(args, 0)
  end
  local command = command_of(args.command)
  return command.actions and action_of(command, args.action) or command, args
end

return M
