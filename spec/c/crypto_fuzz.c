/* libFuzzer on the codes and digests: what is decoded encodes back to what was
 * given, nothing is written outside, and a digest in pieces is the digest. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../../src/engine/crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

static void unbase64(const char *text, size_t n) {
  struct wa_error err;
  size_t length, back_length;
  unsigned char *bytes = room(WA_UNBASE64_SIZE(n));
  if(!wa_unbase64(bytes, &length, text, n, &err)) {
    char *back = room(WA_BASE64_SIZE(length));
    check(length <= WA_UNBASE64_SIZE(n));
    check(!wa_base64(back, &back_length, bytes, length, &err));
    check(wa_equal(text, n, back, back_length));
    free(back);
  }
  free(bytes);
}

static void base64(const void *bytes, size_t n) {
  struct wa_error err;
  size_t length, back_length;
  char *text = room(WA_BASE64_SIZE(n));
  check(!wa_base64(text, &length, bytes, n, &err));
  unsigned char *back = room(WA_UNBASE64_SIZE(length));
  check(!wa_unbase64(back, &back_length, text, length, &err));
  check(wa_equal(bytes, n, back, back_length));
  free(back);
  free(text);
}

static void unhex(const char *text, size_t n) {
  struct wa_error err;
  unsigned char *bytes = room(n / 2);
  if(!wa_unhex(bytes, text, n, &err)) {
    char *back = room(n);
    check(n % 2 == 0);
    wa_hex(back, bytes, n / 2);
    check(!strncasecmp(text, back, n));
    free(back);
  }
  free(bytes);
}

static void digest(const unsigned char *bytes, size_t n) {
  struct wa_error err;
  struct wa_sha256 hash;
  unsigned char whole[WA_SHA256_SIZE], pieces[WA_SHA256_SIZE];
  size_t cut = n ? bytes[0] % (n + 1) : 0;
  check(!wa_sha256(bytes, n, whole, &err));
  check(!wa_sha256_init(&hash, &err));
  check(!wa_sha256_update(&hash, bytes, cut, &err));
  check(!wa_sha256_update(&hash, bytes + cut, n - cut, &err));
  check(!wa_sha256_final(&hash, pieces, &err));
  check(wa_equal(whole, sizeof(whole), pieces, sizeof(pieces)));
}

/* The first bytes are the key, the rest is signed; another bit, another code. */
static void hmac(const unsigned char *bytes, size_t n) {
  struct wa_error err;
  unsigned char code[WA_SHA256_SIZE], other[WA_SHA256_SIZE];
  size_t key = n ? bytes[0] % (n + 1) : 0;
  check(!wa_hmac_sha256(bytes, key, bytes + key, n - key, code, &err));
  memcpy(other, code, sizeof(other));
  check(wa_equal(code, sizeof(code), other, sizeof(other)));
  other[n % sizeof(other)] ^= 1;
  check(!wa_equal(code, sizeof(code), other, sizeof(other)));
  if(n > key) {
    check(!wa_hmac_sha256(bytes, key, bytes + key, n - key - 1, other, &err));
    check(!wa_equal(code, sizeof(code), other, sizeof(other)));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  unbase64((const char *)data, size);
  base64(data, size);
  unhex((const char *)data, size);
  digest(data, size);
  hmac(data, size);
  return 0;
}
