--- The client under measurement.
--
--   send.lua once    URL CA_FILE                    one send
--   send.lua many    URL CA_FILE COUNT [IN_FLIGHT]  prints the seconds of COUNT sends
--   send.lua growth  URL CA_FILE COUNT [IN_FLIGHT]  prints KB after a fifth of them, and all
--   send.lua upload  URL CA_FILE FILE
--
-- A hundred sends go ahead of the clock.

local whatsapp = require "whatsapp"

local mode, url, ca_file, count, in_flight = arg[1], arg[2], arg[3], arg[4], arg[5]
local WARM_UP = 100

local wa = whatsapp.new {
  access_token = "x", base_url = url, ca_file = ca_file,
  phone_number_id = "106540352242922", rate = false, retries = 0,
}

local function send()
  local sent, err = wa:send { to = "15551234567", text = "Hello from the bench" }
  if not sent then error(tostring(err)) end
end

local function send_many(n, at_once)
  if at_once == 1 then
    for _ = 1, n do send() end
    return
  end
  local i = 0
  local _, errors = whatsapp.parallel(at_once, function()
    i = i + 1
    return i <= n and i or nil
  end, send)
  local _, err = next(errors)
  if err then error(tostring(err)) end
end

local function resident()
  collectgarbage()
  collectgarbage()
  for line in io.lines "/proc/self/status" do
    local size = line:match "^VmRSS:%s*(%d+)"
    if size then return tonumber(size) end
  end
end

local modes = {}

modes.once = send

function modes.many()
  local socket = require "socket"
  local n, at_once = tonumber(count), tonumber(in_flight or 1)
  send_many(WARM_UP, at_once)
  local start = socket.gettime()
  send_many(n, at_once)
  print(("%.6f"):format(socket.gettime() - start))
end

function modes.growth()
  local n, at_once = tonumber(count), tonumber(in_flight or 1)
  send_many(math.floor(n / 5), at_once)
  local early = resident()
  send_many(n - math.floor(n / 5), at_once)
  print(("%d %d"):format(early, resident()))
end

function modes.upload()
  local media, err = wa.media:upload(count)
  if not media then error(tostring(err)) end
end

modes[mode]()
