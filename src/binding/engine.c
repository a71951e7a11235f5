/* The engine's two faces: core.submit, step and drain, where the caller steps
 * it, and the ports of core.port, where a thread does. */
#include "binding.h"

#include "../engine/thread.h"

#define ENGINE_CLASS "whatsapp.core.engine"
#define PORT_CLASS "whatsapp.core.port"

#define STEP_MAX_SECONDS 0.2 /* so that Ctrl-C and hooks get their turn */

static int closing(struct wa_error *err) {
  return wa_fail(err, WA_STATE, WA_NOT_SENT, "the Lua state is closing");
}

/* Both faces end a submission alike: the exchange on top, or nil, error. */
static int submitted(lua_State *L, struct wa_exchange *exchange, int failed,
                     const struct wa_error *err) {
  if(!failed)
    return 1;
  wa_exchange_unref(exchange); /* the reference that was not taken over */
  lwa_dropexchange(L);
  return lwa_fail(L, err);
}

/* Notes that the submitter knows it, and pushes the id. */
static int deliver(lua_State *L, struct wa_exchange *exchange) {
  if(!exchange)
    return 0;
  struct wa_slot *slot = wa_exchange_slot(exchange);
  slot->delivered = 1;
  lwa_pushcount(L, slot->id);
  wa_exchange_unref(exchange);
  return 1;
}

/* Stepped by the caller -------------------------------------------------------
 */

struct engine_box {
  struct wa_engine *engine;
  int collected; /* the Lua state is closing */
};

/* The engine of this process, made at the first use. After a fork the parent's
 * is left alone: its sockets are still in use over there. */
static struct wa_engine *get_engine(lua_State *L, struct wa_error *err) {
  struct engine_box *box = lua_touserdata(L, lua_upvalueindex(1));
  if(box->collected) {
    closing(err);
    return NULL;
  }
  if(box->engine && !wa_engine_is_ours(box->engine)) {
    wa_engine_free(box->engine);
    box->engine = NULL;
  }
  if(!box->engine)
    box->engine = wa_engine_new(err);
  return box->engine;
}

static int collect_engine(lua_State *L) {
  struct engine_box *box = luaL_checkudata(L, 1, ENGINE_CLASS);
  wa_engine_free(box->engine);
  box->engine = NULL;
  box->collected = 1;
  return 0;
}

/* core.submit(session, request) → exchange | nil, error */
static int submit(lua_State *L) {
  struct wa_error err;
  struct wa_exchange *exchange = lwa_newexchange(L, &err);
  struct wa_engine *engine = exchange ? get_engine(L, &err) : NULL;
  if(!exchange)
    return lwa_fail(L, &err);
  wa_exchange_ref(exchange);
  return submitted(L, exchange,
                   !engine || wa_engine_submit(engine, exchange, &err), &err);
}

/* core.step(seconds) → true | nil, error */
static int step(lua_State *L) {
  struct wa_error err;
  double seconds = (double)luaL_checknumber(L, 1);
  struct wa_engine *engine = get_engine(L, &err);
  if(seconds > STEP_MAX_SECONDS)
    seconds = STEP_MAX_SECONDS;
  int ms = seconds > 0 ? (int)(seconds * 1000 + 0.999) : 0;
  if(!engine || wa_engine_step(engine, ms, &err))
    return lwa_fail(L, &err);
  lua_pushboolean(L, 1);
  return 1;
}

/* core.drain() → the id of an exchange that is done, or nil */
static int drain(lua_State *L) {
  struct wa_error err;
  struct wa_engine *engine = get_engine(L, &err);
  return deliver(L, engine ? wa_engine_take(engine) : NULL);
}

/* Stepped by the thread -------------------------------------------------------
 */

struct port_box {
  struct wa_port *port;
  int collected;
};

static struct wa_port *get_port(lua_State *L, struct wa_error *err) {
  struct port_box *box = lua_touserdata(L, lua_upvalueindex(1));
  if(box->collected) {
    closing(err);
    return NULL;
  }
  if(box->port && !wa_port_is_ours(box->port)) {
    wa_port_free(box->port);
    box->port = NULL;
  }
  if(!box->port)
    box->port = wa_port_new(err);
  return box->port;
}

static int collect_port(lua_State *L) {
  struct port_box *box = luaL_checkudata(L, 1, PORT_CLASS);
  wa_port_free(box->port);
  box->port = NULL;
  box->collected = 1;
  return 0;
}

