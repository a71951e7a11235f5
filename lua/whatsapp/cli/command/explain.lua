--- `whatsapp explain`: what an error code means.

local Error = require "whatsapp.error"
local words = require "whatsapp.cli.words"

local function run(call, args)
  local entry, err = Error.explain(args.code)
  if not entry then return nil, err end
  words.translate(entry)
  return call:show(entry, { "code", "kind", "title", "meaning", "hint", "retry", "after", "outcome", "url" })
end

return {
  summary = "what an error code of Graph means, and what to do",
  arguments = { { "code", "for instance 131047" } },
  run = run,
}
