/* whatsapp.hiredis: connections to Redis that never wait by themselves.
 *
 * A command is put in, and `step` is called until its reply is there; in between
 * the caller waits for the descriptor, by `poll` or with its own event loop. A
 * connection belongs to the process that made it. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hiredis/hiredis.h>

#include "../binding/module.h"

#define CLASS "whatsapp.hiredis"
#define WAIT_MAX_MS 1000
#define DEPTH_MAX 16

struct connection {
  redisContext *context; /* NULL: closed */
  redisReply *reply;     /* while it is being pushed */
  pid_t owner;
};

static void drop_reply(struct connection *connection) {
  if(connection->reply)
    freeReplyObject(connection->reply);
  connection->reply = NULL;
}

static int close_connection(lua_State *L) {
  struct connection *connection = luaL_checkudata(L, 1, CLASS);
  drop_reply(connection);
  /* In a child this only closes its copy of the descriptor. */
  if(connection->context)
    redisFree(connection->context);
  connection->context = NULL;
  return 0;
}

static struct connection *check_connection(lua_State *L) {
  struct connection *connection = luaL_checkudata(L, 1, CLASS);
  if(!connection->context)
    luaL_error(L, "the connection is closed");
  return connection;
}

/* → nil, message */
static int fail(lua_State *L, const redisContext *context) {
  lua_pushnil(L);
  lua_pushstring(L, context && context->err ? context->errstr
                                            : "the connection failed");
  return 2;
}

/* hiredis.connect(path) or (host, port) → connection, or nil, message. The name
 * is looked up at once, the rest is done when it is first used. */
static int connect_to(lua_State *L) {
  const char *where = luaL_checkstring(L, 1);
  int port = (int)luaL_optinteger(L, 2, 0);
  struct connection *connection = lua_newuserdata(L, sizeof(*connection));
  memset(connection, 0, sizeof(*connection));
  luaL_getmetatable(L, CLASS);
  lua_setmetatable(L, -2);
  connection->owner = getpid();
  connection->context = port ? redisConnectNonBlock(where, port)
                             : redisConnectUnixNonBlock(where);
  if(!connection->context || connection->context->err)
    return fail(L, connection->context);
  (void)fcntl(connection->context->fd, F_SETFD, FD_CLOEXEC);
  return 1;
}

/* connection:send(word, …): its bytes go out with `step` */
static int send_command(lua_State *L) {
  struct connection *connection = check_connection(L);
  int count = lua_gettop(L) - 1;
  for(int i = 0; i < count; i++)
    (void)luaL_checkstring(L, i + 2);
  /* On the stack, so that it is nobody's to free. */
  const char **words = lua_newuserdata(L, ((size_t)count + 1) * sizeof(*words));
  size_t *lengths = lua_newuserdata(L, ((size_t)count + 1) * sizeof(*lengths));
  for(int i = 0; i < count; i++)
    words[i] = lua_tolstring(L, i + 2, &lengths[i]);
  if(count == 0 || redisAppendCommandArgv(connection->context, count, words,
                                          lengths) != REDIS_OK)
    return fail(L, connection->context);
  lua_pushboolean(L, 1);
  return 1;
}

/* A server that went away would end the process with SIGPIPE: hiredis writes
 * without MSG_NOSIGNAL. */
static int write_out(redisContext *context, int *done) {
  sigset_t pipe, before, pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  sigemptyset(&pending);
  sigpending(&pending);
  int was_pending = sigismember(&pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  int rc = redisBufferWrite(context, done);
  sigemptyset(&pending);
  sigpending(&pending);
  if(sigismember(&pending, SIGPIPE) == 1 && !was_pending) {
    int number;
    sigwait(&pipe, &number);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return rc;
}

/* Nil is false, so that it has a place in a table. */
static void push_value(lua_State *L, const redisReply *reply, int depth) {
  luaL_checkstack(L, 4, "reply");
  if(depth > DEPTH_MAX)
    luaL_error(L, "the reply is too deep");
  switch(reply->type) {
  case REDIS_REPLY_INTEGER: lwa_pushcount(L, reply->integer); break;
  case REDIS_REPLY_ARRAY:
    lua_newtable(L);
    for(size_t i = 0; i < reply->elements; i++) {
      push_value(L, reply->element[i], depth + 1);
      lua_rawseti(L, -2, (int)i + 1);
    }
    break;
  case REDIS_REPLY_NIL: lua_pushboolean(L, 0); break;
  default: lua_pushlstring(L, reply->str ? reply->str : "", (size_t)reply->len);
  }
}

static int push_reply(lua_State *L, struct connection *connection) {
  int is_error = connection->reply->type == REDIS_REPLY_ERROR;
  lua_pushstring(L, is_error ? "error" : "reply");
  push_value(L, connection->reply, 0);
  drop_reply(connection);
  return 2;
}

/* connection:step() → "write" or "read", what to wait for; "reply" and the value;
 * "error" and what Redis says; nil and a message when the connection is lost */
static int step(lua_State *L) {
  struct connection *connection = check_connection(L);
  redisContext *context = connection->context;
  void *reply = NULL;
  int written = 0;
  drop_reply(connection);
  if(connection->owner != getpid()) {
    lua_pushnil(L);
    lua_pushliteral(L, "the connection belongs to the parent process");
    return 2;
  }
  if(write_out(context, &written) != REDIS_OK)
    return fail(L, context);
  if(!written) {
    lua_pushliteral(L, "write");
    return 1;
  }
  if(redisGetReplyFromReader(context, &reply) != REDIS_OK)
    return fail(L, context);
  if(!reply) {
    if(redisBufferRead(context) != REDIS_OK ||
       redisGetReplyFromReader(context, &reply) != REDIS_OK)
      return fail(L, context);
  }
  connection->reply = reply;
  if(reply)
    return push_reply(L, connection);
  lua_pushliteral(L, "read");
  return 1;
}

/* connection:poll("read" or "write", seconds): returns early for a signal */
static int poll_descriptor(lua_State *L) {
  struct connection *connection = check_connection(L);
  int writing = strcmp(luaL_checkstring(L, 2), "write") == 0;
  double ms = ceil(luaL_checknumber(L, 3) * 1000);
  struct pollfd entry = {connection->context->fd,
                         (short)(writing ? POLLOUT : POLLIN), 0};
  (void)poll(&entry, 1,
             ms < WAIT_MAX_MS ? (ms > 0 ? (int)ms : 0) : WAIT_MAX_MS);
  return 0;
}

static int descriptor(lua_State *L) {
  lua_pushinteger(L, check_connection(L)->context->fd);
  return 1;
}

LWA_EXPORT int luaopen_whatsapp_hiredis(lua_State *L);

int luaopen_whatsapp_hiredis(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"send", send_command},      {"step", step},
      {"poll", poll_descriptor},   {"fd", descriptor},
      {"close", close_connection}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", close_connection},
                                         {NULL, NULL}};
  lwa_newclass(L, CLASS, methods, metamethods);
  lua_newtable(L);
  lua_pushcfunction(L, connect_to);
  lua_setfield(L, -2, "connect");
  return 1;
}
