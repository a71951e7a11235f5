/* A file as the pickers of Flows upload it: AES-256-CBC, and behind it the
 * first 10 bytes of an HMAC-SHA-256 of IV and ciphertext. */
#ifndef WA_SEALED_H
#define WA_SEALED_H

#include "cipher.h"
#include "file.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

#define WA_SEALED_TAG 10

/* All of them borrowed. */
struct wa_sealed {
  const unsigned char *key; /* WA_CBC_KEY bytes */
  const unsigned char *iv;  /* WA_CBC_IV bytes */
  const char *hmac_key;
  size_t hmac_key_size;
  const unsigned char *sha256; /* of the plaintext */
};

/* Decrypts the `length` bytes of a descriptor into a file that has been set,
 * which gets its name only when tag, padding and hash are right; nobody but its
 * owner may read it. */
int wa_sealed_open(const struct wa_sealed *sealed, int fd, size_t length,
                   struct wa_file *file, struct wa_error *err);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
