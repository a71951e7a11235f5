--- The sandbox's server, inside nginx's worker.
---
--- A request passes these steps: read whole → what is due is done → which service it is
--- for → who asks → the route's handler → the journal → the answer. A handler returns a response
--- (`answer.lua`) or raises one with `answer.refuse`.

local json = require "whatsapp.json"
local identity = require "whatsapp.sandbox.identity"
local journal = require "whatsapp.sandbox.journal"
local agenda = require "whatsapp.sandbox.server.agenda"
local answer = require "whatsapp.sandbox.server.answer"
local crypto = require "whatsapp.sandbox.server.crypto"
local exchanges = require "whatsapp.sandbox.server.exchanges"
local phone = require "whatsapp.sandbox.server.phone"
local request = require "whatsapp.sandbox.server.request"
local services = require "whatsapp.sandbox.server.services"
local state = require "whatsapp.sandbox.server.state"
local storage = require "whatsapp.sandbox.server.storage"
local watchdog = require "whatsapp.sandbox.server.watchdog"
local webhooks = require "whatsapp.sandbox.server.webhooks"

local M = {}

local record

identity.random = crypto.random -- names are made up at every message

--- Reads the settings; called once, before the worker exists, so that whatever is
--- wrong keeps nginx from starting.
---@param prefix string
function M.load(prefix)
  local file = assert(io.open(prefix .. "sandbox.json", "rb"))
  local settings = assert(json.decode(file:read("*a")))
  file:close()
  settings.prefix = prefix:gsub("/$", "")
  state.open(settings)
end

local function start()
  watchdog.keep_private()
  record = journal.writer(state.settings.prefix)
  webhooks.open(record)
  storage.open()
  watchdog.start(state.settings, storage.save)
  storage.resume()
end

local function write_ready(word)
  local file = assert(io.open(state.settings.prefix .. "/ready", "wb"))
  file:write(word)
  file:close()
end

--- Called when the worker starts; the file `ready` tells whether it did. One that cannot
--- start takes nginx with it.
function M.start()
  local ok, why = pcall(start)
  if not ok then
    ngx.log(ngx.ERR, why)
    watchdog.end_sandbox()
  end
  write_ready(ok and "yes" or "no")
end

-- What went wrong in a handler: a response it raised, or a fault of our own,
-- which must show in the log and in the answer.
local function to_response(raised)
  if type(raised) == "table" then return raised end
  ngx.log(ngx.ERR, raised)
  return answer.failure { code = 131000, details = "the sandbox itself failed: see its error.log" }
end

local function trace(raised)
  return type(raised) == "table" and raised or debug.traceback(raised)
end

--- Answers the current request.
---@param port "main"|"control"
function M.serve(port)
  local req = request.read()
  agenda.run()
  local ok, response = xpcall(function() return answer.render(services.handle(port, req)) end, trace)
  if not ok then response = answer.render(to_response(response)) end
  if req.service ~= "orders" then
    local entry = request.describe(req, response)
    record(entry)
    exchanges.add(entry, response.bytes)
  end
  storage.save(req.method ~= "GET" and not response.message)
  answer.send(response)
end

--- Answers a request to the phone's page.
function M.phone()
  local req = request.read()
  agenda.run()
  local response = answer.render(phone.handle(req))
  storage.save(req.method ~= "GET")
  answer.send(response)
end

--- Answers a request that nginx itself refused, as Graph would: with JSON. Its body was
--- not read.
function M.refuse()
  local status = ngx.status
  record { time = state.now(), service = "nginx", method = (ngx.var.request or ""):match "^%u+",
           path = (ngx.var.request_uri or ""):match "^[^?]*", status = status }
  answer.send(answer.render(answer.failure { code = 100, status = status,
    details = ("the request was refused with HTTP %d before it was read"):format(status) }))
end

return M
