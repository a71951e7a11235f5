#include "sealed.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

#define PIECE 16384

/* What is at work, each of them freed whatever happens. */
struct work {
  struct wa_cbc cbc;
  struct wa_hmac hmac;
  struct wa_sha256 hash;
  struct wa_file *file;
  unsigned char from[PIECE];
  unsigned char to[PIECE + WA_CBC_BLOCK];
};

static int read_at(int fd, unsigned char *to, size_t n, size_t at,
                   struct wa_error *err) {
  while(n) {
    ssize_t got = pread(fd, to, n, (off_t)at);
    if(got < 0 && errno == EINTR)
      continue;
    if(got <= 0)
      return wa_refuse(err, WA_IO, "file", "cannot read the encrypted file: %s",
                       got < 0 ? strerror(errno) : "it became shorter");
    to += got;
    at += (size_t)got;
    n -= (size_t)got;
  }
  return 0;
}

static int prepare(struct work *w, const struct wa_sealed *sealed,
                   struct wa_error *err) {
  return wa_cbc_init(&w->cbc, sealed->key, sealed->iv, err) ||
         wa_hmac_init(&w->hmac, sealed->hmac_key, sealed->hmac_key_size, err) ||
         wa_hmac_update(&w->hmac, sealed->iv, WA_CBC_IV, err) ||
         wa_sha256_init(&w->hash, err) || wa_file_open(w->file, err);
}

static int keep(struct work *w, size_t n, struct wa_error *err) {
  return wa_sha256_update(&w->hash, w->to, n, err) ||
         wa_file_write(w->file, (const char *)w->to, n, err);
}

static int decrypt(struct work *w, int fd, size_t length,
                   struct wa_error *err) {
  size_t n, plain;
  for(size_t at = 0; at < length; at += n) {
    n = length - at < PIECE ? length - at : PIECE;
    if(read_at(fd, w->from, n, at, err) ||
       wa_hmac_update(&w->hmac, w->from, n, err) ||
       wa_cbc_update(&w->cbc, w->to, &plain, w->from, n, err) ||
       keep(w, plain, err))
      return -1;
  }
  return 0;
}

/* Before the padding is looked at, which must not tell a forger anything. */
static int check_tag(struct work *w, int fd, size_t at, struct wa_error *err) {
  unsigned char tag[WA_SEALED_TAG], digest[WA_SHA256_SIZE];
  if(read_at(fd, tag, sizeof(tag), at, err) ||
     wa_hmac_final(&w->hmac, digest, err))
    return -1;
  if(wa_equal(tag, sizeof(tag), digest, sizeof(tag)))
    return 0;
  return wa_refuse(err, WA_PROTOCOL, "hmac_key",
                   "the file was not signed with this key and IV");
}

static int finish(struct work *w, const struct wa_sealed *sealed,
                  struct wa_error *err) {
  unsigned char digest[WA_SHA256_SIZE];
  size_t plain;
  if(wa_cbc_final(&w->cbc, w->to, &plain, err) || keep(w, plain, err) ||
     wa_sha256_final(&w->hash, digest, err))
    return -1;
  if(wa_equal(digest, sizeof(digest), sealed->sha256, sizeof(digest)))
    return wa_file_commit(w->file, err);
  return wa_refuse(err, WA_PROTOCOL, "plaintext_hash",
                   "the decrypted bytes are not those of the file");
}

int wa_sealed_open(const struct wa_sealed *sealed, int fd, size_t length,
                   struct wa_file *file, struct wa_error *err) {
  struct work w;
  if(length < WA_SEALED_TAG + WA_CBC_BLOCK ||
     (length - WA_SEALED_TAG) % WA_CBC_BLOCK)
    return wa_refuse(err, WA_PROTOCOL, "encrypted_hash",
                     "a file of %lu bytes cannot be an encrypted one",
                     (unsigned long)length);
  memset(&w, 0, sizeof(w));
  w.file = file;
  file->personal = 1;
  length -= WA_SEALED_TAG;
  int rc = prepare(&w, sealed, err) || decrypt(&w, fd, length, err) ||
           check_tag(&w, fd, length, err) || finish(&w, sealed, err);
  wa_cbc_free(&w.cbc);
  wa_hmac_free(&w.hmac);
  wa_sha256_free(&w.hash);
  OPENSSL_cleanse(w.to, sizeof(w.to));
  return rc ? -1 : 0;
}
