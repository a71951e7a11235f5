std = "min"
max_line_length = 120
codes = true
exclude_files = { "build/**" }
files["spec"] = { std = "+busted" }
files["lua/whatsapp/loop/nginx.lua"] = { std = "+ngx_lua" }
files["lua/whatsapp/sandbox"] = { std = "+ngx_lua" }
