#include "engine.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/opensslv.h>

/* More at once would only queue inside libcurl, where waiting counts as part
 * of the exchange's own time. */
#define ACTIVE_MAX 128
#define QUEUE_MAX 100000
#define IDLE_MAX ACTIVE_MAX
#define GRACE_SECONDS 0.1
#define OLDEST_CURL 0x075100   /* 7.81.0 */
#define NEW_PROTOCOLS 0x075500 /* 7.85.0: session.c asks for its option */

/* An easy handle that waits to be used again. */
struct idle {
  CURL *easy;
  unsigned long long route; /* for which it is prepared, or 0 */
};

struct wa_engine {
  CURLM *multi;
  pid_t pid;
  struct wa_link queue;
  struct wa_link active;
  struct wa_link done;
  size_t queued;
  size_t running;
  double next_look; /* for what is overdue */
  struct wa_engine *next_inherited;
  int woken; /* by another thread: a step ends then */
  struct idle idle[IDLE_MAX];
  size_t idle_count;
};

/* Lists ----------------------------------------------------------------------- */

void wa_list_init(struct wa_link *list) { list->previous = list->next = list; }

int wa_list_empty(const struct wa_link *list) { return list->next == list; }

void wa_list_append(struct wa_link *list, struct wa_slot *slot) {
  struct wa_link *link = &slot->link;
  link->previous = list->previous;
  link->next = list;
  list->previous->next = link;
  list->previous = link;
}

void wa_list_remove(struct wa_slot *slot) {
  slot->link.previous->next = slot->link.next;
  slot->link.next->previous = slot->link.previous;
}

struct wa_slot *wa_list_first(struct wa_link *list) {
  return (struct wa_slot *)(void *)list->next;
}

/* Once per process ------------------------------------------------------------ */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode global_result;

/* Kept here, since asking the kernel for it at every step would cost as much as
 * the step. */
static pid_t process;

static void note_process(void) { process = getpid(); }

static void init_once(void) {
  note_process();
  if(pthread_atfork(NULL, NULL, note_process)) {
    global_result = CURLE_OUT_OF_MEMORY;
    return;
  }
  global_result = curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* Two majors of OpenSSL in one process share symbol names, not layouts. */
static int check_openssl(const curl_version_info_data *curl,
                         struct wa_error *err) {
  const char *theirs = curl->ssl_version;
  unsigned long linked = OpenSSL_version_num() >> 28;
  if(linked != (unsigned long)OPENSSL_VERSION_NUMBER >> 28)
    return wa_fail(err, WA_CONFIG, WA_NOT_SENT,
                   "built for %s, loaded with %s: rebuild for the one in use",
                   OPENSSL_VERSION_TEXT, OpenSSL_version(OPENSSL_VERSION));
  if(theirs && !strncmp(theirs, "OpenSSL/", 8) &&
     strtoul(theirs + 8, NULL, 10) != linked)
    return wa_fail(err, WA_CONFIG, WA_NOT_SENT,
                   "libcurl uses %s, this process %s: they cannot be mixed",
                   theirs, OpenSSL_version(OPENSSL_VERSION));
  return 0;
}

int wa_engine_prepare(struct wa_error *err) {
  pthread_once(&once, init_once);
  if(global_result)
    return wa_fail(err, WA_STATE, WA_NOT_SENT, "libcurl does not start: %s",
                   curl_easy_strerror(global_result));
  const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
  if(curl->version_num < OLDEST_CURL)
    return wa_fail(err, WA_CONFIG, WA_NOT_SENT,
                   "libcurl %s is too old: 7.81.0 or newer is needed",
                   curl->version);
  if(LIBCURL_VERSION_NUM >= NEW_PROTOCOLS && curl->version_num < NEW_PROTOCOLS)
    return wa_fail(err, WA_CONFIG, WA_NOT_SENT,
                   "built for libcurl %s, loaded with %s: rebuild for this one",
                   LIBCURL_VERSION, curl->version);
  if(!(curl->features & CURL_VERSION_SSL))
    return wa_fail(err, WA_CONFIG, WA_NOT_SENT, "this libcurl has no TLS");
  return check_openssl(curl, err);
}

/* Signals ---------------------------------------------------------------------- */

/* SIGPIPE (a peer that went away) and SIGXFSZ (a file that may not grow) would
 * end the process; both also come back as errno, which is what we want. */
struct signals {
  sigset_t pending; /* before us */
  sigset_t mask;
};

static void block(struct signals *signals) {
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGPIPE);
  sigaddset(&ours, SIGXFSZ);
  sigemptyset(&signals->pending);
  sigpending(&signals->pending);
  pthread_sigmask(SIG_BLOCK, &ours, &signals->mask);
}

