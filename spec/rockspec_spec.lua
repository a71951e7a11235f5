-- The rock holds every module of the tree, and nothing that is not there.

local files = require "spec.support.files"

local NAME = "whatsapp-dev-1.rockspec"

local function load_rockspec()
  local rockspec = {}
  local chunk
  if setfenv then
    chunk = setfenv(assert(loadfile(NAME)), rockspec)
  else
    chunk = assert(loadfile(NAME, "t", rockspec))
  end
  chunk()
  return rockspec
end

local function module_name(path)
  return (path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

describe("the rockspec", function()
  local modules = load_rockspec().build.modules

  it("lists every Lua module under its name", function()
    local listed, there = {}, {}
    for name, source in pairs(modules) do
      if type(source) == "string" then
        listed[name] = source
      end
    end
    for _, path in ipairs(files.under("lua", "*.lua")) do
      there[module_name(path)] = path
    end
    assert.same(there, listed)
  end)

  it("lists every C source of the core", function()
    local listed = { (unpack or table.unpack)(modules["whatsapp.core"].sources) }
    table.sort(listed)
    local there = {}
    for _, path in ipairs(files.under("src", "*.c")) do
      -- Those are modules of other rocks.
      if not path:find "/module%.c$" then there[#there + 1] = path end
    end
    assert.same(there, listed)
  end)

  it("installs the command", function()
    assert.same({ whatsapp = "bin/whatsapp" }, load_rockspec().build.install.bin)
  end)

  it("lists what lies beside the modules, each where it belongs", function()
    local listed, there = {}, {}
    for name, path in pairs(load_rockspec().build.install.lua) do
      assert.equal(path:match "^lua/(.*)/", (name:gsub("%.[^.]*$", ""):gsub("%.", "/")))
      listed[path] = true
    end
    for _, path in ipairs(files.under("lua", "*")) do
      if not path:find "%.lua$" then there[path] = true end
    end
    assert.same(there, listed)
  end)
end)
