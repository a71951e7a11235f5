-- The nginx snippets of the README and of docs/openresty.md, in an nginx.

if not rawget(_G, "jit") then return end -- nginx's Lua is LuaJIT: once is enough

local start_service = require("spec.support.service").start

-- What every nginx has, and what lets any user start one.
local HEAD = [[
include /etc/nginx/modules-enabled/*.conf;
pid whatsapp.pid;
events { worker_connections 64; }
]]
local TEMP = [[
http {
  access_log off;
  client_body_temp_path temp;
  proxy_temp_path temp;
  fastcgi_temp_path temp;
  uwsgi_temp_path temp;
  scgi_temp_path temp;
]]

local function blocks(name)
  local file = assert(io.open(name))
  local text, found = file:read "*a", {}
  file:close()
  for block in text:gmatch "\n```nginx\n(.-)\n```" do found[#found + 1] = block end
  return found
end

-- A page's blocks: the first is a whole configuration, the others go into its http.
local function configuration(page)
  local list = blocks(page)
  local conf, n = table.remove(list, 1):gsub("http {\n", TEMP)
  assert(n == 1, page .. ": the first snippet has an http block")
  return HEAD .. conf:gsub("}%s*$", table.concat(list, "\n"):gsub("%%", "%%%%") .. "\n}\n")
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
end)
