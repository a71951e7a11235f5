--- A Flow's endpoint: requests answered in a second of CPU, beside the one RSA
-- operation that nobody can leave out (`openssl speed rsa2048`, the same measure).
--
--   tools/in-tree build/5.4 lua5.4 bench/flow.lua [ROUNDS]
--
-- The two take turns; the medians are compared.

local core = require "whatsapp.core"
local envelope = require "whatsapp.flow.envelope"
local whatsapp = require "whatsapp"

local ROUNDS = tonumber(arg[1]) or 5
local DISTINCT, TIMES = 100, 1000
local PAYLOAD = '{"version":"3.0","action":"data_exchange","screen":"DETAILS","flow_token":"order-17",'
  .. '"data":{"name":"Ann Example","day":"2026-05-01","guests":"4","comment":"' .. ("x"):rep(300) .. '"}}'

local days = {}
for i = 1, 20 do days[i] = { id = tostring(i), title = "Day " .. i } end

local pair = assert(whatsapp.flow.keypair())
local endpoint = whatsapp.flow.endpoint {
  private_key = pair.private_key, app_secret = "0123456789abcdef0123456789abcdef",
  on = { DETAILS = function(request) return request:show("DAYS", { name = request.data.name, days = days }) end },
}

local requests = {}
local key = assert(core.public_key(pair.public_key))
for i = 1, DISTINCT do
  local body = envelope.seal(key, PAYLOAD)
  requests[i] = { body, endpoint:sign(body) }
end

local function answered()
  local started = os.clock()
  for i = 1, TIMES do
    local request = requests[i % DISTINCT + 1]
    local status = endpoint:handle(request[1], request[2])
    assert(status == 200, status)
  end
  return TIMES / (os.clock() - started)
end

-- Private operations a second of CPU.
local function bare()
  local pipe = assert(io.popen "openssl speed -seconds 1 rsa2048 2>/dev/null")
  local rate = pipe:read("*a"):match "rsa 2048 bits%s+%S+%s+%S+%s+(%S+)"
  pipe:close()
  return assert(tonumber(rate), "openssl speed says something else")
end

local function median(list)
  table.sort(list)
  return list[math.floor(#list / 2) + 1]
end

local endpoints, operations = {}, {}
answered()
for i = 1, ROUNDS do
  endpoints[i], operations[i] = answered(), bare()
end
local ours, theirs = median(endpoints), median(operations)
print(("endpoint, requests answered   %6.0f/s"):format(ours))
print(("RSA private operation alone   %6.0f/s"):format(theirs))
print(("ratio                         %6.2f"):format(ours / theirs))
