#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#define BITS_MIN 2048
#define BITS_NEW 2048
#define PHRASE_MAX 1024 /* what libcrypto has room for */

struct wa_key {
  EVP_PKEY *rsa;
  EVP_PKEY_CTX *decrypting; /* made for the first that is decrypted, and kept */
};

static int failed(struct wa_error *err, const char *what) {
  ERR_clear_error();
  return wa_fail(err, WA_STATE, WA_NOT_SENT, "libcrypto: %s failed", what);
}

/* Reading ---------------------------------------------------------------------
 */

struct phrase {
  const char *bytes; /* NULL: there is none */
  size_t size;
  int asked;
};

/* Without it libcrypto would ask on the terminal. */
static int give_phrase(char *to, int room, int writing, void *context) {
  struct phrase *phrase = context;
  (void)writing;
  phrase->asked = 1;
  if(!phrase->bytes || room < 0 || phrase->size > (size_t)room)
    return -1;
  memcpy(to, phrase->bytes, phrase->size);
  return (int)phrase->size;
}

/* Owns `rsa`. */
static struct wa_key *box(EVP_PKEY *rsa, struct wa_error *err) {
  struct wa_key *key = malloc(sizeof(*key));
  if(key) {
    key->rsa = rsa;
    key->decrypting = NULL;
    return key;
  }
  EVP_PKEY_free(rsa);
  wa_out_of_memory(err);
  return NULL;
}

static struct wa_key *accept(EVP_PKEY *rsa, const char *field,
                             struct wa_error *err) {
  int bits = EVP_PKEY_bits(rsa);
  if(EVP_PKEY_base_id(rsa) == EVP_PKEY_RSA && bits >= BITS_MIN &&
     bits <= WA_KEY_MAX * 8)
    return box(rsa, err);
  wa_refuse(err, WA_INVALID, field,
            "must be RSA of %d to %d bits; this key has %d bits%s", BITS_MIN,
            WA_KEY_MAX * 8, bits,
            EVP_PKEY_base_id(rsa) == EVP_PKEY_RSA ? "" : " and is no RSA");
  EVP_PKEY_free(rsa);
  return NULL;
}

static BIO *open_pem(const char *pem, size_t n, const char *field,
                     struct wa_error *err) {
  if(n > WA_PEM_MAX) {
    wa_refuse(err, WA_INVALID, field, "is longer than %d bytes", WA_PEM_MAX);
    return NULL;
  }
  BIO *bio = BIO_new_mem_buf(pem, (int)n);
  if(!bio)
    failed(err, "reading PEM");
  return bio;
}

static void explain(const struct phrase *phrase, struct wa_error *err) {
  ERR_clear_error();
  if(!phrase->asked)
    wa_refuse(err, WA_INVALID, "private_key",
              "is no private key in PEM (-----BEGIN PRIVATE KEY-----)");
  else if(!phrase->bytes)
    wa_refuse(err, WA_INVALID, "passphrase",
              "is missing: the private key is encrypted");
  else
    wa_refuse(err, WA_INVALID, "passphrase", "does not open the private key");
}

struct wa_key *wa_key_private(const char *pem, size_t n, const char *bytes,
                              size_t size, struct wa_error *err) {
  struct phrase phrase = {bytes, size, 0};
  BIO *bio = open_pem(pem, n, "private_key", err);
  if(!bio)
    return NULL;
  EVP_PKEY *rsa = PEM_read_bio_PrivateKey(bio, NULL, give_phrase, &phrase);
  BIO_free(bio);
  if(rsa)
    return accept(rsa, "private_key", err);
  explain(&phrase, err);
  return NULL;
}

/* The file's bytes, at most one more than are allowed; -1 with errno. */
static ssize_t read_file(const char *path, char *to, size_t room) {
  size_t length = 0;
  ssize_t got;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if(fd < 0)
    return -1;
  do {
    got = read(fd, to + length, room - length);
    if(got > 0)
      length += (size_t)got;
  } while((got > 0 && length < room) || (got < 0 && errno == EINTR));
  int error = errno;
  close(fd);
  errno = error;
  return got < 0 ? -1 : (ssize_t)length;
}

/* A buffer of our own, since what stdio keeps of the file is not wiped. */
struct wa_key *wa_key_read(const char *path, const char *phrase,
                           size_t phrase_size, struct wa_error *err) {
  struct wa_key *key = NULL;
  char *pem = malloc(WA_PEM_MAX + 1);
  if(!pem) {
    wa_out_of_memory(err);
    return NULL;
  }
  ssize_t n = read_file(path, pem, WA_PEM_MAX + 1);
  if(n < 0)
    wa_refuse(err, WA_IO, "private_key", "cannot read %.120s: %s", path,
              strerror(errno));
  else
    key = wa_key_private(pem, (size_t)n, phrase, phrase_size, err);
  OPENSSL_cleanse(pem, WA_PEM_MAX + 1);
  free(pem);
  return key;
}

