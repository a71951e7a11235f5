/* core.download { … }: a boxed wa_download. */
#include "binding.h"

#include "../engine/download.h"
#include "../engine/sealed.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define CLASS "whatsapp.core.download"
#define HEAD_MAX 4096

struct box {
  struct wa_download *download; /* NULL: never made, or closed */
};

struct wa_download *lwa_checkdownload(lua_State *L, int index) {
  struct box *box = luaL_checkudata(L, index, CLASS);
  if(!box->download)
    luaL_error(L, "the download is closed");
  return box->download;
}

/* One that no exchange works on. */
static struct wa_download *check_idle(lua_State *L) {
  struct wa_download *download = lwa_checkdownload(L, 1);
  if(wa_download_in_use(download))
    luaL_error(L, "the download is under way");
  return download;
}

static double number_field(lua_State *L, const char *name, double missing) {
  lua_pushstring(L, name);
  lua_rawget(L, 1);
  double number =
      lua_type(L, -1) == LUA_TNUMBER ? (double)lua_tonumber(L, -1) : missing;
  lua_pop(L, 1);
  return number;
}

static void read_config(lua_State *L, struct wa_download_config *config,
                        const char **bad) {
  size_t length;
  memset(config, 0, sizeof(*config));
  config->path = lwa_string_field(L, 1, "path", bad);
  config->temporary = lwa_boolean_field(L, 1, "temporary");
  const char *digest = lwa_bytes_field(L, 1, "sha256", &length);
  if(digest && length != WA_SHA256_SIZE)
    luaL_error(L, "field 'sha256' must have %d bytes", WA_SHA256_SIZE);
  config->sha256 = (const unsigned char *)digest;
  config->size = number_field(L, "size", -1);
  double maximum = number_field(L, "maximum", -1);
  if(!(maximum >= 0 && maximum <= 2147483647))
    luaL_error(L, "field 'maximum' must be 0 to 2147483647 bytes");
  config->maximum = (size_t)maximum;
}

/* core.download { path or temporary, sha256, size, maximum } → download | nil,
 * error. Without path and temporary the bytes stay in memory. */
static int new_download(lua_State *L) {
  struct wa_download_config config;
  struct wa_error err;
  const char *bad = NULL;
  luaL_checktype(L, 1, LUA_TTABLE);
  struct box *box = lua_newuserdata(L, sizeof(*box));
  box->download = NULL;
  luaL_getmetatable(L, CLASS);
  lua_setmetatable(L, -2);
  read_config(L, &config, &bad);
  if(bad) {
    wa_refuse(&err, WA_INVALID, bad, "%s has a NUL character", bad);
    return lwa_fail(L, &err);
  }
  box->download = wa_download_new(&config, &err);
  return box->download ? 1 : lwa_fail(L, &err);
}

/* download:length() → bytes that have come, or nil while more may come */
static int length(lua_State *L) {
  const struct wa_download *download = lwa_checkdownload(L, 1);
  if(wa_download_in_use(download))
    lua_pushnil(L);
  else
    lwa_pushcount(L, wa_download_length(download));
  return 1;
}

/* download:sha256() → 32 bytes, or nil while it is not whole */
static int sha256(lua_State *L) {
  const struct wa_download *download = check_idle(L);
  if(wa_download_is_whole(download))
    lua_pushlstring(L, (const char *)wa_download_sha256(download),
                    WA_SHA256_SIZE);
  else
    lua_pushnil(L);
  return 1;
}

/* download:head(n) → the first bytes of a temporary file, at most 4096 */
static int head(lua_State *L) {
  struct wa_error err;
  char bytes[HEAD_MAX];
  const struct wa_download *download = check_idle(L);
  lua_Integer n = luaL_checkinteger(L, 2);
  luaL_argcheck(L, n >= 0 && n <= HEAD_MAX, 2, "must be from 0 to 4096");
  ssize_t got = pread(wa_download_descriptor(download), bytes, (size_t)n, 0);
  if(got < 0) {
    wa_refuse(&err, WA_IO, "file", "cannot read the temporary file: %s",
              strerror(errno));
    return lwa_fail(L, &err);
  }
  lua_pushlstring(L, bytes, (size_t)got);
  return 1;
}

static const unsigned char *key_field(lua_State *L, const char *name,
                                      size_t size) {
  size_t length = 0;
  const char *bytes = lwa_bytes_field(L, 2, name, &length);
  if(!bytes || length != size)
    luaL_error(L, "field '%s' must have %d bytes", name, (int)size);
  return (const unsigned char *)bytes;
}

/* download:unseal { path, key, iv, hmac_key, sha256 } → true | nil, error.
 * Decrypts a temporary file of a Flow's picker into another one. */
static int unseal(lua_State *L) {
  struct wa_error err;
  struct wa_sealed sealed;
  struct wa_file file;
  const char *bad = NULL;
  const struct wa_download *download = check_idle(L);
  luaL_checktype(L, 2, LUA_TTABLE);
  sealed.key = key_field(L, "key", WA_CBC_KEY);
  sealed.iv = key_field(L, "iv", WA_CBC_IV);
  sealed.hmac_key = lwa_bytes_field(L, 2, "hmac_key", &sealed.hmac_key_size);
  sealed.sha256 = key_field(L, "sha256", WA_SHA256_SIZE);
  const char *path = lwa_string_field(L, 2, "path", &bad);
  if(!sealed.hmac_key || !path)
    return luaL_error(L, "field '%s' is missing", path ? "hmac_key" : "path");
  if(bad) {
    wa_refuse(&err, WA_INVALID, bad, "%s has a NUL character", bad);
    return lwa_fail(L, &err);
  }
  wa_file_init(&file);
  int rc = wa_file_set(&file, path, &err) ||
           wa_sealed_open(&sealed, wa_download_descriptor(download),
                          wa_download_length(download), &file, &err);
  wa_file_free(&file);
  if(rc)
    return lwa_fail(L, &err);
  lua_pushboolean(L, 1);
  return 1;
}

static int close_download(lua_State *L) {
  struct box *box = luaL_checkudata(L, 1, CLASS);
  wa_download_unref(box->download);
  box->download = NULL;
  return 0;
}

void lwa_open_download(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"length", length}, {"sha256", sha256},        {"head", head},
      {"unseal", unseal}, {"close", close_download}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", close_download},
                                         {NULL, NULL}};
  lwa_newclass(L, CLASS, methods, metamethods);
  lua_pushcfunction(L, new_download);
  lua_setfield(L, -2, "download");
}
