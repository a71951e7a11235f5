--- `whatsapp completion`: the words of the command, for a shell to complete.

local output = require "whatsapp.cli.output"

local function action(shell, where)
  return { name = shell, summary = where, run = function(call)
    return output.write(call.parser["get_" .. shell .. "_complete"](call.parser))
  end }
end

return {
  summary = "a script that completes the words of this command",
  actions = {
    action("bash", "goes to ~/.local/share/bash-completion/completions/whatsapp"),
    action("zsh", "goes to a folder of $fpath, as _whatsapp"),
    action("fish", "goes to ~/.config/fish/completions/whatsapp.fish"),
  },
}