static void take_signal(int number) {
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, number);
#if defined(__APPLE__) /* has no sigtimedwait */
  sigwait(&one, &number);
#else
  struct timespec at_once = {0, 0};
  (void)sigtimedwait(&one, NULL, &at_once);
#endif
}

static void unblock(const struct signals *signals) {
  static const int numbers[] = {SIGPIPE, SIGXFSZ};
  sigset_t now;
  sigemptyset(&now);
  sigpending(&now);
  for(size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
    if(sigismember(&now, numbers[i]) == 1 &&
       sigismember(&signals->pending, numbers[i]) == 0)
      take_signal(numbers[i]);
  }
  pthread_sigmask(SIG_SETMASK, &signals->mask, NULL);
}

/* Life -------------------------------------------------------------------------
 */

struct wa_engine *wa_engine_new(struct wa_error *err) {
  struct wa_engine *engine = calloc(1, sizeof(*engine));
  if(!engine) {
    wa_out_of_memory(err);
    return NULL;
  }
  wa_list_init(&engine->queue);
  wa_list_init(&engine->active);
  wa_list_init(&engine->done);
  engine->pid = process;
  engine->multi = curl_multi_init();
  if(!engine->multi || curl_multi_setopt(engine->multi, CURLMOPT_MAXCONNECTS,
                                         (long)ACTIVE_MAX) != CURLM_OK) {
    curl_multi_cleanup(engine->multi);
    free(engine);
    wa_out_of_memory(err);
    return NULL;
  }
  return engine;
}

pid_t wa_process(void) { return process; }

int wa_engine_is_ours(const struct wa_engine *engine) {
  return engine->pid == process;
}

/* An easy handle for the next exchange: prepared for its route, or as good as
 * new. */
static struct idle take_easy(struct wa_engine *engine,
                             unsigned long long route) {
  struct idle found = {NULL, 0};
  size_t at = engine->idle_count;
  if(!at) {
    found.easy = curl_easy_init();
    return found;
  }
  while(--at > 0 && engine->idle[at].route != route)
    continue;
  found = engine->idle[at];
  engine->idle[at] = engine->idle[--engine->idle_count];
  if(found.route != route) {
    curl_easy_reset(found.easy);
    found.route = 0;
  }
  return found;
}

/* What the route of a prepared one had may be gone by now: only the same route,
 * which keeps it, uses it again as it is. */
static void give_back(struct wa_engine *engine, CURL *easy,
                      unsigned long long route) {
  struct idle idle = {easy, route};
  if(!route)
    curl_easy_reset(easy);
  else
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
  if(engine->idle_count < IDLE_MAX)
    engine->idle[engine->idle_count++] = idle;
  else
    curl_easy_cleanup(easy);
}

static void settle(struct wa_engine *engine, struct wa_slot *slot) {
  wa_list_remove(slot);
  slot->state = WA_DONE;
  wa_list_append(&engine->done, slot);
}

/* Takes an active exchange out of the multi and returns its easy handle. */
static CURL *detach(struct wa_engine *engine, struct wa_slot *slot) {
  CURL *easy = slot->easy;
  /* This fails only for handles that are not in this multi. */
  (void)curl_multi_remove_handle(engine->multi, easy);
  slot->easy = NULL;
  engine->running--;
  return easy;
}

