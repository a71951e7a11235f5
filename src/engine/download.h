/* A file that appears under its name only when it is whole. Until then it has no
 * name where the system knows such files, so that nothing is left whatever ends
 * the process, and else another one. */
#ifndef WA_DOWNLOAD_H
#define WA_DOWNLOAD_H

#include <stddef.h>

#include "error.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

struct wa_download {
  char *path;      /* owned: the final name */
  char *temporary; /* owned: room for another name in the same directory */
  int fd;
  int named;  /* there is a file of that name */
  int failed; /* errno of a write */
};

void wa_download_init(struct wa_download *download);
int wa_download_set(struct wa_download *download, const char *path,
                    struct wa_error *err);
int wa_download_open(struct wa_download *download, struct wa_error *err);
int wa_download_write(struct wa_download *download, const char *bytes,
                      size_t n);

/* Syncs and gives it its name; on failure the temporary file is gone too. */
int wa_download_commit(struct wa_download *download, struct wa_error *err);

/* Removes a temporary file that was not committed, frees everything. */
void wa_download_free(struct wa_download *download);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
