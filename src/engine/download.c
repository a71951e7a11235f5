#include "download.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/rand.h>

#include "buffer.h"

#define SUFFIX_MAX 32

void wa_download_init(struct wa_download *download) {
  memset(download, 0, sizeof(*download));
  download->fd = -1;
}

int wa_download_set(struct wa_download *download, const char *path,
                    struct wa_error *err) {
  if(wa_copy(&download->path, path, err))
    return -1;
  download->temporary = malloc(strlen(path) + SUFFIX_MAX);
  return download->temporary ? 0 : wa_out_of_memory(err);
}

static int refuse(struct wa_download *download, const char *what, int error,
                  struct wa_error *err) {
  return wa_refuse(err, WA_IO, "path", "cannot %s %.120s: %s", what,
                   download->path, strerror(error));
}

int wa_download_open(struct wa_download *download, struct wa_error *err) {
  struct stat info;
  if(stat(download->path, &info) == 0 && S_ISDIR(info.st_mode))
    return refuse(download, "write", EISDIR, err);
  for(int attempt = 0; attempt < 8; attempt++) {
    unsigned char random[8];
    if(RAND_bytes(random, sizeof(random)) != 1)
      return wa_fail(err, WA_STATE, WA_NOT_SENT, "no random bytes");
    snprintf(download->temporary, strlen(download->path) + SUFFIX_MAX,
             "%s.part-%02x%02x%02x%02x%02x%02x%02x%02x", download->path,
             random[0], random[1], random[2], random[3], random[4], random[5],
             random[6], random[7]);
    download->fd = open(download->temporary,
                        O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if(download->fd >= 0)
      return 0;
    if(errno != EEXIST)
      break;
  }
  return refuse(download, "create", errno, err);
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

int wa_download_commit(struct wa_download *download, struct wa_error *err) {
  int error = 0;
  if(fsync(download->fd) != 0 && errno != EINVAL && errno != ENOTSUP)
    error = errno;
  if(close_fd(download) != 0 && !error)
    error = errno;
  if(!error && rename(download->temporary, download->path) != 0)
    error = errno;
  if(!error)
    return 0;
  unlink(download->temporary);
  return refuse(download, "write", error, err);
}

void wa_download_free(struct wa_download *download) {
  if(download->fd >= 0) {
    close_fd(download);
    unlink(download->temporary);
  }
  free(download->path);
  free(download->temporary);
  wa_download_init(download);
}
