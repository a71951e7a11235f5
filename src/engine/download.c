#include "download.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "session.h"

#define VALIDATOR_MAX 256

struct wa_download {
  int references;
  int on_disk;
  struct wa_file file;
  struct wa_buffer memory;
  size_t length;
  size_t maximum;
  double known; /* size of the whole as the caller knows it, or below 0 */
  double size;  /* the same as this answer says it */
  int checked;  /* against `expected` */
  unsigned char expected[WA_SHA256_SIZE];
  unsigned char digest[WA_SHA256_SIZE];
  struct wa_sha256 hash;
  char validator[VALIDATOR_MAX]; /* a strong ETag, or empty */
  int asked;                     /* for the rest only */
  int whole;
  struct wa_error error;
};

/* Life ------------------------------------------------------------------------
 */

struct wa_download *wa_download_new(const struct wa_download_config *config,
                                    struct wa_error *err) {
  struct wa_download *d = calloc(1, sizeof(*d));
  if(!d) {
    wa_out_of_memory(err);
    return NULL;
  }
  d->references = 1;
  d->known = d->size = config->size;
  d->maximum = config->maximum;
  d->on_disk = config->path || config->temporary;
  wa_file_init(&d->file);
  wa_buffer_init(&d->memory, config->maximum);
  if(config->sha256) {
    d->checked = 1;
    memcpy(d->expected, config->sha256, sizeof(d->expected));
  }
  if(d->on_disk && wa_file_set(&d->file, config->path, err)) {
    wa_download_unref(d);
    return NULL;
  }
  return d;
}

void wa_download_ref(struct wa_download *d) { d->references++; }

void wa_download_unref(struct wa_download *d) {
  if(!d || --d->references)
    return;
  wa_file_free(&d->file);
  wa_buffer_free(&d->memory);
  wa_sha256_free(&d->hash);
  free(d);
}

int wa_download_in_use(const struct wa_download *d) {
  return d->references > 1;
}

int wa_download_is_whole(const struct wa_download *d) { return d->whole; }

size_t wa_download_length(const struct wa_download *d) { return d->length; }

const unsigned char *wa_download_sha256(const struct wa_download *d) {
  return d->digest;
}

int wa_download_descriptor(const struct wa_download *d) {
  return d->file.passing ? d->file.fd : -1;
}

const struct wa_error *wa_download_error(const struct wa_download *d) {
  return &d->error;
}

void wa_download_drop(struct wa_download *d) {
  wa_file_drop(&d->file);
  wa_buffer_free(&d->memory);
  wa_sha256_free(&d->hash);
  d->length = 0;
  d->validator[0] = '\0';
}

/* Asking ----------------------------------------------------------------------
 */

/* Bytes of two answers make one file only when both are of the same: the
 * server sees to it by the validator, or the hash tells. */
static int can_resume(const struct wa_download *d) {
  return d->length && (d->checked || d->validator[0]);
}

int wa_download_ask(struct wa_download *d, struct curl_slist **headers,
                    struct wa_error *err) {
  char line[VALIDATOR_MAX + 16];
  d->asked = can_resume(d);
  if(!d->asked)
    return 0;
  snprintf(line, sizeof(line), "Range: bytes=%lu-", (unsigned long)d->length);
  if(wa_slist_append(headers, line, err))
    return -1;
  if(!d->validator[0])
    return 0;
  snprintf(line, sizeof(line), "If-Range: %s", d->validator);
  return wa_slist_append(headers, line, err);
}

int wa_download_open(struct wa_download *d, struct wa_error *err) {
  memset(&d->error, 0, sizeof(d->error));
  return d->on_disk ? wa_file_open(&d->file, err) : 0;
}

/* Receiving -------------------------------------------------------------------
 */

/* The value of a header in a block of lines; 0 when it is not there or does not
 * fit. */
