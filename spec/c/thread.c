/* The engine's thread under load, without Lua, for the sanitizers: several
 * threads with ports of their own submit, cancel, drain, close sessions and
 * leave with work in flight.
 *
 *   thread ROUNDS
 *
 * Prints how many exchanges came back. */
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/thread.h"

#define PORTS 4
#define BATCH 24
#define CONNECTIONS 256

static char base_url[64];
static int rounds;

static void give_up(const char *what) {
  fprintf(stderr, "thread: %s\n", what);
  exit(1);
}

/* Server: answers every second connection and is silent on the others --------- */

struct server {
  int listener;
  int stop; /* a pipe: closed at the end */
};

/* Every read of a small request is a whole one. */
static int answer(int fd, size_t which) {
  static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
  char bytes[16384];
  ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
  if(n <= 0)
    return -1;
  if(which % 2)
    return 0;
  return send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static void *serve(void *arg) {
  struct server *server = arg;
  struct pollfd fds[CONNECTIONS + 2];
  nfds_t n = 2;
  fds[0].fd = server->stop;
  fds[1].fd = server->listener;
  fds[0].events = fds[1].events = POLLIN;
  while(poll(fds, n, -1) > 0 && !fds[0].revents) {
    for(nfds_t i = n - 1; i >= 2; i--) {
      if(fds[i].revents && answer(fds[i].fd, i)) {
        close(fds[i].fd);
        fds[i] = fds[--n];
      }
    }
    if(fds[1].revents && n < CONNECTIONS + 2) {
      fds[n].fd = accept(server->listener, NULL, NULL);
      fds[n].revents = 0;
      fds[n++].events = POLLIN;
    }
  }
  while(n > 2)
    close(fds[--n].fd);
  return NULL;
}

static int listen_here(void) {
  struct sockaddr_in address;
  socklen_t size = sizeof(address);
  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if(fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
     listen(fd, 128) || getsockname(fd, (struct sockaddr *)&address, &size))
    give_up("no server");
  snprintf(base_url, sizeof(base_url), "http://127.0.0.1:%d/",
           ntohs(address.sin_port));
  return fd;
}

/* Clients ---------------------------------------------------------------------
 */

static struct wa_session *new_session(void) {
  struct wa_error err;
  struct wa_session_config config;
  memset(&config, 0, sizeof(config));
  config.direct = 1;
  config.base_url = base_url;
  config.credential = "a-token-of-some-length";
  config.user_agent = "thread";
  config.connect_timeout_ms = 10000;
  struct wa_session *session = wa_session_new(&config, &err);
  if(!session)
    give_up(err.message);
  return session;
}

/* Half of the answers are downloads, and watched. */
static struct wa_download *new_download(int which) {
  struct wa_error err;
  struct wa_download_config config = {NULL, which % 4 == 0, NULL, -1, 1000};
  struct wa_download *download =
      which % 2 ? NULL : wa_download_new(&config, &err);
  if(!download && which % 2 == 0)
    give_up(err.message);
  return download;
}

static struct wa_exchange *submit(struct wa_port *port,
                                  struct wa_session *session, int which) {
  struct wa_error err;
  struct wa_request request;
  memset(&request, 0, sizeof(request));
  request.download = new_download(which);
  request.stall_seconds = 5;
  request.method = "POST";
  request.url = base_url;
  request.body = "{}";
  request.body_length = 2;
  request.max_body = 1000;
  request.timeout_ms = 300;
  request.connect_timeout_ms = -1;
  struct wa_exchange *exchange = wa_exchange_new(session, &request, &err);
  if(!exchange)
    give_up(err.message);
  wa_download_unref(request.download);
  wa_exchange_ref(exchange);
  if(wa_port_submit(port, exchange, &err))
    give_up(err.message);
  return exchange;
}

/* Reads what came back, as a binding would. */
static size_t drain(struct wa_port *port) {
  size_t n = 0;
  struct wa_exchange *exchange;
  wa_port_clear(port);
  while((exchange = wa_port_take(port)) != NULL) {
    const struct wa_answer *got = wa_exchange_answer(exchange);
    if(got->error.kind == WA_OK &&
       (got->status != 200 || (got->body.length && got->body.length != 2)))
      give_up("a wrong answer");
    wa_exchange_unref(exchange);
    n++;
  }
  return n;
}

static void wait_for_some(struct wa_port *port) {
  struct wa_error err;
  struct pollfd readable = {wa_port_descriptor(port, &err), POLLIN, 0};
  if(readable.fd < 0 || poll(&readable, 1, 10000) != 1)
    give_up("nobody was told");
}

static size_t visit(int round) {
  struct wa_error err;
  struct wa_exchange *sent[BATCH];
  size_t back = 0;
  struct wa_port *port = wa_port_new(&err);
  if(!port)
    give_up(err.message);
  struct wa_session *session = new_session();
  for(int i = 0; i < BATCH; i++)
    sent[i] = submit(port, session, i);
  for(int i = 0; i < BATCH; i++)
    if(wa_exchange_progress(sent[i]).done > 2)
      give_up("more than the answer");
  wait_for_some(port);
  back += drain(port);
  for(int i = 0; i < BATCH; i += 3)
    if(wa_exchange_slot(sent[i])->port)
      wa_port_cancel(port, sent[i]);
  wa_session_close(session);
  wa_session_unref(session);
  /* Every second visit leaves with work in flight. */
  while(round % 2 && back < BATCH) {
    wait_for_some(port);
    back += drain(port);
  }
  wa_port_free(port);
  for(int i = 0; i < BATCH; i++)
    wa_exchange_unref(sent[i]);
  return back;
}

static void *client(void *arg) {
  size_t *back = arg;
  for(int i = 0; i < rounds; i++)
    *back += visit(i);
  return NULL;
}

/* Children that go at once, while the others are at work. */
static void *forker(void *unused) {
  for(int i = 0; i < rounds; i++) {
    pid_t pid = fork();
    if(pid == 0)
      _exit(0);
    if(pid < 0 || waitpid(pid, NULL, 0) != pid)
      give_up("no child");
  }
  return unused;
}

int main(int argc, char **argv) {
  struct wa_error err;
  struct server server;
  pthread_t serving, forking, clients[PORTS];
  size_t back[PORTS] = {0}, all = 0;
  int stop[2];
  rounds = argc == 2 ? (int)strtol(argv[1], NULL, 10) : 0;
  if(rounds <= 0)
    give_up("thread ROUNDS");
  if(wa_engine_prepare(&err))
    give_up(err.message);
  if(pipe(stop))
    give_up("no pipe");
  server.listener = listen_here();
  server.stop = stop[0];
  if(pthread_create(&serving, NULL, serve, &server) ||
     pthread_create(&forking, NULL, forker, NULL))
    give_up("no thread");
  for(int i = 0; i < PORTS; i++) {
    if(pthread_create(&clients[i], NULL, client, &back[i]))
      give_up("no thread");
  }
  for(int i = 0; i < PORTS; i++) {
    pthread_join(clients[i], NULL);
    all += back[i];
  }
  pthread_join(forking, NULL);
  close(stop[1]);
  pthread_join(serving, NULL);
  close(stop[0]);
  close(server.listener);
  printf("%lu exchanges\n", (unsigned long)all);
  return 0;
}
