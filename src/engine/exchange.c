#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "setopt.h"

#define HEADERS_MAX (64 * 1024)

struct wa_exchange {
  struct wa_slot slot;
  int references;
  struct wa_session *session;
  struct wa_route *route;
  enum wa_body body;
  struct wa_source bytes;
  struct wa_multipart *parts;
  curl_mime *mime;
  struct wa_download *download;
  int kept;                     /* this answer's body goes to the download */
  struct wa_progress progress;  /* looked at by other threads */
  const struct wa_buffer *full; /* what the answer did not fit into */
  int no_memory;
  curl_off_t moved; /* bytes in both directions, when last looked at */
  double moved_at;  /* and when that was; 0: never */
  int stalled;
  long timeout_ms;
  long connect_timeout_ms;
  long stall_seconds;
  struct wa_answer answer;
  char curl_message[CURL_ERROR_SIZE];
};

double wa_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Making one ------------------------------------------------------------------
 */

static int fill_body(struct wa_exchange *x, const struct wa_request *request,
                     struct wa_error *err) {
  x->body = wa_body_of(request);
  if(x->body == WA_PARTS) {
    x->parts = wa_multipart_new(request->parts, request->part_count, err);
    return x->parts ? 0 : -1;
  }
  if(request->body_file)
    return wa_source_file(&x->bytes, request->body_file, request->body_start,
                          err);
  if(x->body == WA_BYTES)
    return wa_source_memory(&x->bytes, request->body, request->body_length,
                            err);
  return 0;
}

static int take_download(struct wa_exchange *x, struct wa_download *download,
                         struct wa_error *err) {
  if(!download)
    return 0;
  if(wa_download_in_use(download) || wa_download_is_whole(download))
    return wa_fail(err, WA_STATE, WA_NOT_SENT, "the download is in use");
  wa_download_ref(download);
  x->download = download;
  return 0;
}

static int fill(struct wa_exchange *x, const struct wa_request *request,
                struct wa_error *err) {
  if(take_download(x, request->download, err))
    return -1;
  x->route = wa_route_new(x->session, request, err);
  return x->route ? fill_body(x, request, err) : -1;
}

struct wa_exchange *wa_exchange_new(struct wa_session *session,
                                    const struct wa_request *request,
                                    struct wa_error *err) {
  if(wa_session_closed(session)) {
    wa_fail(err, WA_STATE, WA_NOT_SENT, "the client is closed");
    return NULL;
  }
  struct wa_exchange *x = calloc(1, sizeof(*x));
  if(!x) {
    wa_out_of_memory(err);
    return NULL;
  }
  x->references = 1;
  x->slot.exchange = x;
  x->slot.id = wa_next_id();
  x->session = session;
  wa_session_ref(session);
  x->bytes.fd = -1;
  x->progress.total = -1;
  wa_buffer_init(&x->answer.headers, HEADERS_MAX);
  wa_buffer_init(&x->answer.body, request->max_body);
  x->timeout_ms = request->timeout_ms;
  x->connect_timeout_ms = request->connect_timeout_ms;
  x->stall_seconds = request->stall_seconds;
  if(fill(x, request, err)) {
    wa_exchange_unref(x);
    return NULL;
  }
  return x;
}

void wa_exchange_ref(struct wa_exchange *x) { x->references++; }

/* What only a running exchange needs; the answer stays. */
static void release(struct wa_exchange *x) {
  curl_mime_free(x->mime);
  x->mime = NULL;
  wa_route_unref(x->route);
  x->route = NULL;
  wa_multipart_free(x->parts);
  x->parts = NULL;
  wa_source_free(&x->bytes);
}

void wa_exchange_unref(struct wa_exchange *x) {
  if(--x->references)
    return;
  release(x);
  wa_download_unref(x->download);
  wa_session_unref(x->session);
  free(x->answer.redirect);
  wa_buffer_free(&x->answer.headers);
  wa_buffer_free(&x->answer.body);
  free(x);
}

const struct wa_answer *wa_exchange_answer(const struct wa_exchange *x) {
  return &x->answer;
}

unsigned long long wa_exchange_route(const struct wa_exchange *x) {
  return x->route ? wa_route_id(x->route) : 0;
}

struct wa_slot *wa_exchange_slot(struct wa_exchange *x) {
  return &x->slot;
}

/* Receiving -------------------------------------------------------------------
 */

