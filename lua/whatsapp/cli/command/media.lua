--- `whatsapp media`: files on Meta's side.

local action = require "whatsapp.cli.action"
local output = require "whatsapp.cli.output"
local progress = require "whatsapp.cli.progress"
local words = require "whatsapp.cli.words"

local FIELDS = { "id", "mime_type", "file_size", "sha256", "url" }

local CALLED = { type = "--type" }

local function upload(call, args)
  local options, finish = progress.options()
  local media, err = words.renamed(CALLED,
    call:client().media:upload({ file = args.file, type = args.type }, options))
  finish()
  if not media then return nil, err end
  if call.json then return output.print_json(media) end
  return output.line(media.id)
end

local function download(call, args)
  local options, finish = progress.options()
  local info, err = call:client().media:download(args.id, args.file, options)
  finish()
  if not info then return nil, err end
  if call.json then output.print_json(info) end
  return true
end

return {
  summary = "files on Meta's side",
  actions = {
    { name = "upload", summary = "uploads a file and prints its id", arguments = { { "file", "its name" } },
      options = { { "--type", "its content type, where its name does not say it", argname = "TYPE" } }, run = upload },
    action.get("media", FIELDS),
    { name = "download", summary = "downloads one, checked by its SHA-256", run = download,
      arguments = { { "id", "its id" }, { "file", "where it goes" } } },
    action.remove("media", "id", "its id"),
  },
}
