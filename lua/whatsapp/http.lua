--- A bot, or a Flow's endpoint, behind a web server in plain Lua: lua-http's, under cqueues.
--- `assert(require("whatsapp.http").serve(bot, { port = 8080 }))`

local Error = require "whatsapp.error"
local core = require "whatsapp.core"
local schema = require "whatsapp.schema"
local webhook = require "whatsapp.webhook"

local M = {}

-- Seconds that a request may take to come in: Meta's are there at once.
local PATIENCE = 20

-- Debian keeps modules that are for every Lua only where 5.1 looks.
local EVERY = ";/usr/share/lua/5.1/?.lua;/usr/share/lua/5.1/?/init.lua"

-- A module of lua-http or what it stands on; Debian's, too.
local function load(name)
  local ok, module = pcall(require, name)
  if not ok and not package.path:find(EVERY, 1, true) then
    package.path = package.path .. EVERY
    ok, module = pcall(require, name)
  end
  if ok then return module end
  return Error.config(nil, "this needs lua-http", "luarocks install http (Debian: apt install lua-http)")
end

---@class whatsapp.http.Server
---@field port integer where it listens
---@field cq table the cqueues controller that it runs in: `server.cq:wrap(fn)` adds a coroutine
local Server = { __name = "whatsapp.http.Server" }
Server.__index = Server

-- Requests -----------------------------------------------------------------------------

local PLAIN = { ["Content-Type"] = "text/plain; charset=utf-8" }

-- Whether a length is one: lua-http takes some for numbers at which it never arrives.
local function is_length(text)
  return #text < 10 and text:find "^%d+$" ~= nil
end

-- lua-http has a chunk whole in memory before it gives any of it, however large.
local function read_chunk(connection, timeout)
  local line, why, code = connection.socket:xread("*L", timeout)
  if not line then return nil, why, code end
  if tonumber(line:match "^%x+" or "0", 16) > webhook.BODY_MAX then return nil, "the chunk is too large" end
  local ok, failed = connection.socket:unget(line)
  if not ok then return nil, "cannot be read", failed end
  return getmetatable(connection).__index.read_body_chunk(connection, timeout)
end

-- The headers, and the body: at most as much of it as is refused; nil when it did not
-- come whole.
local function read(stream)
  local head = stream:get_headers(PATIENCE)
  if not head or not is_length(head:get "content-length" or "0") then return nil end
  stream.connection.read_body_chunk = read_chunk
  local body, why = stream:get_body_chars(webhook.BODY_MAX, PATIENCE)
  if why then return nil end
  body = body or ""
  if stream.state == "open" and #body < webhook.BODY_MAX then return nil end
  return head, body
end

-- What is left of a request lua-http would look for again and again, and serve nobody
-- meanwhile, or raise and end the server: it is not read, and the connection ends.
local function read_no_more(stream)
  if stream.state ~= "open" then return end
  stream.close_when_done = true
  stream:set_state "half closed (remote)"
end

-- What is to be answered: status, headers, text.
local function answer_of(self, head, body)
  local path, query = (head:get ":path" or ""):match "^([^?]*)%??(.*)$"
  local answer = self.routes[path] or self.routes[true]
  if not answer then return 404, PLAIN, "there is nothing here" end
  local given = {}
  for name, value in head:each() do given[name] = value end
  return answer(head:get ":method", query, given, body)
end

local function respond(self, stream, head, body)
  local status, headers, text = answer_of(self, head, body)
  local sent = self.new_headers()
  sent:append(":status", ("%d"):format(status))
  for name, value in pairs(headers) do sent:append(name:lower(), value) end
  if stream:write_headers(sent, false, PATIENCE) then stream:write_chunk(text, true, PATIENCE) end
end

-- Answers one request. Who hangs up, or speaks no HTTP, is nobody's error, also where
-- lua-http raises.
local function take(self, stream)
  local ok, head, body = self.pcall(read, stream)
  read_no_more(stream)
  if not ok or not head then return end
  self.answering = self.answering + 1
  local answered, why = self.pcall(respond, self, stream, head, body)
  self.answering = self.answering - 1
  if not answered then error(why, 0) end
end

-- Of a connection there is nothing to tell; what a handler raises is a bug.
local function complain(_, _, operation, why)
  if operation == "onstream" then io.stderr:write("whatsapp.http: ", tostring(why), "\n") end
end

-- What it serves -----------------------------------------------------------------------

-- Adds a function that answers requests; without a path all that no other one has.
local function add(self, path, answer)
  self.routes[path or true] = answer
  return self
end

