/* What the specs need of POSIX and Lua does not have. */
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <lauxlib.h>
#include <lua.h>

__attribute__((visibility("default"))) int luaopen_posix(lua_State *L);

/* fork() → 0 in the child, its id in the parent */
static int fork_process(lua_State *L) {
  pid_t pid = fork();
  if(pid < 0)
    return luaL_error(L, "cannot fork");
  lua_pushinteger(L, pid);
  return 1;
}

/* wait(pid) → exit status, or minus the number of the signal that ended it */
static int wait_for(lua_State *L) {
  int status = 0;
  if(waitpid((pid_t)luaL_checkinteger(L, 1), &status, 0) < 0)
    return luaL_error(L, "cannot wait");
  lua_pushinteger(L,
                  WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
  return 1;
}

/* exit(status), at once and without any cleaning up */
static int exit_now(lua_State *L) { _exit((int)luaL_checkinteger(L, 1)); }

static int process_id(lua_State *L) {
  lua_pushinteger(L, getpid());
  return 1;
}

/* allocated() → bytes that malloc has given out, where it can tell */
static int allocated(lua_State *L) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  struct mallinfo2 info = mallinfo2();
  lua_pushnumber(L, (lua_Number)(info.uordblks + info.hblkhd));
#else
  lua_pushnumber(L, 0);
#endif
  return 1;
}

int luaopen_posix(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"fork", fork_process}, {"wait", wait_for},       {"exit", exit_now},
      {"pid", process_id},    {"allocated", allocated}, {NULL, NULL}};
  lua_newtable(L);
  for(const luaL_Reg *f = functions; f->name; f++) {
    lua_pushcfunction(L, f->func);
    lua_setfield(L, -2, f->name);
  }
  return 1;
}
