-- `whatsapp flows`: Flows, their screens as files, and where in those a mistake is.

local command = require "spec.support.command"
local json = require "whatsapp.json"
local keypair = require "whatsapp.flow.keypair"
local sandbox = require "whatsapp.sandbox"
local server = require "spec.support.server"

local assert_ended, assert_refused = command.assert_ended, command.assert_refused

local SCREENS = [[return {
  version = "7.1",
  { id = "FEEDBACK", title = "How was it?", terminal = true,
    { text_area = { name = "words", label = "In your words" } },
    { footer = { label = "Send", complete = { words = "${form.words}" } } },
  },
}
]]

local box, directory

local function write(name, text)
  local file = assert(io.open(directory .. "/" .. name, "w"))
  file:write(text)
  file:close()
end

-- `@` is the folder of the files.
local function run(words, before)
  return command.run(box, (words:gsub("@", directory .. "/")), before)
end

local function out(words, before)
  local ended = run(words, before)
  assert_ended(0, ended)
  return ended.out
end

-- The line of a text in which a word stands.
local function line_of(text, word)
  local before = text:sub(1, text:find(word, 1, true))
  return 1 + select(2, before:gsub("\n", ""))
end

local function assert_says(text, ended)
  assert.truthy(ended.err:find(text, 1, true), ended.err)
end

describe("the command: flows", function()
  setup(function()
    box = assert(sandbox.start { gateway_rate = false })
    directory = server.make_directory()
    write("feedback.lua", SCREENS)
  end)
  teardown(function()
    server.remove_directory(directory)
    box:stop()
  end)

  it("are pushed, shown, pulled, deployed and ended", function()
    local id = out "flows push @feedback.lua":match "^changed (%d+)\n$"
    assert.equal("unchanged " .. id .. "\n", out "flows push @feedback.lua")
    assert.truthy(out "flows ls":find(id .. " +feedback +DRAFT +OTHER\n"))
    assert.truthy(out "flows get feedback":find "\njson_version +7.1\n")
    assert.truthy(out("flows preview " .. id):find "^https://%S+\n$")
    write("pulled.json", out "flows pull feedback")
    assert.same({ changed = true, id = id }, json.decode(out "flows deploy @pulled.json --name feedback --json"))
    assert.equal("unchanged " .. id .. "\n", out "flows deploy @feedback.lua")
    assert.equal("PUBLISHED", json.decode(out "flows get feedback --json").status)
    assert_refused(3, "139004", run "flows rm feedback")
    out "flows deprecate feedback"
    assert_refused(3, "139003", run "flows deprecate feedback")
  end)

  it("are published and deleted", function()
    out "flows push @feedback.lua --name draft --category SURVEY"
    out "flows push @feedback.lua --name other"
    out "flows publish draft"
    out "flows rm other"
    assert_refused(3, "there is no flow other", run "flows publish other")
  end)

  it("have their mistakes told by line and column", function()
    out "flows push @feedback.lua --name told"
    local text = out "flows pull told"
    write("bad.json", (text:gsub('"label": "In', '"lable": "In'):gsub('"TextArea"', '"TextAera"')))
    local requests = #box:requests()
    local ended = run "flows push @bad.json"
    assert_ended(2, ended)
    assert.equal("", ended.out)
    assert_says(("/bad.json:%d:13: FEEDBACK[1].type: is no component"):format(line_of(text, "TextArea")), ended)
    assert_says("/bad.json has ", ended)
    assert.equal(requests, #box:requests())

    write("cut.json", text:sub(1, -20))
    assert_says("/cut.json:", run "flows push @cut.json")
    write("bad.lua", (SCREENS:gsub('label = "In', 'lable = "In')))
    assert_refused(2, "/bad.lua: FEEDBACK[1].text_area.lable: unknown key; did you mean label?",
      run "flows push @bad.lua")
    write("open.lua", "return {\n")
    assert_refused(2, "/open.lua:2: ", run "flows push @open.lua")
    write("five.lua", "return 5")
    assert_refused(2, "must return the screens", run "flows push @five.lua")
    assert_refused(1, "cannot read", run "flows push @nowhere.json")
    assert_refused(2, "--name: is missing", run "flows push -")
  end)

  it("are encrypted for the key of a file", function()
    local pair = assert(keypair.new "pass phrase")
    write("private.pem", pair.private_key)
    local opened = "export FLOW_PASSPHRASE='pass phrase'"
    assert.equal("", out("flows key @private.pem", opened))
    assert.truthy(out "flows key":find "business_public_key_signature_status +VALID")
    assert.equal(pair.public_key, json.decode(out "flows key --json").business_public_key)
    assert_refused(1, "cannot read", run("flows key @nowhere.pem", opened))
    assert_refused(1, "passphrase: is missing", run("flows key @private.pem", "unset FLOW_PASSPHRASE"))
    assert_refused(1, "does not open", run("flows key @private.pem", "export FLOW_PASSPHRASE=another"))
  end)

  it("have those told too that only Meta finds", function()
    out "flows push @feedback.lua --name strict"
    local text = out "flows pull strict"
    local line = line_of(text, "In your words")
    local answer = json.encode { id = "1", success = true, validation_errors = { {
      error = "INVALID_PROPERTY", message = "a word that Meta does not like", line_start = line, column_start = 13 } } }
    for name, path in pairs { strict = "/assets$", new = "/flows$" } do
      assert(box:fault { method = "POST", path = path, body = answer, content_type = "application/json" })
      write("strict.json", (text:gsub("How was it", "How was " .. name)))
      local ended = run("flows push @strict.json --name " .. name)
      assert_ended(3, ended)
      assert_says(("/strict.json:%d:13: FEEDBACK[1].text_area.label: a word"):format(line), ended)
    end
    assert(box:fault { method = "GET", path = "/%d+$", content_type = "application/json", body = json.encode {
      id = "1", name = "shown", validation_errors = { { line_start = 4, column_start = 7, message = "not this" } } } })
    assert.truthy(out "flows get 1":find "\n4:7  not this\n$")
  end)
end)
