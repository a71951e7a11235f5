-- Who may know whom. A `require` goes down the levels of the design, never up;
-- on the same level it sees a sibling's face, never its insides.

local files = require "spec.support.files"

-- By module, or by folder with a slash at its end.
local LEVELS = {
  ["version"] = 0, ["json"] = 0, ["error"] = 0, ["error/"] = 0, ["schema"] = 0, ["percent"] = 0, ["message/"] = 0,
  ["core"] = 1,
  ["webhook/parse"] = 0, ["webhook/event"] = 0, ["webhook/read"] = 0, ["webhook/fields"] = 0,
  ["webhook/pattern"] = 0,
  ["clock"] = 2, ["complaint"] = 2, ["loop/"] = 2, ["store/"] = 2, ["webhook/"] = 2,
  ["config"] = 3, ["retry"] = 3, ["pace"] = 3, ["poll"] = 3, ["window"] = 3, ["api/"] = 3, ["request"] = 3,
  ["preflight/"] = 3, ["resource"] = 3, ["send"] = 3, ["parallel"] = 3, ["log"] = 3,
  ["client"] = 4,
  ["bot/"] = 5, ["conversation/"] = 5, ["flow/"] = 5,
  ["flow/screens"] = 0, ["flow/components"] = 0, ["flow/write"] = 0, ["flow/read"] = 0, ["flow/check"] = 0,
  ["flow/placement"] = 0, ["flow/references"] = 0, ["flow/routes"] = 0, ["flow/document"] = 0, ["flow/places"] = 0,
  ["flow/actions"] = 0, ["flow/model"] = 0, ["flow/relations"] = 0, ["flow/expression"] = 0, ["flow/view"] = 0,
  ["flow/filling"] = 0, ["flow/pattern"] = 0, ["flow/condition"] = 0, ["flow/sheet"] = 0, ["flow/player"] = 0,
  ["flow/exchange"] = 0,
  ["flow/envelope"] = 2, ["flow/request"] = 2, ["flow/keypair"] = 2, ["flow/token"] = 2, ["flow/image"] = 2,
  ["init"] = 5,
  ["nginx"] = 6, ["http"] = 6, ["sandbox/"] = 6, ["cli/"] = 6, ["testing"] = 6, ["testing/"] = 6,
}

-- The core moves bytes; few rooms have business there.
local MAY_KNOW_CORE = { ["client"] = true, ["request"] = true, ["loop/"] = true, ["api/source"] = true,
  ["api/media/download"] = true, ["api/fetch"] = true, ["webhook/"] = true,
  ["flow/envelope"] = true, ["flow/request"] = true, ["flow/endpoint"] = true, ["flow/keypair"] = true,
  ["flow/token"] = true, ["flow/image"] = true,
  ["flow/media"] = true, ["http"] = true, ["testing/flow"] = true, ["cli/http"] = true }

-- What runs inside the sandbox's nginx stands apart from the client. Flow JSON is
-- checked by Meta's rules on both sides, and played on both, so these are there once.
local SHARED = { ["json"] = true, ["error"] = true, ["flow/check"] = true, ["flow/document"] = true,
  ["flow/player"] = true }

local function server_may_require(name)
  return name:find "^sandbox/" or SHARED[name]
end

local read = files.read

-- "lua/whatsapp/message/kinds.lua" → "message/kinds"
local function short_name(path)
  return path:match "^lua/whatsapp/(.*)%.lua$"
end

-- "whatsapp.message.kinds" → "message/kinds"
local function short_module(module)
  return module == "whatsapp" and "init" or module:match("^whatsapp%.(.*)$"):gsub("%.", "/")
end

-- The folder at the top that a module lives in, as in LEVELS; else its own name.
local function room(name)
  local folder = name:match "^[^/]+/"
  if folder then return folder end
  return LEVELS[name .. "/"] and not LEVELS[name] and name .. "/" or name
end

local function level(name)
  return LEVELS[name] or LEVELS[room(name)]
end

