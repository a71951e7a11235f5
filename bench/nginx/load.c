/* Requests over keep-alive connections to 127.0.0.1, as many at once.
 *
 *   load PORT PATH CONNECTIONS SECONDS [COUNT [PAUSE]]
 *
 * until the seconds are over or COUNT requests are done (0: no limit), with
 * PAUSE milliseconds before each. Prints requests/s, errors, and in
 * milliseconds the median and the 99th percentile of the answers' times, and
 * the wall time. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 1024
#define SAMPLES_MAX 4000000
#define BUFFER 4096

struct connection {
  int fd;
  int open;     /* a request is under way */
  double start; /* of the request; while none is: when the next may begin */
  size_t length;
  char buffer[BUFFER];
};

static struct connection connections[CONNECTIONS_MAX];
static struct pollfd polls[CONNECTIONS_MAX];
static float *samples;
static size_t done, failed, started, count;
static double pause_seconds;
static char request[512];
static int port;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void dial(struct connection *c) {
  struct sockaddr_in address;
  int one = 1;
  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_port = htons((unsigned short)port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if(c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)))
    die("connect");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static void begin(struct connection *c) {
  size_t size = strlen(request);
  c->length = 0;
  c->open = 1;
  c->start = now();
  started++;
  if(write(c->fd, request, size) != (ssize_t)size)
    die("write");
}

/* The size of the whole answer, or 0 while its headers are not all there. */
static size_t answer_size(struct connection *c) {
  c->buffer[c->length] = '\0';
  char *end = strstr(c->buffer, "\r\n\r\n");
  char *length = strstr(c->buffer, "Content-Length: ");
  if(!end)
    return 0;
  if(!length || length > end) {
    fprintf(stderr, "no Content-Length\n");
    exit(1);
  }
  return (size_t)(end + 4 - c->buffer) + (size_t)strtoul(length + 16, NULL, 10);
}

static void end(struct connection *c, int good) {
  double time = now();
  if(done < SAMPLES_MAX)
    samples[done] = (float)((time - c->start) * 1000);
  done++;
  if(!good)
    failed++;
  c->open = 0;
  c->start = time + pause_seconds;
}

static void receive(struct connection *c) {
  ssize_t n = read(c->fd, c->buffer + c->length, BUFFER - 1 - c->length);
  if(n <= 0) {
    end(c, 0);
    close(c->fd);
    dial(c);
    return;
  }
  c->length += (size_t)n;
  size_t size = answer_size(c);
  if(size && c->length >= size)
    end(c, !strncmp(c->buffer, "HTTP/1.1 200", 12));
}

static int compare(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void run(int n, double give_up) {
  while(now() < give_up && (!count || done < count)) {
    double time = now();
    for(int i = 0; i < n; i++) {
      struct connection *c = &connections[i];
      if(!c->open && time >= c->start && (!count || started < count))
        begin(c);
      polls[i].fd = c->fd;
      polls[i].events = POLLIN;
    }
    if(poll(polls, (nfds_t)n, pause_seconds > 0 ? 1 : 100) < 0 &&
       errno != EINTR)
      die("poll");
    for(int i = 0; i < n; i++)
      if(polls[i].revents && connections[i].open)
        receive(&connections[i]);
  }
}

int main(int argc, char **argv) {
  if(argc < 5)
    return 2;
  port = (int)strtol(argv[1], NULL, 10);
  int n = (int)strtol(argv[3], NULL, 10);
  double seconds = strtod(argv[4], NULL);
  count = argc > 5 ? (size_t)strtoul(argv[5], NULL, 10) : 0;
  pause_seconds = argc > 6 ? strtod(argv[6], NULL) / 1000 : 0;
  if(n < 1 || n > CONNECTIONS_MAX)
    return 2;
  snprintf(request, sizeof(request),
           "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", argv[2]);
  samples = calloc(SAMPLES_MAX, sizeof(*samples));
  if(!samples)
    die("calloc");
  for(int i = 0; i < n; i++)
    dial(&connections[i]);
  double start = now();
  run(n, start + seconds);
  double wall = now() - start;
  size_t kept = done < SAMPLES_MAX ? done : SAMPLES_MAX;
  qsort(samples, kept, sizeof(*samples), compare);
  printf("%.1f %zu %.3f %.3f %.3f\n", (double)done / wall,
         failed + (started - done) * (count > 0),
         kept ? (double)samples[kept / 2] : 0.0,
         kept ? (double)samples[kept * 99 / 100] : 0.0, wall);
  return 0;
}
