#include "cipher.h"

#include <limits.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

static int failed(struct wa_error *err, const char *what) {
  ERR_clear_error();
  return wa_fail(err, WA_STATE, WA_NOT_SENT, "libcrypto: %s failed", what);
}

/* AES-128-GCM -----------------------------------------------------------------
 */

static EVP_CIPHER_CTX *gcm(const unsigned char key[WA_GCM_KEY],
                           const unsigned char iv[WA_GCM_IV], int encrypt) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  if(context &&
     EVP_CipherInit_ex(context, EVP_aes_128_gcm(), NULL, NULL, NULL, encrypt) ==
         1 &&
     EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_IVLEN, WA_GCM_IV, NULL) ==
         1 &&
     EVP_CipherInit_ex(context, NULL, NULL, key, iv, encrypt) == 1)
    return context;
  EVP_CIPHER_CTX_free(context);
  return NULL;
}

int wa_gcm_encrypt(const unsigned char key[WA_GCM_KEY],
                   const unsigned char iv[WA_GCM_IV], unsigned char *to,
                   const void *bytes, size_t n, struct wa_error *err) {
  int written = 0, rest = 0;
  if(n > WA_CODE_MAX)
    return wa_refuse(err, WA_INVALID, "data", "is longer than 1 GB");
  EVP_CIPHER_CTX *context = gcm(key, iv, 1);
  int done =
      context && EVP_EncryptUpdate(context, to, &written, bytes, (int)n) == 1 &&
      EVP_EncryptFinal_ex(context, to + written, &rest) == 1 &&
      (size_t)written + (size_t)rest == n &&
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, WA_GCM_TAG, to + n) ==
          1;
  EVP_CIPHER_CTX_free(context);
  return done ? 0 : failed(err, "AES-128-GCM");
}

/* The tag is copied since libcrypto's interface takes no constant one. */
static int is_authentic(EVP_CIPHER_CTX *context, const unsigned char *from,
                        unsigned char *to, size_t n) {
  unsigned char tag[WA_GCM_TAG];
  int written = 0, rest = 0;
  for(size_t i = 0; i < sizeof(tag); i++)
    tag[i] = from[n + i];
  return EVP_DecryptUpdate(context, to, &written, from, (int)n) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, WA_GCM_TAG, tag) ==
             1 &&
         EVP_DecryptFinal_ex(context, to + written, &rest) == 1 &&
         (size_t)written + (size_t)rest == n;
}

int wa_gcm_decrypt(const unsigned char key[WA_GCM_KEY],
                   const unsigned char iv[WA_GCM_IV], unsigned char *to,
                   const void *bytes, size_t n, struct wa_error *err) {
  if(n < WA_GCM_TAG || n > WA_CODE_MAX)
    return wa_refuse(err, WA_INVALID, "data",
                     n < WA_GCM_TAG ? "is too short for its tag"
                                    : "is longer than 1 GB");
  EVP_CIPHER_CTX *context = gcm(key, iv, 0);
  if(!context)
    return failed(err, "AES-128-GCM");
  int done = is_authentic(context, bytes, to, n - WA_GCM_TAG);
  EVP_CIPHER_CTX_free(context);
  if(done)
    return 0;
  ERR_clear_error();
  OPENSSL_cleanse(to, n - WA_GCM_TAG);
  return wa_refuse(err, WA_INVALID, "data",
                   "was not encrypted with this key and IV");
}

/* AES-256-CBC -----------------------------------------------------------------
 */

int wa_cbc_init(struct wa_cbc *cbc, const unsigned char key[WA_CBC_KEY],
                const unsigned char iv[WA_CBC_IV], struct wa_error *err) {
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  cbc->context = context;
  if(context &&
     EVP_DecryptInit_ex(context, EVP_aes_256_cbc(), NULL, key, iv) == 1)
    return 0;
  wa_cbc_free(cbc);
  return failed(err, "AES-256-CBC");
}

int wa_cbc_update(struct wa_cbc *cbc, unsigned char *to, size_t *length,
                  const void *bytes, size_t n, struct wa_error *err) {
  int written = 0;
  if(!cbc->context || n > INT_MAX - WA_CBC_BLOCK ||
     EVP_DecryptUpdate(cbc->context, to, &written, bytes, (int)n) != 1)
    return failed(err, "AES-256-CBC");
  *length = (size_t)written;
  return 0;
}

int wa_cbc_final(struct wa_cbc *cbc, unsigned char to[WA_CBC_BLOCK],
                 size_t *length, struct wa_error *err) {
  int written = 0;
  int done =
      cbc->context && EVP_DecryptFinal_ex(cbc->context, to, &written) == 1;
  wa_cbc_free(cbc);
  *length = (size_t)written;
  if(done)
    return 0;
  ERR_clear_error();
  return wa_refuse(err, WA_PROTOCOL, "encryption_key",
                   "does not decrypt the file");
}

void wa_cbc_free(struct wa_cbc *cbc) {
  EVP_CIPHER_CTX_free(cbc->context);
  cbc->context = NULL;
}

/* HMAC-SHA-256 ----------------------------------------------------------------
 */

int wa_hmac_init(struct wa_hmac *hmac, const void *key, size_t key_size,
                 struct wa_error *err) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_PKEY *boxed =
      EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, key, key_size);
  hmac->context = context;
  int done = context && boxed &&
             EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, boxed) == 1;
  EVP_PKEY_free(boxed);
  if(done)
    return 0;
  wa_hmac_free(hmac);
  return failed(err, "HMAC-SHA256");
}

int wa_hmac_update(struct wa_hmac *hmac, const void *bytes, size_t n,
                   struct wa_error *err) {
  if(hmac->context && EVP_DigestSignUpdate(hmac->context, bytes, n) == 1)
    return 0;
  return failed(err, "HMAC-SHA256");
}

int wa_hmac_final(struct wa_hmac *hmac, unsigned char to[WA_SHA256_SIZE],
                  struct wa_error *err) {
  size_t size = WA_SHA256_SIZE;
  int done = hmac->context &&
             EVP_DigestSignFinal(hmac->context, to, &size) == 1 &&
             size == WA_SHA256_SIZE;
  wa_hmac_free(hmac);
  return done ? 0 : failed(err, "HMAC-SHA256");
}

void wa_hmac_free(struct wa_hmac *hmac) {
  EVP_MD_CTX_free(hmac->context);
  hmac->context = NULL;
}
