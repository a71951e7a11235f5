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

local FORMS = '"> " a customer, "< " the bot, "~ " a status, "+ " seconds, "! " a code, "# " a note'

local function play_line(user, one, verbs)
  local test = user.test
  local sign, rest, who = line.read(one)
  if not sign then stage.fail(test, "no line of a transcript: %s (%s)", one, FORMS) end
  if sign == "#" then return end
  return verbs[sign](who and test.user(who) or user, rest)
end

--- Plays a file.
---@param user whatsapp.TestUser whose lines have no number before them
---@param path string
---@param verbs table<string, fun(user: whatsapp.TestUser, text: string)> by sign
function M.play(user, path, verbs)
  local test, lines = user.test, lines_of(read(path))
  local ok, err = pcall(function()
    for number, one in ipairs(lines) do
      test.playing = ("%s:%d: "):format(path, number)
      play_line(user, one, verbs)
    end
    test.playing = path .. ", at its end: "
    for _, other in pairs(test.users) do other:expects_nothing() end
  end)
  test.playing = nil
  if not ok then error(err, 0) end
end

return M
