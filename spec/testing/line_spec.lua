-- Lines of transcripts: what they say is what was meant.

local line = require "whatsapp.testing.line"

describe("a line of a transcript", function()
  it("keeps whatever a customer writes", function()
    for _, text in ipairs { "hello", "two\nlines\r\n", "C:\\new", "\\", "\\n", "[x]", "[x] of y", "(image) a", "{x}",
                            "\\{", "\\[x]", " spaces ", "# note", "> < ~ + !", "4915 > 1", "äöü 👍", "[", "(", "\\(" } do
      local shown = line.text(text)
      assert.is_nil(shown:find "[\r\n]", text)
      local sign, rest, who = line.read("> " .. shown)
      assert.are.same({ ">" }, { sign, who })
      local what, meant = line.read_customer(rest)
      assert.are.same({ "text", text }, { what, meant })
    end
  end)

  it("has backslashes that mean nothing as they are", function()
    assert.are.equal("C:\\dir", select(2, line.read_customer "C:\\dir"))
    assert.are.equal(line.canonical "C:\\dir", line.canonical "C:\\\\dir")
  end)

  it("says what is tapped, and on which message", function()
    local question = { type = "text", text = { body = "Sure?" } }
    for _, title in ipairs { "Yes", "[a] b", "a\\b", "(x)" } do
      assert.are.same({ "tap", title }, { line.read_customer(line.tap(title)) })
    end
    assert.are.same({ "tap", "Yes", "Sure?" }, { line.read_customer(line.tap("Yes", question)) })
  end)

  it("says what becomes of a message", function()
    local message = { type = "text", text = { body = "of 7" } }
    assert.are.same({ "read" }, { line.read_status(line.status "read") })
    assert.are.same({ "failed", 131026 }, { line.read_status(line.status("failed", 131026)) })
    assert.are.same({ "failed", 131026, "of 7" }, { line.read_status(line.status("failed", 131026, message)) })
    assert.are.same({ "read", nil, "of 7" }, { line.read_status(line.status("read", nil, message)) })
    assert.is_nil(line.read_status "7")
  end)

  it("has a sign, and whose it is before it", function()
    assert.are.same({ "<", "Hi", "4915200000" }, { line.read "4915200000 < Hi" })
    assert.are.same({ "=", "Bob", "4915200000" }, { line.read "4915200000 = Bob" })
    assert.are.same({ "=", "4915200000", "Bob" }, { line.read "Bob = 4915200000" })
    assert.are.same({ "~", "read", "DE.123" }, { line.read "DE.123 ~ read" })
    assert.are.same({ "+", "60" }, { line.read "+ 60" })
    for _, none in ipairs { "", "  ", "# a note", "  # 1 > 2" } do assert.are.equal("#", (line.read(none))) end
    for _, wrong in ipairs { "hello", "4915200000 + 60", "a b > c" } do assert.is_nil((line.read(wrong))) end
  end)

  it("calls kinds as wa:send does", function()
    for graph, kind in pairs { button = "buttons", list = "list", product_list = "products",
                               catalog_message = "catalog", location_request_message = "location_request" } do
      assert.are.equal(kind, line.kind { type = "interactive", interactive = { type = graph } })
    end
    assert.are.equal("image", line.kind { type = "image" })
    assert.are.equal("(image) Look", line.of { type = "image", image = { id = "1", caption = "Look" } })
    assert.are.equal("(template) hello", line.of { type = "template", template = { name = "hello" } })
    local components = { { type = "header", parameters = { { type = "image", image = { id = "1" } } } },
      { type = "body", parameters = { { type = "text", text = "Ann" }, { type = "text", text = "#17" } } } }
    assert.are.equal("(template) paid: Ann, #17",
      line.of { type = "template", template = { name = "paid", components = components } })
  end)
end)
