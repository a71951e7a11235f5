/* core.private_key, core.public_key, core.new_key: a boxed wa_key. The AES keys
 * that it unwraps stay in boxes, too: core.cipher. */
#include "binding.h"

#include "../engine/cipher.h"
#include "../engine/key.h"

#include <string.h>

#include <openssl/crypto.h>

#define KEY_CLASS "whatsapp.core.key"
#define CIPHER_CLASS "whatsapp.core.cipher"

/* Numbers are no bytes. */
static const char *check_bytes(lua_State *L, int index, size_t *n) {
  luaL_checktype(L, index, LUA_TSTRING);
  return lua_tolstring(L, index, n);
}

static const char *optional_bytes(lua_State *L, int index, size_t *n) {
  *n = 0;
  return lua_isnoneornil(L, index) ? NULL : check_bytes(L, index, n);
}

/* Ciphers ---------------------------------------------------------------------
 */

struct cipher {
  int ready; /* else the key is wiped, or was never had */
  unsigned char key[WA_GCM_KEY];
};

static const unsigned char *check_cipher(lua_State *L, int index) {
  const struct cipher *cipher = luaL_checkudata(L, index, CIPHER_CLASS);
  if(!cipher->ready)
    luaL_error(L, "the cipher is closed");
  return cipher->key;
}

static struct cipher *push_cipher(lua_State *L) {
  struct cipher *cipher = lua_newuserdata(L, sizeof(*cipher));
  memset(cipher, 0, sizeof(*cipher));
  luaL_getmetatable(L, CIPHER_CLASS);
  lua_setmetatable(L, -2);
  return cipher;
}

/* core.cipher() → AES-128-GCM with a key that nobody can guess | nil, error */
static int new_cipher(lua_State *L) {
  struct wa_error err;
  struct cipher *cipher = push_cipher(L);
  if(wa_random(cipher->key, WA_GCM_KEY, &err))
    return lwa_fail(L, &err);
  cipher->ready = 1;
  return 1;
}

static int wipe_cipher(lua_State *L) {
  struct cipher *cipher = luaL_checkudata(L, 1, CIPHER_CLASS);
  OPENSSL_cleanse(cipher->key, sizeof(cipher->key));
  cipher->ready = 0;
  return 0;
}

static const unsigned char *check_iv(lua_State *L, int index) {
  size_t n;
  const char *iv = check_bytes(L, index, &n);
  luaL_argcheck(L, n == WA_GCM_IV, index, "must have 16 bytes");
  return (const unsigned char *)iv;
}

/* cipher:encrypt(iv, data) → ciphertext and tag | nil, error */
static int encrypt(lua_State *L) {
  struct wa_error err;
  size_t n;
  const unsigned char *key = check_cipher(L, 1);
  const unsigned char *iv = check_iv(L, 2);
  const char *data = check_bytes(L, 3, &n);
  luaL_argcheck(L, n <= WA_CODE_MAX, 3, "is longer than 1 GB");
  unsigned char *to = lua_newuserdata(L, n + WA_GCM_TAG);
  if(wa_gcm_encrypt(key, iv, to, data, n, &err))
    return lwa_fail(L, &err);
  lua_pushlstring(L, (const char *)to, n + WA_GCM_TAG);
  return 1;
}

/* cipher:decrypt(iv, data) → plaintext | nil, error of kind `invalid` */
static int decrypt(lua_State *L) {
  struct wa_error err;
  size_t n;
  const unsigned char *key = check_cipher(L, 1);
  const unsigned char *iv = check_iv(L, 2);
  const char *data = check_bytes(L, 3, &n);
  unsigned char *to = lua_newuserdata(L, n + 1);
  if(wa_gcm_decrypt(key, iv, to, data, n, &err))
    return lwa_fail(L, &err);
  lua_pushlstring(L, (const char *)to, n - WA_GCM_TAG);
  return 1;
}

/* Keys ------------------------------------------------------------------------
 */

struct key {
  struct wa_key *key; /* NULL: never made, or collected */
};

static struct key *push_key(lua_State *L) {
  struct key *box = lua_newuserdata(L, sizeof(*box));
  box->key = NULL;
  luaL_getmetatable(L, KEY_CLASS);
  lua_setmetatable(L, -2);
  return box;
}

static struct wa_key *check_key(lua_State *L) {
  const struct key *box = luaL_checkudata(L, 1, KEY_CLASS);
  if(!box->key)
    luaL_error(L, "the key is gone");
  return box->key;
}

