--- `whatsapp profile`: what customers see of the business.

local words = require "whatsapp.cli.words"

local FIELDS = { "about", "address", "description", "email", "vertical", "websites", "profile_picture_url" }

local SETTABLE = { "about", "address", "description", "email", "vertical" }

local CALLED = { profile_picture = "--picture", websites = "--website" }
for _, name in ipairs(SETTABLE) do CALLED[name] = "--" .. name end

local function get(call)
  local profile, err = call:client().profile:get()
  if not profile then return nil, err end
  return call:show(profile, FIELDS)
end

local function set(call, args)
  local changes = { profile_picture = args.picture, websites = args.website[1] and args.website or nil }
  for _, name in ipairs(SETTABLE) do changes[name] = args[name] end
  return words.renamed(CALLED, call:client().profile:update(changes))
end

local options = {
  { "--website", "at most two; again for the second", argname = "URL", count = "*" },
  { "--picture", "a JPEG or PNG", argname = "FILE" },
}
for _, name in ipairs(SETTABLE) do
  options[#options + 1] = { "--" .. name, 'its new text; "" takes it away', argname = "TEXT" }
end

return {
  summary = "what customers see of the business",
  actions = {
    { name = "get", summary = "shows it", run = get },
    { name = "set", summary = "changes what is given", options = options, run = set },
  },
}
