/* RSA keys as the data of Flows wants them: OAEP with SHA-256, PEM. */
#ifndef WA_KEY_H
#define WA_KEY_H

#include <stddef.h>

#include "error.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define WA_KEY_MAX 512   /* bytes of a ciphertext: RSA of 4096 bits */
#define WA_PEM_MAX 65536 /* of what is read */
#define WA_PEM_ROOM 8192 /* for what is written */

struct wa_key; /* libcrypto wipes it when it is freed */

/* Nobody is ever asked for a passphrase that is missing. NULL with `err`: not
 * PEM, another passphrase, not RSA of 2048 to 4096 bits. */
struct wa_key *wa_key_private(const char *pem, size_t n, const char *phrase,
                              size_t phrase_size, struct wa_error *err);
struct wa_key *wa_key_read(const char *path, const char *phrase,
                           size_t phrase_size, struct wa_error *err);
struct wa_key *wa_key_public(const char *pem, size_t n, struct wa_error *err);

/* A new one of 2048 bits. */
struct wa_key *wa_key_generate(struct wa_error *err);
void wa_key_free(struct wa_key *key);

/* PEM with a NUL. With a phrase the private key is encrypted (PKCS #8,
 * AES-256-CBC); its room is to be wiped. */
int wa_key_write_private(const struct wa_key *key, char to[WA_PEM_ROOM],
                         const char *phrase, size_t phrase_size,
                         struct wa_error *err);
int wa_key_write_public(const struct wa_key *key, char to[WA_PEM_ROOM],
                        struct wa_error *err);

int wa_key_encrypt(const struct wa_key *key, unsigned char to[WA_KEY_MAX],
                   size_t *length, const void *bytes, size_t n,
                   struct wa_error *err);
/* `to` is to be wiped, also after a failure. */
int wa_key_decrypt(struct wa_key *key, unsigned char to[WA_KEY_MAX],
                   size_t *length, const void *bytes, size_t n,
                   struct wa_error *err);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
