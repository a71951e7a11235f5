#include "session.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <openssl/crypto.h>

#include "buffer.h"
#include "route.h"
#include "setopt.h"

struct origin {
  char *scheme;
  char *host;
  char *port;
};

struct wa_session {
  int references;
  struct wa_route *route; /* the last one, since most calls go to the same */
  int closed;
  int direct;
  int allow_http;
  struct origin base;
  struct origin control;
  char *credential;
  char *connection;
  char *ca_file;
  char *proxy;
  char *user_agent;
  long connect_timeout_ms;
  long timeout_ms;
  long stall_seconds;
};

/* Origins and URLs -------------------------------------------------------- */

static void origin_free(struct origin *origin) {
  curl_free(origin->scheme);
  curl_free(origin->host);
  curl_free(origin->port);
  memset(origin, 0, sizeof(*origin));
}

/* Visible ASCII only: what becomes a header or a URL can then not end it. */
static int is_visible(const char *text) {
  for(const unsigned char *p = (const unsigned char *)text; *p; p++) {
    if(*p <= 0x20 || *p >= 0x7f)
      return 0;
  }
  return 1;
}

/* libcurl is lenient: it reads https:/host and https:///host as well. */
static int has_authority(const char *url) {
  const char *colon = strchr(url, ':');
  return colon && colon[1] == '/' && colon[2] == '/' && colon[3] != '/';
}

static CURLUcode read_origin(struct origin *origin, CURLU *parsed) {
  CURLUcode bad = curl_url_get(parsed, CURLUPART_SCHEME, &origin->scheme, 0);
  if(!bad)
    bad = curl_url_get(parsed, CURLUPART_HOST, &origin->host, 0);
  if(!bad)
    bad =
        curl_url_get(parsed, CURLUPART_PORT, &origin->port, CURLU_DEFAULT_PORT);
  return bad;
}

/* The URL parsed, and its origin; or NULL. */
static CURLU *parse_url(struct origin *origin, const char *url,
                        const char *field, enum wa_kind kind,
                        struct wa_error *err) {
  memset(origin, 0, sizeof(*origin));
  if(!is_visible(url)) {
    wa_refuse(err, kind, field,
              "%s has a space, a control or a non-ASCII character", field);
    return NULL;
  }
  CURLU *parsed = curl_url();
  if(!parsed) {
    wa_out_of_memory(err);
    return NULL;
  }
  CURLUcode bad = CURLUE_MALFORMED_INPUT;
  if(has_authority(url))
    bad = curl_url_set(parsed, CURLUPART_URL, url,
                       CURLU_DISALLOW_USER | CURLU_PATH_AS_IS);
  if(!bad)
    bad = read_origin(origin, parsed);
  if(!bad)
    return parsed;
  if(bad == CURLUE_OUT_OF_MEMORY)
    wa_out_of_memory(err);
  else if(bad == CURLUE_USER_NOT_ALLOWED)
    wa_refuse(err, kind, field, "%s must not carry a user or password", field);
  else
    wa_refuse(err, kind, field, "%s is not a URL of the form https://host/…",
              field);
  origin_free(origin);
  curl_url_cleanup(parsed);
  return NULL;
}

static int same_origin(const struct origin *a, const struct origin *b) {
  return a->scheme && b->scheme && !strcasecmp(a->scheme, b->scheme) &&
         !strcasecmp(a->host, b->host) && !strcmp(a->port, b->port);
}

