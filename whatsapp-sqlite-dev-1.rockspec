rockspec_format = "3.0"
package = "whatsapp-sqlite"
version = "dev-1"

-- The development version is built from a checkout: `luarocks make`.
source = {
  url = "git+file://.",
}

description = {
  summary = "SQLite for the stores of whatsapp",
  detailed = [[
    The module behind whatsapp.store.sqlite: received events and conversations
    in a file. It is a rock of its own so that whatsapp itself needs no SQLite.
  ]],
  license = "MIT",
  labels = { "whatsapp", "sqlite" },
}

dependencies = {
  "lua >= 5.1, < 5.5",
  "whatsapp",
}

external_dependencies = {
  SQLITE = { header = "sqlite3.h", library = "sqlite3" },
}

build = {
  type = "builtin",
  modules = {
    ["whatsapp.sqlite"] = {
      sources = { "src/sqlite/module.c" },
      defines = { "_GNU_SOURCE" },
      incdirs = { "$(SQLITE_INCDIR)" },
      libdirs = { "$(SQLITE_LIBDIR)" },
      libraries = { "sqlite3", "pthread" },
    },
  },
}
