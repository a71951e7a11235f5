/* What every C module of ours begins with. The core has it, and so have those
 * that are rocks of their own: nothing of it needs to be linked. */
#ifndef LWA_MODULE_H
#define LWA_MODULE_H

#include "compat.h"

#if defined(__GNUC__)
#define LWA_EXPORT __attribute__((visibility("default")))
#else
#define LWA_EXPORT
#endif

/* Registers a class whose methods are apart from its metamethods, so that no
 * script can call __gc. */
static inline void lwa_newclass(lua_State *L, const char *name,
                                const luaL_Reg *methods,
                                const luaL_Reg *metamethods) {
  luaL_newmetatable(L, name);
  lwa_setfuncs(L, metamethods);
  lua_newtable(L);
  lwa_setfuncs(L, methods);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pop(L, 1);
}

#endif
