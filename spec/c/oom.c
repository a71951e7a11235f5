/* A host that runs out of memory at every point there is.
 *
 *   oom WHAT HOW STEP DIRECTORY
 *
 * WHAT  lua: Lua's allocator fails; c: the engine's and libcurl's
 * HOW   once: one allocation fails; on: all of them from there on
 * STEP  tries the first allocation and every STEP-th after it
 *
 * For each point it makes a Lua state, sends JSON, a multipart body and a
 * download to a server of its own, and closes the state. The failure must come
 * out as Lua's memory error or as `nil, err`; the same state must then be able
 * to do all of it, and no file or socket may be left. */
#include <dirent.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

int luaopen_whatsapp_core(lua_State *L);

static void give_up(const char *what) {
  fprintf(stderr, "oom: %s\n", what);
  exit(1);
}

/* Allocators -------------------------------------------------------------------
 */

static struct {
  int armed;
  long left;   /* allocations that succeed before */
  long width;  /* how many fail then */
  long failed; /* so many did */
} memory;

static int fails(void) {
  if(!memory.armed || memory.left-- > 0)
    return 0;
  if(memory.failed >= memory.width)
    return 0;
  memory.failed++;
  return 1;
}

static void arm(long point, long width) {
  memory.left = point;
  memory.width = width;
  memory.failed = 0;
  memory.armed = 1;
}

/* The linker puts these in the place of the engine's. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static int lua_fails; /* else those of C do */

void *__wrap_malloc(size_t size) {
  return !lua_fails && fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return !lua_fails && fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size) {
  return !lua_fails && fails() ? NULL : __real_realloc(old, size);
}

static char *copy(const char *text) {
  size_t size = strlen(text) + 1;
  char *made = malloc(size);
  return made ? memcpy(made, text, size) : NULL;
}

/* Lua relies on shrinking. */
static void *lua_memory(void *unused, void *old, size_t from, size_t to) {
  (void)unused;
  if(!to) {
    free(old);
    return NULL;
  }
  if(lua_fails && (!old || to > from) && fails())
    return NULL;
  return __real_realloc(old, to);
}

/* Server -----------------------------------------------------------------------
 */

#define CONNECTIONS 32

static struct connection {
  int fd; /* 0: free */
  size_t length;
  char bytes[16384];
} connections[CONNECTIONS];

static volatile int stopping;

static void hang_up(struct connection *c) {
  close(c->fd);
  c->fd = 0;
}

/* The length of the first request in the buffer, 0 while it is not whole. */
static size_t request_length(struct connection *c) {
  c->bytes[c->length] = '\0';
  char *end = strstr(c->bytes, "\r\n\r\n");
  if(!end)
    return 0;
  char *field = strstr(c->bytes, "Content-Length: ");
  size_t body = field && field < end ? strtoul(field + 16, NULL, 10) : 0;
  size_t whole = (size_t)(end - c->bytes) + 4 + body;
  return whole <= c->length ? whole : 0;
}

