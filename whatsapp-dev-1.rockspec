rockspec_format = "3.0"
package = "whatsapp"
version = "dev-1"

-- The development version is built from a checkout: `luarocks make`.
source = {
  url = "git+file://.",
}

description = {
  summary = "WhatsApp Business for Lua",
  detailed = [[
    Sends and receives through the WhatsApp Business Cloud API, directly or
    through a gateway: a C core on libcurl under Lua that reads like the
    conversation it automates.
  ]],
  license = "MIT",
}

dependencies = {
  "lua >= 5.1, < 5.5",
  "lua-cjson",
}

-- No header is named for curl: on Debian it lies in a folder per architecture,
-- which the compiler searches and LuaRocks does not.
external_dependencies = {
  CURL = { library = "curl" },
  CRYPTO = { header = "openssl/evp.h", library = "crypto" },
}

build = {
  type = "builtin",
  modules = {
    ["whatsapp.core"] = {
      sources = {
        "src/binding/core.c",
        "src/binding/exchange.c",
        "src/binding/session.c",
        "src/engine/buffer.c",
        "src/engine/download.c",
        "src/engine/engine.c",
        "src/engine/error.c",
        "src/engine/exchange.c",
        "src/engine/multipart.c",
        "src/engine/session.c",
        "src/engine/source.c",
      },
      defines = { "_GNU_SOURCE" },
      incdirs = { "src", "$(CURL_INCDIR)", "$(CRYPTO_INCDIR)" },
      libdirs = { "$(CURL_LIBDIR)", "$(CRYPTO_LIBDIR)" },
      libraries = { "curl", "crypto", "pthread" },
    },
    ["whatsapp.error"] = "lua/whatsapp/error.lua",
    ["whatsapp.error.codes"] = "lua/whatsapp/error/codes.lua",
    ["whatsapp.json"] = "lua/whatsapp/json.lua",
    ["whatsapp.version"] = "lua/whatsapp/version.lua",
  },
}

test = {
  type = "command",
  command = "make test",
}