--- Gives Meta's requests to a bot: its handlers run after the answer, in coroutines of the
--- server's controller, which also calls `bot:tick()` in time.
---@param bot whatsapp.Bot
---@param path? string the path it has; without one all that nothing else has
---@return whatsapp.http.Server self
function Server:add(bot, path)
  Error.must_have(bot, "handle", "bot", "a bot of whatsapp.bot")
  self.bots[#self.bots + 1] = bot
  bot.later = bot.later or function() self.cq:wrap(function() bot:work() end) end
  self.cq:wrap(function()
    while true do self.sleep(bot:tick()) end
  end)
  return add(self, path, function(...) return bot:handle(...) end)
end

--- Gives requests to a Flow's endpoint; its handlers run before the answer.
---@param endpoint whatsapp.flow.Endpoint
---@param path string the path it has
---@return whatsapp.http.Server self
function Server:add_flow(endpoint, path)
  Error.must_have(endpoint, "handle", "endpoint", "an endpoint of whatsapp.flow.endpoint")
  return add(self, path, function(method, _, given, body)
    return endpoint:handle(method == "POST" and body or nil, given["x-hub-signature-256"])
  end)
end

--- Gives requests to a function of method, query string, headers (in lower case) and body,
--- which returns status, headers and text.
---@param answer fun(method: string, query: string, headers: table<string, string>, body: string):
---   (integer, table<string, string>, string)
---@param path? string the path it has; without one all that nothing else has
---@return whatsapp.http.Server self
function Server:add_function(answer, path)
  if type(answer) ~= "function" then Error.refuse("answer", "must be a function, not " .. type(answer)) end
  return add(self, path, answer)
end

--- Has `loop` return as soon as what the bots have begun has ended. Until then what
--- comes is stored, and nothing begun; it is handled after the next start.
function Server:stop()
  self.stopping = true
  for _, bot in ipairs(self.bots) do bot:stop() end
end

local function has_stopped(self)
  if not self.stopping then return false end
  local active = self.answering
  for _, bot in ipairs(self.bots) do active = active + bot:stop() end
  return active == 0
end

local LOOK = 0.5 -- seconds between two looks whether it is to end

--- Serves until it is told to stop: by `stop`, or by SIGTERM, as service managers do (a
--- second one ends the process at once). Ctrl-C raises.
---@return true|nil
---@return whatsapp.Error? err of kind `io`: something raised
function Server:loop()
  repeat
    if core.terminated() then self:stop() end
    local ok, err = self:step(LOOK)
    if not ok then return nil, err end
  until has_stopped(self)
  self:close()
  return true
end

--- Serves for a while: for programs that do something else in between.
---@param seconds number at most; less when something came
---@return true|nil
---@return whatsapp.Error? err of kind `io`
function Server:step(seconds)
  local ok, why = self.http:step(seconds)
  if ok then return true end
  return nil, Error.new { kind = "io", message = "the server has ended: " .. tostring(why) }
end

--- Takes no more requests.
function Server:close()
  self.http:close()
end

-- Making one ---------------------------------------------------------------------------

local OPTIONS = { host = { type = "string" }, port = { type = "number", min = 0, max = 65535, whole = true } }

--- A server that listens, and serves once it is told to: `server:add(bot, "/webhook")`,
--- `server:loop()`. It speaks plain HTTP: something in front of it speaks https with Meta.
---@param options? { host?: string, port?: integer } 127.0.0.1 and 8080; port 0 is a free one
---@return whatsapp.http.Server|nil
---@return whatsapp.Error? err of kind `config` (without lua-http), `invalid` or `io`
function M.listen(options)
  local checked, err = schema.check(options or {}, { type = "table", fields = OPTIONS }, "options")
  if not checked then return nil, err end
  local servers
  servers, err = load "http.server"
  if not servers then return nil, err end
  local self = setmetatable({ routes = {}, bots = {}, answering = 0, new_headers = load("http.headers").new,
    sleep = load("cqueues").sleep, pcall = load("http.util").yieldable_pcall }, Server)
  -- Its HTTP/2 raises at what strangers may send.
  local http, why = servers.listen { host = checked.host or "127.0.0.1", port = checked.port or 8080,
    version = 1.1, tls = false, onstream = function(_, stream) take(self, stream) end, onerror = complain }
  local ok
  if http then ok, why = http:listen() end
  if not ok then
    return nil, Error.new { kind = "io", message = ("cannot listen on port %d: %s"):format(checked.port or 8080,
      tostring(why)), hint = "is another program there? give another port" }
  end
  self.http, self.cq, self.port = http, http.cq, select(3, http:localname())
  return self
end

--- Serves a bot, whatever the path: see `Server:loop`.
---@param bot whatsapp.Bot
---@param options? { host?: string, port?: integer } 127.0.0.1 and 8080
---@return true|nil
---@return whatsapp.Error? err when it cannot listen, or something raised
function M.serve(bot, options)
  local server, err = M.listen(options)
  if not server then return nil, err end
  return server:add(bot):loop()
end

return M
