#include "thread.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define IDLE_WAIT_MS 10000
#define BUSY_WAIT_MS 200 /* libcurl has no timer for a stall, see engine.c */
#define FORK_WAIT_SECONDS 1
#define INBOX_MAX 100000
#define NICER 3 /* than the event loop that it works for */

#if !defined(MSG_NOSIGNAL)
#define MSG_NOSIGNAL 0 /* SO_NOSIGPIPE does it there */
#endif

struct wa_thread {
  struct wa_engine *engine; /* the thread's alone, but for waking it */
  pthread_t thread;
  pthread_mutex_t lock; /* of all that follows, and of the ports */
  pthread_cond_t changed;
  struct wa_link inbox;
  size_t waiting;
  size_t ports;
  int unwanted; /* some slot is marked */
  int stopping;
  int forking; /* somebody wants it to stand still */
  int still;
  pid_t pid;
};

struct wa_port {
  struct wa_thread *thread;
  struct wa_link done;
  size_t under_way;
  int closing;    /* nobody waits for what is under way */
  int signalled;  /* a byte is on its way to the reader */
  int write_fd;   /* where it goes, or -1 */
  int read_fd;    /* of our own pair, or -1 */
  int listening;  /* a unix socket, or -1 */
  char path[104]; /* its name; empty: none */
  struct wa_port *next_inherited;
};

/* Those of the processes that this one was forked from: kept, not lost. */
static struct wa_port *inherited;

/* The one of this process. */
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;
static struct wa_thread *shared;
static int ended; /* the process is in exit() */

/* The thread -------------------------------------------------------------------
 */

