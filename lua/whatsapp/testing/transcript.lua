--- Plays transcripts: text files, each line something that is done or expected.

local blame = require "whatsapp.testing.blame"
local line = require "whatsapp.testing.line"
local stage = require "whatsapp.testing.stage"

local M = {}

local function read(path)
  if type(path) ~= "string" then blame.raise 'plays takes the path of a transcript: ann:plays "order.txt"' end
  local file, why = io.open(path, "rb")
  if not file then blame.raise("the transcript cannot be read: %s", why) end
  local text = file:read "*a"
  file:close()
  return (text:gsub("^\239\187\191", ""))
end

-- The lines of a text, by their numbers.
local function lines_of(text)
  local lines = {}
  for one in (text .. "\n"):gmatch "(.-)\r?\n" do lines[#lines + 1] = one end
  return lines
end

local FORMS = '"> " a customer, "< " the bot, "~ " a status, "+ " seconds, "! " a code, "* " a field, "# " a note'

local function play_line(user, one, verbs)
  local sign, rest, who = line.read(one)
  if not sign then stage.fail(user.test, "no line of a transcript: %s (%s)", one, FORMS) end
  if sign == "#" then return end
  if sign == "=" then return verbs[sign](user, rest, who) end
  return verbs[sign](who and verbs.find(user, who) or user, rest)
end

--- Plays a file.
---@param user whatsapp.TestUser whose lines have no number before them
---@param path string
---@param verbs table<string, fun(user: whatsapp.TestUser, text: string, who?: string)> by sign; `find`:
---   whom a name means
function M.play(user, path, verbs)
  local lines = lines_of(read(path))
  blame.playing(function(at)
    for number, one in ipairs(lines) do
      at(("%s:%d"):format(path, number))
      play_line(user, one, verbs)
    end
    at(path .. ", at its end")
    for _, other in pairs(user.test.users) do other:expects_nothing() end
  end)
end

return M
