/* whatsapp.sqlite: as much of SQLite as a store needs, for Lua.
 *
 * A database owns its statements; Lua names them by number. A connection must
 * not be carried over a fork, nor may a child open a file that its parent had
 * open at that moment (SQLite believes in locks that the child has not got). So
 * connections are closed before a fork, and opened again at their next use. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "../binding/module.h"

#define CLASS "whatsapp.sqlite"
#define STATEMENTS_MAX 1000
#define EXACT_MAX 9007199254740992.0 /* 2^53 */

struct statement {
  char *sql;
  sqlite3_stmt *handle; /* NULL until it is used */
};

struct database {
  sqlite3 *handle; /* NULL while it is not open */
  char *path;      /* absolute, so that it is found again; NULL: closed */
  char *setup;     /* run whenever it was opened */
  int busy_ms;
  int lost; /* inherited open by a child, which must not touch it */
  pthread_t thread;
  struct statement *statements;
  size_t count;
  struct database *next; /* in `databases` */
};

/* Those with a path. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct database *databases;

/* Opening and closing ------------------------------------------------------ */

static void disconnect(struct database *db) {
  for(size_t i = 0; i < db->count; i++) {
    sqlite3_finalize(db->statements[i].handle);
    db->statements[i].handle = NULL;
  }
  sqlite3_close(db->handle);
  db->handle = NULL;
}

/* The mode of a new file's journal can be busy without SQLite waiting for it. */
static int set_up(struct database *db) {
  int rc, left = db->busy_ms;
  while(rc = sqlite3_exec(db->handle, db->setup, NULL, NULL, NULL),
        (rc & 0xff) == SQLITE_BUSY && left > 0)
    left -= sqlite3_sleep(10);
  sqlite3_busy_timeout(db->handle, db->busy_ms);
  return rc;
}

static int connect(struct database *db) {
  int rc;
  if(db->handle)
    return SQLITE_OK;
  rc = sqlite3_open_v2(db->path, &db->handle,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
  if(rc == SQLITE_OK) {
    db->thread = pthread_self();
    sqlite3_extended_result_codes(db->handle, 1);
    rc = set_up(db);
  }
  /* Not half set up. */
  if(rc != SQLITE_OK)
    disconnect(db);
  return rc;
}

/* One that no other process can open may be carried over. */
static int is_private(const struct database *db) {
  const char *name = sqlite3_db_filename(db->handle, "main");
  return !name || !*name;
}

/* What another thread has open, or what is in the midst of a transaction, cannot
 * be closed here: the child loses it. */
static void before_fork(void) {
  pthread_mutex_lock(&lock);
  for(struct database *db = databases; db; db = db->next)
    if(db->handle && pthread_equal(db->thread, pthread_self()) &&
       sqlite3_get_autocommit(db->handle) && !is_private(db))
      disconnect(db);
}

static void after_fork(void) { pthread_mutex_unlock(&lock); }

static void after_fork_in_child(void) {
  for(struct database *db = databases; db; db = db->next)
    db->lost = db->handle && !is_private(db);
  pthread_mutex_unlock(&lock);
}

static void watch_forks(void) {
  (void)pthread_atfork(before_fork, after_fork, after_fork_in_child);
}

static void enlist(struct database *db) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  (void)pthread_once(&once, watch_forks);
  pthread_mutex_lock(&lock);
  db->next = databases;
  databases = db;
  pthread_mutex_unlock(&lock);
}

static void delist(struct database *db) {
  struct database **link = &databases;
  pthread_mutex_lock(&lock);
  while(*link && *link != db)
    link = &(*link)->next;
  if(*link)
    *link = db->next;
  pthread_mutex_unlock(&lock);
}

static void release(struct database *db) {
  delist(db);
  if(!db->lost)
    disconnect(db);
  for(size_t i = 0; i < db->count; i++)
    free(db->statements[i].sql);
  free(db->statements);
  free(db->path);
  free(db->setup);
  memset(db, 0, sizeof(*db));
}

/* The face ----------------------------------------------------------------- */

/* → nil, message, code */
static int fail(lua_State *L, struct database *db, int rc) {
  lua_pushnil(L);
  /* The connection's own words, unless they are about something else. */
  if(db->handle && sqlite3_extended_errcode(db->handle) == rc)
    lua_pushstring(L, sqlite3_errmsg(db->handle));
  else
    lua_pushstring(L, sqlite3_errstr(rc));
  lua_pushinteger(L, rc);
  return 3;
}

static struct database *check_database(lua_State *L) {
  struct database *db = luaL_checkudata(L, 1, CLASS);
  if(!db->path)
    luaL_error(L, "the database is closed");
  return db;
}

