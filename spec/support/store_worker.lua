--- An nginx of two workers that keeps stores: what is asked of a store here is done
--- by one of them.

local cjson = require "cjson"
local http = require "socket.http"
local ltn12 = require "ltn12"

local Error = require "whatsapp.error"
local nginx = require "spec.support.nginx"
local server = require "spec.support.server"
local store = require "whatsapp.store"

local M = {}

local CONTENT = [==[
  client_max_body_size 64m;
  client_body_buffer_size 64m;
  lua_shared_dict store 20m;
  lua_shared_dict tiny 256k;
  lua_shared_dict notes 10m;
  init_by_lua_block {
    cjson = require "cjson"
    whatsapp = require "whatsapp"
    in_master = whatsapp.store.sqlite { path = "$directory/master.db", busy_timeout = 30 }
    local opened = {}
    -- The options of each are kept where both workers see them.
    function store_of(id)
      if not opened[id] then
        local made = cjson.decode(ngx.shared.notes:get("options " .. id))
        opened[id] = whatsapp.store[made.kind](made.options)
      end
      return opened[id]
    end
    function plain(value)
      if value == cjson.null then return nil end
      if type(value) == "table" then
        for key, one in pairs(value) do value[key] = plain(one) end
      end
      return value
    end
    function request()
      ngx.req.read_body()
      return plain(cjson.decode(ngx.req.get_body_data()))
    end
    function answer(ok, ...)
      local n, results = select("#", ...), { ... }
      for i = 1, n do
        if results[i] == nil then results[i] = cjson.null end
      end
      ngx.print(cjson.encode { ok = ok, n = n, results = results })
    end
  }
  server {
    listen 127.0.0.1:$port;
    location /open { content_by_lua_block {
      local asked = request()
      ngx.shared.notes:set("options " .. asked.id, cjson.encode(asked))
      local ok, err = pcall(store_of, asked.id)
      answer(ok, not ok and err or nil)
    } }
    location /call { content_by_lua_block {
      local asked = request()
      local one = store_of(asked.id)
      answer(true, one[asked.method](one, unpack(asked.words, 1, asked.n)))
    } }
    location /run { content_by_lua_block {
      local asked = request()
      answer(pcall(assert(loadstring(asked.program)), unpack(asked.words or {})))
    } }
    location /ping { return 200 pong; }
  }
]==]

local Worker = {}
Worker.__index = Worker

-- Asks a worker.
local function ask(self, what, question)
  local text, parts = cjson.encode(question), {}
  local _, status = http.request { url = ("http://127.0.0.1:%d/%s"):format(self.port, what), method = "POST",
    headers = { ["Content-Length"] = #text }, source = ltn12.source.string(text), sink = ltn12.sink.table(parts) }
  assert(status == 200, ("%s: %s %s"):format(what, tostring(status), table.concat(parts)))
  local answer = cjson.decode(table.concat(parts))
  for i = 1, answer.n do
    local result = answer.results[i]
    if result == cjson.null then
      answer.results[i] = nil
    elseif type(result) == "table" and result.kind and result.message then
      answer.results[i] = Error.new(result)
    end
  end
  return answer
end

local METHODS = { "add", "claim", "renew", "confirm", "release", "pending", "advance", "last_seen", "get", "put",
                  "append", "remove", "list", "due", "purge" }

--- A store that the workers keep.
---@param kind string the constructor
---@param options table
function Worker:open(kind, options)
  self.count = self.count + 1
  local id = self.count
  local answer = ask(self, "open", { id = id, kind = kind, options = options })
  if not answer.ok then error(answer.results[1], 0) end
  local backend = { name = kind, id = id }
  for _, method in ipairs(METHODS) do
    backend[method] = function(_, ...)
      local n, words = select("#", ...), { ... }
      for i = 1, n do
        if words[i] == nil then words[i] = cjson.null end
      end
      if n == 0 then words = nil end
      local found = ask(self, "call", { id = id, method = method, words = words, n = n })
      return unpack(found.results, 1, found.n)
    end
  end
  return store.new(backend)
end

--- Runs a program in a worker, and gives what it returns.
---@param program string Lua
---@param words? any[]
function Worker:run(program, words)
  local answer = ask(self, "run", { program = program, words = words })
  assert(answer.ok, tostring(answer.results[1]))
  return unpack(answer.results, 1, answer.n)
end

function Worker:stop()
  self.process:stop()
  server.remove_directory(self.directory)
end

---@return table
function M.start()
  local values = nginx.values { processes = 2 }
  local directory, port = values.directory, values.port
  local self = setmetatable({ directory = directory, port = port, process = nginx.start(values, CONTENT), count = 0 },
    Worker)
  local ok, err = pcall(server.wait_until_ready, port, directory)
  if ok then return self end
  self:stop()
  error(err, 0)
end

return M