/* Appends to a buffer of the answer, for libcurl: what it was given, or 0. */
static size_t keep(struct wa_exchange *x, struct wa_buffer *buffer,
                   const char *bytes, size_t n) {
  int rc = wa_buffer_append(buffer, bytes, n);
  if(!rc)
    return n;
  if(rc == WA_BUFFER_FULL)
    x->full = buffer;
  x->no_memory = rc == WA_BUFFER_NO_MEMORY;
  return 0;
}

/* A new status line begins a new block: only the last one is the answer's. */
static size_t on_header(char *bytes, size_t size, size_t count, void *arg) {
  struct wa_exchange *x = arg;
  size_t n = size * count;
  if(n >= 5 && !memcmp(bytes, "HTTP/", 5))
    wa_buffer_clear(&x->answer.headers);
  return keep(x, &x->answer.headers, bytes, n);
}

/* A good answer begins to come. */
static int begin(struct wa_exchange *x, CURL *easy) {
  curl_off_t announced = -1;
  curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  x->kept = 1;
  return wa_download_begin(x->download, x->answer.status, &x->answer.headers,
                           announced);
}

static int is_good(const struct wa_answer *answer) {
  return answer->status >= 200 && answer->status < 300;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg) {
  struct wa_exchange *x = arg;
  size_t n = size * count;
  if(x->download && !x->answer.status) {
    curl_easy_getinfo(x->slot.easy, CURLINFO_RESPONSE_CODE, &x->answer.status);
    if(is_good(&x->answer) && begin(x, x->slot.easy))
      return 0;
  }
  if(x->kept)
    return wa_download_write(x->download, bytes, n) ? 0 : n;
  return keep(x, &x->answer.body, bytes, n);
}

/* Looks how far it has come, for those who ask in other threads. */
static void note_progress(struct wa_exchange *x) {
  struct wa_progress now = {0, -1};
  if(x->body == WA_PARTS)
    now = wa_multipart_progress(x->parts);
  else if(x->body == WA_BYTES)
    now = (struct wa_progress){x->bytes.start + x->bytes.offset,
                               x->bytes.start + x->bytes.length};
  else if(x->download)
    now = (struct wa_progress){(curl_off_t)wa_download_length(x->download),
                               wa_download_total(x->download)};
  __atomic_store_n(&x->progress.done, now.done, __ATOMIC_RELAXED);
  __atomic_store_n(&x->progress.total, now.total, __ATOMIC_RELAXED);
}

struct wa_progress wa_exchange_progress(const struct wa_exchange *x) {
  struct wa_progress now;
  now.done = __atomic_load_n(&x->progress.done, __ATOMIC_RELAXED);
  now.total = __atomic_load_n(&x->progress.total, __ATOMIC_RELAXED);
  return now;
}

/* libcurl's own low-speed limit looks at an average, and so comes late. */
static int on_progress(void *arg, curl_off_t down_total, curl_off_t down,
                       curl_off_t up_total, curl_off_t up) {
  struct wa_exchange *x = arg;
  double now = wa_now();
  (void)down_total;
  (void)up_total;
  note_progress(x);
  if(down + up != x->moved || x->moved_at == 0) {
    x->moved = down + up;
    x->moved_at = now;
  }
  x->stalled = now - x->moved_at >= (double)x->stall_seconds;
  return x->stalled;
}

/* Starting --------------------------------------------------------------------
 */

/* What every exchange of its route sets alike. */
static CURLcode set_route(struct wa_exchange *x, CURL *easy) {
  CURLcode rc = wa_route_apply(x->route, x->session, easy);
  if(rc)
    return rc;
  SET(CURLOPT_HEADERFUNCTION, on_header);
  SET(CURLOPT_WRITEFUNCTION, on_body);
  SET(CURLOPT_XFERINFOFUNCTION, on_progress);
  if(!x->download)
    SET(CURLOPT_ACCEPT_ENCODING, "");
  return CURLE_OK;
}

static CURLcode set_body(struct wa_exchange *x, CURL *easy) {
  if(x->body == WA_PARTS) {
    SET(CURLOPT_MIMEPOST, x->mime);
  } else if(x->body == WA_BYTES) {
    SET(CURLOPT_POSTFIELDSIZE_LARGE, x->bytes.length);
    SET(CURLOPT_READDATA, &x->bytes);
    SET(CURLOPT_SEEKDATA, &x->bytes);
  }
  return CURLE_OK;
}

