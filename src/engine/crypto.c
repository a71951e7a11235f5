#include "crypto.h"

#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

/* Errors stay in a queue of the thread, where other users of libcrypto would
 * take them for their own. */
static int failed(struct wa_error *err, const char *what) {
  ERR_clear_error();
  return wa_fail(err, WA_STATE, WA_NOT_SENT, "libcrypto: %s failed", what);
}

/* Digests -------------------------------------------------------------------
 */

int wa_sha256_init(struct wa_sha256 *hash, struct wa_error *err) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  hash->context = context;
  if(context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1)
    return 0;
  wa_sha256_free(hash);
  return failed(err, "SHA-256");
}

int wa_sha256_update(struct wa_sha256 *hash, const void *bytes, size_t n,
                     struct wa_error *err) {
  if(hash->context && EVP_DigestUpdate(hash->context, bytes, n) == 1)
    return 0;
  return failed(err, "SHA-256");
}

int wa_sha256_final(struct wa_sha256 *hash, unsigned char to[WA_SHA256_SIZE],
                    struct wa_error *err) {
  unsigned int size = 0;
  int done = hash->context &&
             EVP_DigestFinal_ex(hash->context, to, &size) == 1 &&
             size == WA_SHA256_SIZE;
  wa_sha256_free(hash);
  return done ? 0 : failed(err, "SHA-256");
}

void wa_sha256_free(struct wa_sha256 *hash) {
  EVP_MD_CTX_free(hash->context);
  hash->context = NULL;
}

int wa_sha256(const void *bytes, size_t n, unsigned char to[WA_SHA256_SIZE],
              struct wa_error *err) {
  struct wa_sha256 hash;
  if(wa_sha256_init(&hash, err))
    return -1;
  if(wa_sha256_update(&hash, bytes, n, err)) {
    wa_sha256_free(&hash);
    return -1;
  }
  return wa_sha256_final(&hash, to, err);
}

/* libcrypto wipes the copy of the key that it works on. */
int wa_hmac_sha256(const void *key, size_t key_size, const void *bytes,
                   size_t n, unsigned char to[WA_SHA256_SIZE],
                   struct wa_error *err) {
  unsigned int size = 0;
  if(key_size > INT_MAX)
    return wa_refuse(err, WA_INVALID, "key", "the key is too long");
  if(!HMAC(EVP_sha256(), key, (int)key_size, bytes, n, to, &size) ||
     size != WA_SHA256_SIZE)
    return failed(err, "HMAC-SHA256");
  return 0;
}

int wa_equal(const void *a, size_t a_size, const void *b, size_t b_size) {
  return a_size == b_size && CRYPTO_memcmp(a, b, a_size) == 0;
}

int wa_random(void *to, size_t n, struct wa_error *err) {
  if(n > INT_MAX || RAND_bytes(to, (int)n) != 1)
    return failed(err, "the random generator");
  return 0;
}

/* Codes ---------------------------------------------------------------------
 */

static int too_long(struct wa_error *err) {
  return wa_refuse(err, WA_INVALID, "data", "is longer than 1 GB");
}

int wa_base64(char *to, size_t *length, const void *bytes, size_t n,
              struct wa_error *err) {
  if(n > WA_CODE_MAX)
    return too_long(err);
  int written = EVP_EncodeBlock((unsigned char *)to, bytes, (int)n);
  if(written < 0)
    return failed(err, "base64");
  *length = (size_t)written;
  return 0;
}

static int is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         (c >= '0' && c <= '9') || c == '+' || c == '/';
}

static int bad_base64(struct wa_error *err) {
  return wa_refuse(err, WA_INVALID, "data", "is not base64");
}

/* libcrypto's decoder forgives spaces, padding anywhere and spare bits, and
 * counts padding as bytes. */
int wa_unbase64(unsigned char *to, size_t *length, const char *text, size_t n,
                struct wa_error *err) {
  unsigned char last[5];
  size_t digits = n;
  *length = 0;
  if(n > WA_CODE_MAX)
    return too_long(err);
  if(n % 4)
    return bad_base64(err);
  if(n == 0)
    return 0;
  while(digits && n - digits < 2 && text[digits - 1] == '=')
    digits--;
  for(size_t i = 0; i < digits; i++) {
    if(!is_base64(text[i]))
      return bad_base64(err);
  }
  if(EVP_DecodeBlock(to, (const unsigned char *)text, (int)n) !=
     (int)(n / 4 * 3))
    return bad_base64(err);
  *length = n / 4 * 3 - (n - digits);
  /* The last group written again shows bits that belong to no byte. */
  size_t rest = 3 - (n - digits);
  if(EVP_EncodeBlock(last, to + *length - rest, (int)rest) != 4 ||
     memcmp(last, text + n - 4, 4) != 0)
    return bad_base64(err);
  return 0;
}

void wa_hex(char *to, const void *bytes, size_t n) {
  static const char digits[] = "0123456789abcdef";
  const unsigned char *from = bytes;
  for(size_t i = 0; i < n; i++) {
    *to++ = digits[from[i] >> 4];
    *to++ = digits[from[i] & 15];
  }
}

static int digit_of(char c) {
  if(c >= '0' && c <= '9')
    return c - '0';
  if(c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if(c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

int wa_unhex(unsigned char *to, const char *text, size_t n,
             struct wa_error *err) {
  for(size_t i = 0; i + 1 < n; i += 2) {
    int high = digit_of(text[i]), low = digit_of(text[i + 1]);
    if(high < 0 || low < 0)
      return wa_refuse(err, WA_INVALID, "data", "is not hexadecimal");
    to[i / 2] = (unsigned char)(high << 4 | low);
  }
  if(n % 2)
    return wa_refuse(err, WA_INVALID, "data", "is not hexadecimal");
  return 0;
}
