--- The time of day, in seconds since 1970, as the machine has it. For what other
--- processes see too; how long something takes is `loop.now`'s business.

local ngx = rawget(_G, "ngx")

return ngx and ngx.now or os.time