long wa_exchange_timeout_ms(const struct wa_exchange *x) {
  return x->timeout_ms >= 0 ? x->timeout_ms : wa_session_timeout_ms(x->session);
}

static CURLcode set_times(struct wa_exchange *x, CURL *easy) {
  if(x->stall_seconds < 0)
    x->stall_seconds = wa_session_stall_seconds(x->session);
  SET(CURLOPT_TIMEOUT_MS, wa_exchange_timeout_ms(x));
  SET(CURLOPT_CONNECTTIMEOUT_MS,
      x->connect_timeout_ms >= 0 ? x->connect_timeout_ms
                                 : wa_session_connect_timeout_ms(x->session));
  SET(CURLOPT_NOPROGRESS, x->stall_seconds ? 0L : 1L);
  SET(CURLOPT_XFERINFODATA, x);
  return CURLE_OK;
}

static CURLcode set_own(struct wa_exchange *x, CURL *easy) {
  CURLcode rc = set_body(x, easy);
  if(!rc)
    rc = set_times(x, easy);
  if(rc)
    return rc;
  SET(CURLOPT_HEADERDATA, x);
  SET(CURLOPT_WRITEDATA, x);
  SET(CURLOPT_ERRORBUFFER, x->curl_message);
  SET(CURLOPT_PRIVATE, x);
  return CURLE_OK;
}

static int start(struct wa_exchange *x, CURL *easy, int prepared) {
  struct wa_error *err = &x->answer.error;
  if(wa_session_closed(x->session))
    return wa_fail(err, WA_STATE, WA_NOT_SENT, "the client is closed");
  if(x->download && wa_download_open(x->download, err))
    return -1;
  if(x->body == WA_PARTS) {
    x->mime = wa_multipart_open(x->parts, easy, err);
    if(!x->mime)
      return -1;
  }
  if(x->body == WA_BYTES && wa_source_open(&x->bytes, err))
    return -1;
  CURLcode rc = prepared ? CURLE_OK : set_route(x, easy);
  if(!rc)
    rc = set_own(x, easy);
  if(rc)
    return wa_fail(err, WA_STATE, WA_NOT_SENT, "%s", curl_easy_strerror(rc));
  return 0;
}

int wa_exchange_start(struct wa_exchange *x, CURL *easy, int prepared) {
  int rc = start(x, easy, prepared);
  if(rc)
    release(x);
  return rc;
}

/* Ending ----------------------------------------------------------------------
 */

/* Whether anything of the request may have reached the server. What a proxy
 * refused to let through has not. */
static int may_have_arrived(const struct wa_exchange *x, CURL *easy) {
  long bytes = 0, tunnel = 0;
  curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
  if(tunnel && tunnel / 100 != 2)
    return 0;
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0 || (x->body == WA_BYTES && x->bytes.touched) ||
         (x->body == WA_PARTS && wa_multipart_touched(x->parts));
}

static enum wa_kind kind_of(CURLcode rc) {
  switch(rc) {
  case CURLE_OPERATION_TIMEDOUT: return WA_TIMEOUT;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_ISSUER_ERROR:
  case CURLE_SSL_INVALIDCERTSTATUS:
  case CURLE_SSL_ENGINE_NOTFOUND:
  case CURLE_SSL_ENGINE_SETFAILED:
  case CURLE_USE_SSL_FAILED: return WA_TLS;
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_WEIRD_SERVER_REPLY:
  case CURLE_BAD_CONTENT_ENCODING:
#if LIBCURL_VERSION_NUM >= 0x080600
  case CURLE_TOO_LARGE:
#endif
    return WA_PROTOCOL;
  case CURLE_URL_MALFORMAT: return WA_INVALID;
  case CURLE_OUT_OF_MEMORY: return WA_STATE;
  default: return WA_NETWORK;
  }
}

static int fails_before_sending(CURLcode rc) {
  switch(rc) {
  case CURLE_URL_MALFORMAT:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_CONNECT:
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_PROXY: return 1;
  default: return 0;
  }
}

static const struct wa_source *failed_source(const struct wa_exchange *x) {
  if(x->body == WA_PARTS)
    return wa_multipart_failed(x->parts);
  return x->body == WA_BYTES && x->bytes.failed ? &x->bytes : NULL;
}

static int download_failed(const struct wa_exchange *x) {
  return x->download && wa_download_error(x->download)->kind != WA_OK;
}