/* core.private_key { pem or path, passphrase } → key | nil, error */
static int private_key(lua_State *L) {
  struct wa_error err;
  const char *bad = NULL;
  size_t size, phrase_size = 0;
  luaL_checktype(L, 1, LUA_TTABLE);
  const char *pem = lwa_bytes_field(L, 1, "pem", &size);
  const char *path = lwa_string_field(L, 1, "path", &bad);
  const char *phrase = lwa_bytes_field(L, 1, "passphrase", &phrase_size);
  struct key *box = push_key(L);
  if(bad) {
    wa_refuse(&err, WA_INVALID, "private_key", "has a NUL character");
    return lwa_fail(L, &err);
  }
  luaL_argcheck(L, pem || path, 1, "needs pem or path");
  box->key = pem ? wa_key_private(pem, size, phrase, phrase_size, &err)
                 : wa_key_read(path, phrase, phrase_size, &err);
  return box->key ? 1 : lwa_fail(L, &err);
}

/* core.public_key(pem) → key | nil, error */
static int public_key(lua_State *L) {
  struct wa_error err;
  size_t n;
  const char *pem = check_bytes(L, 1, &n);
  struct key *box = push_key(L);
  box->key = wa_key_public(pem, n, &err);
  return box->key ? 1 : lwa_fail(L, &err);
}

/* core.new_key() → key | nil, error; a tenth of a second and more */
static int new_key(lua_State *L) {
  struct wa_error err;
  struct key *box = push_key(L);
  box->key = wa_key_generate(&err);
  return box->key ? 1 : lwa_fail(L, &err);
}

static int collect_key(lua_State *L) {
  struct key *box = luaL_checkudata(L, 1, KEY_CLASS);
  wa_key_free(box->key);
  box->key = NULL;
  return 0;
}

/* A userdata, so that it is there until the string is, whatever happens. */
static int push_pem(lua_State *L, const struct wa_key *key, int private,
                    const char *phrase, size_t phrase_size) {
  struct wa_error err;
  char *pem = lua_newuserdata(L, WA_PEM_ROOM);
  int rc = private ? wa_key_write_private(key, pem, phrase, phrase_size, &err)
                   : wa_key_write_public(key, pem, &err);
  if(rc)
    return lwa_fail(L, &err);
  lua_pushstring(L, pem);
  OPENSSL_cleanse(pem, WA_PEM_ROOM);
  return 1;
}

/* key:public_pem() → PEM | nil, error */
static int public_pem(lua_State *L) {
  return push_pem(L, check_key(L), 0, NULL, 0);
}

/* key:private_pem([passphrase]) → PEM | nil, error. Only of a private key. */
static int private_pem(lua_State *L) {
  size_t n;
  const struct wa_key *key = check_key(L);
  const char *phrase = optional_bytes(L, 2, &n);
  return push_pem(L, key, 1, phrase, n);
}

/* key:wrap(cipher) → its AES key, encrypted | nil, error */
static int wrap(lua_State *L) {
  struct wa_error err;
  unsigned char to[WA_KEY_MAX];
  size_t n;
  const struct wa_key *key = check_key(L);
  const unsigned char *aes = check_cipher(L, 2);
  if(wa_key_encrypt(key, to, &n, aes, WA_GCM_KEY, &err))
    return lwa_fail(L, &err);
  lua_pushlstring(L, (const char *)to, n);
  return 1;
}

/* key:unwrap(bytes) → cipher | nil, error of kind `invalid` */
static int unwrap(lua_State *L) {
  struct wa_error err;
  unsigned char to[WA_KEY_MAX];
  size_t n, length;
  struct wa_key *key = check_key(L);
  const char *bytes = check_bytes(L, 2, &n);
  struct cipher *cipher = push_cipher(L);
  int rc = wa_key_decrypt(key, to, &length, bytes, n, &err);
  if(!rc && length != WA_GCM_KEY)
    rc = wa_refuse(&err, WA_INVALID, "key", "has %lu bytes, not %d",
                   (unsigned long)length, WA_GCM_KEY);
  if(!rc)
    memcpy(cipher->key, to, WA_GCM_KEY);
  cipher->ready = !rc;
  OPENSSL_cleanse(to, sizeof(to));
  return rc ? lwa_fail(L, &err) : 1;
}

void lwa_open_key(lua_State *L) {
  static const luaL_Reg key_methods[] = {{"public_pem", public_pem},
                                         {"private_pem", private_pem},
                                         {"wrap", wrap},
                                         {"unwrap", unwrap},
                                         {NULL, NULL}};
  static const luaL_Reg key_metamethods[] = {{"__gc", collect_key},
                                             {NULL, NULL}};
  static const luaL_Reg cipher_methods[] = {{"encrypt", encrypt},
                                            {"decrypt", decrypt},
                                            {"close", wipe_cipher},
                                            {NULL, NULL}};
  static const luaL_Reg cipher_metamethods[] = {{"__gc", wipe_cipher},
                                                {NULL, NULL}};
  static const luaL_Reg functions[] = {{"private_key", private_key},
                                       {"public_key", public_key},
                                       {"new_key", new_key},
                                       {"cipher", new_cipher},
                                       {NULL, NULL}};
  lwa_newclass(L, KEY_CLASS, key_methods, key_metamethods);
  lwa_newclass(L, CIPHER_CLASS, cipher_methods, cipher_metamethods);
  lwa_setfuncs(L, functions);
}
