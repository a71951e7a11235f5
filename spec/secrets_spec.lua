-- No key, token or proxy password shows anywhere: every failure is made with
-- recognisable ones, and everything a caller or a log can see is searched.

local sandbox = require "whatsapp.sandbox"
local server = require "spec.support.server"
local whatsapp = require "whatsapp"

local PROXY_PASSWORD = "pRoxyPaSsWord0987654321"
local MESSAGE = { to = "+15551234567", text = "Hello" }

local box, faults
local secrets = {}

-- Everything that was shown, with where it came from.
local shown = {}

local function show(where, value, seen)
  seen = seen or {}
  if type(value) == "table" and not seen[value] then
    seen[value] = true
    for key, item in pairs(value) do
      show(where .. "." .. tostring(key), key, seen)
      show(where .. "." .. tostring(key), item, seen)
    end
    show(where .. ":metatable", getmetatable(value), seen)
  end
  shown[#shown + 1] = { where = where, text = tostring(value) }
end

local function assert_nothing_shown()
  assert.is_true(#shown > 0)
  for _, item in ipairs(shown) do
    for _, secret in ipairs(secrets) do
      assert.is_nil(item.text:find(secret, 1, true), item.where)
    end
  end
end

-- A client that shows its hooks' events; all it returns is shown, too.
local function client(name, options)
  options.phone_number_id = options.phone_number_id or "106540352242922"
  options.retries, options.rate = 0, false
  options.on_request = function(event) show(name .. " event", event) end
  local wa = whatsapp.new(options)
  show(name .. " client", wa)
  return wa
end

local function credential(secret, mode)
  return mode == "direct" and { access_token = secret } or { api_key = secret }
end

local function with(options, more)
  for key, value in pairs(more) do options[key] = value end
  return options
end

local calls = {
  send = function(wa) return wa:send(MESSAGE) end,
  invalid = function(wa) return wa:send { to = "nobody", text = "x" } end,
  mark_read = function(wa) return wa:mark_read "wamid.HBgL" end,
  upload = function(wa) return wa.media:upload { data = "x", type = "image/png" } end,
  media = function(wa) return wa.media:get "12345" end,
  download = function(wa) return wa.media:download("12345", "/nonexistent/file") end,
  path = function(wa) return wa:request("GET", "../x") end,
  header = function(wa) return wa:request("GET", "x", { headers = { Authorization = "x" } }) end,
  request = function(wa) return wa:request("GET", "{business_account_id}/x") end,
  options = function(wa) return wa:send(MESSAGE, { timeout = "x" }) end,
  with = function(wa) return wa:with { base_url = "https://example.com" } end,
}

local function make_all(name, wa)
  for call, make in pairs(calls) do
    local value, err = make(wa)
    show(name .. " " .. call, value)
    show(name .. " " .. call .. " error", err)
    if value == nil then show(name .. " joined", "x " .. err .. " y") end
  end
  wa:close()
  show(name .. " closed", wa)
  local _, err = wa:send(MESSAGE)
  show(name .. " after close", err)
end

setup(function()
  box, faults = assert(sandbox.start()), server.start_fault_server()
  secrets = { box.api_key, box.access_token, PROXY_PASSWORD }
end)

teardown(function()
  box:stop()
  faults:stop()
end)

before_each(function() shown = {} end)

describe("a secret", function()
  for _, mode in ipairs { "gateway", "direct" } do
    it("does not show when things go well, nor in what the server keeps, " .. mode, function()
      local name = "sandbox " .. mode
      make_all(name, client(name, box:options(mode)))
      for i, request in ipairs(box:requests()) do show("journal " .. i, request) end
      show("sandbox", tostring(box))
      for _, log in ipairs { "error.log", "access.log", "logs/error.log", "logs/access.log" } do
        local file = io.open(box.prefix .. "/" .. log)
        if file then
          show(log, file:read "*a")
          file:close()
        end
      end
      assert_nothing_shown()
    end)

    local worlds = { "drop-after-read", "reset-after-read", "truncate", "garbage", "html", "html-200",
      "empty-200", "status/400/131047", "status/401", "status/401/190", "status/500", "redirect/302/a.b/" }
    it("does not show when the world is bad, " .. mode, function()
      for _, fault in ipairs(worlds) do
        local secret = mode == "direct" and box.access_token or box.api_key
        make_all(fault, client(fault, with(credential(secret, mode),
          { base_url = faults.url .. "/" .. fault })))
      end
      local slow = client("stall", with(credential(box.api_key, mode),
        { base_url = faults.url .. "/stall", timeout = 0.05 }))
      show("stall", { slow:send(MESSAGE) })
      assert_nothing_shown()
    end)

    -- Graph quotes a token that it finds malformed.
    it("does not show when an answer quotes it, " .. mode, function()
      local secret = mode == "direct" and box.access_token or box.api_key
      for _, answer in ipairs {
        '{"error":{"message":"Malformed access token %s","code":190,"error_data":{"details":"%s"}}}',
        '{"error":{"message":"bad","code":100,"fbtrace_id":"%s"},"also":["%s"]}',
      } do
        local body = answer:gsub("%%s", (secret:gsub("%%", "%%%%")))
        local fault = "json/" .. body:gsub(".", function(c) return ("%%%02X"):format(c:byte()) end)
        local wa = client("quoted", with(credential(secret, mode), { base_url = faults.url .. "/" .. fault }))
        local value, err = wa:send(MESSAGE)
        assert.is_nil(value)
        show("quoted", { err, tostring(err) })
        assert.is_truthy(tostring(err.raw and err.raw.error.message .. err.raw.error.code):find "%d")
        wa:close()
      end
      shown[#shown + 1] = { where = "this spec", text = "" }
      for i = #shown, 1, -1 do                     -- the path is the fault's name: it holds the quote
        if shown[i].where:find "%.path$" then table.remove(shown, i) end
      end
      assert_nothing_shown()
    end)
  end

  it("does not show when it is wrong, and neither does a proxy's password", function()
    local proxy = ("http://user:%s@127.0.0.1:%d"):format(PROXY_PASSWORD,
      server.free_ports({ "nobody" }).nobody)
    make_all("proxy", client("proxy", { api_key = box.api_key, proxy = proxy, timeout = 1,
      base_url = "https://gateway.invalid/whatsapp-business" }))
    for _, options in ipairs {
      { api_key = box.api_key, access_token = box.access_token },
      { api_key = box.api_key .. "\n" }, { api_key = box.api_key .. "\0" },
      { api_key = { box.api_key } }, { box.api_key },
      { api_key = box.api_key, connection = box.access_token .. " x" },
      { api_key = box.api_key, base_url = "https://user:" .. PROXY_PASSWORD .. "@example.com" },
      { api_key = box.api_key, proxy = "no proxy: " .. PROXY_PASSWORD },
    } do
      local ok, value = pcall(whatsapp.new, options)
      if ok then
        show("made", tostring(value))
        local _, err = value:send(MESSAGE, { timeout = 1 })
        show("send", err)
      else
        assert.are.equal("config", value.kind)
        show("new", value)
      end
    end
    assert_nothing_shown()
  end)
end)
