--- Loaded before all specs: every sandbox that they stop must not have crashed. Not in
--- package.loaded, where each file of specs has its own modules.

local NAME = "whatsapp.sandbox.launch"

local find_lua_file = (rawget(package, "searchers") or rawget(package, "loaders"))[2]

package.preload[NAME] = function()
  local launch = find_lua_file(NAME)(NAME)
  local stop = launch.stop
  function launch.stop(prefix, pid)
    stop(prefix, pid)
    require("spec.support.crashes").refuse(prefix)
  end
  return launch
end
