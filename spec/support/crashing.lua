--- A conversation of ten steps whose process dies at some write of its journal, and
--- what must have become of it in the end.

local files = require "spec.support.files"
local json = require "whatsapp.json"

local M = {}

--- What the customer writes.
M.says = { "go", "Ann", "M" }

--- A program's text: `ten(write_down)` makes the conversation, which notes its steps;
--- `die_at(store, log, which)` has the process die: `which(lane)` counts a lane's writes
--- and says "before" or "after" for the one at which it does.
M.source = [[
  local function append_line(path, text)
    local file = assert(io.open(path, "a"))
    assert(file:write(text, "\n"))
    file:close()
  end

  local function die_at(store, log, which)
    local function dying(method)
      local original = store.backend[method]
      store.backend[method] = function(self, name, text, ...)
        local lane = name:match "^conversation/(.*)$"
        local when = lane and which(lane)
        if not when then return original(self, name, text, ...) end
        append_line(log, ("%s write %s"):format(lane:match "[^/]*$", (text:gsub("\n", "|"))))
        if when == "after" then original(self, name, text, ...) end
        os.execute "kill -KILL $PPID"
      end
    end
    dying "put"
    dying "append"
  end

  local function ten(log)
    return whatsapp.conversation("ten", function(chat)
      local function step(name)
        return chat:step(name, function()
          append_line(log, ("%s step %s"):format(chat.to, name))
          return name
        end)
      end
      local name = chat:ask("1 name?", { pattern = "^%a+$" })
      step "a"
      chat:say("2 hello " .. name)
      step "b"
      local size = chat:choose("3 size?", { "S", "M" })
      chat:say("4 " .. size)
      chat:sleep(30)
      step(chat:random(5) > 0 and "c" or "d")
      chat:say(("5 bye %s %s"):format(name, size))
      step "end"
    end)
  end
]]

-- The texts, and by the number of the command that sends it which one it is.
local TEXTS = { "1 name?", "2 hello Ann", "3 size?", "4 M", "5 bye Ann M" }
local SENDS = { [1] = 1, [4] = 2, [6] = 3, [8] = 4, [12] = 5 }

M.TEXTS = TEXTS

local function heard_by(sandbox, customer)
  local texts = {}
  for _, message in ipairs(sandbox:sent()) do
    local payload = message.payload
    if payload.to == customer then
      texts[#texts + 1] = payload.text and payload.text.body or payload.interactive.body.text
    end
  end
  return texts
end

-- How often each step was run, and what was written when the process died.
local function noted_of(log, customer)
  local steps, write = {}, nil
  for line in files.read(log):gmatch "[^\n]+" do
    local who, what, rest = line:match "^(%d+) (%l+) (.*)$"
    if who == customer and what == "step" then steps[rest] = (steps[rest] or 0) + 1 end
    if who == customer and what == "write" then write = rest end
  end
  return steps, write
end

-- The number of the command that was begun by the write behind which the process died.
local function begun_by(write, when)
  local last = when == "after" and json.decode((write or ""):match "([^|]*)|$" or "") or {}
  return last.mark and last.due == false and last.n
end

--- What a customer heard and what was run, beside what should have been.
---@param sandbox whatsapp.Sandbox
---@param log string
---@param customer string
---@param when "before"|"after"
---@return { expected: string[], heard: string[], lost: boolean, steps: table, again: integer, where: string }
function M.outcome(sandbox, log, customer, when)
  local steps, write = noted_of(log, customer)
  local lost, expected, again = SENDS[begun_by(write, when) or 0], {}, -4
  for i, text in ipairs(TEXTS) do
    -- The default for what may have been sent, and was not: it is skipped.
    if i ~= lost then expected[#expected + 1] = text end
  end
  for _, name in ipairs { "a", "b", "c", "end" } do again = again + (steps[name] or -100) end
  return { expected = expected, heard = heard_by(sandbox, customer), lost = lost ~= nil, steps = steps,
           again = again, where = ("%s, %s: %s"):format(customer, when, tostring(write)) }
end

return M
