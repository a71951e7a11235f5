-- Templates as people write them → Meta's components.

local definition = require "whatsapp.message.definition"
local json = require "whatsapp.json"

local expect = require "spec.support.expect"

local function template(more)
  local one = { name = "a_1", language = "en_US", category = "UTILITY" }
  for key, value in pairs(more) do one[key] = value end
  return one
end

local HEAD = '"language":"en_US","name":"a_1"'

describe("a template's definition", function()
  for name, case in pairs {
    ["a body"] = { { body = "Hello" }, '[{"text":"Hello","type":"BODY"}]' },
    ["numbered variables"] = { { body = "Hi {{1}}, {{2}}.", examples = { "Ann", 12 } },
      '[{"example":{"body_text":[["Ann","12"]]},"text":"Hi {{1}}, {{2}}.","type":"BODY"}]' },
    ["a header and a footer"] = { { header = "News", body = "b", footer = "Bye" },
      '[{"format":"TEXT","text":"News","type":"HEADER"},{"text":"b","type":"BODY"},{"text":"Bye","type":"FOOTER"}]' },
    ["a header's variable"] = { { header = "News of {{1}}", header_example = "May", body = "b" },
      '[{"example":{"header_text":["May"]},"format":"TEXT","text":"News of {{1}}","type":"HEADER"},'
        .. '{"text":"b","type":"BODY"}]' },
    ["buttons"] = { { body = "b", buttons = { "Yes", { quick_reply = "No" },
        { url = "https://a.b/{{1}}", text = "Open", example = "https://a.b/1" },
        { phone = "+1 (555) 123-4567", text = "Call" }, { copy_code = 250 } } },
      '[{"text":"b","type":"BODY"},{"buttons":[{"text":"Yes","type":"QUICK_REPLY"},{"text":"No","type":"QUICK_REPLY"},'
        .. '{"example":["https://a.b/1"],"text":"Open","type":"URL","url":"https://a.b/{{1}}"},'
        .. '{"phone_number":"+15551234567","text":"Call","type":"PHONE_NUMBER"},'
        .. '{"example":"250","type":"COPY_CODE"}],"type":"BUTTONS"}]' },
    ["Meta's own form"] = { { components = { { type = "BODY", text = "x" } } }, '[{"text":"x","type":"BODY"}]' },
  } do
    it("is built of " .. name, function()
      local built = assert(definition.compile(template(case[1])))
      assert.are.equal('{"category":"UTILITY","components":' .. case[2] .. "," .. HEAD .. "}", json.encode(built))
    end)
  end

  it("is NAMED when its variables have names, wherever they stand", function()
    local body = assert(definition.compile(template { body = "Hi {{who}}.", examples = { who = "Ann" } }))
    assert.are.equal("NAMED", body.parameter_format)
    assert.are.equal('[{"example":{"body_text_named_params":[{"example":"Ann","param_name":"who"}]},'
      .. '"text":"Hi {{who}}.","type":"BODY"}]', json.encode(body.components))
    local header = assert(definition.compile(template { header = "Hi {{who}}", header_example = { who = "Ann" },
      body = "b" }))
    assert.are.equal("NAMED", header.parameter_format)
  end)

  for name, case in pairs {
    ["no body"] = { "body", "is missing", {} },
    ["a bad name"] = { "name", "lower-case", { name = "A B", body = "b" } },
    ["a category of its own"] = { "category", "UTILITY", { category = "ADS", body = "b" } },
    ["a misspelt part"] = { "fotter", "did you mean footer?", { body = "b", fotter = "x" } },
    ["a variable without an example"] = { "examples", "{{1}}", { body = "Hi {{1}}." } },
    ["an example that is a table"] = { "examples[1]", "must be a string", { body = "Hi {{1}}.", examples = { {} } } },
    ["a variable at the end"] = { "body", "begin or end", { body = "Hi {{1}}", examples = "x" } },
    ["two variables side by side"] = { "body", "side by side", { body = "Hi {{1}} {{2}}.", examples = { "a", "b" } } },
    ["a gap in the numbers"] = { "body", "count from 1", { body = "Hi {{2}}.", examples = { "a", "b" } } },
    ["two variables in a header"] = { "header", "one variable", { header = "{{1}} {{2}}", body = "b" } },
    ["names and numbers"] = { "header", "mixes", { header = "Hi {{1}}", header_example = "x",
      body = "Hi {{who}}.", examples = { who = "a" } } },
    ["a footer of two lines"] = { "footer", "control character", { body = "b", footer = "a\nb" } },
    ["a footer with a variable"] = { "footer", "no variable", { body = "b", footer = "{{1}}" } },
    ["a long body"] = { "body", "at most 1024", { body = ("é"):rep(1025) } },
    ["an url's missing example"] = { "buttons[1].example", "is missing",
      { body = "b", buttons = { { url = "https://a.b/{{1}}", text = "x" } } } },
    ["an url's variable in the middle"] = { "buttons[1].url", "at its end",
      { body = "b", buttons = { { url = "https://a.b/{{1}}/c", text = "x", example = "y" } } } },
    ["a third url"] = { "buttons[3]", "at most 2", { body = "b", buttons = { { url = "https://a", text = "1" },
      { url = "https://b", text = "2" }, { url = "https://c", text = "3" } } } },
    ["a button of two kinds"] = { "buttons[1].phone", "cannot stand beside", { body = "b",
      buttons = { { url = "https://a", phone = "1", text = "x" } } } },
    ["a quick reply with a text beside"] = { "buttons[1].text", "unknown key", { body = "b",
      buttons = { { quick_reply = "a", text = "b" } } } },
    ["quick replies apart"] = { "buttons", "side by side", { body = "b",
      buttons = { "a", { phone = "12345", text = "x" }, "b" } } },
    ["letters for a phone"] = { "buttons[1].phone", "must look like", { body = "b",
      buttons = { { phone = "call", text = "x" } } } },
    ["components beside parts"] = { "components", "cannot stand beside", { body = "b", components = { {} } } },
    ["components that are no list"] = { "components", "must be a list", { components = "x" } },
    ["no components"] = { "components", "at least 1", { components = {} } },
  } do
    it("refuses " .. name, function()
      expect.refused("invalid", case[1], case[2], definition.compile(template(case[3])))
    end)
  end

  it("can be changed in the same form", function()
    assert.are.equal('{"components":[{"text":"Hello","type":"BODY"}]}',
      json.encode(assert(definition.changes { body = "Hello" })))
    assert.are.equal('{"category":"MARKETING"}', json.encode(assert(definition.changes { category = "MARKETING" })))
    expect.refused("invalid", nil, "nothing to change", definition.changes {})
    expect.refused("invalid", "bdoy", "did you mean body?", definition.changes { bdoy = "x" })
  end)
end)
