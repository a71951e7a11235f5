/* Where to talk to and as whom. Owns the secret and wipes it when closed. */
#ifndef WA_SESSION_H
#define WA_SESSION_H

#include <curl/curl.h>

#include "error.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Strings may be NULL unless said otherwise; all are copied. */
struct wa_session_config {
  int direct;              /* straight to Graph, not through the gateway */
  const char *base_url;    /* required */
  const char *control_url; /* required through the gateway */
  const char *credential;  /* required: API key or access token */
  const char *connection;  /* Maton-Connection */
  const char *ca_file;
  const char *proxy;
  const char *user_agent; /* required */
  long connect_timeout_ms;
  long timeout_ms;
  long stall_seconds;
  int allow_http; /* plain http to hosts that are not this machine */
};

struct wa_session;

/* What a URL may be given. */
struct wa_target {
  int trusted;  /* the credential may go there */
  int base;     /* base_url's origin */
  int plain;    /* http instead of https */
  int loopback; /* this machine */
};

struct wa_session *wa_session_new(const struct wa_session_config *config,
                                  struct wa_error *err);
void wa_session_ref(struct wa_session *session);
void wa_session_unref(struct wa_session *session);

/* Wipes the secret; what is in flight ends, nothing more can start. */
void wa_session_close(struct wa_session *session);
int wa_session_closed(const struct wa_session *session);

/* Mode and host, for people: "whatsapp (gateway, host)"; never a secret. */
void wa_session_label(const struct wa_session *session, char *to, size_t size);

/* Where in `text` the secret stands first, and its length; or NULL. Secrets too
 * short to tell from an ordinary word are not looked for. */
const char *wa_session_find_secret(const struct wa_session *session,
                                   const char *text, size_t size,
                                   size_t *length);

/* Checks that `url` may be requested at all, says what it may be given, and
 * returns it parsed, the caller's to clean up.
 * `foreign` is somebody else's server, which is given nothing: https, or plain
 * http where the session allows that. This machine is no exception, so that a
 * link from a stranger does not lead to what listens only here. */
CURLU *wa_session_parse_url(const struct wa_session *session, const char *url,
                            int foreign, struct wa_target *target,
                            struct wa_error *err);

/* The last route that was shared, or NULL; the session lets go of it when it is
 * closed. */
struct wa_route;
struct wa_route *wa_session_route(const struct wa_session *session);
void wa_session_keep_route(struct wa_session *session, struct wa_route *route);

/* Adds the credential headers for a trusted target to `*list`. Meta's upload
 * sessions want the scheme OAuth of a token; the gateway's key has none but
 * Bearer. */
enum wa_scheme { WA_BEARER, WA_OAUTH };
int wa_session_authorise(const struct wa_session *session,
                         enum wa_scheme scheme, struct curl_slist **list,
                         struct wa_error *err);

/* Appends `line`; the old list stays owned by `*list` when that fails. */
int wa_slist_append(struct curl_slist **list, const char *line,
                    struct wa_error *err);

/* Frees a header list after wiping what it held. */
void wa_slist_wipe(struct curl_slist *list);

/* Everything of the session that concerns the transport. Besides the proxy,
 * which close wipes, it reads only what never changes: the session may be
 * closed meanwhile by another thread. */
CURLcode wa_session_apply(const struct wa_session *session, CURL *easy,
                          const struct wa_target *target, const char *proxy);

/* A copy of the proxy's URL, or NULL; it may hold a password: wipe it. */
int wa_session_copy_proxy(const struct wa_session *session, char **proxy,
                          struct wa_error *err);
void wa_wipe(char **secret);

long wa_session_timeout_ms(const struct wa_session *session);
long wa_session_connect_timeout_ms(const struct wa_session *session);
long wa_session_stall_seconds(const struct wa_session *session);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
