-- Bots and Flows behind lua-http: what comes in, and who only knocks. The server is that of
-- examples/appointment_server.lua.

local child = require "spec.support.child"
local example = require "spec.support.example"
local files = require "spec.support.files"
local http = require "whatsapp.http"
local meta = require "spec.support.meta"
local server = require "spec.support.server"
local socket = require "socket"
local webhook = require "whatsapp.webhook"

local LIMIT = 60 -- seconds

describe("whatsapp.http", function()
  local served

  -- What is answered to these bytes; "" when they are all there is.
  local function answer(bytes, hang_up)
    local give_up = socket.gettime() + LIMIT
    local connection
    repeat
      connection = socket.connect("127.0.0.1", served.port)
      if not connection then socket.sleep(0.05) end
    until connection or socket.gettime() > give_up
    assert(connection, served:log())
    connection:settimeout(LIMIT)
    connection:send(bytes)
    if hang_up then
      connection:close()
      return ""
    end
    local line = connection:receive "*l"
    connection:close()
    return line or ""
  end

  local function request(line, body)
    body = body or ""
    return answer(("%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"):format(line, #body, body))
  end

  setup(function() served = example.start "examples/appointment_server.lua" end)
  teardown(function() served:stop() end)

  it("has each path answered by who has it", function()
    local challenge = "GET /webhook?hub.mode=subscribe&hub.challenge=7&hub.verify_token=" .. served.sandbox.verify_token
    assert.matches(" 200 ", request(challenge))
    assert.matches(" 403 ", request(challenge .. "x"))
    assert.matches(" 401 ", request("POST /webhook", "{}"))
    assert.matches(" 432 ", request("POST /flow", "{}"))
    assert.matches(" 405 ", request "GET /flow")
    assert.matches(" 404 ", request "GET /")
  end)

  it("goes on whoever knocks", function()
    local unfinished = "POST /webhook HTTP/1.1\r\nContent-Length: %d\r\n\r\n"
    for _, bytes in ipairs {
      "", "no HTTP\r\n\r\n", "\22\3\1\2\0\1", "GET / HTTP/1.1\r\n", unfinished:format(100) .. "{",
      unfinished:format(10000000) .. ("x"):rep(3500000),
      "POST /webhook HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    } do
      answer(bytes, true)
      assert.matches(" 401 ", request("POST /webhook", "{}"), served:log())
    end
    for _, header in ipairs {
      "Content-Length: -5", "Content-Length: 2, 2", "Content-Length: 2.5", "Content-Length: " .. ("9"):rep(23),
      "Content-Length:", "Content-Length: 0x10", "Transfer-Encoding: gzip", "Transfer-Encoding: gzip, chunked",
      "Transfer-Encoding: ,", 'Transfer-Encoding: "', "Transfer-Encoding: chunked;q=;",
    } do
      answer(("POST /webhook HTTP/1.1\r\n%s\r\n\r\nxx"):format(header))
      assert.matches(" 401 ", request("POST /webhook", "{}"), header)
    end
    assert.matches(" 404 ", answer "CONNECT x:1 HTTP/1.1\r\n\r\n")
    answer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" .. ("\0\0\4\3\0\0\0\0\1\0\0\0\0"):rep(20), true)
    assert.matches(" 413 ", request("POST /webhook", ("x"):rep(4000000)))
    assert.matches(" 401 ", answer "POST /webhook HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
  end)

  it("takes no chunk that is larger than a body", function()
    assert.matches(" 401 ", request("POST /webhook", "{}")) -- so it listens
    local connection = assert(socket.connect("127.0.0.1", served.port))
    connection:settimeout(LIMIT)
    assert(connection:send "POST /webhook HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7fffffff\r\n")
    assert.is_nil((connection:send(("x"):rep(32 * 1024 * 1024))))
    connection:close()
    assert.matches(" 401 ", request("POST /webhook", "{}"), served:log())
  end)

  it("says why it cannot listen", function()
    assert.matches(" 404 ", request "GET /") -- so it listens there
    local none, err = http.listen { port = served.port }
    assert.is_nil(none)
    assert.are.equal("io", err.kind)
    assert.matches("port " .. served.port, err.message)
    none, err = http.serve(nil, { prt = 1 })
    assert.is_nil(none)
    assert.are.equal("invalid", err.kind)
    assert.are.equal("options.prt", err.field)
  end)

  it("raises for what answers no requests", function()
    local function assert_refused(what, fn)
      local ok, err = pcall(fn)
      assert.is_false(ok)
      assert.matches(what, tostring(err), 1, true)
    end
    assert_refused("bot: must be a bot of whatsapp.bot, not nil", function() http.serve(nil, { port = 0 }) end)
    local listening = assert(http.listen { port = 0 })
    assert_refused("endpoint: must be an endpoint", function() listening:add_flow(nil, "/flow") end)
    assert_refused("answer: must be a function, not string", function() listening:add_function "text" end)
    listening:close()
  end)
end)

-- A bot whose handlers wait until a file of their message's id is there.
local BOT = [[
  local cqueues, http, meta = require "cqueues", require "whatsapp.http", require "spec.support.meta"
  local directory = %q
  local function note(...)
    local file = assert(io.open(directory .. "/log", "a"))
    file:write(table.concat({ ... }, " "), "\n")
    file:close()
  end
  local bot = whatsapp.bot { webhook = whatsapp.webhook(meta.hook()), lease = 3600,
    client = whatsapp.new { access_token = "x", phone_number_id = "1", base_url = "http://127.0.0.1:9" },
    store = whatsapp.store.sqlite(directory .. "/bot.db") }
  bot:on("text", function(event)
    note("begin", event.id)
    local file
    repeat
      cqueues.sleep(0.02)
      file = io.open(directory .. "/" .. event.id)
    until file
    file:close()
    note("end", event.id)
  end)
  local listening = assert(http.listen { port = 0 }):add(bot)
  note("port", listening.port)
  listening.cq:wrap(function()
    repeat cqueues.sleep(0.02) until listening.stopping
    note "stopping"
  end)
  print(listening:loop())
]]

describe("a bot that is told to end by SIGTERM", function()
  local directory

  before_each(function() directory = server.make_directory() end)
  after_each(function() server.remove_directory(directory) end)

  local function path_of(name) return directory .. "/" .. name end

  local function log() return files.read(path_of "log") end

  local function let_end(id) assert(io.open(path_of(id), "w")):close() end

  local function wait_for(line)
    local give_up = socket.gettime() + LIMIT
    while not log():find(line, 1, true) do
      assert(socket.gettime() < give_up, log())
      socket.sleep(0.02)
    end
  end

  local function start()
    let_end "log"
    local bot = child.start(BOT:format(directory))
    wait_for "\n"
    return bot
  end

  local function post(id)
    local body = meta.body { meta.message { id = id, text = "Hi" } }
    local connection = assert(socket.connect("127.0.0.1", log():match "port (%d+)"))
    connection:settimeout(LIMIT)
    connection:send(("POST / HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n%s")
      :format(webhook.sign(body, meta.secret), #body, body))
    assert.matches(" 200 ", connection:receive "*l")
    connection:close()
  end

  it("ends what it has begun, stores what comes, and begins nothing", function()
    local first = start()
    post "1"
    wait_for "begin 1"
    first:terminate()
    wait_for "stopping"
    post "2"
    let_end "1"
    assert.are.same({ "true\n", 0 }, { first:finish() })
    assert.matches("begin 1\nstopping\nend 1\n$", log())

    let_end "2"
    local second = start()
    wait_for "end 2"
    second:terminate()
    assert.are.same({ "true\n", 0 }, { second:finish() })
    assert.is_nil(log():find("begin 1", 1, true))
  end)
end)
