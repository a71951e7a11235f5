/* What the faces of the engine share. */
#ifndef LWA_BINDING_H
#define LWA_BINDING_H

#include "compat.h"

#include "../engine/engine.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Pushes nil and { kind, outcome, message, field }; returns 2. */
int lwa_fail(lua_State *L, const struct wa_error *err);

/* Registers a class whose methods are apart from its metamethods, so that no
 * script can call __gc. */
void lwa_newclass(lua_State *L, const char *name, const luaL_Reg *methods,
                  const luaL_Reg *metamethods);

/* Fields of the table at `index`; a wrong type raises and names the field.
 * The strings live as long as the table. */
const char *lwa_string_field(lua_State *L, int index, const char *name);
const char *lwa_bytes_field(lua_State *L, int index, const char *name,
                            size_t *length);
int lwa_boolean_field(lua_State *L, int index, const char *name);
/* Seconds, `missing` when the field is nil. */
double lwa_seconds_field(lua_State *L, int index, const char *name,
                         double missing);

struct wa_session *lwa_checksession(lua_State *L, int index);

void lwa_open_session(lua_State *L);  /* adds `session` to the table on top */
void lwa_open_exchange(lua_State *L); /* `submit`, `step`, `drain`, … */

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