/* An end that we caused ourselves, in a callback; 0 when it was not us. */
static int explain_callback(struct wa_exchange *x, enum wa_outcome outcome) {
  struct wa_error *err = &x->answer.error;
  const struct wa_source *source = failed_source(x);
  if(x->full)
    return wa_fail(err, WA_PROTOCOL, outcome, "the %s larger than %lu bytes",
                   x->full == &x->answer.headers ? "headers are" : "answer is",
                   (unsigned long)x->full->maximum);
  if(x->no_memory)
    return wa_fail(err, WA_STATE, outcome, "out of memory");
  if(x->stalled)
    return wa_fail(err, WA_TIMEOUT, outcome, "no byte moved for %ld s",
                   x->stall_seconds);
  if(download_failed(x)) {
    *err = *wa_download_error(x->download);
    err->outcome = outcome;
    return -1;
  }
  if(source)
    return wa_fail(err, WA_IO, outcome, "cannot read %.120s: %s",
                   source->path ? source->path : "the temporary file",
                   source->failed > 0 ? strerror(source->failed)
                                      : "the file became shorter");
  return 0;
}

static void explain(struct wa_exchange *x, CURL *easy, CURLcode rc) {
  /* libcurl quotes a proxy as it was given, with its password. */
  const char *text = x->curl_message[0] && !wa_route_has_proxy(x->route)
                         ? x->curl_message
                         : curl_easy_strerror(rc);
  enum wa_outcome outcome =
      !fails_before_sending(rc) && may_have_arrived(x, easy) ? WA_UNKNOWN
                                                             : WA_NOT_SENT;
  if(explain_callback(x, outcome))
    return;
  if(rc == CURLE_SEND_FAIL_REWIND) {
    wa_fail(&x->answer.error, WA_NETWORK, WA_UNKNOWN,
            "the connection was lost after the request went out");
    return;
  }
  wa_fail(&x->answer.error, kind_of(rc), outcome, "%s", text);
}

static void read_info(struct wa_exchange *x, CURL *easy) {
  long version = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &x->answer.status);
  curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
  x->answer.http_version = version == CURL_HTTP_VERSION_1_0   ? 10
                           : version == CURL_HTTP_VERSION_1_1 ? 11
                           : version == CURL_HTTP_VERSION_2_0 ? 20
                                                              : 0;
}

/* The whole is checked and handed over; the answer has the error. */
static void finish_download(struct wa_exchange *x, CURL *easy) {
  struct wa_error *err = &x->answer.error;
  if(x->answer.status == 416) {
    wa_download_drop(x->download);
    wa_fail(err, WA_NETWORK, WA_UNKNOWN,
            "the server cannot go on with what came before");
  } else if(is_good(&x->answer)) {
    if(!x->kept && begin(x, easy))
      *err = *wa_download_error(x->download);
    else
      (void)wa_download_finish(x->download, &x->answer.body, err);
  }
}

static void note_redirect(struct wa_exchange *x, CURL *easy) {
  const char *url = NULL;
  if(x->answer.status / 100 == 3 &&
     curl_easy_getinfo(easy, CURLINFO_REDIRECT_URL, &url) == CURLE_OK)
    (void)wa_copy(&x->answer.redirect, url, &x->answer.error);
}

/* Every byte may have come, although the connection did not end well. */
static int came_whole(const struct wa_exchange *x) {
  return x->kept && !download_failed(x) && wa_download_has_all(x->download);
}

void wa_exchange_finish(struct wa_exchange *x, CURL *easy, CURLcode result) {
  read_info(x, easy);
  note_progress(x);
  if(result != CURLE_OK && !came_whole(x))
    explain(x, easy, result);
  else if(x->download)
    finish_download(x, easy);
  if(x->answer.error.kind == WA_OK)
    note_redirect(x, easy);
  release(x);
}

/* Nobody wants what a cancelled one has brought. */
void wa_exchange_abort(struct wa_exchange *x, CURL *easy, enum wa_kind kind,
                       const char *why) {
  enum wa_outcome outcome =
      easy && may_have_arrived(x, easy) ? WA_UNKNOWN : WA_NOT_SENT;
  wa_fail(&x->answer.error, kind, outcome, "%s", why);
  if(x->download && kind == WA_CANCELLED)
    wa_download_drop(x->download);
  release(x);
}
