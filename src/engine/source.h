/* The bytes of a request, from memory or from a file, read once.
 *
 * When a reused connection dies, libcurl rewinds the body and sends it again
 * by itself: a customer would get a message twice. A source therefore refuses
 * to rewind once it was read from, and libcurl gives up instead. */
#ifndef WA_SOURCE_H
#define WA_SOURCE_H

#include <curl/curl.h>

#include "error.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* How far bytes have come. */
struct wa_progress {
  curl_off_t done;
  curl_off_t total; /* -1: not known */
};

struct wa_source {
  char *data;       /* owned; NULL for a file */
  char *path;       /* owned; NULL for memory, and for a file without a name */
  int fd;           /* owned */
  curl_off_t start; /* of a file: where the bytes begin */
  int failed;       /* errno of a read, or -1 when the file became shorter */
  curl_off_t length;
  curl_off_t offset; /* from the start */
  int touched;       /* libcurl asked for bytes, be it for none */
};

/* Copies the bytes. */
int wa_source_memory(struct wa_source *source, const char *bytes, size_t length,
                     struct wa_error *err);

/* Copies the path; the file is opened by wa_source_open(), and read from
 * `start` on. */
int wa_source_file(struct wa_source *source, const char *path, curl_off_t start,
                   struct wa_error *err);

/* A file that is open already, from its beginning; takes a descriptor of its
 * own. */
int wa_source_descriptor(struct wa_source *source, int fd, size_t length,
                         struct wa_error *err);

int wa_source_open(struct wa_source *source, struct wa_error *err);
void wa_source_free(struct wa_source *source);

/* libcurl's read and seek callbacks, with the source as their argument. */
size_t wa_source_read(char *to, size_t size, size_t count, void *source);
int wa_source_seek(void *source, curl_off_t offset, int origin);

/* The size of a regular file, or -1. */
curl_off_t wa_file_size(const char *path, struct wa_error *err);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