/* One byte, not one per exchange, and never what it is about. */
static void signal_port(struct wa_port *port) {
  if(port->signalled || port->write_fd < 0)
    return;
  port->signalled =
      send(port->write_fd, "!", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

static void deliver(struct wa_thread *thread, struct wa_exchange *exchange) {
  struct wa_slot *slot = wa_exchange_slot(exchange);
  struct wa_port *port = slot->port;
  wa_list_append(&port->done, slot);
  port->under_way--;
  signal_port(port);
  if(!port->under_way)
    pthread_cond_broadcast(&thread->changed);
}

static int is_unwanted(const struct wa_slot *slot) {
  return slot->unwanted || slot->port->closing;
}

/* Hands what came in over to the engine. */
static void receive(struct wa_thread *thread) {
  struct wa_error err;
  while(!wa_list_empty(&thread->inbox)) {
    struct wa_slot *slot = wa_list_first(&thread->inbox);
    wa_list_remove(slot);
    thread->waiting--;
    if(is_unwanted(slot)) {
      wa_exchange_abort(slot->exchange, NULL, WA_CANCELLED, "cancelled");
      deliver(thread, slot->exchange);
    } else if(wa_engine_submit(thread->engine, slot->exchange, &err)) {
      wa_exchange_abort(slot->exchange, NULL, err.kind, err.message);
      deliver(thread, slot->exchange);
    }
  }
}

static void step(struct wa_thread *thread) {
  struct wa_error err;
  int ms = wa_engine_load(thread->engine) ? BUSY_WAIT_MS : IDLE_WAIT_MS;
  if(wa_engine_step(thread->engine, ms, &err))
    usleep(10000); /* libcurl has no memory left: give it time */
}

/* While the process forks: the locks of libcurl, OpenSSL and the C library must
 * be free then, since the child inherits them as they are. */
static void stand_still(struct wa_thread *thread) {
  while(thread->forking) {
    thread->still = 1;
    pthread_cond_broadcast(&thread->changed);
    pthread_cond_wait(&thread->changed, &thread->lock);
  }
  thread->still = 0;
}

/* Where processors are short the event loop comes first: others wait for it, too.
 * Other systems know no priority of a thread, only of the whole process. */
static void give_way(void) {
#if defined(__linux__)
  (void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + NICER);
#endif
}

static void *run(void *arg) {
  struct wa_thread *thread = arg;
  struct wa_exchange *exchange;
  give_way();
  pthread_mutex_lock(&thread->lock);
  while(!thread->stopping) {
    stand_still(thread);
    receive(thread);
    if(thread->unwanted) {
      thread->unwanted = 0;
      wa_engine_sweep(thread->engine, is_unwanted);
    }
    pthread_mutex_unlock(&thread->lock);
    step(thread);
    pthread_mutex_lock(&thread->lock);
    while((exchange = wa_engine_take(thread->engine)) != NULL)
      deliver(thread, exchange);
  }
  pthread_mutex_unlock(&thread->lock);
  return NULL;
}

/* Its life ----------------------------------------------------------------------
 */

/* No signal of the process is ever delivered to the thread. */
static int start(struct wa_thread *thread) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int rc = pthread_create(&thread->thread, NULL, run, thread);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return rc;
}

static struct wa_thread *thread_new(struct wa_error *err) {
  struct wa_thread *thread = calloc(1, sizeof(*thread));
  if(!thread) {
    wa_out_of_memory(err);
    return NULL;
  }
  wa_list_init(&thread->inbox);
  thread->pid = wa_process();
  thread->engine = wa_engine_new(err);
  if(!thread->engine) {
    free(thread);
    return NULL;
  }
  pthread_mutex_init(&thread->lock, NULL);
  pthread_cond_init(&thread->changed, NULL);
  int rc = start(thread);
  if(rc == 0)
    return thread;
  wa_fail(err, WA_STATE, WA_NOT_SENT, "no thread: %s", strerror(rc));
  wa_engine_free(thread->engine);
  pthread_cond_destroy(&thread->changed);
  pthread_mutex_destroy(&thread->lock);
  free(thread);
  return NULL;
}

static void thread_stop(struct wa_thread *thread) {
  pthread_mutex_lock(&thread->lock);
  thread->stopping = 1;
  pthread_cond_broadcast(&thread->changed);
  pthread_mutex_unlock(&thread->lock);
  wa_engine_wake(thread->engine);
  pthread_join(thread->thread, NULL);
}

static void thread_free(struct wa_thread *thread) {
  thread_stop(thread);
  wa_engine_free(thread->engine);
  pthread_cond_destroy(&thread->changed);
  pthread_mutex_destroy(&thread->lock);
  free(thread);
}

/* OpenSSL takes itself down at exit: nobody may be inside it then. What is in
 * flight is lost with the process, its memory too. */
static void stop_at_exit(void) {
  pthread_mutex_lock(&shared_lock);
  if(shared && shared->pid == getpid())
    thread_stop(shared);
  shared = NULL;
  ended = 1;
  pthread_mutex_unlock(&shared_lock);
}

static int ending(struct wa_error *err) {
  return wa_fail(err, WA_STATE, WA_NOT_SENT, "the process is ending");
}

/* Waits for the thread to stand still, but not for ever. */
static void before_fork(void) {
  struct timespec until;
  pthread_mutex_lock(&shared_lock);
  if(!shared)
    return;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += FORK_WAIT_SECONDS;
  pthread_mutex_lock(&shared->lock);
  shared->forking = 1;
  wa_engine_wake(shared->engine);
  while(!shared->still &&
        pthread_cond_timedwait(&shared->changed, &shared->lock, &until) == 0)
    ;
}

static void after_fork(void) {
  if(shared) {
    shared->forking = 0;
    pthread_cond_broadcast(&shared->changed);
    pthread_mutex_unlock(&shared->lock);
  }
  pthread_mutex_unlock(&shared_lock);
}

/* The thread stays with the parent; the child starts its own when it needs one. */
static void after_fork_in_child(void) {
  pthread_mutex_init(&shared_lock, NULL);
  shared = NULL;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int prepare_failed;

static void prepare(void) {
  prepare_failed =
      pthread_atfork(before_fork, after_fork, after_fork_in_child) ||
      atexit(stop_at_exit);
}

/* Ports --------------------------------------------------------------------------
 */

static struct wa_thread *acquire(struct wa_error *err) {
  pthread_once(&once, prepare);
  if(prepare_failed) {
    wa_out_of_memory(err);
    return NULL;
  }
  pthread_mutex_lock(&shared_lock);
  if(ended)
    ending(err);
  else if(!shared)
    shared = thread_new(err);
  struct wa_thread *thread = shared;
  if(thread)
    thread->ports++;
  pthread_mutex_unlock(&shared_lock);
  return thread;
}

static void let_go(struct wa_thread *thread) {
  pthread_mutex_lock(&shared_lock);
  int last = --thread->ports == 0 && thread == shared;
  if(last) {
    shared = NULL;
    thread_free(thread);
  }
  pthread_mutex_unlock(&shared_lock);
}

struct wa_port *wa_port_new(struct wa_error *err) {
  struct wa_port *port = calloc(1, sizeof(*port));
  if(!port) {
    wa_out_of_memory(err);
    return NULL;
  }
  wa_list_init(&port->done);
  port->write_fd = port->read_fd = port->listening = -1;
  port->thread = acquire(err);
  if(!port->thread) {
    free(port);
    return NULL;
  }
  return port;
}

int wa_port_is_ours(const struct wa_port *port) {
  return port->thread->pid == wa_process();
}

static void close_fd(int *fd) {
  if(*fd >= 0)
    close(*fd);
  *fd = -1;
}

/* The socket's name goes as soon as it is not needed any more. */
static void stop_listening(struct wa_port *port) {
  close_fd(&port->listening);
  if(!port->path[0])
    return;
  unlink(port->path);
  *strrchr(port->path, '/') = '\0';
  rmdir(port->path);
  port->path[0] = '\0';
}

/* Waits until the thread has given everything back, or has been stopped. */
static void cancel_all(struct wa_port *port) {
  struct wa_thread *thread = port->thread;
  pthread_mutex_lock(&thread->lock);
  port->closing = 1;
  thread->unwanted = 1;
  close_fd(&port->write_fd);
  wa_engine_wake(thread->engine);
  while(port->under_way && !thread->stopping)
    pthread_cond_wait(&thread->changed, &thread->lock);
  pthread_mutex_unlock(&thread->lock);
}

void wa_port_free(struct wa_port *port) {
  struct wa_exchange *exchange;
  if(!port)
    return;
  if(!wa_port_is_ours(port)) {
    port->next_inherited = inherited;
    inherited = port;
    return;
  }
  cancel_all(port);
  while((exchange = wa_port_take(port)) != NULL) {
    wa_exchange_slot(exchange)->delivered = 1;
    wa_exchange_unref(exchange);
  }
  stop_listening(port);
  close_fd(&port->read_fd);
  let_go(port->thread);
  if(!port->under_way) /* else the process is ending, and they know it still */
    free(port);
}

static int refuse(const struct wa_thread *thread, struct wa_error *err) {
  if(thread->stopping)
    return ending(err);
  if(thread->waiting >= INBOX_MAX)
    return wa_fail(err, WA_BUSY, WA_NOT_SENT, "%d requests are waiting already",
                   INBOX_MAX);
  return 0;
}

int wa_port_submit(struct wa_port *port, struct wa_exchange *exchange,
                   struct wa_error *err) {
  struct wa_thread *thread = port->thread;
  struct wa_slot *slot = wa_exchange_slot(exchange);
  pthread_mutex_lock(&thread->lock);
  int refused = refuse(thread, err);
  if(!refused) {
    slot->port = port;
    slot->threaded = 1;
    wa_list_append(&thread->inbox, slot);
    thread->waiting++;
    port->under_way++;
  }
  pthread_mutex_unlock(&thread->lock);
  if(!refused)
    wa_engine_wake(thread->engine);
  return refused;
}

void wa_port_cancel(struct wa_port *port, struct wa_exchange *exchange) {
  struct wa_thread *thread = port->thread;
  pthread_mutex_lock(&thread->lock);
  wa_exchange_slot(exchange)->unwanted = 1;
  thread->unwanted = 1;
  pthread_mutex_unlock(&thread->lock);
  wa_engine_wake(thread->engine);
}

struct wa_exchange *wa_port_take(struct wa_port *port) {
  struct wa_exchange *exchange = NULL;
  pthread_mutex_lock(&port->thread->lock);
  if(wa_list_empty(&port->done)) {
    port->signalled = 0;
  } else {
    struct wa_slot *slot = wa_list_first(&port->done);
    wa_list_remove(slot);
    slot->port = NULL;
    exchange = slot->exchange;
  }
  pthread_mutex_unlock(&port->thread->lock);
  return exchange;
}

/* Being told ---------------------------------------------------------------------
 */

static int set_flags(int fd) {
  int flags = fcntl(fd, F_GETFL);
#if defined(SO_NOSIGPIPE) /* where MSG_NOSIGNAL is unknown */
  int on = 1;
  (void)setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof(on));
#endif
  return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
         fcntl(fd, F_SETFD, FD_CLOEXEC) < 0;
}

/* From now on the port tells `fd`, at once if something is done already. */
static void tell(struct wa_port *port, int fd) {
  pthread_mutex_lock(&port->thread->lock);
  close_fd(&port->write_fd);
  port->write_fd = fd;
  port->signalled = 0;
  if(!wa_list_empty(&port->done))
    signal_port(port);
  pthread_mutex_unlock(&port->thread->lock);
}

int wa_port_descriptor(struct wa_port *port, struct wa_error *err) {
  int pair[2];
  if(port->read_fd >= 0)
    return port->read_fd;
  if(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
    return wa_fail(err, WA_STATE, WA_NOT_SENT, "no socket: %s",
                   strerror(errno));
  if(set_flags(pair[0]) || set_flags(pair[1])) {
    close(pair[0]);
    close(pair[1]);
    return wa_fail(err, WA_STATE, WA_NOT_SENT, "no socket: %s",
                   strerror(errno));
  }
  port->read_fd = pair[0];
  tell(port, pair[1]);
  return port->read_fd;
}

void wa_port_clear(struct wa_port *port) {
  char bytes[16];
  while(port->read_fd >= 0 &&
        recv(port->read_fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
    ;
}

static int bind_private(struct wa_port *port) {
  struct sockaddr_un address;
  const char *base = getenv("TMPDIR");
  int n = snprintf(port->path, sizeof(port->path), "%s/whatsapp.XXXXXX",
                   base && *base ? base : "/tmp");
  int fits = n > 0 && (size_t)n + 3 <= sizeof(port->path);
  if(!fits || !mkdtemp(port->path)) {
    errno = fits ? errno : ENAMETOOLONG;
    port->path[0] = '\0';
    return -1;
  }
  memcpy(port->path + n, "/s", 3);
  memset(&address, 0, sizeof(address));
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path, port->path, (size_t)n + 3);
  port->listening = socket(AF_UNIX, SOCK_STREAM, 0);
  return port->listening < 0 || set_flags(port->listening) ||
         bind(port->listening, (struct sockaddr *)&address, sizeof(address)) ||
         chmod(port->path, 0600) || listen(port->listening, 1);
}

const char *wa_port_listen(struct wa_port *port, struct wa_error *err) {
  stop_listening(port);
  if(!bind_private(port))
    return port->path;
  wa_fail(err, WA_STATE, WA_NOT_SENT, "no private socket: %s", strerror(errno));
  stop_listening(port);
  return NULL;
}

/* Only this process itself may be at the other end. */
static int is_self(int fd) {
#if defined(__linux__)
  struct ucred peer;
  socklen_t size = sizeof(peer);
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.pid == getpid();
#else
  (void)fd; /* the directory lets no other user in */
  return 1;
#endif
}

int wa_port_accept(struct wa_port *port, struct wa_error *err) {
  int fd = accept(port->listening, NULL, NULL);
  int error = errno;
  stop_listening(port);
  if(fd >= 0 && (set_flags(fd) || !is_self(fd))) {
    close_fd(&fd);
    error = EPERM;
  }
  if(fd < 0)
    return wa_fail(err, WA_STATE, WA_NOT_SENT, "no private socket: %s",
                   strerror(error));
  tell(port, fd);
  return 0;
}

int wa_port_connected(struct wa_port *port) {
  struct pollfd other = {port->write_fd, 0, 0};
  return port->write_fd >= 0 && poll(&other, 1, 0) == 0;
}
