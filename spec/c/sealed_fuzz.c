/* libFuzzer on the files of a Flow's pickers: what is right is decrypted, what is
 * wrong in any place is refused, and then no file is there. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "../../src/engine/crypto.h"
#include "../../src/engine/engine.h"
#include "../../src/engine/sealed.h"

#define NAME "sealed.out"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The engine's own needs libcurl. */
pid_t wa_process(void) { return 1; }

/* What the first byte makes of the rest: whether it is encrypted first, bears
 * its tag and has its hash, is long enough for several pieces, and is damaged
 * at its end. */
enum { ENCRYPTED = 1, TAGGED = 2, HASHED = 4, LONG = 8, DAMAGED = 16 };

struct parts {
  unsigned char key[WA_CBC_KEY], iv[WA_CBC_IV], hmac_key[WA_CBC_KEY];
};

static void check(int holds) {
  if(!holds)
    abort();
}

static void *room(size_t n) {
  void *made = malloc(n ? n : 1);
  check(made != NULL);
  return made;
}

static size_t encrypt(const struct parts *parts, unsigned char *to,
                      const unsigned char *from, size_t n) {
  int length, rest;
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  check(context && EVP_EncryptInit_ex(context, EVP_aes_256_cbc(), NULL,
                                      parts->key, parts->iv) == 1);
  check(EVP_EncryptUpdate(context, to, &length, from, (int)n) == 1);
  check(EVP_EncryptFinal_ex(context, to + length, &rest) == 1);
  EVP_CIPHER_CTX_free(context);
  return (size_t)(length + rest);
}

static void tag(const struct parts *parts, unsigned char *file, size_t n) {
  struct wa_error err;
  unsigned char code[WA_SHA256_SIZE], *signed_part = room(WA_CBC_IV + n);
  memcpy(signed_part, parts->iv, WA_CBC_IV);
  memcpy(signed_part + WA_CBC_IV, file, n);
  check(!wa_hmac_sha256(parts->hmac_key, sizeof(parts->hmac_key), signed_part,
                        WA_CBC_IV + n, code, &err));
  memcpy(file + n, code, WA_SEALED_TAG);
  free(signed_part);
}

/* A file as `how` says, of `n` bytes of content; its length. */
static size_t make(const struct parts *parts, int how, unsigned char *file,
                   const unsigned char *content, size_t n) {
  size_t length = n;
  if(how & ENCRYPTED)
    length = encrypt(parts, file, content, n);
  else
    memcpy(file, content, n);
  if(how & TAGGED) {
    tag(parts, file, length);
    length += WA_SEALED_TAG;
  }
  if(how & DAMAGED && length)
    file[length - 1] ^= 1;
  return length;
}

static int put(const unsigned char *bytes, size_t n) {
  FILE *file = tmpfile();
  check(file && fwrite(bytes, 1, n, file) == n && !fflush(file));
  int fd = dup(fileno(file));
  check(fd >= 0 && !fclose(file));
  return fd;
}

/* What was decrypted must be what its hash says. */
static size_t check_result(const unsigned char *hash, size_t most) {
  struct wa_error err;
  unsigned char found[WA_SHA256_SIZE], *bytes = room(most);
  FILE *file = fopen(NAME, "rb");
  check(file != NULL);
  size_t n = fread(bytes, 1, most, file);
  check(feof(file) || fgetc(file) == EOF);
  fclose(file);
  check(!wa_sha256(bytes, n, found, &err));
  check(!memcmp(found, hash, sizeof(found)));
  free(bytes);
  return n;
}

static void unseal(const struct parts *parts, int how,
                   const unsigned char *content, size_t n) {
  struct wa_error err;
  struct wa_file file;
  unsigned char hash[WA_SHA256_SIZE] = {0};
  unsigned char *bytes = room(n + WA_CBC_BLOCK + WA_SEALED_TAG);
  size_t length = make(parts, how, bytes, content, n);
  struct wa_sealed sealed = {parts->key, parts->iv,
                             (const char *)parts->hmac_key,
                             sizeof(parts->hmac_key), hash};
  if(how & HASHED)
    check(!wa_sha256(content, n, hash, &err));
  int fd = put(bytes, length);
  wa_file_init(&file);
  check(!wa_file_set(&file, NAME, &err));
  int rc = wa_sealed_open(&sealed, fd, length, &file, &err);
  wa_file_free(&file);
  close(fd);
  if((how & 31) == (ENCRYPTED | TAGGED | HASHED) ||
     (how & 31) == (ENCRYPTED | TAGGED | HASHED | LONG))
    check(!rc);
  if(how & DAMAGED && how & TAGGED)
    check(rc);
  if(rc)
    check(access(NAME, F_OK) != 0 && err.message[0]);
  else
    check(check_result(hash, length) == n);
  unlink(NAME);
  free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct parts parts;
  if(size <= sizeof(parts))
    return 0;
  int how = data[0];
  memcpy(&parts, data + 1, sizeof(parts));
  size_t n = size - 1 - sizeof(parts), times = how & LONG ? 20000 / (n + 1) : 1;
  unsigned char *content = room(n * times);
  for(size_t i = 0; i < times; i++)
    memcpy(content + i * n, data + 1 + sizeof(parts), n);
  unseal(&parts, how, content, n * times);
  free(content);
  return 0;
}
