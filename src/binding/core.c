/* whatsapp.core: the table it returns, and what the faces share. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* dladdr */
#endif

#include <dlfcn.h>
#include <signal.h>
#include <string.h>

#include "binding.h"

int lwa_fail(lua_State *L, const struct wa_error *err) {
  lua_pushnil(L);
  lua_createtable(L, 0, 4);
  lua_pushstring(L, wa_kind_name(err->kind));
  lua_setfield(L, -2, "kind");
  lua_pushstring(L, wa_outcome_name(err->outcome));
  lua_setfield(L, -2, "outcome");
  lua_pushstring(L, err->message);
  lua_setfield(L, -2, "message");
  if(err->field) {
    lua_pushstring(L, err->field);
    lua_setfield(L, -2, "field");
  }
  return 2;
}

static void push_field(lua_State *L, int index, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, index);
}

const char *lwa_string_field(lua_State *L, int index, const char *name,
                             const char **bad) {
  size_t length = 0;
  const char *text = lwa_bytes_field(L, index, name, &length);
  if(text && strlen(text) != length)
    *bad = name;
  return text;
}

const char *lwa_bytes_field(lua_State *L, int index, const char *name,
                            size_t *length) {
  const char *text = NULL;
  *length = 0;
  push_field(L, index, name);
  if(lua_type(L, -1) == LUA_TSTRING)
    text = lua_tolstring(L, -1, length);
  else if(!lua_isnil(L, -1))
    luaL_error(L, "field '%s' must be a string, not a %s", name,
               luaL_typename(L, -1));
  lua_pop(L, 1);
  return text;
}

int lwa_boolean_field(lua_State *L, int index, const char *name) {
  push_field(L, index, name);
  int value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

long lwa_time_field(lua_State *L, int index, const char *name, long unit,
                    long missing) {
  long units = missing;
  push_field(L, index, name);
  if(!lua_isnil(L, -1)) {
    double seconds = (double)lua_tonumber(L, -1);
    /* A day is the limit: beyond it milliseconds would not fit a long. */
    if(lua_type(L, -1) != LUA_TNUMBER || !(seconds >= 0 && seconds <= 86400))
      luaL_error(L, "field '%s' must be 0 to 86400 seconds", name);
    units = (long)(seconds * (double)unit);
    if((double)units < seconds * (double)unit)
      units++;
  }
  lua_pop(L, 1);
  return units;
}

static int now(lua_State *L) {
  lua_pushnumber(L, (lua_Number)wa_now());
  return 1;
}

/* core.yieldable() → whether the caller can yield, as far as this Lua knows.
 * nginx takes coroutine.isyieldable away. */
static int yieldable(lua_State *L) {
  lua_pushboolean(L, lwa_isyieldable(L));
  return 1;
}

static volatile sig_atomic_t got_term;

static void note_term(int number) {
  (void)number;
  got_term = 1;
}

/* core.terminated() → whether SIGTERM came. From the first call on, the first one
 * does not end the process, unless somebody else has a handler; the second does. */
static int terminated(lua_State *L) {
  static int heeded;
  struct sigaction action;
  if(!heeded && !sigaction(SIGTERM, NULL, &action) &&
     action.sa_handler == SIG_DFL) {
    memset(&action, 0, sizeof action);
    action.sa_handler = note_term;
    action.sa_flags = (int)(SA_RESTART | SA_RESETHAND);
    (void)sigaction(SIGTERM, &action, NULL);
  }
  heeded = 1;
  lua_pushboolean(L, got_term);
  return 1;
}

/* A closed lua_State must not unload code that libcurl may still call. */
static void pin_library(void) {
#if defined(RTLD_NODELETE) && defined(RTLD_NOLOAD)
  static const char anchor = 0;
  const void *here = &anchor;
  Dl_info info;
  if(dladdr(here, &info) && info.dli_fname)
    (void)dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
#endif
}

LWA_EXPORT int luaopen_whatsapp_core(lua_State *L);

int luaopen_whatsapp_core(lua_State *L) {
  struct wa_error err;
  if(wa_engine_prepare(&err))
    return luaL_error(L, "whatsapp: %s", err.message);
  pin_library();
  lua_newtable(L);
  lua_pushcfunction(L, now);
  lua_setfield(L, -2, "now");
  lua_pushcfunction(L, yieldable);
  lua_setfield(L, -2, "yieldable");
  lua_pushcfunction(L, terminated);
  lua_setfield(L, -2, "terminated");
  lwa_open_crypto(L);
  lwa_open_key(L);
  lwa_open_session(L);
  lwa_open_exchange(L);
  lwa_open_download(L);
  lwa_open_engine(L);
  lwa_open_json(L);
  return 1;
}
