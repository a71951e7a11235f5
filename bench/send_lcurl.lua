--- The same sends with Lua-cURL, one after the other, a hundred ahead of the clock.
--
--   send_lcurl.lua URL CA_FILE HEADERS_FILE BODY_FILE COUNT

local curl = require "cURL"
local socket = require "socket"

local url, ca_file, headers_file, body_file, count = arg[1], arg[2], arg[3], arg[4], arg[5]

local headers = {}
for line in io.lines(headers_file) do headers[#headers + 1] = line end
local file = assert(io.open(body_file, "rb"))
local body = file:read("*a")
file:close()

local answer = {}
local easy = curl.easy {
  url = url, cainfo = ca_file, httpheader = headers, postfields = body,
  writefunction = function(data) answer[#answer + 1] = data return #data end,
}

local function send()
  answer = {}
  easy:perform()
  assert(table.concat(answer):find("wamid", 1, true))
end

for _ = 1, 100 do send() end
local start = socket.gettime()
for _ = 1, tonumber(count) do send() end
print(("%.6f"):format(socket.gettime() - start))