-- What a module requires of ours.
local function required_by(path)
  local found = {}
  for module in read(path):gmatch "require%s*%(?%s*[\"'](whatsapp[%w_.]*)[\"']" do
    found[#found + 1] = short_module(module)
  end
  return found
end

local function complaint(name, other)
  if name:find "^sandbox/server/" then
    return not server_may_require(other) and "runs in nginx, where only the sandbox's own are"
  end
  if not level(other) then return "is on no level" end
  if other == "core" and not (MAY_KNOW_CORE[name] or MAY_KNOW_CORE[room(name)]) then
    return "is for the client, its requests, the loops, media, the webhook, its server and Flows"
  end
  if level(other) > level(name) then return "is on a higher level" end
  if level(other) == level(name) and room(other) ~= room(name) and other:find "/"
    and room(other):gsub("/", "") ~= room(name) then
    return "is inside a sibling"
  end
end

describe("the levels", function()
  it("have a place for every module", function()
    for _, path in ipairs(files.under("lua/whatsapp", "*.lua")) do
      assert.is_number(level(short_name(path)), path .. " is on no level: see spec/levels_spec.lua")
    end
  end)

  it("are kept by every require", function()
    local seen = 0
    for _, path in ipairs(files.under("lua/whatsapp", "*.lua")) do
      for _, other in ipairs(required_by(path)) do
        local why = complaint(short_name(path), other)
        assert.is_falsy(why, ("%s requires %s, which %s"):format(path, other, tostring(why)))
        seen = seen + 1
      end
    end
    assert.is_true(seen > 50)
  end)

  it("would notice who breaks them", function()
    for _, case in ipairs {
      { "message/init", "loop" }, { "error", "config" }, { "loop/native", "client" },
      { "config", "core" }, { "send", "api/media" }, { "schema", "message/media" },
      { "client", "nowhere" }, { "client", "init" }, { "sandbox/server/init", "client" },
    } do
      assert.is_string(complaint(case[1], case[2]), case[1] .. " may require " .. case[2])
    end
    for _, case in ipairs {
      { "error", "error/codes" }, { "message/init", "message/kinds" }, { "client", "core" },
      { "api/media", "message/media" }, { "sandbox/init", "json" }, { "init", "client" },
    } do
      assert.is_falsy(complaint(case[1], case[2]), case[1] .. " may not require " .. case[2])
    end
  end)

  it("have C below them that knows no Lua", function()
    for _, pattern in ipairs { "*.c", "*.h" } do
      for _, path in ipairs(files.under("src/engine", pattern)) do
        assert.is_nil(read(path):find("#%s*include%s*[<\"][^>\"\n]*lua[^>\"\n]*%.h"), path)
      end
    end
  end)
end)

describe("the modules", function()
  -- In a fresh Lua, so that nothing of the test tools is in the way.
  local SCRIPT = [[
    local before = {}
    for name in pairs(_G) do before[name] = true end
    for name in io.lines(%q) do require(name) end
    for name in pairs(_G) do if not before[name] then print(name) end end
    print "done"
  ]]

  local function run(script)
    local file, list = os.tmpname(), os.tmpname()
    local out = assert(io.open(list, "w"))
    for _, path in ipairs(files.under("lua/whatsapp", "*.lua")) do
      local name = short_name(path)
      -- Those of an nginx worker load nowhere else.
      if not name:find "^sandbox/server/" and name ~= "loop/nginx" then
        out:write(("whatsapp/" .. name):gsub("/init$", ""):gsub("/", "."), "\n")
      end
    end
    out:close()
    out = assert(io.open(file, "w"))
    out:write(script:format(list))
    out:close()
    local pipe = assert(io.popen(("%s %s 2>&1"):format(os.getenv "LUA_BIN" or "lua", file)))
    local text = pipe:read "*a"
    pipe:close()
    os.remove(file)
    os.remove(list)
    return text
  end

  it("make no globals", function()
    assert.are.equal("done\n", run(SCRIPT))
  end)
end)
