--- The configuration of the sandbox's nginx. `${name}` is filled in by
--- `launch.lua`; everything relative lies under the prefix (`nginx -p`).

-- What each server answers to what nginx refuses by itself.
local REFUSED = [[
location @refused {
      content_by_lua_block { require("whatsapp.sandbox.server").refuse() }
    }
    location = /.refused {
      internal;
      content_by_lua_block { require("whatsapp.sandbox.server").refuse() }
    }]]

local CONF = [[
${modules}
${user}
daemon on;
worker_processes 1;
pid nginx.pid;
error_log error.log error;

events {
  worker_connections 2048;
  accept_mutex off;
}

http {
  access_log off;
  default_type application/octet-stream;

  client_body_temp_path tmp/body;
  proxy_temp_path tmp/proxy;
  fastcgi_temp_path tmp/fastcgi;
  uwsgi_temp_path tmp/uwsgi;
  scgi_temp_path tmp/scgi;

  underscores_in_headers on; # file_offset

  client_max_body_size 110m;
  client_body_buffer_size 256k;
  http2_body_preread_size 256k;
  http2_max_concurrent_streams 256;
  keepalive_requests 1000000;
  keepalive_timeout 60s;
  lingering_timeout 1s;

  # A client that gives up takes its request with it.
  lua_check_client_abort on;

  gzip on;
  gzip_types application/json;
  gzip_min_length 1024;

  ssl_certificate server.pem;
  ssl_certificate_key server.key;
  ssl_protocols TLSv1.2 TLSv1.3;
  ${http2}

  lua_package_path "${lua_path}";
  lua_package_cpath "${lua_cpath}";
  init_by_lua_block { require("whatsapp.sandbox.server").load(ngx.config.prefix()) }
  init_worker_by_lua_block { require("whatsapp.sandbox.server").start() }

  # Webhooks under way, one timer a customer.
  lua_max_running_timers 1024;
  lua_max_pending_timers 8192;

  # What nginx refuses by itself, such as a body that is too large.
  # A line that cannot be read has no path, which a named location would need.
  error_page 400 /.refused;
  error_page 405 408 411 413 414 415 417 431 494 495 496 497 500 501 505 @refused;

  server {
    listen 127.0.0.1:${port} ${listen};
    server_name localhost;
    location / {
      content_by_lua_block { require("whatsapp.sandbox.server").serve("main") }
    }
    ${refused}
  }

  server {
    listen 127.0.0.1:${control_port} ${listen};
    server_name localhost;
    location / {
      content_by_lua_block { require("whatsapp.sandbox.server").serve("control") }
    }
    ${refused}
  }

  server {
    listen 127.0.0.1:${phone_port};
    server_name localhost;
    lua_http10_buffering off; # events go out as they come
    location / {
      content_by_lua_block { require("whatsapp.sandbox.server").phone() }
    }
    ${refused}
  }
}
]]

return (CONF:gsub("%${refused}", REFUSED))
