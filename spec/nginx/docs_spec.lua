-- The nginx snippets of the README and of docs/openresty.md, in an nginx.

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local http = require "socket.http"
local load = require "spec.support.load"
local ltn12 = require "ltn12"
local meta = require "spec.support.meta"
local webhook = require "whatsapp.webhook"

local start_service = require("spec.support.service").start

local function blocks(name)
  local file = assert(io.open(name))
  local text, found = file:read "*a", {}
  file:close()
  for block in text:gmatch "\n```nginx\n(.-)\n```" do found[#found + 1] = block end
  return found
end

-- A page's blocks: the first is a whole configuration, the others go into its http,
-- a location into its server.
local function configuration(page)
  local list, inner, outer = blocks(page), {}, {}
  for i = 2, #list do
    local into = list[i]:find "^location" and inner or outer
    into[#into + 1] = list[i]
  end
  local conf, n = list[1]:gsub("  server {\n", function(line) return line .. table.concat(inner, "\n") .. "\n" end)
  assert(n == 1, page .. ": the first snippet has one server")
  return (conf:gsub("}%s*$", function() return table.concat(outer, "\n") .. "\n}\n" end))
end

describe("nginx snippets", function()
  local sandbox, service

  before_each(function() sandbox = assert(require("whatsapp.sandbox").start()) end)

  after_each(function()
    if service then service:stop() end
    sandbox:stop()
  end)

  for _, page in ipairs { "README.md", "docs/openresty.md" } do
    it("run: " .. page, function()
      service = start_service(sandbox, configuration(page))
      local id = service:get "/hello"
      local found
      for _, message in ipairs(sandbox:sent()) do found = found or message.id .. "\n" == id end
      assert.is_true(found, id .. service:log())
    end)
  end

  it("answer a webhook: docs/openresty.md", function()
    service = start_service(sandbox, configuration "docs/openresty.md")
    assert.are.equal("42", service:get "/webhook?hub.mode=subscribe&hub.verify_token=a%20token&hub.challenge=42")
    local body = meta.body({ meta.message { text = "Hi" } }, sandbox.phone_number_id)
    local _, status = http.request { url = service.url .. "/webhook", method = "POST",
      source = ltn12.source.string(body), headers = { ["Content-Length"] = #body,
        ["X-Hub-Signature-256"] = webhook.sign(body, "0123456789abcdef0123456789abcdef") } }
    assert.are.equal(200, status)
    load.eventually("an answer", function()
      local sent = sandbox:sent()
      return #sent == 1 and sent[1].payload.text.body == "You wrote: Hi"
    end)
  end)
end)
