/* A boxed wa_exchange. */
#include "binding.h"

#include "../engine/thread.h"

#include <stdlib.h>
#include <string.h>

#define CLASS "whatsapp.core.exchange"

/* Exchange --------------------------------------------------------------------
 */

struct box {
  struct wa_exchange *exchange; /* NULL: never made, or its result is taken */
  struct wa_progress progress;  /* as it was then */
  pid_t pid;
};

static struct box *check(lua_State *L) { return luaL_checkudata(L, 1, CLASS); }

static int is_foreign(const struct box *box) {
  return box->pid != wa_process();
}

/* What a thread works on is none of our business until it was given back. */
static int is_done(struct wa_exchange *exchange) {
  const struct wa_slot *slot = wa_exchange_slot(exchange);
  return slot->threaded ? slot->delivered : slot->state == WA_DONE;
}

static int done(lua_State *L) {
  struct box *box = check(L);
  lua_pushboolean(L,
                  is_foreign(box) || !box->exchange || is_done(box->exchange));
  return 1;
}

static int id(lua_State *L) {
  struct box *box = check(L);
  if(!box->exchange)
    return luaL_error(L, "the exchange is over");
  lwa_pushcount(L, wa_exchange_slot(box->exchange)->id);
  return 1;
}

static int cancel(lua_State *L) {
  struct box *box = check(L);
  if(!box->exchange || is_foreign(box))
    return 0;
  struct wa_slot *slot = wa_exchange_slot(box->exchange);
  if(slot->port)
    wa_port_cancel(slot->port, box->exchange);
  else if(slot->engine && !slot->threaded)
    wa_engine_cancel(slot->engine, box->exchange);
  return 0;
}

/* exchange:progress() → bytes of the file that have moved, and how many it has
 * or nil. */
static int progress(lua_State *L) {
  struct box *box = check(L);
  struct wa_progress now = box->progress;
  if(box->exchange && !is_foreign(box))
    now = wa_exchange_progress(box->exchange);
  lwa_pushcount(L, now.done);
  if(now.total >= 0)
    lwa_pushcount(L, now.total);
  else
    lua_pushnil(L);
  return 2;
}

static int is_under_way(struct wa_exchange *exchange) {
  const struct wa_slot *slot = wa_exchange_slot(exchange);
  return slot->threaded ? !slot->delivered : slot->engine != NULL;
}

/* Lets go of an exchange that has ended. */
static void leave(struct box *box) {
  box->progress = wa_exchange_progress(box->exchange);
  wa_exchange_unref(box->exchange);
  box->exchange = NULL;
}

void lwa_dropexchange(lua_State *L) { leave(luaL_checkudata(L, -1, CLASS)); }

static int collect(lua_State *L) {
  struct box *box = check(L);
  cancel(L);
  /* One that a parent's engine still has is the parent's. */
  if(box->exchange && !(is_foreign(box) && is_under_way(box->exchange)))
    leave(box);
  return 0;
}

static void push_answer(lua_State *L, const struct wa_answer *answer) {
  luaL_checkstack(L, 5, NULL);
  lwa_pushcount(L, answer->status);
  lua_pushlstring(L, answer->body.length ? answer->body.data : "",
                  answer->body.length);
  lua_pushlstring(L, answer->headers.length ? answer->headers.data : "",
                  answer->headers.length);
  lwa_pushcount(L, answer->http_version);
  if(answer->redirect)
    lua_pushstring(L, answer->redirect);
  else
    lua_pushnil(L);
}

/* exchange:result() → status, body, headers, http_version, and where a redirect
 * leads; or nil, error.
 * Once only: the bytes are Lua's then, and not ours until the next garbage
 * collection as well. */
static int result(lua_State *L) {
  struct wa_error err;
  struct box *box = check(L);
  int results = 5;
  if(is_foreign(box)) {
    wa_fail(&err, WA_STATE, WA_UNKNOWN,
            "the request belongs to the process that forked this one");
    return lwa_fail(L, &err);
  }
  if(!box->exchange)
    return luaL_error(L, "the result was taken already");
  if(!is_done(box->exchange))
    return luaL_error(L, "the exchange is not done");
  const struct wa_answer *answer = wa_exchange_answer(box->exchange);
  if(answer->error.kind != WA_OK)
    results = lwa_fail(L, &answer->error);
  else
    push_answer(L, answer);
  leave(box);
  return results;
}

/* Submitting ------------------------------------------------------------------
 */

/* Pushes the list in field `name` or nil; its length. */
static size_t push_list(lua_State *L, int index, const char *name) {
  lua_pushstring(L, name);
  lua_rawget(L, index);
  if(lua_isnil(L, -1))
    return 0;
  if(!lua_istable(L, -1))
    luaL_error(L, "field '%s' must be a list", name);
  return lwa_rawlen(L, -1);
}

/* The list of strings in field `name`, as an array that Lua owns and that the
 * caller leaves on the stack. */
static const char *const *string_list(lua_State *L, int index, const char *name,
                                      size_t *count, const char **bad) {
  size_t n = *count = push_list(L, index, name);
  int list = lua_gettop(L);
  if(lua_isnil(L, list))
    return NULL;
  const char **strings = lua_newuserdata(L, (n + 1) * sizeof(*strings));
  for(size_t i = 0; i < n; i++) {
    size_t length;
    lua_rawgeti(L, list, (int)i + 1);
    if(lua_type(L, -1) != LUA_TSTRING)
      luaL_error(L, "field '%s' must hold strings", name);
    strings[i] = lua_tolstring(L, -1, &length);
    if(strlen(strings[i]) != length)
      *bad = name;
    lua_pop(L, 1);
  }
  return strings;
}

