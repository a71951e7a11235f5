-- A sandbox for the browser's specs: an order a line comes in, an answer a line goes out, both
-- JSON: ["send", {…}] and {"value": …} or {"error": "…"}. It ends with its input.

local json = require "whatsapp.json"
local sandbox = require "whatsapp.sandbox"
local server = require "spec.support.server"
local scene = require "spec.browser.scene"
local whatsapp = require "whatsapp"

local box, wa

local function start(options)
  options.gateway_rate = false
  if options.review_seconds == nil then options.review_seconds = 0 end
  box = assert(sandbox.start(options))
  local given = box:options "direct"
  given.rate, given.retries = false, 0
  wa = whatsapp.new(given)
  return { phone_url = box.phone_url, env = box:env "direct" }
end

local orders = {
  start = start,
  restart = function(options)
    options.phone_port = tonumber(box.phone_url:match ":(%d+)/")
    box:stop()
    return start(options)
  end,
  make_directory = server.make_directory,
  remove_directory = function(given) return server.remove_directory(given.path) or true end,
  send = function(message) return assert(wa:send(message)).id end,
  request = function(given) return assert(wa:request("POST", given.path, { json = given.body })) end,
  send_many = function(given)
    for i = 1, given.n do
      if i % 3 == 0 then
        assert(box:receive { from = given.to, text = ("Message %d"):format(i) })
      else
        assert(wa:send { to = given.to, text = ("Message %d%s"):format(i, i % 7 == 0 and "\nof\nfour\nlines" or "") })
      end
    end
    return given.n
  end,
  receive = function(message) return assert(box:receive(message)) end,
  set_status = function(given) return assert(box:set_status(given.id, given.status, given.code)) end,
  typing = function(given) return assert(wa:mark_read(given.id, { typing = true })) and true end,
  sent = function() return assert(box:sent()) end,
  deliveries = function() return assert(box:deliveries()) end,
  scene = function() return scene.all(wa, box) end,
  flow = function(given)
    local made = assert(wa.flows:create { name = given.name, categories = { "OTHER" } })
    assert(#assert(wa.flows:upload(made.id, { data = given.text })).validation_errors == 0)
    assert(wa.flows:publish(made.id))
    return assert(wa:send { to = given.to, flow = { body = "A form", button = "Open it", id = made.id, token = "t",
      screen = given.screen, data = given.data } }).id
  end,
  decrypt = function(given)
    local path = os.tmpname()
    assert(whatsapp.flow.decrypt_media(given.file, path, { client = wa }))
    local text = assert(io.open(path, "rb")):read "*a"
    os.remove(path)
    return text
  end,
  download = function(given) return (assert(wa.media:download(given.id))) end,
  forms = function() return scene.form(wa) end,
  picture = function() scene.picture(wa, box) return true end,
}

io.stdout:setvbuf "line"
for line in io.lines() do
  local order = json.decode(line)
  local ok, value = xpcall(function() return orders[order[1]](order[2] or {}) end, debug.traceback)
  print(json.encode(ok and { value = value } or { error = tostring(value) }))
end
if box then box:stop() end
