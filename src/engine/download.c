#include "download.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "crypto.h"

#define NAME_ROOM 32

void wa_download_init(struct wa_download *download) {
  memset(download, 0, sizeof(*download));
  download->fd = -1;
}

int wa_download_set(struct wa_download *download, const char *path,
                    struct wa_error *err) {
  if(wa_copy(&download->path, path, err))
    return -1;
  download->temporary = malloc(strlen(path) + NAME_ROOM);
  return download->temporary ? 0 : wa_out_of_memory(err);
}

static int refuse(struct wa_download *download, const char *what, int error,
                  struct wa_error *err) {
  return wa_refuse(err, WA_IO, "path", "cannot %s %.120s: %s", what,
                   download->path, strerror(error));
}

/* How much of the path is its directory, with the slash. */
static size_t directory_length(const struct wa_download *download) {
  const char *slash = strrchr(download->path, '/');
  return slash ? (size_t)(slash - download->path) + 1 : 0;
}

/* Another name in the same directory. */
static int invent_name(struct wa_download *download) {
  size_t length = directory_length(download);
  unsigned char random[8];
  struct wa_error err;
  if(wa_random(random, sizeof(random), &err)) {
    errno = EAGAIN;
    return -1;
  }
  memcpy(download->temporary, download->path, length);
  snprintf(download->temporary + length, NAME_ROOM,
           ".part-%02x%02x%02x%02x%02x%02x%02x%02x", random[0], random[1],
           random[2], random[3], random[4], random[5], random[6], random[7]);
  return 0;
}

static int open_named(struct wa_download *download) {
  if(invent_name(download))
    return -1;
  download->fd =
      open(download->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  download->named = download->fd >= 0;
  return download->named ? 0 : -1;
}

#if defined(O_TMPFILE)

#define OPEN_FILES "/proc/self/fd/"

static int open_unnamed(struct wa_download *download) {
  size_t length = directory_length(download);
  if(access(OPEN_FILES, X_OK) != 0)
    return -1;
  memcpy(download->temporary, download->path, length);
  memcpy(download->temporary + length, ".", 2);
  download->fd =
      open(download->temporary, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);
  return download->fd >= 0 ? 0 : -1;
}

/* A link cannot take the place of a file, only a rename can. */
static int give_name(struct wa_download *download) {
  char file[sizeof(OPEN_FILES) + 16];
  if(download->named)
    return 0;
  snprintf(file, sizeof(file), OPEN_FILES "%d", download->fd);
  if(invent_name(download) ||
     linkat(AT_FDCWD, file, AT_FDCWD, download->temporary, AT_SYMLINK_FOLLOW))
    return -1;
  download->named = 1;
  return 0;
}

#else

static int open_unnamed(struct wa_download *download) {
  (void)download;
  return -1;
}

static int give_name(struct wa_download *download) {
  (void)download;
  return 0;
}

#endif

/* A rename would put a file in the place of a device, too. */
int wa_download_open(struct wa_download *download, struct wa_error *err) {
  struct stat info;
  if(stat(download->path, &info) == 0 && !S_ISREG(info.st_mode))
    return wa_refuse(err, WA_IO, "path", "cannot write %.120s: it is a %s",
                     download->path,
                     S_ISDIR(info.st_mode) ? "directory" : "device or pipe");
  if(open_unnamed(download) && open_named(download))
    return refuse(download, "create", errno, err);
  return 0;
}

int wa_download_write(struct wa_download *download, const char *bytes,
                      size_t n) {
  while(n) {
    ssize_t written = write(download->fd, bytes, n);
    if(written < 0 && errno == EINTR)
      continue;
    if(written <= 0) {
      download->failed = written < 0 ? errno : ENOSPC;
      return -1;
    }
    bytes += written;
    n -= (size_t)written;
  }
  return 0;
}

static int close_fd(struct wa_download *download) {
  int fd = download->fd;
  download->fd = -1;
  return close(fd);
}

static void drop(struct wa_download *download) {
  if(download->fd >= 0)
    close_fd(download);
  if(download->named)
    unlink(download->temporary);
  download->named = 0;
}

int wa_download_commit(struct wa_download *download, struct wa_error *err) {
  int failed = fsync(download->fd) != 0 && errno != EINVAL && errno != ENOTSUP;
  if(!failed && !give_name(download) && !close_fd(download) &&
     !rename(download->temporary, download->path)) {
    download->named = 0;
    return 0;
  }
  int error = errno;
  drop(download);
  return refuse(download, "write", error, err);
}

void wa_download_free(struct wa_download *download) {
  drop(download);
  free(download->path);
  free(download->temporary);
  wa_download_init(download);
}
