--- The judge: a proxy before a sandbox's Graph that holds each answer, and each webhook,
--- against Meta's published OpenAPI description (tools/referee with an upstream).

local referee = require "spec.support.referee"
local server = require "spec.support.server"
local whatsapp = require "whatsapp"

local M = {}

local LIFE_LIMIT = 600 -- seconds after which it ends, should nobody stop it

---@class spec.Judge
---@field url string          Graph, through it
---@field webhook_url string  where a sandbox is to post to
local Judge = {}
Judge.__index = Judge

--- Starts it before a sandbox and waits until it is ready.
---@param start fun(webhook_url: string): whatsapp.Sandbox  starts that sandbox
---@return spec.Judge
function M.start(start)
  local port = server.free_ports({ "port" }).port
  local self = setmetatable({ url = "http://127.0.0.1:" .. port }, Judge)
  self.webhook_url = self.url .. "/webhook"
  self.sandbox = start(self.webhook_url)
  self.process = server.start_process(("env NODE_EXTRA_CA_CERTS=%s timeout %d tools/referee %d %s"):format(
    self.sandbox.ca_file, LIFE_LIMIT, port, self.sandbox.graph_url))
  assert(self.process.pipe:read "*l" == "ready", "the judge did not start")
  return self
end

--- A client of that sandbox, through it.
---@return whatsapp.Client
function Judge:client()
  local options = self.sandbox:options "direct"
  options.base_url, options.rate, options.retries = self.url, false, 0
  return whatsapp.new(options)
end

--- What it has seen: how many `webhooks` of a type or status, and its `complaints`, each
--- with where it was first seen.
---@return { webhooks: table<string, integer>, complaints: table<string, string> }
function Judge:report()
  return referee.report_of(self.url)
end

function Judge:stop()
  self.process:stop()
  self.sandbox:stop()
end

return M
