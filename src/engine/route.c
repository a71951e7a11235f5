#include "route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buffer.h"
#include "setopt.h"

#define UPLOAD_CHUNK (128L * 1024)
#define SMALL_CHUNK (16L * 1024)

struct wa_route {
  int references;        /* counted by several threads */
  unsigned long long id; /* 0: of one request only */
  char *method;
  char *url;
  char *content_type;
  enum wa_scheme scheme;
  enum wa_body body;
  long chunk;
  CURLU *parsed;
  struct wa_target target;
  struct curl_slist *headers; /* with the credential, where it may go */
  char *proxy;
};

/* Checking --------------------------------------------------------------------
 */

static int is_token(const char *text) {
  static const char others[] = "!#$%&'*+-.^_`|~";
  if(!*text)
    return 0;
  for(; *text; text++) {
    unsigned char c = (unsigned char)(*text | 0x20);
    if(!((c >= 'a' && c <= 'z') || (*text >= '0' && *text <= '9') ||
         strchr(others, *text)))
      return 0;
  }
  return 1;
}

static int check_method(const char *method, struct wa_error *err) {
  static const char *const allowed[] = {"GET", "POST", "PUT", "PATCH",
                                        "DELETE"};
  for(size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++) {
    if(!strcmp(method, allowed[i]))
      return 0;
  }
  return wa_refuse(err, WA_INVALID, "method",
                   "method must be GET, POST, PUT, PATCH or DELETE");
}

/* The session alone says who we are and whom we talk to. */
static int is_reserved(const char *name) {
  static const char *const reserved[] = {
      "Maton-Connection", "Host",   "Content-Length",     "Transfer-Encoding",
      "Connection",       "Expect", "Proxy-Authorization"};
  for(size_t i = 0; i < sizeof(reserved) / sizeof(*reserved); i++) {
    if(!strcasecmp(name, reserved[i]))
      return 1;
  }
  return !strcasecmp(name, "Authorization");
}

static int check_header(const char *line, struct wa_error *err) {
  char name[64];
  size_t length = strcspn(line, ":");
  for(const unsigned char *p = (const unsigned char *)line; *p; p++) {
    if(*p < 0x20 || *p == 0x7f)
      return wa_refuse(err, WA_INVALID, "headers",
                       "a header has a control character");
  }
  if(line[length] != ':' || length >= sizeof(name))
    return wa_refuse(err, WA_INVALID, "headers", "a header has no good name");
  memcpy(name, line, length);
  name[length] = '\0';
  if(!is_token(name))
    return wa_refuse(err, WA_INVALID, "headers", "a header has no good name");
  if(is_reserved(name))
    return wa_refuse(err, WA_INVALID, "headers",
                     "header %s is set by the client itself", name);
  return 0;
}

/* Making one ------------------------------------------------------------------
 */

enum wa_body wa_body_of(const struct wa_request *request) {
  if(request->parts)
    return WA_PARTS;
  return request->body_length || request->body_file ? WA_BYTES : WA_NO_BODY;
}

static int add_content_type(struct wa_route *route, const char *type,
                            struct wa_error *err) {
  char line[256];
  if(!type)
    return 0;
  int n = snprintf(line, sizeof(line), "Content-Type: %s", type);
  if(n < 0 || (size_t)n >= sizeof(line))
    return wa_refuse(err, WA_INVALID, "content_type",
                     "content_type is too long");
  if(check_header(line, err))
    return -1;
  return wa_slist_append(&route->headers, line, err);
}

static int add_headers(struct wa_route *route, const struct wa_request *request,
                       struct wa_error *err) {
  for(size_t i = 0; i < request->header_count; i++) {
    if(check_header(request->headers[i], err) ||
       wa_slist_append(&route->headers, request->headers[i], err))
      return -1;
  }
  if(request->download &&
     wa_download_ask(request->download, &route->headers, err))
    return -1;
  if(route->body == WA_BYTES &&
     add_content_type(route, request->content_type, err))
    return -1;
  /* No waiting for a 100: a body is sent at once or not at all. And what has no
   * body has no type of it. */
  return wa_slist_append(
      &route->headers,
      route->body == WA_NO_BODY ? "Content-Type:" : "Expect:", err);
}

