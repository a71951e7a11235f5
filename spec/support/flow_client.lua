--- An independent client of Flows: flow_client.mjs, on Node's crypto.

local cjson = require "cjson"
local http = require "socket.http"
local server = require "spec.support.server"

---@class spec.FlowClient
---@field url string
local Client = {}
Client.__index = Client

local M = {}

function M.start()
  local process = server.start_process("node spec/support/flow_client.mjs")
  local port = tonumber((process.pipe:read "*l"))
  assert(port, "node did not start")
  return setmetatable({ process = process, url = ("http://127.0.0.1:%d"):format(port) }, Client)
end

--- A call: see flow_client.mjs.
---@param name string
---@param input table
---@return table|nil
---@return string? why
function Client:call(name, input)
  local text, status = http.request(self.url .. "/" .. name, cjson.encode(input))
  if status ~= 200 then return nil, tostring(text) end
  return cjson.decode(text)
end

function Client:stop()
  self.process:stop()
end

return M
