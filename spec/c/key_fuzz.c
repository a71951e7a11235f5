/* libFuzzer on the ciphers and keys of Flows: what is encrypted decrypts to what
 * was given, another bit or a cut does not, nothing is written outside, and no
 * text is mistaken for a key. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/engine/cipher.h"
#include "../../src/engine/key.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct wa_key *key;

/* Exactly this long, so that the sanitizer sees the byte behind it. */
static void *room(size_t n) {
  void *made = malloc(n ? n : 1);
  if(!made)
    abort();
  return made;
}

static void check(int holds) {
  if(!holds)
    abort();
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  struct wa_error err;
  (void)argc;
  (void)argv;
  key = wa_key_generate(&err);
  check(key != NULL);
  return 0;
}

/* The first bytes are key and IV, the rest is text. */
static void gcm(const uint8_t *data, size_t size) {
  struct wa_error err;
  if(size < WA_GCM_KEY + WA_GCM_IV)
    return;
  const uint8_t *iv = data + WA_GCM_KEY, *text = iv + WA_GCM_IV;
  size_t n = size - WA_GCM_KEY - WA_GCM_IV;
  unsigned char *sealed = room(n + WA_GCM_TAG), *opened = room(n);
  check(!wa_gcm_encrypt(data, iv, sealed, text, n, &err));
  check(!wa_gcm_decrypt(data, iv, opened, sealed, n + WA_GCM_TAG, &err));
  check(wa_equal(opened, n, text, n));
  sealed[data[0] % (n + WA_GCM_TAG)] ^= 1;
  check(wa_gcm_decrypt(data, iv, opened, sealed, n + WA_GCM_TAG, &err));
  for(size_t i = 0; i < n; i++)
    check(opened[i] == 0);
  check(wa_gcm_decrypt(data, iv, opened, text, n, &err));
  free(opened);
  free(sealed);
}

/* Decrypts in pieces of `piece` bytes into room for all; -1 when it is refused. */
static long cbc_in_pieces(const uint8_t *data, const uint8_t *sealed, size_t n,
                          size_t piece, unsigned char *to) {
  struct wa_error err;
  struct wa_cbc cbc;
  unsigned char *out = room(piece + WA_CBC_BLOCK);
  size_t length = 0, written, step;
  check(!wa_cbc_init(&cbc, data, data + WA_CBC_KEY, &err));
  for(size_t at = 0; at < n; at += step) {
    step = n - at < piece ? n - at : piece;
    check(!wa_cbc_update(&cbc, out, &written, sealed + at, step, &err));
    check(length + written <= n);
    memcpy(to + length, out, written);
    length += written;
  }
  free(out);
  out = room(WA_CBC_BLOCK);
  int rc = wa_cbc_final(&cbc, out, &written, &err);
  check(rc || length + written <= n);
  if(!rc)
    memcpy(to + length, out, written);
  free(out);
  wa_cbc_free(&cbc);
  return rc ? -1 : (long)(length + written);
}

static void cbc(const uint8_t *data, size_t size) {
  if(size < WA_CBC_KEY + WA_CBC_IV)
    return;
  const uint8_t *sealed = data + WA_CBC_KEY + WA_CBC_IV;
  size_t n = size - WA_CBC_KEY - WA_CBC_IV;
  unsigned char *whole = room(n), *pieces = room(n);
  long length = cbc_in_pieces(data, sealed, n, n + 1, whole);
  check(cbc_in_pieces(data, sealed, n, (size_t)data[0] % 40 + 1, pieces) ==
        length);
  check(length <= 0 || memcmp(whole, pieces, (size_t)length) == 0);
  free(pieces);
  free(whole);
}

/* In pieces it is the code of the whole. */
static void hmac(const uint8_t *data, size_t size) {
  struct wa_error err;
  struct wa_hmac hmac;
  unsigned char whole[WA_SHA256_SIZE], pieces[WA_SHA256_SIZE];
  size_t cut = size ? data[0] % (size + 1) : 0;
  if(cut == 0)
    return;
  check(!wa_hmac_sha256(data, cut, data, size, whole, &err));
  check(!wa_hmac_init(&hmac, data, cut, &err));
  check(!wa_hmac_update(&hmac, data, cut, &err));
  check(!wa_hmac_update(&hmac, data + cut, size - cut, &err));
  check(!wa_hmac_final(&hmac, pieces, &err));
  check(wa_equal(whole, sizeof(whole), pieces, sizeof(pieces)));
}

static void read_pem(const char *text, size_t n, size_t phrase) {
  struct wa_error err;
  wa_key_free(wa_key_private(text, n, text, phrase, &err));
  wa_key_free(wa_key_private(text, n, NULL, 0, &err));
  wa_key_free(wa_key_public(text, n, &err));
}

/* As they are, and as what stands in a PEM. Slow, and so not with all. */
static void pem(const uint8_t *data, size_t size) {
  static const char head[] = "-----BEGIN PRIVATE KEY-----\n";
  static const char foot[] = "\n-----END PRIVATE KEY-----\n";
  struct wa_error err;
  size_t length, n = sizeof(head) - 1;
  if(size == 0 || data[0] % 16 != 1)
    return;
  char *text = room(sizeof(head) + WA_BASE64_SIZE(size) + sizeof(foot));
  memcpy(text, data, size);
  read_pem(text, size, data[0] % (size + 1));
  memcpy(text, head, n);
  check(!wa_base64(text + n, &length, data, size, &err));
  n += length;
  memcpy(text + n, foot, sizeof(foot) - 1);
  read_pem(text, n + sizeof(foot) - 1, data[0]);
  free(text);
}

/* Slow, too. */
static void rsa(const uint8_t *data, size_t size) {
  struct wa_error err;
  unsigned char wrapped[WA_KEY_MAX], opened[WA_KEY_MAX];
  size_t n, length;
  if(size == 0 || data[0] % 64 != 2)
    return;
  check(wa_key_decrypt(key, opened, &n, data, size, &err));
  length = size < 190 ? size : 190;
  check(!wa_key_encrypt(key, wrapped, &n, data, length, &err));
  check(!wa_key_decrypt(key, opened, &length, wrapped, n, &err));
  check(wa_equal(opened, length, data, size < 190 ? size : 190));
  wrapped[data[size - 1] % (n - 1) + 1] ^= 1;
  check(wa_key_decrypt(key, opened, &length, wrapped, n, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  gcm(data, size);
  cbc(data, size);
  hmac(data, size);
  pem(data, size);
  rsa(data, size);
  return 0;
}
