--- The referee: a server that checks each request against Meta's published
--- OpenAPI description (tools/referee). It answers what the description refuses
--- with 400 and says why in `err.details`, the rest with Meta's example.
---
--- Of several operations with one path the first digit of the id says which is
--- meant: 1 phone number, 2 business account, 3 media, 4 template, 5 flow,
--- 6 group, 7 business, 8 pre-verified number, 9 solution.

local cjson = require "cjson"
local http = require "socket.http"

local server = require "spec.support.server"
local whatsapp = require "whatsapp"

local M = {}

local LIFE_LIMIT = 600 -- seconds after which it ends, should nobody stop it

M.PHONE_NUMBER = "106540352242922"
M.BUSINESS_ACCOUNT = "202290129340398"

---@class spec.Referee
---@field url string a base_url
local Referee = {}
Referee.__index = Referee

--- What tools/referee tells of itself, however it was started.
---@param url string
---@return table
function M.report_of(url)
  local body, status = http.request(url .. "/__report")
  assert(status == 200, "no report: " .. tostring(status))
  return cjson.decode(body)
end

--- Starts it and waits until it is ready.
---@return spec.Referee
function M.start()
  local port = server.free_ports({ "port" }).port
  local process = server.start_process(("timeout %d tools/referee %d"):format(LIFE_LIMIT, port))
  local line = process.pipe:read "*l"
  assert(line and line:find "^ready", "the referee did not start")
  return setmetatable({ process = process, url = "http://127.0.0.1:" .. port }, Referee)
end

--- A client that talks to it, with no pace of its own.
---@param options? table
---@return whatsapp.Client
function Referee:client(options)
  local all = { base_url = self.url, access_token = "x", phone_number_id = M.PHONE_NUMBER,
                business_account_id = M.BUSINESS_ACCOUNT, rate = false, retries = 0 }
  for name, value in pairs(options or {}) do all[name] = value end
  return whatsapp.new(all)
end

--- What it has seen since its start: `hits`, the number of requests by operation, and
--- `violations`, each with method, path, op, errs (a list of reasons) and body.
---@return { hits: table<string, integer>, violations: table[] }
function Referee:report()
  return M.report_of(self.url)
end

function Referee:stop()
  self.process:stop()
end

return M
