rockspec_format = "3.0"
package = "whatsapp-redis"
version = "dev-1"

-- The development version is built from a checkout: `luarocks make`.
source = {
  url = "git+file://.",
}

description = {
  summary = "Redis for the stores of whatsapp",
  detailed = [[
    The module behind whatsapp.store.redis outside nginx: received events and
    conversations in Redis. It is a rock of its own so that whatsapp itself needs
    no hiredis.
  ]],
  license = "MIT",
  labels = { "whatsapp", "redis" },
}

dependencies = {
  "lua >= 5.1, < 5.5",
  "whatsapp",
}

external_dependencies = {
  HIREDIS = { header = "hiredis/hiredis.h", library = "hiredis" },
}

build = {
  type = "builtin",
  modules = {
    ["whatsapp.hiredis"] = {
      sources = { "src/hiredis/module.c" },
      defines = { "_GNU_SOURCE" },
      incdirs = { "$(HIREDIS_INCDIR)" },
      libdirs = { "$(HIREDIS_LIBDIR)" },
      libraries = { "hiredis", "pthread" },
    },
  },
}
