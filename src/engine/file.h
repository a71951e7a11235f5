/* A file that appears under its name only when it is whole, or never gets one.
 * Until then it has no name where the system knows such files, so that nothing
 * is left whatever ends the process, and else another one. */
#ifndef WA_FILE_H
#define WA_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "error.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

struct wa_file {
  char *path;      /* owned: the final name, or one that is only an example */
  char *temporary; /* owned: room for another name in the same directory */
  int passing;     /* it never gets its name */
  int personal;    /* nobody but its owner may read it */
  int fd;
  int named; /* there is a file of that other name */
  pid_t pid; /* whose file it is: a forked child takes nothing away */
};

void wa_file_init(struct wa_file *file);

/* `path` NULL: a file without a name, in TMPDIR or /tmp. */
int wa_file_set(struct wa_file *file, const char *path, struct wa_error *err);

/* Does nothing when it is open already. */
int wa_file_open(struct wa_file *file, struct wa_error *err);
int wa_file_write(struct wa_file *file, const char *bytes, size_t n,
                  struct wa_error *err);

/* Empties it. */
int wa_file_restart(struct wa_file *file, struct wa_error *err);

/* Syncs and gives it its name, whose directory is synced too; on failure the
 * temporary file is gone. */
int wa_file_commit(struct wa_file *file, struct wa_error *err);

/* Removes a temporary file that was not committed. */
void wa_file_drop(struct wa_file *file);
void wa_file_free(struct wa_file *file);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
