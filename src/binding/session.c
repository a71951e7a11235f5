/* core.session { … }: a boxed wa_session. */
#include "binding.h"

#include <stdio.h>
#include <string.h>

#define CLASS "whatsapp.core.session"

struct box {
  struct wa_session *session; /* NULL: never made, or collected */
  char label[160];            /* mode and host, for people */
};

static struct box *check(lua_State *L, int index) {
  return luaL_checkudata(L, index, CLASS);
}

struct wa_session *lwa_checksession(lua_State *L, int index) {
  return check(L, index)->session;
}

static const char *required(lua_State *L, const char *name, const char **bad) {
  const char *text = lwa_string_field(L, 1, name, bad);
  if(!text)
    luaL_error(L, "field '%s' is missing", name);
  return text;
}

static void read_config(lua_State *L, struct wa_session_config *config,
                        const char **bad) {
  memset(config, 0, sizeof(*config));
  config->direct = lwa_boolean_field(L, 1, "direct");
  config->allow_http = lwa_boolean_field(L, 1, "allow_http");
  config->base_url = required(L, "base_url", bad);
  config->control_url = lwa_string_field(L, 1, "control_url", bad);
  config->credential = required(L, "credential", bad);
  config->connection = lwa_string_field(L, 1, "connection", bad);
  config->ca_file = lwa_string_field(L, 1, "ca_file", bad);
  config->proxy = lwa_string_field(L, 1, "proxy", bad);
  config->user_agent = required(L, "user_agent", bad);
  config->timeout_ms = lwa_time_field(L, 1, "timeout", 1000, 30000);
  config->connect_timeout_ms =
      lwa_time_field(L, 1, "connect_timeout", 1000, 10000);
  config->stall_seconds = lwa_time_field(L, 1, "stall_timeout", 1, 30);
}

/* core.session(config) → session | nil, error */
static int new_session(lua_State *L) {
  struct wa_session_config config;
  struct wa_error err;
  const char *bad = NULL;
  luaL_checktype(L, 1, LUA_TTABLE);
  struct box *box = lua_newuserdata(L, sizeof(*box));
  memset(box, 0, sizeof(*box));
  luaL_getmetatable(L, CLASS);
  lua_setmetatable(L, -2);
  read_config(L, &config, &bad);
  if(bad) {
    if(!strcmp(bad, "credential"))
      bad = config.direct ? "access_token" : "api_key";
    wa_refuse(&err, WA_CONFIG, bad, "%s has a NUL character", bad);
    return lwa_fail(L, &err);
  }
  box->session = wa_session_new(&config, &err);
  if(!box->session)
    return lwa_fail(L, &err);
  wa_session_label(box->session, box->label, sizeof(box->label));
  return 1;
}

static int close_session(lua_State *L) {
  struct box *box = check(L, 1);
  if(box->session)
    wa_session_close(box->session);
  return 0;
}

static int closed(lua_State *L) {
  struct box *box = check(L, 1);
  lua_pushboolean(L, !box->session || wa_session_closed(box->session));
  return 1;
}

/* session:redact(text) → the text with *** for the secret, wherever it stands */
static int redact(lua_State *L) {
  size_t size, length;
  const struct wa_session *session = check(L, 1)->session;
  const char *text = luaL_checklstring(L, 2, &size);
  const char *end = text + size, *found;
  luaL_Buffer out;
  luaL_buffinit(L, &out);
  while(session && (found = wa_session_find_secret(
                        session, text, (size_t)(end - text), &length))) {
    luaL_addlstring(&out, text, (size_t)(found - text));
    luaL_addstring(&out, "***");
    text = found + length;
  }
  luaL_addlstring(&out, text, (size_t)(end - text));
  luaL_pushresult(&out);
  return 1;
}

static int collect(lua_State *L) {
  struct box *box = check(L, 1);
  if(box->session)
    wa_session_unref(box->session);
  box->session = NULL;
  return 0;
}

static int describe(lua_State *L) {
  lua_pushstring(L, check(L, 1)->label);
  return 1;
}

void lwa_open_session(lua_State *L) {
  static const luaL_Reg methods[] = {{"close", close_session},
                                     {"closed", closed},
                                     {"redact", redact},
                                     {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", collect},
                                         {"__close", close_session},
                                         {"__tostring", describe},
                                         {NULL, NULL}};
  lwa_newclass(L, CLASS, methods, metamethods);
  lua_pushcfunction(L, new_session);
  lua_setfield(L, -2, "session");
}