/* Ready for use: 0, or what fail says. */
static int ready(lua_State *L, struct database *db) {
  if(db->lost) {
    lua_pushnil(L);
    lua_pushliteral(L, "it was open in another thread, or in a transaction, "
                       "when this process was forked");
    return 2;
  }
  int rc = connect(db);
  return rc == SQLITE_OK ? 0 : fail(L, db, rc);
}

static char *copy(lua_State *L, const char *text) {
  size_t size = strlen(text) + 1;
  char *made = malloc(size);
  if(!made)
    luaL_error(L, "out of memory");
  memcpy(made, text, size);
  return made;
}

/* sqlite.open(path, busy_milliseconds, setup) → database, or nil, message, code */
static int open_database(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  int busy_ms = (int)luaL_checkinteger(L, 2);
  const char *setup = luaL_checkstring(L, 3);
  struct database *db = lua_newuserdata(L, sizeof(*db));
  memset(db, 0, sizeof(*db));
  luaL_getmetatable(L, CLASS);
  lua_setmetatable(L, -2);
  db->busy_ms = busy_ms;
  db->setup = copy(L, setup);
  db->path = copy(L, path);
  enlist(db);
  int n = ready(L, db);
  if(!n && !is_private(db)) {
    char *absolute = copy(L, sqlite3_db_filename(db->handle, "main"));
    free(db->path);
    db->path = absolute;
  }
  if(n)
    release(db);
  return n ? n : 1;
}

static int close_database(lua_State *L) {
  struct database *db = luaL_checkudata(L, 1, CLASS);
  if(db->path || db->setup)
    release(db);
  return 0;
}

/* db:exec(sql) → true, or nil, message, code */
static int exec(lua_State *L) {
  struct database *db = check_database(L);
  const char *sql = luaL_checkstring(L, 2);
  int n = ready(L, db);
  if(n)
    return n;
  int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
  if(rc != SQLITE_OK)
    return fail(L, db, rc);
  lua_pushboolean(L, 1);
  return 1;
}

/* db:moved() → whether its file is no longer where it was opened, so that nobody
 * would find again what is written; or nil, message, code */
static int moved(lua_State *L) {
  struct database *db = check_database(L);
  int is_moved = 0, n = ready(L, db);
  if(n)
    return n;
  /* One that has no file does not know the question. */
  int rc = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED,
                                &is_moved);
  lua_pushboolean(L, rc == SQLITE_OK && is_moved);
  return 1;
}

/* db:statement(sql) → its number */
static int add_statement(lua_State *L) {
  struct database *db = check_database(L);
  const char *sql = luaL_checkstring(L, 2);
  if(db->count == STATEMENTS_MAX)
    return luaL_error(L, "too many statements");
  struct statement *grown =
      realloc(db->statements, (db->count + 1) * sizeof(*grown));
  if(!grown)
    return luaL_error(L, "out of memory");
  db->statements = grown;
  grown[db->count].handle = NULL;
  grown[db->count].sql = copy(L, sql);
  lua_pushinteger(L, (lua_Integer)++db->count);
  return 1;
}

static int bind_value(lua_State *L, sqlite3_stmt *handle, int index, int at) {
  switch(lua_type(L, at)) {
  case LUA_TNIL: return sqlite3_bind_null(handle, index);
  case LUA_TBOOLEAN:
    return sqlite3_bind_int(handle, index, lua_toboolean(L, at));
  case LUA_TNUMBER: {
#if LUA_VERSION_NUM >= 503
    if(lua_isinteger(L, at))
      return sqlite3_bind_int64(handle, index, lua_tointeger(L, at));
#endif
    double number = lua_tonumber(L, at);
    if(number >= -EXACT_MAX && number <= EXACT_MAX &&
       (double)(sqlite3_int64)number == number)
      return sqlite3_bind_int64(handle, index, (sqlite3_int64)number);
    return sqlite3_bind_double(handle, index, number);
  }
  default: {
    /* It stays where it is: the argument outlives the statement's run. A blob
     * holds any bytes, and compares by them. */
    size_t size;
    const char *bytes = lua_tolstring(L, at, &size);
    return sqlite3_bind_blob64(handle, index, bytes, size, SQLITE_STATIC);
  }
  }
}

/* The statement of argument 2, bound to the arguments behind it; NULL, and the
 * number of results that say why. */
