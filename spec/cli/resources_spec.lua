-- The commands for connections, templates, media, numbers and the profile.

local command = require "spec.support.command"
local files = require "spec.support.files"
local json = require "whatsapp.json"
local sandbox = require "whatsapp.sandbox"
local server = require "spec.support.server"

local assert_ended, assert_refused = command.assert_ended, command.assert_refused

local box

local function run(words, before)
  return command.run(box, words, before)
end

-- What a command that must do well prints.
local function out(words)
  local ended = run(words)
  assert_ended(0, ended)
  return ended.out
end

local function decoded(words)
  return assert(json.decode(out(words .. " --json")))
end

describe("the command", function()
  setup(function() box = assert(sandbox.start { connect_seconds = 0.3, review_seconds = 0 }) end)
  teardown(function() box:stop() end)

  it("lists, makes, shows and deletes connections", function()
    local listed = out "connections ls"
    assert.truthy(listed:find "^CONNECTION_ID +STATUS +CREATION_TIME\n", listed)
    assert.truthy(listed:find(box.connection, 1, true), listed)
    local made = decoded "connections create"
    assert.equal("PENDING", made.status)
    assert.truthy(out("connections get " .. made.connection_id):find "\nurl +http")
    out("connections rm " .. made.connection_id)
    assert_refused(3, "not_found", run("connections get " .. made.connection_id))
    assert.same({}, decoded "connections ls --status FAILED")
    assert_refused(1, "belong to the gateway", run("connections ls", box:exports "direct"))
  end)

  it("waits until a connection is active", function()
    local ended = run "connections create --wait --timeout 20 --json"
    assert_ended(0, ended)
    assert.equal("ACTIVE", decoded("connections get " .. json.decode(ended.out).connection_id).status)
  end)

  it("keeps templates as files", function()
    local text = '{"name": "hello_there", "language": "en_US", "category": "UTILITY", '
      .. '"body": "Hello {{1}}, your order is %s.", "examples": ["Ann"]}'
    local name, remove = command.file(text:format "here")
    assert_refused(3, "there is no template", run("templates diff " .. name))
    assert.truthy(out("templates push " .. name):find "^created %d+\n$")
    assert.truthy(out("templates push " .. name):find "^unchanged %d+\n$")
    assert.equal("", out("templates diff " .. name))

    local other, remove_other = command.file(text:format "there")
    local ended = run("templates diff " .. other)
    assert_ended(1, ended)
    assert.truthy(ended.out:find "^%-{[^\n]*here[^\n]*\n%+{[^\n]*there[^\n]*\n$", ended.out)
    assert.equal("updated", decoded("templates push " .. other).result)
    assert.equal("", out("templates diff " .. other))

    local pulled, remove_pulled = command.file(out "templates pull hello_there")
    assert.truthy(out "templates pull hello_there":find("\n  \"name\": \"hello_there\",\n", 1, true))
    assert.equal("", out("templates diff " .. pulled))
    assert.equal("hello_there", decoded "templates get hello_there".name)
    assert.truthy(out "templates ls":find("hello_there +en_US +UTILITY"))
    out "templates rm hello_there"
    assert_refused(3, "there is no template hello_there", run "templates get hello_there")
    remove()
    remove_other()
    remove_pulled()
  end)

  it("asks which language of a template is meant", function()
    for _, language in ipairs { "en_US", "de" } do
      local name, remove = command.file(('{"name": "twice", "language": "%s", "category": "UTILITY", "body": "Hi."}')
        :format(language))
      out("templates push " .. name)
      remove()
    end
    assert_refused(2, "twice is there in several; name one of en_US, de", run "templates pull twice")
    assert.equal("de", decoded "templates pull twice --language de".language)
  end)

  it("refuses a wrong definition before it is sent", function()
    local name, remove = command.file '{"name": "Hello", "language": "en_US", "category": "UTILITY", "body": "Hi."}'
    assert_refused(2, "name", run("templates push " .. name))
    remove()
    assert_refused(1, "cannot read", run "templates push nowhere.json")
  end)

  it("moves files, silently but for what was asked", function()
    local directory = server.make_directory()
    local id = out "media upload examples/files/photo.png":match "^(%d+)\n$"
    assert.equal("image/png", decoded("media get " .. id).mime_type)
    local direct = box:exports "direct" -- the gateway keeps the token that media hosts want
    local ended = run(("media download %s %s/photo.png"):format(id, directory), direct)
    assert.same({ out = "", err = "", status = 0 }, ended)
    assert.equal(files.read "examples/files/photo.png", files.read(directory .. "/photo.png"))
    out("media rm " .. id)
    assert_refused(3, "not_found", run(("media download %s %s/gone.png"):format(id, directory), direct))
    assert_refused(1, "nowhere.png", run "media upload nowhere.png")
    server.remove_directory(directory)
  end)

  it("shows numbers and the profile, and changes the profile", function()
    assert.truthy(out "phone ls":find(box.second_phone_number_id, 1, true))
    assert.equal(box.phone_number_id, decoded "phone get".id)
    assert.truthy(out("phone get " .. box.second_phone_number_id):find "\nverified_name +Sandbox Support\n")
    out "profile set --about 'Open 9 to 6' --website https://a.example --website https://b.example"
    local profile = decoded "profile get"
    assert.equal("Open 9 to 6", profile.about)
    assert.same({ "https://a.example", "https://b.example" }, profile.websites)
    assert_refused(2, "vertical", run "profile set --vertical NONSENSE")
    assert_refused(2, "email", run "profile set --email nobody")
    assert_ended(2, run "profile set")
  end)

  describe("on a terminal", function()
    -- `script` gives it one; it writes what was shown to a file.
    local function shown(words, before)
      local directory = server.make_directory()
      assert(box:run(("%s\nscript -qec '%s %s' %s/shown </dev/null >/dev/null"):format(before or "", command.name(),
        words, directory)))
      local text = files.read(directory .. "/shown")
      server.remove_directory(directory)
      return text
    end

    it("draws a bar for files, and bold headings, but not against NO_COLOR", function()
      assert.truthy(shown "media upload examples/files/photo.png":find("\r[" .. ("#"):rep(30) .. "] 100 %", 1, true))
      assert.truthy(shown "phone ls":find("\27[1mID ", 1, true))
      assert.is_nil(shown("phone ls", "export NO_COLOR=1"):find("\27", 1, true))
      assert.is_nil(out "phone ls":find("\27", 1, true))
    end)
  end)
end)
