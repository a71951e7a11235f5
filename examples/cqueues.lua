-- Under cqueues: messages go out while the same thread does something else.
local cqueues = require "cqueues"
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new()
local loop, done = cqueues.new(), false

loop:wrap(function()
  local results = whatsapp.parallel(3, { "Ann", "Bob", "Cy" }, function(name)
    return assert(wa:send { to = to, text = "Hi " .. name })
  end)
  for i = 1, results.n do print("sent", results[i].id) end
  done = true
end)

loop:wrap(function()
  local ticks = 0
  repeat
    cqueues.sleep(0.001)
    ticks = ticks + 1
  until done
  print(ticks .. " ticks meanwhile")
end)

assert(loop:loop())
