-- Each kind of message is explained, shown and tried.

local files = require "spec.support.files"
local kinds = require "whatsapp.message.kinds"

local SELF = "spec/message/kinds_spec.lua"

local function all_of(paths)
  local texts = {}
  for _, path in ipairs(paths) do
    if path ~= SELF then texts[#texts + 1] = files.read(path) end
  end
  return table.concat(texts, "\n")
end

local function list_of(texts)
  local names = {}
  for name in pairs(texts) do names[#names + 1] = name end
  table.sort(names)
  return names
end

-- Where a kind has to be, as a key of a message, or between backticks in a table.
local places = {
  ["docs/messages.md"] = all_of { "docs/messages.md" },
  ["README.md"] = all_of { "README.md" },
  ["examples/"] = all_of(files.under("examples", "*.lua")),
  ["spec/message/"] = all_of(files.under("spec/message", "*_spec.lua")),
}

local function has(text, kind)
  return text:find("%f[%w_]" .. kind .. " = ") ~= nil or text:find("`" .. kind .. "`", 1, true) ~= nil
end

describe("the kind", function()
  for _, kind in ipairs(list_of(kinds.names)) do
    it(kind .. " is explained, shown and tried", function()
      for place, text in pairs(places) do
        assert.is_true(has(text, kind), ("%s has no %s"):format(place, kind))
      end
    end)
  end
end)

describe("the table of kinds", function()
  it("has a description of each", function()
    for name in pairs(kinds.names) do assert.is_table(kinds.get(name).spec, name) end
  end)

  it("names all that a family of interactive messages has", function()
    for _, family in ipairs { "reply", "action", "commerce", "carousel", "order" } do
      for name in pairs(require("whatsapp.message." .. family)) do
        assert.is_true(kinds.names[name], ("%s of message/%s.lua"):format(name, family))
      end
    end
  end)
end)

describe("the search for kinds", function()
  it("does not find what is not there", function()
    for place, text in pairs(places) do assert.is_false(has(text, "telegram"), place) end
    assert.is_false(has("my_text = 1", "text"))
  end)
end)
