/* What libcrypto is needed for, with every result checked. */
#ifndef WA_CRYPTO_H
#define WA_CRYPTO_H

#include <stddef.h>

#include "error.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define WA_SHA256_SIZE 32

/* SHA-256 of what comes in pieces. `final` and `free` may be called at any time
 * after `init`, also when that failed; `final` frees. */
struct wa_sha256 {
  void *context;
};

int wa_sha256_init(struct wa_sha256 *hash, struct wa_error *err);
int wa_sha256_update(struct wa_sha256 *hash, const void *bytes, size_t n,
                     struct wa_error *err);
int wa_sha256_final(struct wa_sha256 *hash, unsigned char to[WA_SHA256_SIZE],
                    struct wa_error *err);
void wa_sha256_free(struct wa_sha256 *hash);

int wa_sha256(const void *bytes, size_t n, unsigned char to[WA_SHA256_SIZE],
              struct wa_error *err);
int wa_hmac_sha256(const void *key, size_t key_size, const void *bytes,
                   size_t n, unsigned char to[WA_SHA256_SIZE],
                   struct wa_error *err);

/* Whether both are the same, in a time that tells only whether they are equally
 * long. */
int wa_equal(const void *a, size_t a_size, const void *b, size_t b_size);

int wa_random(void *to, size_t n, struct wa_error *err);

/* Codes ---------------------------------------------------------------------
 * Each size is the room that `to` needs. */

#define WA_CODE_MAX ((size_t)1 << 30) /* libcrypto counts in int */

/* The NUL that libcrypto puts behind the text is counted. */
#define WA_BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)
#define WA_UNBASE64_SIZE(n) ((n) / 4 * 3)

/* At most WA_CODE_MAX bytes; `*length` is that of the text. */
int wa_base64(char *to, size_t *length, const void *bytes, size_t n,
              struct wa_error *err);
/* Only what wa_base64 writes: padded, no line breaks, no spare bits. */
int wa_unbase64(unsigned char *to, size_t *length, const char *text, size_t n,
                struct wa_error *err);

/* Two digits a byte, lower case, no NUL. */
void wa_hex(char *to, const void *bytes, size_t n);
/* Digits of either case; room for n / 2. */
int wa_unhex(unsigned char *to, const char *text, size_t n,
             struct wa_error *err);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
