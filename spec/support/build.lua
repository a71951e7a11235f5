--- What `make` built for the specs, beside the core of this Lua.

local M = {}

--- The build directory, from where the core is found.
M.directory = assert(package.searchpath and package.searchpath("whatsapp.core", package.cpath)
  or package.cpath:match "[^;]*"):gsub("/whatsapp/core%.so$", ""):gsub("/%?%.so$", "")

--- The module of posix.c.
---@return { fork: fun(): integer, wait: fun(pid: integer): integer, exit: fun(status: integer), pid: fun(): integer }
function M.posix()
  return assert(package.loadlib(M.directory .. "/spec/posix.so", "luaopen_posix"))()
end

return M
