--- `whatsapp completion`: the words of the command, for a shell to complete.

local function run(call, args)
  local parser = call.parser
  io.write(parser["get_" .. args.shell .. "_complete"](parser))
  return true
end

return {
  summary = "a script that completes the words of this command",
  arguments = { { "shell", "bash, zsh or fish", choices = { "bash", "zsh", "fish" } } },
  run = run,
}
