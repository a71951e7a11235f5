/* Lua 5.1 to 5.4 and LuaJIT on one page: code is written for 5.4. The names are
 * our own because LuaJIT's headers have some of the originals. */
#ifndef LWA_COMPAT_H
#define LWA_COMPAT_H

#include <lauxlib.h>
#include <lua.h>

#if LUA_VERSION_NUM < 502

#define lwa_rawlen(L, i) lua_objlen(L, i)

static inline void lwa_setfuncs(lua_State *L, const luaL_Reg *functions) {
  for(; functions->name; functions++) {
    lua_pushcfunction(L, functions->func);
    lua_setfield(L, -2, functions->name);
  }
}

#else

#define lwa_rawlen(L, i) lua_rawlen(L, i)

static inline void lwa_setfuncs(lua_State *L, const luaL_Reg *functions) {
  luaL_setfuncs(L, functions, 0);
}

#endif

#if LUA_VERSION_NUM >= 503

#define lwa_isyieldable(L) lua_isyieldable(L)
#define lwa_pushcount(L, n) lua_pushinteger(L, (lua_Integer)(n))

#else

/* LuaJIT has it, PUC 5.1 and 5.2 have not; a build for 5.1 may be loaded by either. */
#pragma weak lua_isyieldable
int lua_isyieldable(lua_State *L);
#define lwa_isyieldable(L) (!lua_isyieldable || lua_isyieldable(L))
#define lwa_pushcount(L, n) lua_pushnumber(L, (lua_Number)(n))

#endif

#endif