struct wa_key *wa_key_public(const char *pem, size_t n, struct wa_error *err) {
  struct phrase none = {NULL, 0, 0};
  BIO *bio = open_pem(pem, n, "public_key", err);
  if(!bio)
    return NULL;
  EVP_PKEY *rsa = PEM_read_bio_PUBKEY(bio, NULL, give_phrase, &none);
  BIO_free(bio);
  if(rsa)
    return accept(rsa, "public_key", err);
  ERR_clear_error();
  wa_refuse(err, WA_INVALID, "public_key",
            "is no public key in PEM (-----BEGIN PUBLIC KEY-----)");
  return NULL;
}

void wa_key_free(struct wa_key *key) {
  if(!key)
    return;
  EVP_PKEY_CTX_free(key->decrypting);
  EVP_PKEY_free(key->rsa);
  free(key);
}

/* Making ----------------------------------------------------------------------
 */

struct wa_key *wa_key_generate(struct wa_error *err) {
  EVP_PKEY *rsa = NULL;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
  int made = context && EVP_PKEY_keygen_init(context) == 1 &&
             EVP_PKEY_CTX_set_rsa_keygen_bits(context, BITS_NEW) == 1 &&
             EVP_PKEY_keygen(context, &rsa) == 1;
  EVP_PKEY_CTX_free(context);
  if(made)
    return box(rsa, err);
  failed(err, "making an RSA key");
  return NULL;
}

/* What was written to `bio`, which is freed: libcrypto wipes its memory. */
static int take(BIO *bio, int written, char to[WA_PEM_ROOM],
                struct wa_error *err) {
  char *pem;
  long n = bio && written ? BIO_get_mem_data(bio, &pem) : 0;
  int fits = n > 0 && n < WA_PEM_ROOM;
  if(fits) {
    memcpy(to, pem, (size_t)n);
    to[n] = '\0';
  }
  BIO_free(bio);
  return fits ? 0 : failed(err, "writing PEM");
}

int wa_key_write_private(const struct wa_key *key, char to[WA_PEM_ROOM],
                         const char *bytes, size_t size, struct wa_error *err) {
  struct phrase phrase = {bytes, size, 0};
  if(bytes && (size == 0 || size >= PHRASE_MAX))
    return wa_refuse(err, WA_INVALID, "passphrase", "must have 1 to %d bytes",
                     PHRASE_MAX - 1);
  BIO *bio = BIO_new(BIO_s_mem());
  int written = bio && PEM_write_bio_PKCS8PrivateKey(
                           bio, key->rsa, bytes ? EVP_aes_256_cbc() : NULL,
                           NULL, 0, give_phrase, &phrase) == 1;
  return take(bio, written, to, err);
}

int wa_key_write_public(const struct wa_key *key, char to[WA_PEM_ROOM],
                        struct wa_error *err) {
  BIO *bio = BIO_new(BIO_s_mem());
  return take(bio, bio && PEM_write_bio_PUBKEY(bio, key->rsa) == 1, to, err);
}

/* Working ---------------------------------------------------------------------
 */

static int set_oaep(EVP_PKEY_CTX *context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_sha256()) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

int wa_key_encrypt(const struct wa_key *key, unsigned char to[WA_KEY_MAX],
                   size_t *length, const void *bytes, size_t n,
                   struct wa_error *err) {
  *length = WA_KEY_MAX;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->rsa, NULL);
  int done = context && EVP_PKEY_encrypt_init(context) == 1 &&
             set_oaep(context) &&
             EVP_PKEY_encrypt(context, to, length, bytes, n) == 1;
  EVP_PKEY_CTX_free(context);
  return done ? 0 : failed(err, "RSA-OAEP");
}

static int prepare_to_decrypt(struct wa_key *key, struct wa_error *err) {
  if(key->decrypting)
    return 0;
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key->rsa, NULL);
  if(context && EVP_PKEY_decrypt_init(context) == 1 && set_oaep(context)) {
    key->decrypting = context;
    return 0;
  }
  EVP_PKEY_CTX_free(context);
  return failed(err, "RSA-OAEP");
}

/* One answer to all that is wrong with the bytes: why they cannot be decrypted
 * would tell a forger about the key. */
int wa_key_decrypt(struct wa_key *key, unsigned char to[WA_KEY_MAX],
                   size_t *length, const void *bytes, size_t n,
                   struct wa_error *err) {
  *length = WA_KEY_MAX;
  if(prepare_to_decrypt(key, err))
    return -1;
  if(EVP_PKEY_decrypt(key->decrypting, to, length, bytes, n) == 1)
    return 0;
  ERR_clear_error();
  return wa_refuse(err, WA_INVALID, "key", "was not encrypted for this key");
}
