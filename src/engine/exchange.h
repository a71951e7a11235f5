/* One HTTP exchange: a request in, a bounded answer or an error out. */
#ifndef WA_EXCHANGE_H
#define WA_EXCHANGE_H

#include "buffer.h"
#include "route.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

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

/* The number of a route that others share, or 0. */
unsigned long long wa_exchange_route(const struct wa_exchange *exchange);

/* Makes `easy` ready to be added to a multi; lets go of all when it fails. It is
 * `prepared` when one of the same shared route was the last to use it. */
int wa_exchange_start(struct wa_exchange *exchange, CURL *easy, int prepared);

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