static int is_loopback(const char *host) {
  struct in_addr v4;
  if(!strcasecmp(host, "localhost") || !strcmp(host, "[::1]"))
    return 1;
  return inet_pton(AF_INET, host, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

/* Meta serves media bytes from here and wants the access token for them. */
static int is_media_host(const struct origin *origin) {
  static const char suffix[] = ".fbcdn.net";
  size_t length = strlen(origin->host);
  if(strcasecmp(origin->scheme, "https") || strcmp(origin->port, "443"))
    return 0;
  if(!strcasecmp(origin->host, "lookaside.fbsbx.com"))
    return 1;
  return length > sizeof(suffix) - 1 &&
         !strcasecmp(origin->host + length - (sizeof(suffix) - 1), suffix);
}

static int check_scheme(const struct origin *origin, const char *field,
                        int allow_http, enum wa_kind kind,
                        struct wa_error *err) {
  if(!strcasecmp(origin->scheme, "https"))
    return 0;
  if(strcasecmp(origin->scheme, "http"))
    return wa_refuse(err, kind, field, "%s must be https, not %s", field,
                     origin->scheme);
  if(!allow_http && !is_loopback(origin->host))
    return wa_refuse(err, kind, field,
                     "%s is plain http to %s, which is not this machine", field,
                     origin->host);
  return 0;
}

static void judge(const struct wa_session *session, const struct origin *origin,
                  int foreign, struct wa_target *target) {
  target->plain = !strcasecmp(origin->scheme, "http");
  target->loopback = is_loopback(origin->host);
  target->base = !foreign && same_origin(origin, &session->base);
  target->trusted = target->base ||
                    (!foreign && (same_origin(origin, &session->control) ||
                                  (session->direct && is_media_host(origin))));
}

CURLU *wa_session_parse_url(const struct wa_session *session, const char *url,
                            int foreign, struct wa_target *target,
                            struct wa_error *err) {
  struct origin origin;
  CURLU *parsed = parse_url(&origin, url, "url", WA_INVALID, err);
  if(!parsed)
    return NULL;
  int bad = check_scheme(&origin, "url", foreign || session->allow_http,
                         WA_INVALID, err);
  judge(session, &origin, foreign, target);
  if(!bad && foreign && target->plain && !session->allow_http)
    bad = wa_refuse(err, WA_INVALID, "url", "url must be https");
  origin_free(&origin);
  if(!bad)
    return parsed;
  curl_url_cleanup(parsed);
  return NULL;
}

struct wa_route *wa_session_route(const struct wa_session *session) {
  return session->route;
}

void wa_session_keep_route(struct wa_session *session, struct wa_route *route) {
  wa_route_unref(session->route);
  session->route = route;
}

/* Life ---------------------------------------------------------------------- */

void wa_wipe(char **secret) {
  if(*secret)
    OPENSSL_cleanse(*secret, strlen(*secret));
  free(*secret);
  *secret = NULL;
}

static int check_token(const char *value, const char *field,
                       struct wa_error *err) {
  if(!*value)
    return wa_refuse(err, WA_CONFIG, field, "%s is empty", field);
  if(!is_visible(value))
    return wa_refuse(err, WA_CONFIG, field,
                     "%s has a space, a control or a non-ASCII character",
                     field);
  return 0;
}

/* A user agent may have spaces, but nothing that ends a header. */
static int check_agent(const char *value, struct wa_error *err) {
  for(const unsigned char *p = (const unsigned char *)value; *p; p++) {
    if(*p < 0x20 || *p >= 0x7f)
      return wa_refuse(err, WA_CONFIG, "user_agent",
                       "user_agent has a control or non-ASCII character");
  }
  return 0;
}

static int check_config(const struct wa_session_config *config,
                        struct wa_error *err) {
  const char *credential = config->direct ? "access_token" : "api_key";
  if(check_token(config->credential, credential, err))
    return -1;
  if(config->connection && check_token(config->connection, "connection", err))
    return -1;
  if(config->proxy && check_token(config->proxy, "proxy", err))
    return -1;
  return check_agent(config->user_agent, err);
}

static int own_origin(struct origin *origin,
                      const struct wa_session_config *config, const char *url,
                      const char *field, struct wa_error *err) {
  CURLU *parsed = parse_url(origin, url, field, WA_CONFIG, err);
  curl_url_cleanup(parsed);
  if(!parsed)
    return -1;
  return check_scheme(origin, field, config->allow_http, WA_CONFIG, err);
}

static int fill(struct wa_session *session,
                const struct wa_session_config *config, struct wa_error *err) {
  session->direct = config->direct;
  session->allow_http = config->allow_http;
  session->connect_timeout_ms = config->connect_timeout_ms;
  session->timeout_ms = config->timeout_ms;
  session->stall_seconds = config->stall_seconds;
  if(own_origin(&session->base, config, config->base_url, "base_url", err) ||
     (config->control_url &&
      own_origin(&session->control, config, config->control_url, "control_url",
                 err)))
    return -1;
  if(wa_copy(&session->credential, config->credential, err) ||
     wa_copy(&session->connection, config->connection, err) ||
     wa_copy(&session->ca_file, config->ca_file, err) ||
     wa_copy(&session->proxy, config->proxy, err) ||
     wa_copy(&session->user_agent, config->user_agent, err))
    return -1;
  return 0;
}

struct wa_session *wa_session_new(const struct wa_session_config *config,
                                  struct wa_error *err) {
  if(check_config(config, err))
    return NULL;
  struct wa_session *session = calloc(1, sizeof(*session));
  if(!session) {
    wa_out_of_memory(err);
    return NULL;
  }
  session->references = 1;
  if(fill(session, config, err)) {
    wa_session_unref(session);
    return NULL;
  }
  return session;
}

void wa_session_ref(struct wa_session *session) { session->references++; }

void wa_session_close(struct wa_session *session) {
  /* A thread may be about to start an exchange. */
  __atomic_store_n(&session->closed, 1, __ATOMIC_RELAXED);
  wa_wipe(&session->credential);
  wa_wipe(&session->proxy); /* may carry a password */
  wa_session_keep_route(session, NULL);
}

int wa_session_closed(const struct wa_session *session) {
  return __atomic_load_n(&session->closed, __ATOMIC_RELAXED);
}

void wa_session_label(const struct wa_session *session, char *to, size_t size) {
  int standard = !strcmp(session->base.port, "443");
  snprintf(to, size, "whatsapp (%s, %s%s%s)",
           session->direct ? "direct" : "gateway", session->base.host,
           standard ? "" : ":", standard ? "" : session->base.port);
}

#define SECRET_MIN 6

const char *wa_session_find_secret(const struct wa_session *session,
                                   const char *text, size_t size,
                                   size_t *length) {
  *length = session->credential ? strlen(session->credential) : 0;
  if(*length < SECRET_MIN)
    return NULL;
  for(const char *at = text; size >= *length; at++) {
    const char *first = memchr(at, *session->credential, size - *length + 1);
    if(!first)
      return NULL;
    if(!memcmp(first, session->credential, *length))
      return first;
    size -= (size_t)(first + 1 - at);
    at = first;
  }
  return NULL;
}

void wa_session_unref(struct wa_session *session) {
  if(--session->references)
    return;
  wa_session_close(session);
  origin_free(&session->base);
  origin_free(&session->control);
  free(session->connection);
  free(session->ca_file);
  free(session->user_agent);
  free(session);
}

/* Requests -------------------------------------------------------------------
 */

int wa_slist_append(struct curl_slist **list, const char *line,
                    struct wa_error *err) {
  struct curl_slist *longer = curl_slist_append(*list, line);
  if(!longer)
    return wa_out_of_memory(err);
  *list = longer;
  return 0;
}

void wa_slist_wipe(struct curl_slist *list) {
  for(struct curl_slist *item = list; item; item = item->next)
    OPENSSL_cleanse(item->data, strlen(item->data));
  curl_slist_free_all(list);
}

static int append_header(struct curl_slist **list, const char *name,
                         const char *value, struct wa_error *err) {
  size_t size = strlen(name) + strlen(value) + 1;
  char *line = malloc(size);
  if(!line)
    return wa_out_of_memory(err);
  snprintf(line, size, "%s%s", name, value);
  int rc = wa_slist_append(list, line, err);
  wa_wipe(&line);
  return rc;
}

int wa_session_authorise(const struct wa_session *session,
                         enum wa_scheme scheme, struct curl_slist **list,
                         struct wa_error *err) {
  const char *start = scheme == WA_OAUTH && session->direct
                          ? "Authorization: OAuth "
                          : "Authorization: Bearer ";
  if(append_header(list, start, session->credential, err))
    return -1;
  if(session->connection && !session->direct)
    return append_header(list, "Maton-Connection: ", session->connection, err);
  return 0;
}

/* No program that this process starts inherits a connection. */
static curl_socket_t open_socket(void *unused, curlsocktype purpose,
                                 struct curl_sockaddr *address) {
  int type = address->socktype;
  (void)unused;
  (void)purpose;
#if defined(SOCK_CLOEXEC)
  type |= SOCK_CLOEXEC;
#endif
  int fd = socket(address->family, type, address->protocol);
#if !defined(SOCK_CLOEXEC)
  if(fd >= 0)
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* The credential never reaches a proxy: the request goes through a tunnel,
 * whose CONNECT has other headers, and plain http to this machine does without
 * a proxy. */
static CURLcode set_proxy(CURL *easy, const struct wa_target *target,
                          const char *proxy) {
  SET(CURLOPT_HTTPPROXYTUNNEL, 1L);
  SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
  SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if(target->loopback && (target->plain || !proxy))
    SET(CURLOPT_NOPROXY, "*");
  else if(proxy)
    SET(CURLOPT_PROXY, proxy);
  return CURLE_OK;
}

CURLcode wa_session_apply(const struct wa_session *session, CURL *easy,
                          const struct wa_target *target, const char *proxy) {
  SET(CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
  SET(CURLOPT_QUICK_EXIT, 1L); /* a hung name server holds nobody up */
#endif
  SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
  SET(CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
  SET(CURLOPT_PROTOCOLS_STR, target->plain ? "http" : "https");
#else
  SET(CURLOPT_PROTOCOLS, target->plain ? CURLPROTO_HTTP : CURLPROTO_HTTPS);
#endif
  SET(CURLOPT_SSL_VERIFYPEER, 1L);
  SET(CURLOPT_SSL_VERIFYHOST, 2L);
  SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  /* A few connections with many streams beat many. Refused by a libcurl without
   * HTTP/2, which is as good. */
  if(!target->plain &&
     curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                      (long)CURL_HTTP_VERSION_2TLS) == CURLE_OK)
    SET(CURLOPT_PIPEWAIT, 1L);
  SET(CURLOPT_USERAGENT, session->user_agent);
  if(session->ca_file)
    SET(CURLOPT_CAINFO, session->ca_file);
  return set_proxy(easy, target, proxy);
}

int wa_session_copy_proxy(const struct wa_session *session, char **proxy,
                          struct wa_error *err) {
  return wa_copy(proxy, session->proxy, err);
}

long wa_session_timeout_ms(const struct wa_session *session) {
  return session->timeout_ms;
}

long wa_session_connect_timeout_ms(const struct wa_session *session) {
  return session->connect_timeout_ms;
}

long wa_session_stall_seconds(const struct wa_session *session) {
  return session->stall_seconds;
}