static sqlite3_stmt *bound(lua_State *L, struct database *db, int *results) {
  size_t number = (size_t)luaL_checkinteger(L, 2);
  luaL_argcheck(L, number >= 1 && number <= db->count, 2, "no such statement");
  int given = lua_gettop(L) - 2;
  for(int i = 3; i < given + 3; i++)
    luaL_argcheck(L,
                  lua_type(L, i) <= LUA_TSTRING && !lua_islightuserdata(L, i),
                  i, "no value of a database");
  *results = ready(L, db);
  if(*results)
    return NULL;
  struct statement *statement = &db->statements[number - 1];
  int rc = SQLITE_OK;
  if(!statement->handle)
    rc = sqlite3_prepare_v2(db->handle, statement->sql, -1, &statement->handle,
                            NULL);
  sqlite3_stmt *handle = statement->handle;
  /* It may not have ended, should an error have been thrown the last time. */
  sqlite3_reset(handle);
  if(rc == SQLITE_OK && sqlite3_bind_parameter_count(handle) != given)
    rc = SQLITE_RANGE;
  for(int i = 1; rc == SQLITE_OK && i <= given; i++)
    rc = bind_value(L, handle, i, i + 2);
  if(rc == SQLITE_OK)
    return handle;
  *results = fail(L, db, rc);
  return NULL;
}

/* Ends a run: the results pushed, or what fail says. */
static int ended(lua_State *L, struct database *db, sqlite3_stmt *handle,
                 int rc, int pushed) {
  int n = rc == SQLITE_DONE || rc == SQLITE_ROW ? pushed : fail(L, db, rc);
  sqlite3_reset(handle);
  sqlite3_clear_bindings(handle);
  return n;
}

static void push_column(lua_State *L, sqlite3_stmt *handle, int i) {
  switch(sqlite3_column_type(handle, i)) {
  case SQLITE_INTEGER: lwa_pushcount(L, sqlite3_column_int64(handle, i)); break;
  case SQLITE_FLOAT: lua_pushnumber(L, sqlite3_column_double(handle, i)); break;
  case SQLITE_NULL: lua_pushnil(L); break;
  default: {
    const char *bytes = sqlite3_column_blob(handle, i);
    size_t size = (size_t)sqlite3_column_bytes(handle, i);
    lua_pushlstring(L, bytes ? bytes : "", bytes ? size : 0);
  }
  }
}

/* db:run(statement, values…) → rows changed and the last row's id */
static int run(lua_State *L) {
  struct database *db = check_database(L);
  int n;
  sqlite3_stmt *handle = bound(L, db, &n);
  if(!handle)
    return n;
  int rc = sqlite3_step(handle);
  while(rc == SQLITE_ROW)
    rc = sqlite3_step(handle);
  lua_pushinteger(L, sqlite3_changes(db->handle));
  lwa_pushcount(L, sqlite3_last_insert_rowid(db->handle));
  return ended(L, db, handle, rc, 2);
}

/* db:row(statement, values…) → true and the first row's columns, or false */
static int row(lua_State *L) {
  struct database *db = check_database(L);
  int n;
  sqlite3_stmt *handle = bound(L, db, &n);
  if(!handle)
    return n;
  int rc = sqlite3_step(handle);
  int columns = rc == SQLITE_ROW ? sqlite3_column_count(handle) : 0;
  luaL_checkstack(L, columns + 4, "columns");
  lua_pushboolean(L, rc == SQLITE_ROW);
  for(int i = 0; i < columns; i++)
    push_column(L, handle, i);
  return ended(L, db, handle, rc, columns + 1);
}

/* db:column(statement, values…) → the first column of all rows */
static int column(lua_State *L) {
  struct database *db = check_database(L);
  int n;
  sqlite3_stmt *handle = bound(L, db, &n);
  if(!handle)
    return n;
  lua_newtable(L);
  int rc = sqlite3_step(handle);
  for(int i = 1; rc == SQLITE_ROW; i++) {
    push_column(L, handle, 0);
    lua_rawseti(L, -2, i);
    rc = sqlite3_step(handle);
  }
  return ended(L, db, handle, rc, 1);
}

LWA_EXPORT int luaopen_whatsapp_sqlite(lua_State *L);

int luaopen_whatsapp_sqlite(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"exec", exec},     {"statement", add_statement},
      {"run", run},       {"row", row},
      {"column", column}, {"close", close_database},
      {"moved", moved},   {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", close_database},
                                         {NULL, NULL}};
  lwa_newclass(L, CLASS, methods, metamethods);
  lua_newtable(L);
  lua_pushcfunction(L, open_database);
  lua_setfield(L, -2, "open");
  lua_pushstring(L, sqlite3_libversion());
  lua_setfield(L, -2, "version");
  return 1;
}