static void end(struct wa_engine *engine, struct wa_slot *slot,
                enum wa_kind kind, const char *why) {
  if(slot->state == WA_ACTIVE) {
    CURL *easy = detach(engine, slot);
    wa_exchange_abort(slot->exchange, easy, kind, why);
    give_back(engine, easy, 0);
  } else {
    wa_exchange_abort(slot->exchange, NULL, kind, why);
    engine->queued--;
  }
  settle(engine, slot);
}

void wa_engine_cancel(struct wa_engine *engine, struct wa_exchange *exchange) {
  struct wa_slot *slot = wa_exchange_slot(exchange);
  struct signals signals;
  if(slot->engine != engine || slot->state == WA_NEW || slot->state == WA_DONE)
    return;
  block(&signals); /* ending a TLS connection writes to it */
  end(engine, slot, WA_CANCELLED, "cancelled");
  unblock(&signals);
}

static void sweep(struct wa_engine *engine, struct wa_link *list,
                  int (*unwanted)(const struct wa_slot *slot)) {
  struct wa_link *next, *link = list->next;
  for(; link != list; link = next) {
    struct wa_slot *slot = (struct wa_slot *)(void *)link;
    next = link->next;
    if(unwanted(slot))
      end(engine, slot, WA_CANCELLED, "cancelled");
  }
}

void wa_engine_sweep(struct wa_engine *engine,
                     int (*unwanted)(const struct wa_slot *slot)) {
  sweep(engine, &engine->queue, unwanted);
  sweep(engine, &engine->active, unwanted);
}

static void cancel_all(struct wa_engine *engine, struct wa_link *list) {
  while(!wa_list_empty(list))
    end(engine, wa_list_first(list), WA_CANCELLED, "cancelled");
}

/* Those of the processes that this one was forked from: kept, not lost. */
static struct wa_engine *inherited;

void wa_engine_free(struct wa_engine *engine) {
  struct signals signals;
  if(!engine)
    return;
  if(!wa_engine_is_ours(engine)) {
    engine->next_inherited = inherited;
    inherited = engine;
    return;
  }
  block(&signals);
  cancel_all(engine, &engine->queue);
  cancel_all(engine, &engine->active);
  struct wa_exchange *exchange;
  while((exchange = wa_engine_take(engine)) != NULL)
    wa_exchange_unref(exchange);
  while(engine->idle_count)
    curl_easy_cleanup(engine->idle[--engine->idle_count].easy);
  curl_multi_cleanup(engine->multi);
  unblock(&signals);
  free(engine);
}

int wa_engine_submit(struct wa_engine *engine, struct wa_exchange *exchange,
                     struct wa_error *err) {
  struct wa_slot *slot = wa_exchange_slot(exchange);
  if(engine->queued >= QUEUE_MAX)
    return wa_fail(err, WA_BUSY, WA_NOT_SENT, "%d requests are waiting already",
                   QUEUE_MAX);
  slot->engine = engine;
  slot->state = WA_QUEUED;
  wa_list_append(&engine->queue, slot);
  engine->queued++;
  return 0;
}

/* Stepping ---------------------------------------------------------------------
 */

static void start_one(struct wa_engine *engine, struct wa_slot *slot) {
  struct idle taken = take_easy(engine, wa_exchange_route(slot->exchange));
  CURL *easy = taken.easy;
  if(!easy) {
    wa_exchange_abort(slot->exchange, NULL, WA_STATE, "out of memory");
    settle(engine, slot);
    return;
  }
  slot->easy = easy;
  if(wa_exchange_start(slot->exchange, easy, taken.route != 0) == 0 &&
     curl_multi_add_handle(engine->multi, easy) == CURLM_OK) {
    wa_list_remove(slot);
    slot->state = WA_ACTIVE;
    long ms = wa_exchange_timeout_ms(slot->exchange);
    slot->overdue = ms ? wa_now() + (double)ms / 1e3 + GRACE_SECONDS : 0;
    wa_list_append(&engine->active, slot);
    engine->running++;
    return;
  }
  if(wa_exchange_answer(slot->exchange)->error.kind == WA_OK)
    wa_exchange_abort(slot->exchange, NULL, WA_STATE, "out of memory");
  slot->easy = NULL;
  settle(engine, slot);
  give_back(engine, easy, 0);
}

