/* The two ciphers of Flows: AES-128-GCM for what goes to and fro, AES-256-CBC
 * with an HMAC for files. */
#ifndef WA_CIPHER_H
#define WA_CIPHER_H

#include <stddef.h>

#include "crypto.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define WA_GCM_KEY 16
#define WA_GCM_IV 16
#define WA_GCM_TAG 16

/* Room for n + WA_GCM_TAG bytes; the tag comes last. At most WA_CODE_MAX. */
int wa_gcm_encrypt(const unsigned char key[WA_GCM_KEY],
                   const unsigned char iv[WA_GCM_IV], unsigned char *to,
                   const void *bytes, size_t n, struct wa_error *err);
/* `n` with the tag, room for the rest. After a failure `to` is wiped: nothing
 * of it may be used. */
int wa_gcm_decrypt(const unsigned char key[WA_GCM_KEY],
                   const unsigned char iv[WA_GCM_IV], unsigned char *to,
                   const void *bytes, size_t n, struct wa_error *err);

#define WA_CBC_KEY 32
#define WA_CBC_IV 16
#define WA_CBC_BLOCK 16

/* AES-256-CBC, PKCS #7, of what comes in pieces. `final` and `free` may be
 * called at any time after `init`, also when that failed; `final` frees. */
struct wa_cbc {
  void *context;
};

int wa_cbc_init(struct wa_cbc *cbc, const unsigned char key[WA_CBC_KEY],
                const unsigned char iv[WA_CBC_IV], struct wa_error *err);
/* Room for n + WA_CBC_BLOCK bytes. */
int wa_cbc_update(struct wa_cbc *cbc, unsigned char *to, size_t *length,
                  const void *bytes, size_t n, struct wa_error *err);
/* The rest, less than a block; fails when the padding is wrong. */
int wa_cbc_final(struct wa_cbc *cbc, unsigned char to[WA_CBC_BLOCK],
                 size_t *length, struct wa_error *err);
void wa_cbc_free(struct wa_cbc *cbc);

/* HMAC-SHA-256 of what comes in pieces, used the same way. */
struct wa_hmac {
  void *context;
};

int wa_hmac_init(struct wa_hmac *hmac, const void *key, size_t key_size,
                 struct wa_error *err);
int wa_hmac_update(struct wa_hmac *hmac, const void *bytes, size_t n,
                   struct wa_error *err);
int wa_hmac_final(struct wa_hmac *hmac, unsigned char to[WA_SHA256_SIZE],
                  struct wa_error *err);
void wa_hmac_free(struct wa_hmac *hmac);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
