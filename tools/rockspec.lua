-- tools/rockspec.lua: writes the sources and modules that the tree holds into the
-- rockspec. (A rockspec cannot look around itself; spec/rockspec_spec.lua checks it.)

local NAME = "whatsapp-dev-1.rockspec"

local function lines(command)
  local list = {}
  local pipe = assert(io.popen(command))
  for line in pipe:lines() do
    list[#list + 1] = line
  end
  pipe:close()
  return list
end

local function sources()
  local list = lines "find src -name '*.c' ! -name module.c | LC_ALL=C sort"
  for i, path in ipairs(list) do
    list[i] = ("        %q,\n"):format(path)
  end
  return table.concat(list)
end

local function modules()
  local list = lines "find lua -name '*.lua' | LC_ALL=C sort"
  for i, path in ipairs(list) do
    local name = path:gsub("^lua/", ""):gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", ".")
    local key = name:find("%.") and ('["%s"]'):format(name) or name
    list[i] = ("    %s = %q,\n"):format(key, path)
  end
  return table.concat(list)
end

-- What lies beside the modules and is no Lua, the phone's page. LuaRocks puts a file where
-- the module of that name would be, under its own name.
local function others()
  local list = lines "find lua -type f ! -name '*.lua' | LC_ALL=C sort"
  for i, path in ipairs(list) do
    local folder, name = path:match "^lua/(.*)/([^/]+)$"
    list[i] = ("      [%q] = %q,\n"):format(folder:gsub("/", ".") .. "." .. name:gsub("%.", "_"), path)
  end
  return table.concat(list)
end

local function between(text, open, close, replacement)
  local _, from = assert(text:find(open, 1, true))
  local to = assert(text:find(close, from, true))
  return text:sub(1, from) .. replacement .. text:sub(to)
end

local file = assert(io.open(NAME))
local text = file:read "*a"
file:close()
text = between(text, "sources = {\n", "      },", sources())
text = between(text, "\n    },\n", "  },\n  install", modules())
text = between(text, "    lua = {\n", "    },\n", others())
file = assert(io.open(NAME, "w"))
file:write(text)
file:close()
