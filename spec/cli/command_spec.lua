-- The command, run as a process against the sandbox: what it prints and where, and
-- with which status it ends.

local child = require "spec.support.child"
local command = require "spec.support.command"
local json = require "whatsapp.json"
local sandbox = require "whatsapp.sandbox"
local server = require "spec.support.server"

local box

local function run(words, before)
  return command.run(box, words, before)
end

local assert_ended, assert_refused, write = command.assert_ended, command.assert_refused, command.file

local function last_sent()
  local sent = assert(box:sent())
  return sent[#sent]
end

describe("the command", function()
  setup(function() box = assert(sandbox.start()) end)
  teardown(function() box:stop() end)

  describe("send", function()
    it("sends a text and prints its id", function()
      local ended = run "send '+1 (555) 123-4567' 'Grüße, \"you\"'"
      assert_ended(0, ended)
      local sent = last_sent()
      assert.equal(sent.id .. "\n", ended.out)
      assert.equal("", ended.err)
      assert.equal("15551234567", sent.to)
      assert.equal('Grüße, "you"', sent.payload.text.body)
    end)

    it("uploads a file, with the text as its caption, in reply to a message", function()
      assert_ended(0, run "send +15551234567 Look --image examples/files/photo.png --reply-to wamid.AAAA=")
      local payload = last_sent().payload
      assert.equal("Look", payload.image.caption)
      assert.truthy(payload.image.id:find "^%d+$")
      assert.equal("wamid.AAAA=", payload.context.message_id)
    end)

    it("sends links and media ids as they are", function()
      assert_ended(0, run "send +15551234567 --document https://example.com/a.pdf")
      assert.equal("https://example.com/a.pdf", last_sent().payload.document.link)
      local media = assert(require("whatsapp").new(box:options()).media:upload "examples/files/photo.png")
      assert_ended(0, run("send +15551234567 --image " .. media.id))
      assert.equal(media.id, last_sent().payload.image.id)
    end)

    it("fills a template", function()
      local wa = require("whatsapp").new(box:options())
      local made = assert(wa.templates:create { name = "greeting", language = "en_US", category = "UTILITY",
        body = "Hello {{1}}, your order {{2}} is on its way.", examples = { "Ann", "#1" } })
      assert(wa.templates:wait(made.id))
      assert_ended(0, run "send +15551234567 --template greeting --language en_US --param John --param '#12'")
      local template = last_sent().payload.template
      assert.equal("greeting", template.name)
      assert_refused(3, "as many values as whatsapp templates get NAME shows",
        run "send +15551234567 --template greeting --language en_US --param John")
      assert.equal("#12", template.components[1].parameters[2].text)
    end)

    it("sends a message of a file, or of the standard input, to whom the command names", function()
      local name, remove = write '{"to": "15550000001", "buttons": {"body": "Go on?", "1": {}}}'
      assert_refused(2, "buttons", run("send --file " .. name))
      remove()
      name, remove = write '{"to": "15550000001", "location": {"latitude": 1.5, "longitude": 2}}'
      assert_ended(0, run("send --file " .. name))
      assert.equal("15550000001", last_sent().to)
      assert_ended(0, run("send +15550000002 --file - <" .. name))
      assert.equal("15550000002", last_sent().to)
      assert.equal(1.5, last_sent().payload.location.latitude)
      remove()
    end)

    it("reads no more than a message can have", function()
      assert_refused(2, "has more than 16 MB", run "send +15551234567 --file /dev/zero")
      assert_refused(2, "is empty", run "send +15551234567 --file /dev/null")
      assert_refused(1, "cannot read", run "send +15551234567 --file /tmp")
      assert_refused(2, "is empty", run "send +15551234567 --file - <&-")
    end)

    it("waits until it is delivered", function()
      local ended = run "send +15551234567 Hello --wait delivered"
      assert_ended(0, ended)
      assert.truthy(ended.out:find "^wamid%.%S+\n%l+\n$", ended.out)
    end)

    it("prints one line of JSON for scripts", function()
      local ended = run "send +15551234567 Hello --wait delivered --json"
      assert_ended(0, ended)
      local answer = assert(json.decode(ended.out))
      assert.equal(last_sent().id, answer.id)
      assert.equal("15551234567", answer.wa_id)
      assert.is_number(answer.delivery.timestamp)
      assert.equal(1, select(2, ended.out:gsub("\n", "")))
    end)

    it("ends with 2 and sends nothing when it is used wrongly", function()
      local before = #box:requests()
      for words, says in pairs {
        ["send"] = "text: is missing",
        ["send +15551234567"] = "text: is missing",
        ["send 0151234567 Hello"] = "to:",
        ["send +15551234567 Hello --param x"] = "--param: belongs to --template",
        ["send +15551234567 Hello --language en"] = "--language: belongs to --template",
        ["send +15551234567 Hello --template t"] = "cannot stand beside --template",
        ["send +15551234567 --template t"] = "--language: is missing",
        ["send +15551234567 --template t --language ''"] = "--language: ",
        ["send +15551234567 --image README.md"] = "whatsapp media upload FILE --type TYPE",
        ["media upload bin/whatsapp"] = "whatsapp media upload FILE --type TYPE",
        ["send +15551234567 --image a.png --video b.mp4"] = "--video: cannot stand beside --image",
        ["send +15551234567 Hello --file x"] = "--file: holds the whole message",
        ["send +15551234567 Hello --wait never"] = "--wait",
        ["send +15551234567 Hello --wait sent --timeout soon"] = "--timeout",
        ["send +15551234567 Hello --wait sent --timeout 0"] = "--timeout: must be",
        ["send +15551234567 Hello --wait sent --timeout=-1"] = "--timeout: must be",
        ["send +15551234567 Hello --wait sent --timeout -1"] = "is written --timeout=-1",
        ["connections create --wait --timeout abc"] = "--timeout: must be",
        ["send +15551234567 Hello --timeout 5"] = "--timeout: belongs to --wait",
        ["send +15551234567 -hello"] = "goes behind --",
        ["send +15551234567 -5"] = "whatsapp send -- +15551234567 -5",
        ["sandbox --port 80000"] = "is no port",
        ["listen --port 1.5"] = "is no port",
        ["send +15551234567 Hello --api-key secret"] = "unknown option",
        ["sned"] = "Did you mean 'send'",
        [""] = "a command is required\none of: sandbox, send, ",
        ["help nothing"] = "unknown command 'nothing'\none of: sandbox, send, ",
        ["trigger nothing http://127.0.0.1:9/"] = "unknown command 'nothing'\none of: text, image, ",
        ["profile set"] = "give at least one option",
      } do
        assert_refused(2, says, run(words))
      end
      assert.equal(before, #box:requests())
    end)

    it("ends with 1 when nothing could be sent", function()
      assert_refused(1, "no credential", run("send +15551234567 Hello", "unset MATON_API_KEY"))
      assert_refused(1, "network", run("send +15551234567 Hello",
        ("export WHATSAPP_BASE_URL=http://127.0.0.1:%d"):format(server.free_ports({ "port" }).port)))
      assert_refused(1, "cannot read nowhere.json", run "send +15551234567 --file nowhere.json")
    end)

    it("ends with 3 when it is rejected, with what to do", function()
      assert_refused(3, "131026", run "send '+1 555 0131026' Hello")
      assert_refused(3, "API key missing or wrong", run("send +15551234567 Hello", "export MATON_API_KEY=wrong"))
      local ended = run "send '+1 556 0131026' Hello --wait delivered"
      assert_ended(3, ended)
      assert.truthy(ended.out:find "^wamid%.%S+\n$", ended.out)
      assert.truthy(ended.err:find("131026", 1, true), ended.err)
    end)

    it("ends with 4 when it may have happened", function()
      assert(box:fault { path = "/messages$", handled = true, drop = true })
      assert_refused(4, "it may have happened", run "send +15551234567 Hello")
      local name = "send '+1 555 123 4568' Hello --wait read --timeout 0.001"
      local ended = run(name)
      assert_ended(4, ended)
      assert.truthy(ended.err:find("do not send again", 1, true), ended.err)
    end)
  end)

  describe("call", function()
    it("makes any call and prints the answer", function()
      local ended = run "call get '{phone_number_id}' --query fields=id"
      assert_ended(0, ended)
      assert.equal(('{\n  "id": "%s"\n}\n'):format(box.phone_number_id), ended.out)
      assert.equal(('{"id":"%s"}\n'):format(box.phone_number_id),
        run("call GET '{phone_number_id}' --query fields=id --json").out)
      local answer = run "call GET '{business_account_id}/phone_numbers' --query fields=id"
      assert.truthy(answer.out:find('^{\n  "data": %[\n    {\n      "id": "%d+"\n    },\n'), answer.out)
      assert.are.equal(2, #json.decode(answer.out).data)
    end)

    it("takes a body from the command line, a file or the standard input", function()
      local body = '{"messaging_product":"whatsapp","to":"15551234567","type":"text","text":{"body":"%s"}}'
      assert_ended(0, run("call POST '{phone_number_id}/messages' '" .. body:format "one" .. "'"))
      assert.equal("one", last_sent().payload.text.body)
      local name, remove = write(body:format "two")
      assert_ended(0, run("call POST '{phone_number_id}/messages' @" .. name))
      assert.equal("two", last_sent().payload.text.body)
      assert_ended(0, run("call POST '{phone_number_id}/messages' - <" .. name))
      remove()
      assert.equal(2, select(2, json.encode(box:sent()):gsub('"body":"two"', "")))
    end)

    it("tells a wrong use from a refusal", function()
      assert_refused(2, "method", run "call FETCH me")
      assert_refused(2, "--query: must be NAME=VALUE", run "call GET me --query x")
      assert_refused(2, "body: is not JSON", run "call POST me '{'")
      assert_refused(3, "not_found", run "call GET 1/nothing")
    end)
  end)

  describe("explain", function()
    it("says what a code means and what to do", function()
      local ended = run "explain 131047"
      assert_ended(0, ended)
      assert.truthy(ended.out:find("\nkind     window\n", 1, true), ended.out)
      assert.truthy(ended.out:find("\nhint     send a template first", 1, true), ended.out)
      assert.equal("window", json.decode(run("explain 131047 --json").out).kind)
      assert_refused(2, "not a known error code", run "explain 42424242")
    end)

    it("names commands, options and variables, nothing of Lua", function()
      local words, seen = require "whatsapp.cli.words", 0
      local function check(entry)
        if type(entry.hint) == "string" then
          local hint = words.of_shell(entry.hint)
          for _, lua in ipairs { "%f[%w]wa[.:]", "err%.", "whatsapp%.%l", " = ", "=%.", ":%l+%(", "%f[%w_]api_key" } do
            assert.is_nil(hint:find(lua), hint)
          end
          seen = seen + 1
        end
        for _, inner in pairs(entry) do
          if type(inner) == "table" then check(inner) end
        end
      end
      check(require "whatsapp.error.codes")
      assert.is_true(seen > 100)
      assert.truthy(run("explain 131047").out:find("whatsapp send TO --template NAME --language CODE", 1, true))
      for message, says in pairs {
        ["{}"] = 'add one of its kinds, e.g. "text": "Hello"',
        ['{"text":"a","context":{}}'] = 'write "reply_to": "wamid.…"',
        ['{"image":"no-link"}'] = '{ "id": … }',
      } do
        local name, remove = write(message)
        assert_refused(2, says, run("send +15551234567 --file - <" .. name))
        remove()
      end
      assert.equal('a list: "buttons": [ { "url": "…" } ] of {id}',
        words.of_shell 'a list: buttons = { { url = "…" } } of {id}')
      local ended = run "connections get bogus"
      assert_refused(3, "HTTP 404 no such connection; see whatsapp connections ls\n", ended)
      assert_refused(1, "MATON_API_KEY: no credential; set MATON_API_KEY; straight to Graph: WHATSAPP_ACCESS_TOKEN\n",
        run("phone ls", "unset MATON_API_KEY"))
    end)
  end)

  it("helps, with each command too", function()
    assert.are.same(run "--help", run "help")
    local ended = run "help templates push"
    assert_ended(0, ended)
    assert.truthy(ended.out:find "^Usage: whatsapp templates push ", ended.out)
  end)

  describe("completion", function()
    it("writes a script for each shell", function()
      for _, shell in ipairs { "bash", "zsh", "fish" } do
        local ended = run("completion " .. shell)
        assert_ended(0, ended)
        assert.truthy(ended.out:find("sandbox", 1, true) and ended.out:find("reply-to", 1, true), ended.out)
      end
      assert_refused(2, "unknown command 'tcsh'", run "completion tcsh")
    end)

    it("completes in bash", function()
      local name, remove = write(run "completion bash".out .. [[
        complete_words() {
          COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
          _whatsapp
          echo "${COMPREPLY[*]}"
        }
        complete_words whatsapp s
        complete_words whatsapp templates p
        complete_words whatsapp send --re
        complete_words whatsapp connections ls --status ""
        complete_words whatsapp trigger li
      ]])
      local pipe = io.popen("bash " .. name)
      assert.equal("sandbox send\npush pull\n--reply-to\nACTIVE PENDING FAILED\nlist_reply\n", pipe:read "*a")
      pipe:close()
      remove()
    end)
  end)

  describe("--env-file", function()
    local text

    before_each(function()
      text = ("# of a sandbox\nunset WHATSAPP_ACCESS_TOKEN\nexport MATON_API_KEY='%s'\n"):format(box.api_key)
    end)

    local WRONG = "export MATON_API_KEY=wrong; umask 077"

    it("gives variables that beat those of the environment", function()
      local name, remove = write(text)
      os.execute("chmod 600 " .. name)
      assert_ended(0, run(("--env-file %s send +15551234567 Hello"):format(name), WRONG))
      assert_ended(0, run(("send +15551234567 Hello --env-file %s"):format(name), WRONG))
      remove()
    end)

    it("is refused where others may read it, without a word of what is in it", function()
      local name, remove = write(text)
      for _, mode in ipairs { "640", "604", "620" } do
        os.execute(("chmod %s %s"):format(mode, name))
        local ended = run(("--env-file %s send +15551234567 Hello"):format(name))
        assert_refused(1, "chmod 600", ended)
      end
      remove()
      name, remove = write(text .. box.api_key .. "\n")
      os.execute("chmod 600 " .. name)
      local ended = run(("--env-file %s send +15551234567 Hello"):format(name))
      assert_refused(1, "line 4", ended)
      assert.is_nil(ended.err:find(box.api_key, 1, true))
      remove()
      assert_refused(1, "cannot be read", run "--env-file nowhere send +15551234567 Hello")
      assert_refused(1, "directory", run("--env-file $d phone ls", "d=$(mktemp -d)"))
    end)
  end)

  describe("sandbox", function()
    local COMMAND = [[os.exit(require("whatsapp.cli").run { "sandbox", %s }, true)]]

    -- What it prints, and the process that still runs.
    local function start(words)
      local process = child.start(COMMAND:format(words or ""))
      local lines = {}
      repeat
        local line = process.pipe:read "*l"
        lines[#lines + 1] = line
      until not line or line:find "^# whatsapp send"
      return process, table.concat(lines, "\n") .. "\n"
    end

    it("prints variables that lead to it, and ends at Ctrl-C", function()
      for _, words in ipairs { "", '"--mode", "direct"' } do
        local process, printed = start(words)
        local ended = command.run(nil, "send +15551234567 Hello", printed)
        process:interrupt()
        assert_ended(0, ended)
        assert.truthy(printed:find "^# The phone: http://127%.0%.0%.1:%d+/%x+/\n", printed)
        local _, status = process:finish()
        assert.equal(0, status)
        assert.equal(1, command.run(nil, "send +15551234567 Hello --json", printed).status)
      end
    end)

    it("goes on where it ended, with its data", function()
      local directory = server.make_directory()
      local words = ('"--data", %q'):format(directory .. "/data")
      local process, printed = start(words)
      local sent = command.run(nil, "send +15551234567 Hello", printed)
      assert_ended(0, sent)
      process:interrupt()
      process:finish()
      local again, printed_again = start(words)
      local history = command.run(nil, "call GET '{phone_number_id}/message_history'", printed)
      again:interrupt()
      again:finish()
      server.remove_directory(directory)
      assert.equal(printed, printed_again)
      assert_ended(0, history)
      assert.equal(sent.out, json.decode(history.out).data[1].message_id .. "\n")
    end)

    it("posts what happens to an address", function()
      local process, printed = start '"--forward-to", "http://127.0.0.1:9/webhook"'
      process:interrupt()
      process:finish()
      assert.truthy(printed:find "export WHATSAPP_APP_SECRET='%x+'")
      assert_refused(2, "--forward-to: must look like", run "sandbox --forward-to https://example.com/webhook")
    end)

    it("tells of a crash of its server, which begins anew, and ends with it", function()
      local process, printed = start()
      local pid_file = printed:match "WHATSAPP_CA_FILE='(.-)ca%.pem'" .. "nginx.pid"
      os.execute(("kill -KILL $(ps -o pid= --ppid $(cat %s))"):format(pid_file))
      assert.truthy(process.pipe:read "*l":find("crashed (signal 9) and began anew", 1, true))
      assert_ended(0, command.run(nil, "send +15551234567 Hello", printed))
      os.execute(("kill -KILL $(cat %s)"):format(pid_file))
      local output, status = process:finish()
      assert.truthy(output:find("server is gone", 1, true), output)
      assert.equal(1, status)
    end)

    it("says so when it cannot start", function()
      assert_refused(2, "port", run "sandbox --port 0")
    end)
  end)

  it("ends with 130 and without a word when it is interrupted", function()
    local process = child.start([[
      os.exit(require("whatsapp.cli").run { "connections", "create", "--wait" }, true)]], nil,
      ("$(. %s/gateway.env; env | grep -E '^(MATON|WHATSAPP)_')"):format(box.prefix))
    local line
    repeat line = process.pipe:read "*l" until not line or line:find "^waiting"
    process:interrupt()
    local output, status = process:finish()
    assert.equal("", output)
    assert.equal(130, status)
  end)

  it("ends with 4 when its answer cannot be printed", function()
    local name, remove = write ""
    for _, words in ipairs { "phone ls", "phone ls --json", "send +15551234567 Hello" } do
      for _, where in ipairs { ">/dev/full", ">&-" } do
        assert(box:run(("%s %s %s 2>%s; test $? = 4 && grep -q 'cannot print the answer' %s"):format(command.name(),
          words, where, name, name)))
      end
    end
    remove()
  end)

  it("tells its version and itself", function()
    assert.equal("whatsapp " .. require "whatsapp.version" .. "\n", run("--version").out)
    local help = run "send --help"
    assert_ended(0, help)
    assert.truthy(help.out:find("--template NAME", 1, true))
  end)

  it("names argparse where it is missing", function()
    local ended = run("explain 1", "export LUA_PATH='lua/?.lua;lua/?/init.lua'; unset LUA_PATH_5_4")
    assert_refused(1, "luarocks install argparse", ended)
  end)
end)
