--- `whatsapp completion`: the words of the command, for a shell to complete.

local output = require "whatsapp.cli.output"

local function run(call, args)
  local parser = call.parser
  return output.write(parser["get_" .. args.shell .. "_complete"](parser))
end

return {
  summary = "a script that completes the words of this command",
  arguments = { { "shell", "bash, zsh or fish", choices = { "bash", "zsh", "fish" } } },
  run = run,
}