/* port.submit(session, request) → exchange | nil, error */
static int port_submit(lua_State *L) {
  struct wa_error err;
  struct wa_exchange *exchange = lwa_newexchange(L, &err);
  struct wa_port *port = exchange ? get_port(L, &err) : NULL;
  if(!exchange)
    return lwa_fail(L, &err);
  wa_exchange_ref(exchange);
  return submitted(L, exchange, !port || wa_port_submit(port, exchange, &err),
                   &err);
}

/* port.drain() → the id of an exchange that is done, or nil */
static int port_drain(lua_State *L) {
  struct wa_error err;
  struct wa_port *port = get_port(L, &err);
  return deliver(L, port ? wa_port_take(port) : NULL);
}

/* port.descriptor() → a number to watch for reading | nil, error */
static int port_descriptor(lua_State *L) {
  struct wa_error err;
  struct wa_port *port = get_port(L, &err);
  int fd = port ? wa_port_descriptor(port, &err) : -1;
  if(fd < 0)
    return lwa_fail(L, &err);
  lua_pushinteger(L, fd);
  return 1;
}

/* port.clear(): takes what can be read from the descriptor */
static int port_clear(lua_State *L) {
  struct wa_error err;
  struct wa_port *port = get_port(L, &err);
  if(port)
    wa_port_clear(port);
  return 0;
}

/* port.listen() → the name of a private unix socket | nil, error */
static int port_listen(lua_State *L) {
  struct wa_error err;
  struct wa_port *port = get_port(L, &err);
  const char *path = port ? wa_port_listen(port, &err) : NULL;
  if(!path)
    return lwa_fail(L, &err);
  lua_pushstring(L, path);
  return 1;
}

/* port.accept() → true | nil, error */
static int port_accept(lua_State *L) {
  struct wa_error err;
  struct wa_port *port = get_port(L, &err);
  if(!port || wa_port_accept(port, &err))
    return lwa_fail(L, &err);
  lua_pushboolean(L, 1);
  return 1;
}

/* port.connected() → whether what was accepted is still open */
static int port_connected(lua_State *L) {
  struct wa_error err;
  struct wa_port *port = get_port(L, &err);
  lua_pushboolean(L, port && wa_port_connected(port));
  return 1;
}

/* Opening ---------------------------------------------------------------------
 */

/* Adds the functions to the table below the box on top, with it as upvalue. */
static void set_functions(lua_State *L, const luaL_Reg *functions) {
  for(const luaL_Reg *f = functions; f->name; f++) {
    lua_pushvalue(L, -1);
    lua_pushcclosure(L, f->func, 1);
    lua_setfield(L, -3, f->name);
  }
  lua_pop(L, 1);
}

static void open_engine(lua_State *L) {
  static const luaL_Reg methods[] = {{NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", collect_engine},
                                         {NULL, NULL}};
  static const luaL_Reg functions[] = {
      {"submit", submit}, {"step", step}, {"drain", drain}, {NULL, NULL}};
  lwa_newclass(L, ENGINE_CLASS, methods, metamethods);
  struct engine_box *box = lua_newuserdata(L, sizeof(*box));
  box->engine = NULL;
  box->collected = 0;
  luaL_getmetatable(L, ENGINE_CLASS);
  lua_setmetatable(L, -2);
  set_functions(L, functions);
}

/* core.port() → a port: a table of its functions. What one hands in no other
 * gets back, so that several loops in one state do not take each other's. */
static int new_port(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"submit", port_submit},         {"drain", port_drain},
      {"descriptor", port_descriptor}, {"clear", port_clear},
      {"listen", port_listen},         {"accept", port_accept},
      {"connected", port_connected},   {NULL, NULL}};
  lua_newtable(L);
  struct port_box *box = lua_newuserdata(L, sizeof(*box));
  box->port = NULL;
  box->collected = 0;
  luaL_getmetatable(L, PORT_CLASS);
  lua_setmetatable(L, -2);
  set_functions(L, functions);
  return 1;
}

static void open_port(lua_State *L) {
  static const luaL_Reg methods[] = {{NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", collect_port}, {NULL, NULL}};
  lwa_newclass(L, PORT_CLASS, methods, metamethods);
  lua_pushcfunction(L, new_port);
  lua_setfield(L, -2, "port");
}

void lwa_open_engine(lua_State *L) {
  open_engine(L);
  open_port(L);
}