static void start_queued(struct wa_engine *engine) {
  while(engine->running < ACTIVE_MAX && !wa_list_empty(&engine->queue)) {
    engine->queued--;
    start_one(engine, wa_list_first(&engine->queue));
  }
}

static int collect(struct wa_engine *engine) {
  CURLMsg *message;
  int left, found = 0;
  while((message = curl_multi_info_read(engine->multi, &left)) != NULL) {
    struct wa_exchange *exchange = NULL;
    if(message->msg != CURLMSG_DONE)
      continue;
    CURL *easy = message->easy_handle;
    CURLcode result = message->data.result;
    if(curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&exchange) !=
           CURLE_OK ||
       !exchange)
      continue;
    struct wa_slot *slot = wa_exchange_slot(exchange);
    detach(engine, slot);
    unsigned long long route =
        result == CURLE_OK ? wa_exchange_route(exchange) : 0;
    wa_exchange_finish(exchange, easy, result);
    give_back(engine, easy, route);
    settle(engine, slot);
    found++;
  }
  return found;
}

/* libcurl forgets the time of a transfer that waits for the connection of
 * another one to be ready (curl issue 13227). */
static void end_overdue(struct wa_engine *engine) {
  double now = engine->running ? wa_now() : 0;
  if(now < engine->next_look || !engine->running)
    return;
  engine->next_look = now + GRACE_SECONDS;
  struct wa_link *next, *link = engine->active.next;
  for(; link != &engine->active; link = next) {
    struct wa_slot *slot = (struct wa_slot *)(void *)link;
    next = link->next;
    if(slot->overdue > 0 && slot->overdue < now)
      end(engine, slot, WA_TIMEOUT, "timed out");
  }
}

static int perform(struct wa_engine *engine, struct wa_error *err) {
  int running = 0;
  start_queued(engine);
  CURLMcode rc = curl_multi_perform(engine->multi, &running);
  if(rc != CURLM_OK)
    return wa_fail(err, WA_STATE, WA_NOT_SENT, "%s", curl_multi_strerror(rc));
  collect(engine);
  end_overdue(engine);
  return 0;
}

static int step(struct wa_engine *engine, int timeout_ms,
                struct wa_error *err) {
  double until = timeout_ms > 0 ? wa_now() + timeout_ms / 1e3 : 0;
  for(;;) {
    if(perform(engine, err))
      return -1;
    if(timeout_ms <= 0 || !wa_list_empty(&engine->done) ||
       __atomic_exchange_n(&engine->woken, 0, __ATOMIC_ACQ_REL))
      return 0;
    CURLMcode rc = curl_multi_poll(engine->multi, NULL, 0, timeout_ms, NULL);
    if(rc != CURLM_OK)
      return wa_fail(err, WA_STATE, WA_NOT_SENT, "%s", curl_multi_strerror(rc));
    timeout_ms = (int)((until - wa_now()) * 1e3);
  }
}

int wa_engine_step(struct wa_engine *engine, int timeout_ms,
                   struct wa_error *err) {
  struct signals signals;
  block(&signals);
  int rc = step(engine, timeout_ms, err);
  unblock(&signals);
  return rc;
}

struct wa_exchange *wa_engine_take(struct wa_engine *engine) {
  if(wa_list_empty(&engine->done))
    return NULL;
  struct wa_slot *slot = wa_list_first(&engine->done);
  wa_list_remove(slot);
  slot->engine = NULL;
  return slot->exchange;
}

/* A step looks at `woken` before it waits: once for all who wake is enough. */
void wa_engine_wake(struct wa_engine *engine) {
  if(!__atomic_exchange_n(&engine->woken, 1, __ATOMIC_ACQ_REL))
    (void)curl_multi_wakeup(engine->multi); /* fails only when out of memory */
}

size_t wa_engine_load(const struct wa_engine *engine) {
  return engine->queued + engine->running;
}
