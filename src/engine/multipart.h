/* multipart/form-data bodies whose parts stream from files or memory. */
#ifndef WA_MULTIPART_H
#define WA_MULTIPART_H

#include "download.h"
#include "source.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* What a caller gives; a part has `path`, or `download` (a temporary file that
 * is whole), or else `data` of `length`. */
struct wa_part {
  const char *name;
  const char *filename;
  const char *content_type;
  const char *path;
  const struct wa_download *download;
  const char *data;
  size_t length;
};

struct wa_multipart;

/* Checks and copies the parts. */
struct wa_multipart *wa_multipart_new(const struct wa_part *parts, size_t count,
                                      struct wa_error *err);
void wa_multipart_free(struct wa_multipart *multipart);

/* Opens the files and builds the body for `easy`. The result belongs to the
 * caller and must be freed after the transfer and before the multipart. */
curl_mime *wa_multipart_open(struct wa_multipart *multipart, CURL *easy,
                             struct wa_error *err);

/* Whether any part was read from. */
int wa_multipart_touched(const struct wa_multipart *multipart);

/* How far the parts with a filename have come: the others are mere words. */
struct wa_progress wa_multipart_progress(const struct wa_multipart *multipart);

/* The source whose file could not be read on, or NULL. */
const struct wa_source *
wa_multipart_failed(const struct wa_multipart *multipart);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
