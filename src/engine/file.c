#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffer.h"
#include "crypto.h"
#include "engine.h"

#define NAME_ROOM 32

void wa_file_init(struct wa_file *file) {
  memset(file, 0, sizeof(*file));
  file->fd = -1;
}

/* For a file without a name: what it would be called in the directory of
 * temporary files. */
static int set_passing(struct wa_file *file, struct wa_error *err) {
  static const char name[] = "/whatsapp";
  const char *directory = getenv("TMPDIR");
  if(!directory || !*directory)
    directory = "/tmp";
  size_t size = strlen(directory) + sizeof(name);
  file->passing = 1;
  file->path = malloc(size);
  if(!file->path)
    return wa_out_of_memory(err);
  snprintf(file->path, size, "%s%s", directory, name);
  return 0;
}

int wa_file_set(struct wa_file *file, const char *path, struct wa_error *err) {
  file->pid = wa_process();
  if(path ? wa_copy(&file->path, path, err) : set_passing(file, err))
    return -1;
  file->temporary = malloc(strlen(file->path) + NAME_ROOM);
  return file->temporary ? 0 : wa_out_of_memory(err);
}

static int refuse(struct wa_file *file, const char *what, int error,
                  struct wa_error *err) {
  return wa_refuse(err, WA_IO, "path", "cannot %s %.120s: %s", what, file->path,
                   strerror(error));
}

/* How much of the path is its directory, with the slash. */
static size_t directory_length(const struct wa_file *file) {
  const char *slash = strrchr(file->path, '/');
  return slash ? (size_t)(slash - file->path) + 1 : 0;
}

/* Another name in the same directory. */
static int invent_name(struct wa_file *file) {
  size_t length = directory_length(file);
  unsigned char random[8];
  struct wa_error err;
  if(wa_random(random, sizeof(random), &err)) {
    errno = EAGAIN;
    return -1;
  }
  memcpy(file->temporary, file->path, length);
  snprintf(file->temporary + length, NAME_ROOM,
           ".part-%02x%02x%02x%02x%02x%02x%02x%02x", random[0], random[1],
           random[2], random[3], random[4], random[5], random[6], random[7]);
  return 0;
}

static mode_t mode_of(const struct wa_file *file) {
  return file->passing || file->personal ? 0600 : 0666;
}

/* One that is to pass has its name only for a moment. */
static int open_named(struct wa_file *file) {
  if(invent_name(file))
    return -1;
  file->fd = open(file->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
                  mode_of(file));
  if(file->fd < 0)
    return -1;
  file->named = !file->passing || unlink(file->temporary) != 0;
  return 0;
}

/* Leaves the directory's name in `temporary`. */
static void name_directory(struct wa_file *file) {
  size_t length = directory_length(file);
  memcpy(file->temporary, file->path, length);
  memcpy(file->temporary + length, ".", 2);
}

#if defined(O_TMPFILE)

#define OPEN_FILES "/proc/self/fd/"

static int open_unnamed(struct wa_file *file) {
  if(access(OPEN_FILES, X_OK) != 0)
    return -1;
  name_directory(file);
  file->fd =
      open(file->temporary, O_RDWR | O_TMPFILE | O_CLOEXEC, mode_of(file));
  return file->fd >= 0 ? 0 : -1;
}

/* A link cannot take the place of a file, only a rename can. */
static int give_name(struct wa_file *file) {
  char name[sizeof(OPEN_FILES) + 16];
  if(file->named)
    return 0;
  snprintf(name, sizeof(name), OPEN_FILES "%d", file->fd);
  if(invent_name(file) ||
     linkat(AT_FDCWD, name, AT_FDCWD, file->temporary, AT_SYMLINK_FOLLOW))
    return -1;
  file->named = 1;
  return 0;
}

#else

static int open_unnamed(struct wa_file *file) {
  (void)file;
  return -1;
}

static int give_name(struct wa_file *file) {
  (void)file;
  return 0;
}

#endif

/* A rename would put a file in the place of a device, too. */
int wa_file_open(struct wa_file *file, struct wa_error *err) {
  struct stat info;
  if(file->fd >= 0)
    return 0;
  if(!file->passing && stat(file->path, &info) == 0 && !S_ISREG(info.st_mode))
    return wa_refuse(err, WA_IO, "path", "cannot write %.120s: it is a %s",
                     file->path,
                     S_ISDIR(info.st_mode) ? "directory" : "device or pipe");
  if(open_unnamed(file) && open_named(file))
    return refuse(file, "create", errno, err);
  return 0;
}

int wa_file_write(struct wa_file *file, const char *bytes, size_t n,
                  struct wa_error *err) {
  while(n) {
    ssize_t written = write(file->fd, bytes, n);
    if(written < 0 && errno == EINTR)
      continue;
    if(written <= 0)
      return refuse(file, "write", written < 0 ? errno : ENOSPC, err);
    bytes += written;
    n -= (size_t)written;
  }
  return 0;
}

int wa_file_restart(struct wa_file *file, struct wa_error *err) {
  if(ftruncate(file->fd, 0) || lseek(file->fd, 0, SEEK_SET))
    return refuse(file, "write", errno, err);
  return 0;
}

static int close_fd(struct wa_file *file) {
  int fd = file->fd;
  file->fd = -1;
  return close(fd);
}

void wa_file_drop(struct wa_file *file) {
  if(file->fd >= 0)
    close_fd(file);
  if(file->named && file->pid == wa_process())
    unlink(file->temporary);
  file->named = 0;
}

/* Some file systems cannot, and then it is as good as done. */
static int sync_fd(int fd) {
  return fsync(fd) == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : -1;
}

/* A name is safe when its directory is. One that cannot be read cannot be
 * synced: the file is whole all the same. */
static int sync_directory(struct wa_file *file) {
  name_directory(file);
  int fd = open(file->temporary, O_RDONLY | O_CLOEXEC);
  if(fd < 0)
    return 0;
  int rc = sync_fd(fd), error = errno;
  close(fd);
  errno = error;
  return rc;
}

int wa_file_commit(struct wa_file *file, struct wa_error *err) {
  if(!sync_fd(file->fd) && !give_name(file) && !close_fd(file) &&
     !rename(file->temporary, file->path)) {
    file->named = 0;
    return sync_directory(file) ? refuse(file, "sync", errno, err) : 0;
  }
  int error = errno;
  wa_file_drop(file);
  return refuse(file, "write", error, err);
}

void wa_file_free(struct wa_file *file) {
  wa_file_drop(file);
  free(file->path);
  free(file->temporary);
  wa_file_init(file);
}
