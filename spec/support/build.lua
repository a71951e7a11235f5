--- What `make` built for the specs, beside the core of this Lua.

local M = {}

local function exists(path)
  local file = io.open(path)
  if file then file:close() end
  return file ~= nil
end

--- The build directory, which is where the core is found.
M.directory = "build"
for folder in package.cpath:gmatch "([^;]+)/%?%.so" do
  if exists(folder .. "/whatsapp/core.so") then
    M.directory = folder
    break
  end
end

--- The library of posix.c.
M.posix = M.directory .. "/spec/posix.so"

--- The host of oom.c, where it is built.
M.oom = exists(M.directory .. "/spec/oom") and M.directory .. "/spec/oom" or nil

return M
