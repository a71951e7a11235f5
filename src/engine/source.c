#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"

static void clear(struct wa_source *source) {
  memset(source, 0, sizeof(*source));
  source->fd = -1;
}

int wa_source_memory(struct wa_source *source, const char *bytes, size_t length,
                     struct wa_error *err) {
  clear(source);
  source->data = malloc(length ? length : 1);
  if(!source->data)
    return wa_out_of_memory(err);
  if(length)
    memcpy(source->data, bytes, length);
  source->length = (curl_off_t)length;
  return 0;
}

int wa_source_file(struct wa_source *source, const char *path, curl_off_t start,
                   struct wa_error *err) {
  clear(source);
  source->start = start;
  return wa_copy(&source->path, path, err);
}

int wa_source_descriptor(struct wa_source *source, int fd, size_t length,
                         struct wa_error *err) {
  clear(source);
  source->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  source->length = (curl_off_t)length;
  if(source->fd >= 0)
    return 0;
  return wa_refuse(err, WA_IO, "file", "cannot keep the temporary file: %s",
                   strerror(errno));
}

/* O_NONBLOCK: opening a FIFO must not hang before we can refuse it. */
static int open_regular(const char *path, struct stat *info,
                        struct wa_error *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if(fd < 0)
    return wa_refuse(err, WA_IO, "file", "cannot open %.120s: %s", path,
                     strerror(errno));
  if(fstat(fd, info) == 0 && S_ISREG(info->st_mode))
    return fd;
  close(fd);
  return wa_refuse(err, WA_IO, "file", "%.120s is not a regular file", path);
}

int wa_source_open(struct wa_source *source, struct wa_error *err) {
  struct stat info;
  if(!source->path)
    return 0;
  source->fd = open_regular(source->path, &info, err);
  if(source->fd < 0)
    return -1;
  if(source->start > (curl_off_t)info.st_size)
    return wa_refuse(err, WA_IO, "file", "%.120s has no byte %.0f",
                     source->path, (double)source->start);
  source->length = (curl_off_t)info.st_size - source->start;
  return 0;
}

curl_off_t wa_file_size(const char *path, struct wa_error *err) {
  struct stat info;
  int fd = open_regular(path, &info, err);
  if(fd < 0)
    return -1;
  close(fd);
  return (curl_off_t)info.st_size;
}

void wa_source_free(struct wa_source *source) {
  if(source->fd >= 0)
    close(source->fd);
  free(source->data);
  free(source->path);
  clear(source);
}

static size_t read_file(struct wa_source *source, char *to, size_t n) {
  ssize_t got;
  do {
    got = pread(source->fd, to, n, (off_t)(source->start + source->offset));
  } while(got < 0 && errno == EINTR);
  if(got <= 0) {
    source->failed = got < 0 ? errno : -1;
    return CURL_READFUNC_ABORT;
  }
  return (size_t)got;
}

size_t wa_source_read(char *to, size_t size, size_t count, void *arg) {
  struct wa_source *source = arg;
  curl_off_t left = source->length - source->offset;
  size_t n = size * count;
  source->touched = 1;
  if((curl_off_t)n > left)
    n = (size_t)left;
  if(!n)
    return 0;
  if(source->fd >= 0) {
    n = read_file(source, to, n);
    if(n == CURL_READFUNC_ABORT)
      return n;
  } else {
    memcpy(to, source->data + source->offset, n);
  }
  source->offset += (curl_off_t)n;
  return n;
}

int wa_source_seek(void *arg, curl_off_t offset, int origin) {
  struct wa_source *source = arg;
  if(origin == SEEK_SET && offset == 0 && !source->touched)
    return CURL_SEEKFUNC_OK;
  return CURL_SEEKFUNC_FAIL;
}