static void answer(struct connection *c) {
  static const char text[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                             "Content-Length: 10\r\n\r\n0123456789";
  ssize_t n =
      recv(c->fd, c->bytes + c->length, sizeof(c->bytes) - 1 - c->length, 0);
  if(n <= 0) {
    hang_up(c);
    return;
  }
  c->length += (size_t)n;
  size_t whole = request_length(c);
  if(!whole)
    return;
  c->length -= whole;
  memmove(c->bytes, c->bytes + whole, c->length);
  if(send(c->fd, text, sizeof(text) - 1, MSG_NOSIGNAL) < 0)
    hang_up(c);
}

static void welcome(int listener) {
  int fd = accept(listener, NULL, NULL);
  for(size_t i = 0; i < CONNECTIONS && fd > 0; i++) {
    if(!connections[i].fd) {
      connections[i].fd = fd;
      connections[i].length = 0;
      return;
    }
  }
  close(fd);
}

static void *serve(void *arg) {
  int listener = *(int *)arg;
  while(!stopping) {
    struct pollfd fds[CONNECTIONS + 1];
    struct connection *whose[CONNECTIONS + 1];
    nfds_t n = 1;
    fds[0].fd = listener;
    for(size_t i = 0; i < CONNECTIONS; i++) {
      if(connections[i].fd) {
        whose[n] = &connections[i];
        fds[n++].fd = connections[i].fd;
      }
    }
    for(nfds_t i = 0; i < n; i++) {
      fds[i].events = POLLIN;
      fds[i].revents = 0;
    }
    if(poll(fds, n, 50) <= 0)
      continue;
    for(nfds_t i = 1; i < n; i++) {
      if(fds[i].revents)
        answer(whose[i]);
    }
    if(fds[0].revents)
      welcome(listener);
  }
  return NULL;
}

static int listen_here(int *port) {
  struct sockaddr_in address;
  socklen_t size = sizeof(address);
  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if(fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
     listen(fd, 16) || getsockname(fd, (struct sockaddr *)&address, &size))
    give_up("no server");
  *port = ntohs(address.sin_port);
  return fd;
}

/* One point --------------------------------------------------------------------
 */

/* Returns "" or what failed, said by Lua's memory error or by `nil, err`. */
static const char PROGRAM[] =
    "local open, url, directory = ...\n"
    "local core = open()\n"
    "local session, err = core.session { base_url = url, credential = 'k',\n"
    "  control_url = url, connection = 'c', user_agent = 'oom' }\n"
    "local failed = ''\n"
    "local function check(value, err)\n"
    "  if value then return value end\n"
    "  failed = failed .. err.kind .. ': ' .. err.message .. '\\n'\n"
    "end\n"
    "local function run(request)\n"
    "  local exchange = check(core.submit(session, request))\n"
    "  if not exchange then return end\n"
    "  while not exchange:done() do\n"
    "    if not check(core.step(0.2)) then return end\n"
    "  end\n"
    "  while core.drain() do end\n"
    "  return check(exchange:result())\n"
    "end\n"
    "if not check(session, err) then return failed end\n"
    "run { method = 'POST', url = url .. '/json', body = '{}', timeout = 10,\n"
    "  content_type = 'application/json', headers = { 'X-One: 1' } }\n"
    "run { method = 'POST', url = url .. '/parts', timeout = 10, parts = {\n"
    "  { name = 'type', data = 'text/plain' },\n"
    "  { name = 'file', filename = 'a.txt', type = 'text/plain',\n"
    "    path = directory .. '/in' } } }\n"
    "for _, where in ipairs { { path = directory .. '/out', maximum = 99 },\n"
    "    { maximum = 99 }, { temporary = true, maximum = 99 } } do\n"
    "  local download = check(core.download(where))\n"
    "  if download then\n"
    "    run { method = 'GET', url = url .. '/file', timeout = 10,\n"
    "      download = download }\n"
    "  end\n"
    "end\n"
    "session:close()\n"
    "return failed\n";

static char base_url[64];
static const char *directory;

/* Leaves the program's answer or a Lua error on the stack. */
static int run_program(lua_State *L, long point, long width) {
  lua_settop(L, 1);
  lua_pushvalue(L, 1);
  lua_pushcfunction(L, luaopen_whatsapp_core);
  lua_pushstring(L, base_url);
  lua_pushstring(L, directory);
  arm(point, width);
  int status = lua_pcall(L, 3, 1, 0);
  memory.armed = 0;
  return status;
}

/* Memory was short, and nothing else went wrong. libcurl then also says that it
 * could not resolve a name. */
static void check_failure(lua_State *L, int status) {
  const char *said = lua_tostring(L, -1);
  if(lua_fails && (status == LUA_ERRMEM || (status == LUA_OK && !*said)))
    return;
  if(!lua_fails && status == LUA_OK &&
     (!*said || !strncmp(said, "state: ", 7) || !strncmp(said, "network: ", 9)))
    return;
  give_up(said ? said : "an error that is no string");
}

static lua_State *new_state(void) {
  lua_State *L = lua_newstate(lua_memory, NULL);
  if(!L)
    give_up("no Lua");
  luaL_openlibs(L);
  if(luaL_loadstring(L, PROGRAM) != LUA_OK)
    give_up(lua_tostring(L, -1));
  return L;
}

/* True while the point was reached. */
static int try_point(long point, long width) {
  lua_State *L = new_state();
  int status = run_program(L, point, width);
  int reached = memory.failed > 0;
  check_failure(L, status);
  status = run_program(L, 0, 0);
  if(status != LUA_OK || *lua_tostring(L, -1))
    give_up(lua_tostring(L, -1));
  lua_close(L);
  return reached;
}

static int count_entries(const char *path) {
  int n = 0;
  DIR *entries = opendir(path);
  if(!entries)
    give_up(path);
  while(readdir(entries))
    n++;
  closedir(entries);
  return n;
}

/* The server closes its ends when it learns of ours. */
static void check_descriptors(int expected) {
  for(int patience = 0; patience < 2000; patience++) {
    if(count_entries("/proc/self/fd") <= expected)
      return;
    poll(NULL, 0, 1);
  }
  give_up("a descriptor is left open");
}

static long try_all(long width, long step) {
  long points = 0;
  try_point(0, 0);
  int files = count_entries(directory);
  int descriptors = 0;
  for(long point = 0; try_point(point, width); point += step) {
    points++;
    if(count_entries(directory) != files)
      give_up("a file is left");
    if(!descriptors)
      descriptors = count_entries("/proc/self/fd");
    check_descriptors(descriptors);
    if(points > 20000)
      give_up("no end of it");
  }
  return points;
}

int main(int argc, char **argv) {
  pthread_t server;
  int port;
  if(argc != 5)
    give_up("oom lua|c once|on STEP DIRECTORY");
  lua_fails = !strcmp(argv[1], "lua");
  directory = argv[4];
  int listener = listen_here(&port);
  snprintf(base_url, sizeof(base_url), "http://127.0.0.1:%d", port);
  if(pthread_create(&server, NULL, serve, &listener))
    give_up("no thread");
  if(!lua_fails && curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, free,
                                        realloc, copy, calloc))
    give_up("no libcurl");
  /* Lua tries once more after a garbage collection. */
  long width = strcmp(argv[2], "once") ? 1000000000 : lua_fails ? 2 : 1;
  long points = try_all(width, strtol(argv[3], NULL, 10));
  stopping = 1;
  pthread_join(server, NULL);
  close(listener);
  printf("%ld points\n", points);
  return 0;
}