static int find_header(const struct wa_buffer *block, const char *name,
                       char *to, size_t size) {
  size_t length = strlen(name);
  const char *at = block->data, *end = at ? at + block->length : at;
  while(at < end) {
    const char *line = at;
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    at = stop ? stop + 1 : end;
    if((size_t)(at - line) <= length || line[length] != ':' ||
       strncasecmp(line, name, length) != 0)
      continue;
    line += length + 1;
    while(line < at && (*line == ' ' || *line == '\t'))
      line++;
    size_t n = (size_t)(at - line);
    while(n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
      n--;
    if(n >= size)
      return 0;
    memcpy(to, line, n);
    to[n] = '\0';
    return 1;
  }
  return 0;
}

static void note_validator(struct wa_download *d,
                           const struct wa_buffer *headers) {
  if(!find_header(headers, "ETag", d->validator, sizeof(d->validator)) ||
     d->validator[0] != '"')
    d->validator[0] = '\0';
}

static int too_large(struct wa_download *d) {
  wa_fail(&d->error, WA_PROTOCOL, WA_UNKNOWN,
          "the answer is larger than %lu bytes", (unsigned long)d->maximum);
  d->error.field = "maximum";
  return -1;
}

static int wrong_size(struct wa_download *d, double came) {
  return wa_fail(&d->error, WA_PROTOCOL, WA_UNKNOWN,
                 "%.0f bytes came, but the file has %.0f", came, d->size);
}

static int no_part(struct wa_download *d) {
  return wa_fail(&d->error, WA_PROTOCOL, WA_UNKNOWN,
                 "the answer is not the part of the file that was asked for");
}

static int start_over(struct wa_download *d) {
  d->length = 0;
  d->size = d->known;
  wa_buffer_clear(&d->memory);
  wa_sha256_free(&d->hash);
  if(d->on_disk && wa_file_restart(&d->file, &d->error))
    return -1;
  return wa_sha256_init(&d->hash, &d->error);
}

/* Digits and what ends them; 0 when it is something else. */
static int read_number(const char **at, char end, unsigned long long *number) {
  char *stop;
  if(**at < '0' || **at > '9')
    return 0;
  *number = strtoull(*at, &stop, 10);
  *at = stop + 1;
  return *stop == end;
}

/* Content-Range: bytes FIRST-LAST/TOTAL, where TOTAL may be an asterisk. */
static int check_range(struct wa_download *d, const struct wa_buffer *headers) {
  char text[96];
  const char *at = text + 6;
  unsigned long long first, last, total;
  if(!d->asked || !find_header(headers, "Content-Range", text, sizeof(text)) ||
     strncasecmp(text, "bytes ", 6) != 0 || !read_number(&at, '-', &first) ||
     !read_number(&at, '/', &last) || first != d->length || last < first)
    return no_part(d);
  if(!strcmp(at, "*"))
    return 0;
  if(!read_number(&at, '\0', &total) || last >= total)
    return no_part(d);
  if(total > d->maximum)
    return too_large(d);
  if(d->size >= 0 && (double)total != d->size)
    return wrong_size(d, (double)total);
  d->size = (double)total;
  return 0;
}

int wa_download_begin(struct wa_download *d, long status,
                      const struct wa_buffer *headers, curl_off_t announced) {
  if(status == 206)
    return check_range(d, headers);
  if(start_over(d))
    return -1;
  note_validator(d, headers);
  if(announced >= 0 && (unsigned long long)announced > d->maximum)
    return too_large(d);
  if(announced >= 0 && d->size >= 0 && (double)announced != d->size)
    return wrong_size(d, (double)announced);
  if(announced >= 0)
    d->size = (double)announced;
  return 0;
}

static int keep(struct wa_download *d, const char *bytes, size_t n) {
  if(d->on_disk)
    return wa_file_write(&d->file, bytes, n, &d->error);
  int rc = wa_buffer_append(&d->memory, bytes, n);
  return rc ? wa_out_of_memory(&d->error) : 0;
}

int wa_download_write(struct wa_download *d, const char *bytes, size_t n) {
  if(n > d->maximum - d->length)
    return too_large(d);
  if(d->size >= 0 && (double)(d->length + n) > d->size)
    return wrong_size(d, (double)(d->length + n));
  if(keep(d, bytes, n) || wa_sha256_update(&d->hash, bytes, n, &d->error)) {
    wa_download_drop(d);
    return -1;
  }
  d->length += n;
  return 0;
}

/* Ending ----------------------------------------------------------------------
 */

int wa_download_has_all(const struct wa_download *d) {
  return d->size >= 0 && (double)d->length == d->size;
}

curl_off_t wa_download_total(const struct wa_download *d) {
  return d->size >= 0 ? (curl_off_t)d->size : -1;
}

/* What is short may still be resumed: that is a lost connection. */
static int check(struct wa_download *d, struct wa_error *err) {
  if(d->size >= 0 && !wa_download_has_all(d))
    return wa_fail(err, WA_NETWORK, WA_UNKNOWN,
                   "the connection ended after %lu of %.0f bytes",
                   (unsigned long)d->length, d->size);
  if(wa_sha256_final(&d->hash, d->digest, err))
    return -1;
  if(d->checked &&
     !wa_equal(d->digest, sizeof(d->digest), d->expected, sizeof(d->expected)))
    return wa_fail(err, WA_PROTOCOL, WA_UNKNOWN,
                   "the bytes are not those of the file: their SHA-256 is "
                   "not the one that was announced");
  return 0;
}

static int hand_over(struct wa_download *d, struct wa_buffer *memory,
                     struct wa_error *err) {
  if(!d->on_disk) {
    struct wa_buffer empty = *memory;
    *memory = d->memory;
    d->memory = empty;
  } else if(!d->file.passing && wa_file_commit(&d->file, err)) {
    err->outcome = WA_UNKNOWN; /* the server did its part */
    return -1;
  }
  return 0;
}

int wa_download_finish(struct wa_download *d, struct wa_buffer *memory,
                       struct wa_error *err) {
  if(check(d, err) || hand_over(d, memory, err)) {
    if(err->kind != WA_NETWORK)
      wa_download_drop(d);
    return -1;
  }
  d->whole = 1;
  return 0;
}
