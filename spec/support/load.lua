--- Many HTTP requests at once, from one thread.

local socket = require "socket"

local M = {}

local LIMIT = 60      -- seconds for all of them
local SLICE = 0.02

---@class spec.Request
---@field status? integer   once it was answered
---@field body? string
---@field ended boolean
local Request = {}
Request.__index = Request

local function start(port, text)
  local connection = assert(socket.connect("127.0.0.1", port))
  assert(connection:send(text))
  connection:settimeout(0)
  return setmetatable({ connection = connection, text = "", ended = false }, Request)
end

--- Sends a request; its answer is read by `finish`.
---@param port integer
---@param path string
---@return spec.Request
function M.start(port, path)
  return start(port, ("GET %s HTTP/1.0\r\n\r\n"):format(path))
end

--- The same for a body.
---@param port integer
---@param path string
---@param body string
---@param header string a line
---@return spec.Request
function M.start_post(port, path, body, header)
  return start(port, ("POST %s HTTP/1.0\r\n%s\r\nContent-Length: %d\r\n\r\n%s"):format(path, header, #body, body))
end

--- `count` requests; `%d` in the path is the number of each.
---@return spec.Request[]
function M.start_many(count, port, path)
  local requests = {}
  for i = 1, count do requests[i] = M.start(port, (path:gsub("%%d", i))) end
  return requests
end

--- Leaves before the answer.
function Request:abort()
  self.connection:close()
  self.ended = true
end

local function read(self)
  local data, err, rest = self.connection:receive(8192)
  self.text = self.text .. (data or rest or "")
  if data or err == "timeout" then return end
  self:abort()
  self.status = tonumber(self.text:match "^HTTP/1%.%d (%d+)")
  self.body = self.text:match "\r\n\r\n(.*)$"
end

local function pending(requests)
  local connections, owners = {}, {}
  for _, request in ipairs(requests) do
    if not request.ended then
      connections[#connections + 1] = request.connection
      owners[request.connection] = request
    end
  end
  return connections, owners
end

--- Reads for a moment.
---@return integer left how many have no answer yet
function M.step(requests)
  local connections, owners = pending(requests)
  for _, connection in ipairs((socket.select(connections, nil, SLICE))) do
    read(owners[connection])
  end
  return #(pending(requests))
end

--- Reads all answers.
---@param requests spec.Request[]
---@param meanwhile? fun()   called while some have no answer
---@return spec.Request[] requests
function M.finish(requests, meanwhile)
  local give_up = socket.gettime() + LIMIT
  while M.step(requests) > 0 do
    assert(socket.gettime() < give_up, "requests without an answer")
    if meanwhile then meanwhile() end
  end
  return requests
end

--- One request: its body; it must succeed.
---@return string body
function M.get(port, path)
  local request = M.finish({ M.start(port, path) })[1]
  assert(request.status == 200, ("GET %s: %s"):format(path, request.text))
  return request.body
end

--- Waits until something holds.
---@param what string
---@param check fun(): any
function M.eventually(what, check)
  local give_up = socket.gettime() + LIMIT
  while not check() do
    assert(socket.gettime() < give_up, "did not come about: " .. what)
    socket.sleep(SLICE)
  end
end

return M
