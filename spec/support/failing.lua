--- A store of a user's own over another one, whose operations fail when they are
--- told to: before they have done anything, or with the answer lost.

local Error = require "whatsapp.error"
local check = require "whatsapp.store.check"
local store = require "whatsapp.store"

local M = {}

--- A store over another one. `fails(method)` says, call by call, whether it fails:
--- "before", "after" (done, but nobody hears of it), "raise", or not.
---@param inner whatsapp.Store
---@param fails fun(method: string): string|nil
---@return whatsapp.Store
function M.new(inner, fails)
  local backend = { name = "failing" }
  for method in pairs(check.methods) do
    backend[method] = function(_, ...)
      local how = fails(method)
      if how == "raise" then error("a bug in " .. method) end
      if how == "before" then return nil, Error.new { kind = "io", message = method .. " failed" } end
      if not how then return inner[method](inner, ...) end
      inner[method](inner, ...)
      return nil, Error.new { kind = "io", message = "the answer of " .. method .. " was lost" }
    end
  end
  return store.new(backend)
end

return M
