--- Programs under the event loops that others own, alike for each: `run(work)`
--- runs it in a coroutine until nothing is left to do and raises what it raised,
--- `spawn(work)` starts another one, `sleep(seconds)` is the loop's own.

local socket = require "socket"

local M = {}

local cqueues, uv = require "cqueues", require "luv"

M.cqueues = {
  run = function(work)
    local controller = cqueues.new()
    controller:wrap(work)
    for err in controller:errors() do error(err, 0) end
  end,
  spawn = function(work) cqueues.running():wrap(work) end,
  sleep = function(seconds) cqueues.sleep(seconds) end,
}

-- luv ends the process at an error.
local failure

local function start(work)
  coroutine.wrap(function()
    local ok, err = pcall(work)
    if not ok then failure = failure or err end
  end)()
end

M.luv = {
  run = function(work)
    failure = nil
    start(work)
    uv.run()
    if failure then error(failure, 0) end
  end,
  spawn = start,
  sleep = function(seconds)
    local co, timer = coroutine.running(), uv.new_timer()
    timer:start(math.ceil(seconds * 1000), 0, function()
      timer:close()
      assert(coroutine.resume(co))
    end)
    coroutine.yield()
  end,
}

-- A server in the same thread -------------------------------------------------------

local function read_request(client, loop)
  local text = ""
  while true do
    local _, err, piece = client:receive(65536)
    text = text .. (piece or "")
    local head, body = text:match "^(.-\r\n)\r\n(.*)$"
    local length = tonumber(head and head:match "Content%-Length: (%d+)" or 0)
    if head and #body >= length then return end
    assert(err ~= "closed", "the client is gone")
    loop.sleep(0.001)
  end
end

--- Serves from a coroutine of the loop itself, so that a client which holds the
--- thread is never answered. Each entry answers one connection: { status, headers,
--- body }, and is called before if it is a function.
---@return string url
function M.serve(loop, answers)
  local listener = assert(socket.bind("127.0.0.1", 0))
  local _, port = listener:getsockname()
  listener:settimeout(0)
  loop.spawn(function()
    for _, answer in ipairs(answers) do
      local client = listener:accept()
      while not client do
        loop.sleep(0.001)
        client = listener:accept()
      end
      client:settimeout(0)
      read_request(client, loop)
      if type(answer) == "function" then answer = answer() end
      local body = answer[3]
      client:send(("HTTP/1.1 %d Here\r\n%sConnection: close\r\nContent-Length: %d\r\n\r\n%s")
        :format(answer[1], answer[2], #body, body))
      client:close()
    end
    listener:close()
  end)
  return ("http://127.0.0.1:%d"):format(math.floor(port))
end

return M
