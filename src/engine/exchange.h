/* One HTTP exchange: a request in, a bounded answer or an error out. */
#ifndef WA_EXCHANGE_H
#define WA_EXCHANGE_H

#include "buffer.h"
#include "download.h"
#include "multipart.h"
#include "session.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Everything is copied. The body is `parts`, `body`, `body_file`, or nothing. */
struct wa_request {
  const char *method;
  const char *url;
  const char *const *headers; /* "Name: value" */
  size_t header_count;
  const char *body;
  size_t body_length;
  const char *body_file; /* sent from `body_start` to its end */
  curl_off_t body_start;
  const char *content_type;
  enum wa_scheme scheme; /* OAUTH goes to base_url's origin only */
  const struct wa_part *parts;
  size_t part_count;
  struct wa_download *download; /* keeps a good answer; shared, not copied */
  int foreign;     /* somebody else's server: it never gets the credential */
  size_t max_body; /* of any other answer */
  long timeout_ms; /* 0: none, -1: the session's */
  long connect_timeout_ms; /* -1: the session's */
  long stall_seconds;      /* without a byte; 0: none, -1: the session's */
};

struct wa_exchange;

/* Seconds of a clock that never goes back. */
double wa_now(void);

struct wa_exchange *wa_exchange_new(struct wa_session *session,
                                    const struct wa_request *request,
                                    struct wa_error *err);
void wa_exchange_ref(struct wa_exchange *exchange);
void wa_exchange_unref(struct wa_exchange *exchange);

/* The answer; fixed once the engine has reported the exchange as done. */
struct wa_answer {
  struct wa_error error; /* kind WA_OK: the fields below are an answer */
  long status;
  int http_version;         /* 10, 11, 20; 0 unknown */
  struct wa_buffer headers; /* as received, the last block */
  struct wa_buffer body;
  char *redirect; /* where it leads, or NULL; not followed */
};
const struct wa_answer *wa_exchange_answer(const struct wa_exchange *exchange);

/* How far a body that is worth watching has come: of the file that goes out, or
 * comes in. May be asked at any time. */
struct wa_progress wa_exchange_progress(const struct wa_exchange *exchange);

/* For the engine ----------------------------------------------------------- */

enum wa_exchange_state { WA_NEW, WA_QUEUED, WA_ACTIVE, WA_DONE };

struct wa_link {
  struct wa_link *previous;
  struct wa_link *next;
};

struct wa_engine;
struct wa_port;

/* What the engine keeps with an exchange. */
struct wa_slot {
  struct wa_link link; /* first: a link is its slot */
  struct wa_exchange *exchange;
  struct wa_engine *engine;
  struct wa_port *port; /* through which it came; NULL: stepped by the caller */
  int unwanted;         /* its port asks for its end */
  int threaded;  /* it went through a port; then only `delivered` tells */
  int delivered; /* the submitter knows that it is done */
  enum wa_exchange_state state;
  unsigned long long id;
  CURL *easy;
  double overdue; /* when libcurl should have ended it long ago, or 0 */
};
struct wa_slot *wa_exchange_slot(struct wa_exchange *exchange);

/* Makes `easy` ready to be added to a multi; lets go of all when it fails. */
int wa_exchange_start(struct wa_exchange *exchange, CURL *easy);

/* How long it may take as a whole; 0: no limit. */
long wa_exchange_timeout_ms(const struct wa_exchange *exchange);

/* Takes the result over from the easy handle and lets go of files, headers
 * and body. */
void wa_exchange_finish(struct wa_exchange *exchange, CURL *easy,
                        CURLcode result);

/* Ends it without an answer; `easy` is NULL when it never started. */
void wa_exchange_abort(struct wa_exchange *exchange, CURL *easy,
                       enum wa_kind kind, const char *why);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
