/* Digests and codes: strings of bytes in, strings of bytes out. */
#include "binding.h"

#include "../engine/crypto.h"

/* Numbers are no bytes. */
static const char *check_bytes(lua_State *L, int index, size_t *n) {
  luaL_checktype(L, index, LUA_TSTRING);
  return lua_tolstring(L, index, n);
}

/* core.sha256(data) → 32 bytes | nil, error */
static int sha256(lua_State *L) {
  struct wa_error err;
  unsigned char digest[WA_SHA256_SIZE];
  size_t n;
  const char *data = check_bytes(L, 1, &n);
  if(wa_sha256(data, n, digest, &err))
    return lwa_fail(L, &err);
  lua_pushlstring(L, (const char *)digest, sizeof(digest));
  return 1;
}

#define DIGEST_CLASS "whatsapp.core.digest"

/* core.digest() → a SHA-256 of what comes in pieces */
static int new_digest(lua_State *L) {
  struct wa_error err;
  struct wa_sha256 *hash = lua_newuserdata(L, sizeof(*hash));
  hash->context = NULL;
  luaL_getmetatable(L, DIGEST_CLASS);
  lua_setmetatable(L, -2);
  return wa_sha256_init(hash, &err) ? lwa_fail(L, &err) : 1;
}

/* digest:update(data) → true | nil, error */
static int update_digest(lua_State *L) {
  struct wa_error err;
  size_t n;
  struct wa_sha256 *hash = luaL_checkudata(L, 1, DIGEST_CLASS);
  const char *data = check_bytes(L, 2, &n);
  if(wa_sha256_update(hash, data, n, &err))
    return lwa_fail(L, &err);
  lua_pushboolean(L, 1);
  return 1;
}

/* digest:final() → 32 bytes | nil, error; once */
static int final_digest(lua_State *L) {
  struct wa_error err;
  unsigned char digest[WA_SHA256_SIZE];
  if(wa_sha256_final(luaL_checkudata(L, 1, DIGEST_CLASS), digest, &err))
    return lwa_fail(L, &err);
  lua_pushlstring(L, (const char *)digest, sizeof(digest));
  return 1;
}

static int collect_digest(lua_State *L) {
  wa_sha256_free(luaL_checkudata(L, 1, DIGEST_CLASS));
  return 0;
}

/* core.hmac_sha256(key, data) → 32 bytes | nil, error */
static int hmac_sha256(lua_State *L) {
  struct wa_error err;
  unsigned char digest[WA_SHA256_SIZE];
  size_t key_size, n;
  const char *key = check_bytes(L, 1, &key_size);
  const char *data = check_bytes(L, 2, &n);
  if(wa_hmac_sha256(key, key_size, data, n, digest, &err))
    return lwa_fail(L, &err);
  lua_pushlstring(L, (const char *)digest, sizeof(digest));
  return 1;
}

/* core.equal(a, b) → whether both are the same bytes; the time it takes does
 * not tell where they differ */
static int equal(lua_State *L) {
  size_t a_size, b_size;
  const char *a = check_bytes(L, 1, &a_size);
  const char *b = check_bytes(L, 2, &b_size);
  lua_pushboolean(L, wa_equal(a, a_size, b, b_size));
  return 1;
}

/* core.base64(data) → text | nil, error (over 1 GB) */
static int base64(lua_State *L) {
  struct wa_error err;
  size_t n, length;
  const char *data = check_bytes(L, 1, &n);
  char *to = lua_newuserdata(L, WA_BASE64_SIZE(n <= WA_CODE_MAX ? n : 0));
  if(wa_base64(to, &length, data, n, &err))
    return lwa_fail(L, &err);
  lua_pushlstring(L, to, length);
  return 1;
}

/* core.unbase64(text) → data | nil, error. Strict: padded, no line breaks. */
static int unbase64(lua_State *L) {
  struct wa_error err;
  size_t n, length;
  const char *text = check_bytes(L, 1, &n);
  unsigned char *to = lua_newuserdata(L, WA_UNBASE64_SIZE(n) + 1);
  if(wa_unbase64(to, &length, text, n, &err))
    return lwa_fail(L, &err);
  lua_pushlstring(L, (const char *)to, length);
  return 1;
}

/* core.hex(data) → two lower-case digits a byte */
static int hex(lua_State *L) {
  size_t n;
  char digits[2 * WA_SHA256_SIZE];
  const char *data = check_bytes(L, 1, &n);
  luaL_argcheck(L, n <= WA_CODE_MAX, 1, "is longer than 1 GB");
  char *to = n <= WA_SHA256_SIZE ? digits : lua_newuserdata(L, 2 * n);
  wa_hex(to, data, n);
  lua_pushlstring(L, to, 2 * n);
  return 1;
}

/* core.unhex(text) → data | nil, error */
static int unhex(lua_State *L) {
  struct wa_error err;
  unsigned char digest[WA_SHA256_SIZE];
  size_t n;
  const char *text = check_bytes(L, 1, &n);
  unsigned char *to =
      n <= 2 * WA_SHA256_SIZE ? digest : lua_newuserdata(L, n / 2);
  if(wa_unhex(to, text, n, &err))
    return lwa_fail(L, &err);
  lua_pushlstring(L, (const char *)to, n / 2);
  return 1;
}

/* core.random() → a number in [0, 1). Lua's own starts the same in every worker
 * of a server, and its seed belongs to the program. */
static int random_number(lua_State *L) {
  struct wa_error err;
  unsigned char bytes[4];
  if(wa_random(bytes, sizeof(bytes), &err))
    return luaL_error(L, "whatsapp: %s", err.message);
  unsigned long n = (unsigned long)bytes[0] << 24 |
                    (unsigned long)bytes[1] << 16 |
                    (unsigned long)bytes[2] << 8 | bytes[3];
  lua_pushnumber(L, (lua_Number)n / 4294967296.0);
  return 1;
}

#define RANDOM_MAX 1024

/* core.random_bytes(n) → n bytes that nobody can guess; at most 1024 */
static int random_bytes(lua_State *L) {
  struct wa_error err;
  unsigned char bytes[RANDOM_MAX];
  lua_Integer n = luaL_checkinteger(L, 1);
  luaL_argcheck(L, n >= 0 && n <= RANDOM_MAX, 1, "must be from 0 to 1024");
  if(wa_random(bytes, (size_t)n, &err))
    return luaL_error(L, "whatsapp: %s", err.message);
  lua_pushlstring(L, (const char *)bytes, (size_t)n);
  return 1;
}

void lwa_open_crypto(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"update", update_digest}, {"final", final_digest}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", collect_digest},
                                         {NULL, NULL}};
  static const luaL_Reg functions[] = {{"sha256", sha256},
                                       {"digest", new_digest},
                                       {"hmac_sha256", hmac_sha256},
                                       {"equal", equal},
                                       {"base64", base64},
                                       {"unbase64", unbase64},
                                       {"hex", hex},
                                       {"unhex", unhex},
                                       {"random", random_number},
                                       {"random_bytes", random_bytes},
                                       {NULL, NULL}};
  lwa_newclass(L, DIGEST_CLASS, methods, metamethods);
  lwa_setfuncs(L, functions);
}
