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
    Sends through the WhatsApp Business Cloud API, directly or
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
        "src/binding/crypto.c",
        "src/binding/engine.c",
        "src/binding/exchange.c",
        "src/binding/json.c",
        "src/binding/session.c",
        "src/engine/buffer.c",
        "src/engine/crypto.c",
        "src/engine/download.c",
        "src/engine/engine.c",
        "src/engine/error.c",
        "src/engine/exchange.c",
        "src/engine/multipart.c",
        "src/engine/session.c",
        "src/engine/source.c",
        "src/engine/thread.c",
      },
      defines = { "_GNU_SOURCE" },
      incdirs = { "src", "$(CURL_INCDIR)", "$(CRYPTO_INCDIR)" },
      libdirs = { "$(CURL_LIBDIR)", "$(CRYPTO_LIBDIR)" },
      libraries = { "curl", "crypto", "pthread" },
    },
    ["whatsapp.api.connections"] = "lua/whatsapp/api/connections.lua",
    ["whatsapp.api"] = "lua/whatsapp/api/init.lua",
    ["whatsapp.api.media"] = "lua/whatsapp/api/media.lua",
    ["whatsapp.api.messages"] = "lua/whatsapp/api/messages.lua",
    ["whatsapp.api.phone_numbers"] = "lua/whatsapp/api/phone_numbers.lua",
    ["whatsapp.api.profile"] = "lua/whatsapp/api/profile.lua",
    ["whatsapp.api.source"] = "lua/whatsapp/api/source.lua",
    ["whatsapp.api.templates"] = "lua/whatsapp/api/templates.lua",
    ["whatsapp.api.uploads"] = "lua/whatsapp/api/uploads.lua",
    ["whatsapp.client"] = "lua/whatsapp/client.lua",
    ["whatsapp.config"] = "lua/whatsapp/config.lua",
    ["whatsapp.error"] = "lua/whatsapp/error.lua",
    ["whatsapp.error.codes"] = "lua/whatsapp/error/codes.lua",
    whatsapp = "lua/whatsapp/init.lua",
    ["whatsapp.json"] = "lua/whatsapp/json.lua",
    ["whatsapp.log"] = "lua/whatsapp/log.lua",
    ["whatsapp.loop.cqueues"] = "lua/whatsapp/loop/cqueues.lua",
    ["whatsapp.loop"] = "lua/whatsapp/loop/init.lua",
    ["whatsapp.loop.luv"] = "lua/whatsapp/loop/luv.lua",
    ["whatsapp.loop.native"] = "lua/whatsapp/loop/native.lua",
    ["whatsapp.loop.nginx"] = "lua/whatsapp/loop/nginx.lua",
    ["whatsapp.message.action"] = "lua/whatsapp/message/action.lua",
    ["whatsapp.message.carousel"] = "lua/whatsapp/message/carousel.lua",
    ["whatsapp.message.commerce"] = "lua/whatsapp/message/commerce.lua",
    ["whatsapp.message.contacts"] = "lua/whatsapp/message/contacts.lua",
    ["whatsapp.message.definition"] = "lua/whatsapp/message/definition.lua",
    ["whatsapp.message"] = "lua/whatsapp/message/init.lua",
    ["whatsapp.message.interactive"] = "lua/whatsapp/message/interactive.lua",
    ["whatsapp.message.kinds"] = "lua/whatsapp/message/kinds.lua",
    ["whatsapp.message.location"] = "lua/whatsapp/message/location.lua",
    ["whatsapp.message.media"] = "lua/whatsapp/message/media.lua",
    ["whatsapp.message.recipient"] = "lua/whatsapp/message/recipient.lua",
    ["whatsapp.message.reply"] = "lua/whatsapp/message/reply.lua",
    ["whatsapp.message.template"] = "lua/whatsapp/message/template.lua",
    ["whatsapp.pace"] = "lua/whatsapp/pace.lua",
    ["whatsapp.parallel"] = "lua/whatsapp/parallel.lua",
    ["whatsapp.poll"] = "lua/whatsapp/poll.lua",
    ["whatsapp.request"] = "lua/whatsapp/request.lua",
    ["whatsapp.resource"] = "lua/whatsapp/resource.lua",
    ["whatsapp.retry"] = "lua/whatsapp/retry.lua",
    ["whatsapp.sandbox.certificate"] = "lua/whatsapp/sandbox/certificate.lua",
    ["whatsapp.sandbox.identity"] = "lua/whatsapp/sandbox/identity.lua",
    ["whatsapp.sandbox"] = "lua/whatsapp/sandbox/init.lua",
    ["whatsapp.sandbox.journal"] = "lua/whatsapp/sandbox/journal.lua",
    ["whatsapp.sandbox.launch"] = "lua/whatsapp/sandbox/launch.lua",
    ["whatsapp.sandbox.nginx_conf"] = "lua/whatsapp/sandbox/nginx_conf.lua",
    ["whatsapp.sandbox.options"] = "lua/whatsapp/sandbox/options.lua",
    ["whatsapp.sandbox.orders"] = "lua/whatsapp/sandbox/orders.lua",
    ["whatsapp.sandbox.server.account"] = "lua/whatsapp/sandbox/server/account.lua",
    ["whatsapp.sandbox.server.answer"] = "lua/whatsapp/sandbox/server/answer.lua",
    ["whatsapp.sandbox.server.business_account"] = "lua/whatsapp/sandbox/server/business_account.lua",
    ["whatsapp.sandbox.server.business_profile"] = "lua/whatsapp/sandbox/server/business_profile.lua",
    ["whatsapp.sandbox.server.connections"] = "lua/whatsapp/sandbox/server/connections.lua",
    ["whatsapp.sandbox.server.crypto"] = "lua/whatsapp/sandbox/server/crypto.lua",
    ["whatsapp.sandbox.server.errors"] = "lua/whatsapp/sandbox/server/errors.lua",
    ["whatsapp.sandbox.server.faults"] = "lua/whatsapp/sandbox/server/faults.lua",
    ["whatsapp.sandbox.server.fields"] = "lua/whatsapp/sandbox/server/fields.lua",
    ["whatsapp.sandbox.server"] = "lua/whatsapp/sandbox/server/init.lua",
    ["whatsapp.sandbox.server.media"] = "lua/whatsapp/sandbox/server/media.lua",
    ["whatsapp.sandbox.server.media_types"] = "lua/whatsapp/sandbox/server/media_types.lua",
    ["whatsapp.sandbox.server.message_history"] = "lua/whatsapp/sandbox/server/message_history.lua",
    ["whatsapp.sandbox.server.message_templates"] = "lua/whatsapp/sandbox/server/message_templates.lua",
    ["whatsapp.sandbox.server.messages"] = "lua/whatsapp/sandbox/server/messages.lua",
    ["whatsapp.sandbox.server.multipart"] = "lua/whatsapp/sandbox/server/multipart.lua",
    ["whatsapp.sandbox.server.paging"] = "lua/whatsapp/sandbox/server/paging.lua",
    ["whatsapp.sandbox.server.phone_numbers"] = "lua/whatsapp/sandbox/server/phone_numbers.lua",
    ["whatsapp.sandbox.server.rates"] = "lua/whatsapp/sandbox/server/rates.lua",
    ["whatsapp.sandbox.server.request"] = "lua/whatsapp/sandbox/server/request.lua",
    ["whatsapp.sandbox.server.routes"] = "lua/whatsapp/sandbox/server/routes.lua",
    ["whatsapp.sandbox.server.seed_templates"] = "lua/whatsapp/sandbox/server/seed_templates.lua",
    ["whatsapp.sandbox.server.services"] = "lua/whatsapp/sandbox/server/services.lua",
    ["whatsapp.sandbox.server.state"] = "lua/whatsapp/sandbox/server/state.lua",
    ["whatsapp.sandbox.server.template_buttons"] = "lua/whatsapp/sandbox/server/template_buttons.lua",
    ["whatsapp.sandbox.server.template_check"] = "lua/whatsapp/sandbox/server/template_check.lua",
    ["whatsapp.sandbox.server.template_rules"] = "lua/whatsapp/sandbox/server/template_rules.lua",
    ["whatsapp.sandbox.server.text"] = "lua/whatsapp/sandbox/server/text.lua",
    ["whatsapp.sandbox.server.uploads"] = "lua/whatsapp/sandbox/server/uploads.lua",
    ["whatsapp.sandbox.server.watchdog"] = "lua/whatsapp/sandbox/server/watchdog.lua",
    ["whatsapp.sandbox.shell"] = "lua/whatsapp/sandbox/shell.lua",
    ["whatsapp.schema"] = "lua/whatsapp/schema.lua",
    ["whatsapp.send"] = "lua/whatsapp/send.lua",
    ["whatsapp.store.agenda"] = "lua/whatsapp/store/agenda.lua",
    ["whatsapp.store.check"] = "lua/whatsapp/store/check.lua",
    ["whatsapp.store"] = "lua/whatsapp/store/init.lua",
    ["whatsapp.store.memory"] = "lua/whatsapp/store/memory.lua",
    ["whatsapp.version"] = "lua/whatsapp/version.lua",
  },
}

test = {
  type = "command",
  command = "make test",
}
