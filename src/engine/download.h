/* The bytes of an answer, kept in a file or in memory, over as many exchanges
 * as it takes: what a broken one brought is kept, and the next asks for the
 * rest. They are hashed on their way, and nothing is handed over before it is
 * whole and right.
 *
 * It belongs to one exchange at a time: while that is under way to the engine,
 * else to whoever made it. */
#ifndef WA_DOWNLOAD_H
#define WA_DOWNLOAD_H

#include <curl/curl.h>

#include "buffer.h"
#include "crypto.h"
#include "file.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

struct wa_download_config {
  const char *path;            /* the file to write */
  int temporary;               /* without a path: a file without a name */
  const unsigned char *sha256; /* of the whole; NULL: not known */
  double size;                 /* of the whole; below 0: not known */
  size_t maximum;
};

struct wa_download;

struct wa_download *wa_download_new(const struct wa_download_config *config,
                                    struct wa_error *err);
void wa_download_ref(struct wa_download *download);
void wa_download_unref(struct wa_download *download);

/* Whether an exchange has it. */
int wa_download_in_use(const struct wa_download *download);
/* Whether all has come and is right; then it takes no more. */
int wa_download_is_whole(const struct wa_download *download);
size_t wa_download_length(const struct wa_download *download);
/* Of what is whole. */
const unsigned char *wa_download_sha256(const struct wa_download *download);
/* The temporary file, or -1. */
int wa_download_descriptor(const struct wa_download *download);

/* For the exchange; after a failure `wa_download_error` has the reason ------ */

/* Adds the headers that ask for what is missing. */
int wa_download_ask(struct wa_download *download, struct curl_slist **headers,
                    struct wa_error *err);
int wa_download_open(struct wa_download *download, struct wa_error *err);

/* A good answer begins; `announced` is how long it is, or -1. */
int wa_download_begin(struct wa_download *download, long status,
                      const struct wa_buffer *headers, curl_off_t announced);
int wa_download_write(struct wa_download *download, const char *bytes,
                      size_t n);
const struct wa_error *wa_download_error(const struct wa_download *download);

/* Whether every byte has come, however the transfer ended. */
int wa_download_has_all(const struct wa_download *download);
/* How long the whole is, as far as that is known, else -1. */
curl_off_t wa_download_total(const struct wa_download *download);

/* Checks the whole and hands it over: to the file's name, or to `memory`. */
int wa_download_finish(struct wa_download *download, struct wa_buffer *memory,
                       struct wa_error *err);
/* Forgets what has come. */
void wa_download_drop(struct wa_download *download);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
