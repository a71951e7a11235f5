-- Every snippet of the README and of docs/ runs in a sandbox.

local files = require "spec.support.files"
local LUA = os.getenv "LUA_BIN" or "lua5.4"

local read = files.read

local function pages()
  local names = { "README.md" }
  local list = io.popen "ls docs/*.md 2>/dev/null"
  for name in list:lines() do names[#names + 1] = name end
  list:close()
  return names
end

local function blocks(text, language)
  local found = {}
  for block in text:gmatch("\n```" .. language .. "\n(.-\n)```") do found[#found + 1] = block end
  return found
end

-- Downloads do not go through the gateway: programs with some say what they want.
local function mode_of(name)
  return read(name):find("wants WHATSAPP_ACCESS_TOKEN", 1, true) and "direct" or "gateway"
end

-- The blocks of a page are one program: later ones use the names of earlier ones.
local function program(page)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  file:write(table.concat(blocks(read(page), "lua"), "\n"))
  file:close()
  return name
end

describe("documentation", function()
  for _, page in ipairs(pages()) do
    it("runs every Lua snippet of " .. page, function()
      local name, output = program(page), os.tmpname()
      local sandbox = assert(require("whatsapp.sandbox").start())
      local ok, err = sandbox:run(("timeout 120 %s %s > %s 2>&1"):format(LUA, name, output), mode_of(name))
      local printed = read(output)
      os.remove(name)
      os.remove(output)
      sandbox:stop()
      assert.is_true(ok, tostring(err) .. "\n" .. printed)
    end)
  end

  it("runs every snippet of docs/command.md that is for a shell", function()
    local name, output = os.tmpname(), os.tmpname()
    local file = assert(io.open(name, "w"))
    file:write("set -e\nwhatsapp() { ", LUA, ' bin/whatsapp "$@"; }\n',
      table.concat(blocks(read "docs/command.md", "sh")))
    file:close()
    local sandbox = assert(require("whatsapp.sandbox").start())
    local ok, err = sandbox:run(("timeout 120 sh %s > %s 2>&1"):format(name, output))
    local printed = read(output)
    os.remove(name)
    os.remove(output)
    sandbox:stop()
    assert.is_true(ok, tostring(err) .. "\n" .. printed)
  end)

  it("has at least one snippet in the README, and shows each make target as it is", function()
    local text, makefile = read "README.md", read "Makefile"
    assert.is_true(#blocks(text, "lua") >= 5)
    for _, block in ipairs(blocks(text, "sh")) do
      for target in block:gmatch "make (%l+)[ \n]" do
        assert.truthy(makefile:find("\n" .. target .. ":", 1, true) or target == "whatsapp", target)
      end
    end
  end)

  it("links to files and headings that are there", function()
    local found = {}
    local function headings_of(page)
      if not found[page] then
        found[page] = {}
        for heading in read(page):gsub("\n```.-\n```", ""):gmatch "\n#+ ([^\n]+)" do
          found[page][heading:lower():gsub("[^%w%s_-]", ""):gsub(" ", "-")] = true
        end
      end
      return found[page]
    end
    local n = 0
    for _, page in ipairs(pages()) do
      for target in read(page):gsub("\n```.-\n```", ""):gmatch "%]%(([^)%s]+)%)" do
        if not target:find "^https?://" then
          local path, heading = target:match "^([^#]*)#?(.*)$"
          path = path == "" and page or ((page:match "^docs/" or "") .. path):gsub("^docs/%.%./", "")
          local file = io.open(path)
          assert.truthy(file, page .. ": " .. target)
          file:close()
          assert.truthy(heading == "" or headings_of(path)[heading], page .. ": " .. target)
          n = n + 1
        end
      end
    end
    assert.is_true(n > 100)
  end)

  it("lists every option with its environment variable and default", function()
    local text, config = read "README.md", read "lua/whatsapp/config.lua"
    local n = 0
    for name, fields in config:gmatch "\n  ([%l_]+) = (%b{})," do
      if fields:find("check =", 1, true) then
        n = n + 1
        local row = text:match("\n(| `" .. name .. "` [^\n]*)")
        assert.truthy(row, name .. " is not in the README")
        local variable = fields:match 'env = "([%u_]+)"'
        if variable then assert.truthy(row:find("`" .. variable .. "`", 1, true), name) end
        local default = fields:match "default = ([^,} ]+)"
        if default then assert.truthy(row:find(default, 1, true), name .. " = " .. default) end
      end
    end
    assert.is_true(n > 15)
  end)
end)

describe("examples", function()
  -- Those that serve until they are stopped have specs of their own.
  local list = io.popen "grep -LF whatsapp.http examples/*.lua"
  for name in list:lines() do
    it("runs " .. name, function()
      local output = os.tmpname()
      local sandbox = assert(require("whatsapp.sandbox").start())
      local ok, err = sandbox:run(("%s %s > %s 2>&1"):format(LUA, name, output), mode_of(name))
      local printed = read(output)
      os.remove(output)
      sandbox:stop()
      assert.is_true(ok, tostring(err) .. "\n" .. printed)
    end)
  end
  list:close()
end)
