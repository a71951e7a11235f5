/*
 * The ceiling: the fastest that libcurl sends the same bytes from C, with no
 * library around it. Prints the seconds that COUNT sends took.
 *
 *   loop URL CA_FILE HEADERS_FILE BODY_FILE COUNT [IN_FLIGHT [CONNECTIONS]]
 *
 * A hundred sends go ahead of the clock. With a COUNT of 0 it sends just one.
 */
#define _DEFAULT_SOURCE

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_IN_FLIGHT 1000
#define MAX_TEXT 65536
#define WARM_UP 100

struct task {
  const char *url, *ca_file;
  struct curl_slist *headers;
  char body[MAX_TEXT];
  size_t body_length;
};

/* One send: its handle and what came back. */
struct send {
  CURL *easy;
  char answer[MAX_TEXT];
  size_t length;
};

static void die(const char *what) {
  fprintf(stderr, "loop: %s\n", what);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void read_task(struct task *task, char **argv) {
  char line[MAX_TEXT];
  FILE *file = fopen(argv[3], "r");
  if(!file)
    die("cannot open the headers");
  task->url = argv[1];
  task->ca_file = argv[2];
  while(fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    task->headers = curl_slist_append(task->headers, line);
  }
  fclose(file);
  file = fopen(argv[4], "r");
  if(!file)
    die("cannot open the body");
  task->body_length = fread(task->body, 1, sizeof task->body, file);
  fclose(file);
}

static size_t on_data(char *data, size_t size, size_t count, void *userdata) {
  struct send *send = userdata;
  size_t length = size * count;
  if(length > sizeof send->answer - send->length)
    return 0;
  memcpy(send->answer + send->length, data, length);
  send->length += length;
  return length;
}

static void prepare(struct send *send, const struct task *task) {
  CURL *easy = curl_easy_init();
  if(!easy)
    die("out of memory");
  send->easy = easy;
  send->length = 0;
  curl_easy_setopt(easy, CURLOPT_URL, task->url);
  curl_easy_setopt(easy, CURLOPT_CAINFO, task->ca_file);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, task->headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, task->body);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)task->body_length);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, send);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, send);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30000L);
}

static void finish(struct send *send, CURLcode code) {
  long status = 0;
  if(code != CURLE_OK)
    die(curl_easy_strerror(code));
  curl_easy_getinfo(send->easy, CURLINFO_RESPONSE_CODE, &status);
  if(status != 200 || send->length == 0)
    die("not the answer that was expected");
  send->length = 0;
}

static void send_in_turn(struct send *send, long count) {
  while(count-- > 0)
    finish(send, curl_easy_perform(send->easy));
}

/* Takes what is done off the multi and starts as many again, up to `start`. */
static long reap(CURLM *multi, long *start) {
  struct CURLMsg *message;
  long done = 0;
  int left;
  while((message = curl_multi_info_read(multi, &left))) {
    CURL *easy = message->easy_handle;
    CURLcode code = message->data.result;
    struct send *send = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &send);
    curl_multi_remove_handle(multi, easy);
    finish(send, code);
    done++;
    if(*start > 0) {
      (*start)--;
      curl_multi_add_handle(multi, easy);
    }
  }
  return done;
}

static void send_at_once(CURLM *multi, struct send *sends, long in_flight,
                         long count) {
  long start = count, done = 0, i;
  int running;
  for(i = 0; i < in_flight && start > 0; i++, start--)
    curl_multi_add_handle(multi, sends[i].easy);
  while(done < count) {
    if(curl_multi_perform(multi, &running))
      die("curl_multi_perform");
    done += reap(multi, &start);
    if(done < count)
      curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
}

static double measure_in_turn(const struct task *task, long count) {
  static struct send send;
  double start;
  prepare(&send, task);
  send_in_turn(&send, count > 0 ? WARM_UP : 1);
  start = now();
  send_in_turn(&send, count);
  return now() - start;
}

static double measure_at_once(const struct task *task, long count,
                              long in_flight, long connections) {
  static struct send sends[MAX_IN_FLIGHT];
  CURLM *multi = curl_multi_init();
  double start;
  long i;
  if(!multi || in_flight > MAX_IN_FLIGHT)
    die("too many in flight");
  curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS,
                    (in_flight + connections - 1) / connections);
  for(i = 0; i < in_flight; i++)
    prepare(&sends[i], task);
  send_at_once(multi, sends, in_flight, WARM_UP);
  start = now();
  send_at_once(multi, sends, in_flight, count);
  return now() - start;
}

int main(int argc, char **argv) {
  static struct task task;
  long count, in_flight, connections;
  if(argc < 6)
    die("URL CA_FILE HEADERS_FILE BODY_FILE COUNT [IN_FLIGHT [CONNECTIONS]]");
  count = strtol(argv[5], NULL, 10);
  in_flight = argc > 6 ? strtol(argv[6], NULL, 10) : 1;
  connections = argc > 7 ? strtol(argv[7], NULL, 10) : 1;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  read_task(&task, argv);
  printf("%.6f\n", in_flight > 1
                       ? measure_at_once(&task, count, in_flight, connections)
                       : measure_in_turn(&task, count));
  return 0;
}
