-- Under luv: messages go out while the same thread does something else.
local uv = require "luv"
local whatsapp = require "whatsapp"

local to = os.getenv "WHATSAPP_TO" or "+1 (555) 123-4567"
local wa = whatsapp.new { loop = "luv" }
local ticks, timer = 0, uv.new_timer()

timer:start(1, 1, function() ticks = ticks + 1 end)

-- A call waits in a coroutine.
coroutine.wrap(function()
  local results = whatsapp.parallel(3, { "Ann", "Bob", "Cy" }, function(name)
    return assert(wa:send { to = to, text = "Hi " .. name })
  end, { loop = "luv" })
  for i = 1, results.n do print("sent", results[i].id) end
  print(ticks .. " ticks meanwhile")
  timer:close()
end)()

uv.run()