/* The download in field `download`, or NULL. */
static struct wa_download *download_field(lua_State *L, int index) {
  struct wa_download *download = NULL;
  lua_pushliteral(L, "download");
  lua_rawget(L, index);
  if(!lua_isnil(L, -1))
    download = lwa_checkdownload(L, lua_gettop(L));
  lua_pop(L, 1);
  return download;
}

static const struct wa_part *part_list(lua_State *L, int index, size_t *count,
                                       const char **bad) {
  size_t n = *count = push_list(L, index, "parts");
  int list = lua_gettop(L);
  if(lua_isnil(L, list))
    return NULL;
  struct wa_part *parts = lua_newuserdata(L, (n + 1) * sizeof(*parts));
  for(size_t i = 0; i < n; i++) {
    struct wa_part *part = &parts[i];
    lua_rawgeti(L, list, (int)i + 1);
    if(!lua_istable(L, -1))
      luaL_error(L, "field 'parts' must hold tables");
    int top = lua_gettop(L);
    part->name = lwa_string_field(L, top, "name", bad);
    part->filename = lwa_string_field(L, top, "filename", bad);
    part->content_type = lwa_string_field(L, top, "type", bad);
    part->path = lwa_string_field(L, top, "path", bad);
    part->download = download_field(L, top);
    part->data = lwa_bytes_field(L, top, "data", &part->length);
    if(!part->name || (!part->path && !part->download && !part->data))
      luaL_error(L, "a part needs 'name' and 'path', 'download' or 'data'");
    lua_pop(L, 1);
  }
  return parts;
}

/* How much of an answer is kept in memory. */
static size_t max_body(lua_State *L, int index) {
  double bytes = 8.0 * 1024 * 1024;
  lua_pushliteral(L, "max_body");
  lua_rawget(L, index);
  if(!lua_isnil(L, -1))
    bytes = lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : -1;
  if(!(bytes >= 0 && bytes <= 2147483647))
    luaL_error(L, "field 'max_body' must be 0 to 2147483647 bytes");
  lua_pop(L, 1);
  return (size_t)bytes;
}

/* Where the bytes of a file begin. */
static curl_off_t body_start(lua_State *L, int index) {
  lua_pushliteral(L, "body_start");
  lua_rawget(L, index);
  double start = 0;
  if(!lua_isnil(L, -1))
    start = lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : -1;
  if(!(start >= 0 && start < 9007199254740992.0))
    luaL_error(L, "field 'body_start' must be 0 to 2^53 bytes");
  lua_pop(L, 1);
  return (curl_off_t)start;
}

static void read_request(lua_State *L, int index, struct wa_request *request,
                         const char **bad) {
  memset(request, 0, sizeof(*request));
  request->method = lwa_string_field(L, index, "method", bad);
  request->url = lwa_string_field(L, index, "url", bad);
  if(!request->method || !request->url)
    luaL_error(L, "a request needs 'method' and 'url'");
  request->body = lwa_bytes_field(L, index, "body", &request->body_length);
  request->body_file = lwa_string_field(L, index, "body_file", bad);
  request->body_start = body_start(L, index);
  request->scheme = lwa_boolean_field(L, index, "oauth") ? WA_OAUTH : WA_BEARER;
  request->content_type = lwa_string_field(L, index, "content_type", bad);
  request->download = download_field(L, index);
  request->foreign = lwa_boolean_field(L, index, "foreign");
  request->timeout_ms = lwa_time_field(L, index, "timeout", 1000, -1);
  request->connect_timeout_ms =
      lwa_time_field(L, index, "connect_timeout", 1000, -1);
  request->stall_seconds = lwa_time_field(L, index, "stall_timeout", 1, -1);
  request->max_body = max_body(L, index);
  request->headers =
      string_list(L, index, "headers", &request->header_count, bad);
  request->parts = part_list(L, index, &request->part_count, bad);
}

struct wa_exchange *lwa_newexchange(lua_State *L, struct wa_error *err) {
  struct wa_request request;
  const char *bad = NULL;
  struct wa_session *session = lwa_checksession(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  struct box *box = lua_newuserdata(L, sizeof(*box));
  box->exchange = NULL;
  box->progress.done = 0;
  box->progress.total = -1;
  box->pid = wa_process();
  luaL_getmetatable(L, CLASS);
  lua_setmetatable(L, -2);
  int mine = lua_gettop(L);
  read_request(L, 2, &request, &bad);
  if(bad)
    wa_refuse(err, WA_INVALID, bad, "%s has a NUL character", bad);
  else if(!session)
    wa_fail(err, WA_STATE, WA_NOT_SENT, "the client is closed");
  else
    box->exchange = wa_exchange_new(session, &request, err);
  lua_settop(L, mine);
  return box->exchange;
}

/* core.file_size(path) → bytes | nil, error */
static int file_size(lua_State *L) {
  struct wa_error err;
  size_t length;
  const char *path = luaL_checklstring(L, 1, &length);
  if(strlen(path) != length) {
    wa_refuse(&err, WA_IO, "file", "the path has a NUL character");
    return lwa_fail(L, &err);
  }
  curl_off_t size = wa_file_size(path, &err);
  if(size < 0)
    return lwa_fail(L, &err);
  lwa_pushcount(L, size);
  return 1;
}

void lwa_open_exchange(lua_State *L) {
  static const luaL_Reg methods[] = {{"done", done},     {"id", id},
                                     {"cancel", cancel}, {"progress", progress},
                                     {"result", result}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};
  lwa_newclass(L, CLASS, methods, metamethods);
  lua_pushcfunction(L, file_size);
  lua_setfield(L, -2, "file_size");
}
