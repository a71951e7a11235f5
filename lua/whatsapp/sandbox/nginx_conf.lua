--- The configuration of the sandbox's nginx. `${name}` is filled in by
--- `launch.lua`; everything relative lies under the prefix (`nginx -p`).

return [[
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

  client_max_body_size 110m;
  client_body_buffer_size 256k;
  http2_body_preread_size 256k;
  http2_max_concurrent_streams 256;
  keepalive_requests 1000000;
  keepalive_timeout 60s;

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

  server {
    listen 127.0.0.1:${port} ${listen};
    server_name localhost;
    location / {
      content_by_lua_block { require("whatsapp.sandbox.server").serve("main") }
    }
  }

  server {
    listen 127.0.0.1:${control_port} ${listen};
    server_name localhost;
    location / {
      content_by_lua_block { require("whatsapp.sandbox.server").serve("control") }
    }
  }
}
]]
