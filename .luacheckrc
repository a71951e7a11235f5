std = "min"
max_line_length = 120
codes = true
exclude_files = { "build/**" }

-- What only some of the Luas have; used behind a check.
read_globals = {
  "jit", "setfenv", "unpack",
  coroutine = { fields = { "isyieldable" } },
  math = { fields = { "tointeger", "type" } },
  table = { fields = { "pack", "unpack" } },
}

files["spec"] = { std = "+busted" }
files["lua/whatsapp/loop/nginx.lua"] = { std = "+ngx_lua" }
files["lua/whatsapp/store/nginx"] = { std = "+ngx_lua" }
files["lua/whatsapp/store/redis/resty.lua"] = { std = "+ngx_lua" }
files["bench/nginx/contenders.lua"] = { std = "+ngx_lua" }
files["lua/whatsapp/sandbox"] = { std = "+ngx_lua" }