static int fill(struct wa_route *route, struct wa_session *session,
                const struct wa_request *request, struct wa_error *err) {
  if(check_method(request->method, err))
    return -1;
  route->parsed = wa_session_parse_url(session, request->url, request->foreign,
                                       &route->target, err);
  if(!route->parsed)
    return -1;
  route->scheme = request->scheme;
  route->body = wa_body_of(request);
  route->chunk =
      request->body_file || request->parts ? UPLOAD_CHUNK : SMALL_CHUNK;
  if(route->body != WA_NO_BODY && !strcmp(request->method, "GET"))
    return wa_refuse(err, WA_INVALID, "body", "a GET has no body");
  if(wa_copy(&route->method, request->method, err) ||
     wa_copy(&route->url, request->url, err) ||
     wa_copy(&route->content_type, request->content_type, err) ||
     add_headers(route, request, err) ||
     wa_session_copy_proxy(session, &route->proxy, err))
    return -1;
  if(request->scheme == WA_OAUTH && !route->target.base)
    return wa_refuse(err, WA_INVALID, "url",
                     "url is not on base_url's host, where uploads go");
  if(route->target.trusted)
    return wa_session_authorise(session, request->scheme, &route->headers, err);
  return 0;
}

unsigned long long wa_next_id(void) {
  static unsigned long long last;
  return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}

static struct wa_route *make(struct wa_session *session,
                             const struct wa_request *request,
                             struct wa_error *err) {
  struct wa_route *route = calloc(1, sizeof(*route));
  if(!route) {
    wa_out_of_memory(err);
    return NULL;
  }
  route->references = 1;
  if(fill(route, session, request, err)) {
    wa_route_unref(route);
    return NULL;
  }
  return route;
}

/* Sharing ---------------------------------------------------------------------
 */

/* The calls there are many of: small, with nothing of their own but a body.
 * libcurl would keep a proxy's password, so none with a proxy. */
static int is_common(const struct wa_request *request) {
  return !request->header_count && !request->download && !request->parts &&
         !request->body_file && !request->foreign;
}

static int same_text(const char *a, const char *b) {
  return a && b ? !strcmp(a, b) : a == b;
}

static int fits(const struct wa_route *route,
                const struct wa_request *request) {
  return is_common(request) && !strcmp(route->url, request->url) &&
         !strcmp(route->method, request->method) &&
         route->body == wa_body_of(request) &&
         route->scheme == request->scheme &&
         same_text(route->content_type, request->content_type);
}

static struct wa_route *share(struct wa_route *route) {
  __atomic_add_fetch(&route->references, 1, __ATOMIC_RELAXED);
  return route;
}

struct wa_route *wa_route_new(struct wa_session *session,
                              const struct wa_request *request,
                              struct wa_error *err) {
  struct wa_route *last = wa_session_route(session);
  if(last && fits(last, request))
    return share(last);
  struct wa_route *route = make(session, request, err);
  if(route && is_common(request) && !route->proxy) {
    route->id = wa_next_id();
    wa_session_keep_route(session, share(route));
  }
  return route;
}

void wa_route_unref(struct wa_route *route) {
  if(!route || __atomic_sub_fetch(&route->references, 1, __ATOMIC_ACQ_REL))
    return;
  wa_slist_wipe(route->headers);
  wa_wipe(&route->proxy);
  curl_url_cleanup(route->parsed);
  free(route->method);
  free(route->url);
  free(route->content_type);
  free(route);
}

unsigned long long wa_route_id(const struct wa_route *route) {
  return route->id;
}

int wa_route_has_proxy(const struct wa_route *route) {
  return route->proxy != NULL;
}

/* Applying --------------------------------------------------------------------
 */

static CURLcode set_method(const struct wa_route *route, CURL *easy) {
  if(route->body == WA_BYTES) {
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_READFUNCTION, wa_source_read);
    SET(CURLOPT_SEEKFUNCTION, wa_source_seek);
  } else if(!strcmp(route->method, "GET")) {
    SET(CURLOPT_HTTPGET, 1L);
  } else if(route->body == WA_NO_BODY && strcmp(route->method, "DELETE") != 0) {
    /* Without a body there is no rewind that could be refused: only a fresh
     * connection keeps libcurl from sending this twice. */
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)0);
    SET(CURLOPT_POSTFIELDS, "");
    SET(CURLOPT_FRESH_CONNECT, 1L);
  }
  if(route->body != WA_NO_BODY)
    SET(CURLOPT_UPLOAD_BUFFERSIZE, route->chunk);
  if(strcmp(route->method, "GET") != 0 && strcmp(route->method, "POST") != 0)
    SET(CURLOPT_CUSTOMREQUEST, route->method);
  return CURLE_OK;
}

CURLcode wa_route_apply(const struct wa_route *route,
                        const struct wa_session *session, CURL *easy) {
  CURLcode rc = wa_session_apply(session, easy, &route->target, route->proxy);
  if(!rc)
    rc = set_method(route, easy);
  if(rc)
    return rc;
  SET(CURLOPT_URL, route->url);
  SET(CURLOPT_CURLU, route->parsed); /* and is not parsed again each time */
  SET(CURLOPT_HTTPHEADER, route->headers);
  return CURLE_OK;
}
