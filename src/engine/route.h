/* What of a request others may share: where it goes, as whom and how. */
#ifndef WA_ROUTE_H
#define WA_ROUTE_H

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

enum wa_body { WA_NO_BODY, WA_BYTES, WA_PARTS };
enum wa_body wa_body_of(const struct wa_request *request);

/* A number that nothing else has. They go on after a fork, so that none of the
 * child's is one of the parent's. */
unsigned long long wa_next_id(void);

struct wa_route;

/* The route of a request: checked, and the session's last one where that is the
 * same. It may be let go of in any thread; the last to do so wipes it. */
struct wa_route *wa_route_new(struct wa_session *session,
                              const struct wa_request *request,
                              struct wa_error *err);
void wa_route_unref(struct wa_route *route);

/* A number of its own when others share it, else 0. */
unsigned long long wa_route_id(const struct wa_route *route);

/* Whether a proxy is asked, whose URL may hold a password. */
int wa_route_has_proxy(const struct wa_route *route);

/* All that those who share it have in common. */
CURLcode wa_route_apply(const struct wa_route *route,
                        const struct wa_session *session, CURL *easy);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
