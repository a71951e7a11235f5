-- Transcripts as files: what was printed can be played again.

local sandboxes = require "whatsapp.sandbox"
local testing = require "whatsapp.testing"
local whatsapp = require "whatsapp"

describe("a transcript", function()
  local sandbox, bot, path

  setup(function() sandbox = assert(sandboxes.start { gateway_rate = false }) end)
  teardown(function() sandbox:stop() end)

  before_each(function()
    path = os.tmpname()
    local options = sandbox:options "direct"
    bot = whatsapp.bot { client = whatsapp.new(options), webhook = whatsapp.webhook { insecure = true } }
    bot:on("text", "^sure$", function(event)
      event:reply { buttons = { body = "Sure?", { id = "y", title = "Yes [1]" }, { id = "n", title = "No" } } }
    end)
    bot:on("text", "^list$", function(event)
      event:reply { list = { body = "Which\none?", button = "Show",
        { id = "a", title = "Same" }, { id = "b", title = "Same" } } }
    end)
    bot:on("text", "^book$", function(event)
      event:reply { flow = { body = "Book", button = "Start", id = "1", token = "t" } }
    end)
    bot:on("image", function(event)
      event:reply { image = { link = sandbox.link, caption = ("%d bytes"):format(#assert(event:download())) } }
    end)
    bot:on({ "status.read", "status.failed" }, function(event)
      if event.type == "failed" then event:reply { text = "Failed: " .. event.errors[1].code } end
    end)
    bot:on("text", "^later$", whatsapp.conversation("later", function(chat)
      chat:sleep(60)
      chat:say "Now"
    end))
    bot:on("text", "^try$", function(event)
      local sent, err = event:reply { text = "Refused" }
      event:reply { text = sent and "not refused" or ("%s %d"):format(err.kind, err.code) }
    end)
    bot:on("message", function(event)
      event:reply { text = ("%s: %s %s"):format(event.name, event.type, event.reply_id or event.text or "") }
    end)
  end)

  after_each(function() os.remove(path) end)

  local function new() return testing.bot(bot, { sandbox = sandbox, now = 1790000000 }) end

  local function write(text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
  end

  -- The error of one who plays a text, and what it says before the transcript.
  local function failing(text)
    write(text)
    local ann = new().user("4915112345678", "Ann")
    local ok, err = pcall(function() ann:plays(path) end)
    assert.is_false(ok)
    return (tostring(err):match "^(.-)\n" or err):gsub(path:gsub("%p", "%%%0"), "FILE")
  end

  it("that was printed can be played again, whatever was done", function()
    local t = new()
    local ann, bob = t.user("4915112345678", "Ann"), t.user("US.1349ABC", "Bob \\by")
    t.user("4915200000", "Eve"):says "hello"
    t.user("4915200001", "Eve"):says "hello"
    ann:says "hello\nyou":says "[No]":says "(image) no.png":says "\\"
    bob:says "hello"
    ann:says "sure"
    local _, first = ann:expects("hello"):expects("No"):expects("image"):expects("\\"):expects "Sure?"
    ann:says("list"):picks("b"):taps("n", first)
    bob:sends { image = "examples/files/photo.png" }
    bob:sends { image = { file = "examples/files/photo.png", caption = "Look" } }
    ann:sends { location = { latitude = 52.5, longitude = 13.4, name = 'A "place"\nhere' } }
    ann:sends { unsupported = true }
    ann:says("book"):submits { day = "Monday" }
    ann:reports "read":reports("failed", { code = 131049 }):reports("read", { message = first })
    t:refuses(131026)
    ann:says "try"
    ann:says "later"
    t:advance(90)
    bob:sends { reaction = "👍" }
    local printed = t:transcript()
    for _, part in ipairs { "\n> [b]\n", "\n> [No] of Sure? [Yes [1]] [No]\n", "\nUS.1349ABC = Bob \\\\by\n",
      "\nUS.1349ABC > (image) examples/files/photo.png\n", "\nEve = 4915200000\n", "\nEve < Eve: text hello\n",
      "\n4915200001 = Eve\n", "\n4915200001 < Eve: text hello\n", "Failed: 131049\n", "\n< recipient 131026\n",
      "\n+ 90\n< Now\n", "\n> (unsupported)\n", "> \\[No]\n", "> hello\\nyou\n" } do
      assert.truthy(("\n" .. printed):find(part, 1, true), part .. "\n" .. printed)
    end
    write(printed)
    local again = new()
    again.user("4915112345678", "Ann"):plays(path)
    assert.are.equal(printed, again:transcript())
  end)

  it("may be written by hand, on any machine", function()
    write("\239\187\191# a note\r\n>sure\r\n< Sure? [Yes [1]] [No]\r\n> [y]\r\n< Ann: button_reply y\r\n"
      .. "\r\n+ 0.5\r\n~ delivered")
    new().user("4915112345678", "Ann"):plays(path)
  end)

  it("that goes wrong names the file and the line, at the test's line", function()
    local before = debug.getinfo(failing, "S").linedefined + 3
    for wrong, why in pairs {
      ["> a\n< b\n"] = 'FILE:2: expected "b", but the bot said "Ann: text a"',
      ["\n> a\n"] = 'FILE, at its end: expected nothing more, but the bot said "Ann: text a"',
      ["4915200000 > a\n"] = 'FILE, at its end: expected nothing more, but the bot said "Customer: text a"',
      ["> [x]\n"] = 'FILE:1: there is no button or row "x" to choose: the bot has offered nothing',
      ["> [No] of Sure?\n"] = 'FILE:1: the bot has said no "Sure?"',
      ["# 1\nhello\n"] = "FILE:2: no line of a transcript: hello",
      ["+ x"] = "FILE:1: advance takes seconds from 0 on, not x",
      ["+ -1"] = "FILE:1: advance takes seconds from 0 on, not -1",
      ["! x"] = "FILE:1: refuses takes a code of Graph's, not x",
      ["~ late"] = 'FILE:1: "late" is no status',
      ["~ read"] = "FILE:1: the bot has said nothing that could be read",
      ["ann > x"] = 'FILE:1: t.user takes a phone number or a user id: "ann" is not a phone number',
      ["> (image) no.png"] = "FILE:1: whatsapp: io: file: cannot open no.png",
      ["< b"] = 'FILE:1: expected "b", but the bot said "nothing more"',
    } do
      local place, message = failing(wrong):match "^(.-:%d+): (.*)$"
      assert.are.equal("spec/testing/transcript_spec.lua:" .. before, place)
      assert.are.equal(why, message:sub(1, #why))
    end
    os.remove(path)
    local ok, err = pcall(function() new().user("4915112345678"):plays "no/such.txt" end)
    assert.is_false(ok)
    assert.truthy(err:find "^spec/testing/transcript_spec.lua:%d+: the transcript cannot be read: no/such.txt", err)
  end)
end)
