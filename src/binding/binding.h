/* What the faces of the engine share. */
#ifndef LWA_BINDING_H
#define LWA_BINDING_H

#include "module.h"

#include "../engine/engine.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Pushes nil and { kind, outcome, message, field }; returns 2. */
int lwa_fail(lua_State *L, const struct wa_error *err);

/* Fields of the table at the absolute `index`, without metamethods; a wrong
 * type raises and names the field. The strings live as long as the table. */
const char *lwa_bytes_field(lua_State *L, int index, const char *name,
                            size_t *length);
/* A string without a NUL, since C would see only what stands before it: another
 * is reported by putting its name into `*bad`. */
const char *lwa_string_field(lua_State *L, int index, const char *name,
                             const char **bad);
int lwa_boolean_field(lua_State *L, int index, const char *name);
/* Seconds as whole units, `unit` of them a second, rounded up so that a short
 * limit does not become none; `missing` when the field is nil. */
long lwa_time_field(lua_State *L, int index, const char *name, long unit,
                    long missing);

/* Leaves a boxed exchange for the arguments (session, request) on top and
 * returns what is in it, or NULL with `err`. */
struct wa_exchange *lwa_newexchange(lua_State *L, struct wa_error *err);

/* Lets go of the boxed exchange on top, which is over, before it is collected:
 * what it holds may be wanted again. */
void lwa_dropexchange(lua_State *L);

/* NULL once it was collected, as a finalizer may find it. */
struct wa_session *lwa_checksession(lua_State *L, int index);

/* Raises for one that was closed. */
struct wa_download *lwa_checkdownload(lua_State *L, int index);

void lwa_open_crypto(lua_State *L); /* adds its functions to the table on top */
void lwa_open_key(lua_State *L);    /* `private_key`, …, `cipher` */
void lwa_open_session(lua_State *L); /* `session` */
void lwa_open_exchange(lua_State *L);
void lwa_open_download(lua_State *L); /* `download` */
void lwa_open_engine(lua_State *L);   /* `submit`, `step`, `drain`, `port` */
void lwa_open_json(lua_State *L);     /* `encode` */

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
