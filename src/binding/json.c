/* JSON for what is sent most: the bytes that lua/whatsapp/json.lua would write,
 * sooner. What is rare, or wrong, is left to it. */
#include "binding.h"

#include <stdio.h>
#include <string.h>

#include "../engine/buffer.h"

#define CLASS "whatsapp.core.encoder"

#define DEPTH_MAX 16
#define FIELDS_MAX 64
#define TEXT_MAX (1024 * 1024)
#define KEEP_MAX (64 * 1024) /* between calls */

/* All that writes returns whether it could. */
static int put(struct wa_buffer *out, const char *bytes, size_t n) {
  return wa_buffer_append(out, bytes, n) == 0;
}

/* Bytes of the UTF-8 sequence that begins here (Unicode, table 3-7), or 0. */
static size_t sequence(const unsigned char *p, const unsigned char *end) {
  size_t size = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;
  unsigned char low = 0x80, high = 0xbf;
  if(*p < 0xc2 || *p > 0xf4 || (size_t)(end - p) < size)
    return 0;
  switch(*p) {
  case 0xe0: low = 0xa0; break;
  case 0xed: high = 0x9f; break;
  case 0xf0: low = 0x90; break;
  case 0xf4: high = 0x8f; break;
  default: break;
  }
  if(p[1] < low || p[1] > high)
    return 0;
  for(size_t i = 2; i < size; i++) {
    if((p[i] & 0xc0) != 0x80)
      return 0;
  }
  return size;
}

static int put_escape(struct wa_buffer *out, unsigned char c) {
  static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
  char text[8];
  const char *found = c ? strchr(from, c) : NULL;
  int n = found ? snprintf(text, sizeof(text), "\\%c", to[found - from])
                : snprintf(text, sizeof(text), "\\u%04x", c);
  return put(out, text, (size_t)n);
}

static int is_plain(unsigned char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

static int put_string(struct wa_buffer *out, const char *text, size_t length) {
  const unsigned char *p = (const unsigned char *)text, *end = p + length;
  if(!put(out, "\"", 1))
    return 0;
  while(p < end) {
    const unsigned char *run = p;
    size_t size = 1;
    while(p < end && size) {
      size = is_plain(*p) ? 1 : *p < 0x80 ? 0 : sequence(p, end);
      p += size;
    }
    if(p > run && !put(out, (const char *)run, (size_t)(p - run)))
      return 0;
    if(p < end && (*p >= 0x80 || !put_escape(out, *p++)))
      return 0;
  }
  return put(out, "\"", 1);
}

static int put_number(struct wa_buffer *out, double number) {
  char text[24];
  if(!(number > -1e15 && number < 1e15) || (double)(long long)number != number)
    return 0;
  int n = snprintf(text, sizeof(text), "%lld", (long long)number);
  return put(out, text, (size_t)n);
}

static int put_value(lua_State *L, int index, struct wa_buffer *out, int depth);

static int put_array(lua_State *L, int index, struct wa_buffer *out,
                     int depth) {
  size_t n = lwa_rawlen(L, index), keys = 0;
  for(lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
    keys++;
  if(keys != n || !put(out, "[", 1))
    return 0;
  for(size_t i = 1; i <= n; i++) {
    if(i > 1 && !put(out, ",", 1))
      return 0;
    lua_rawgeti(L, index, (int)i);
    if(!put_value(L, lua_gettop(L), out, depth))
      return 0;
    lua_pop(L, 1);
  }
  return put(out, "]", 1);
}

struct field {
  const char *name;
  size_t length;
  int value; /* its place on the stack */
};

static int comes_before(const struct field *a, const struct field *b) {
  size_t shorter = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->name, b->name, shorter);
  return order < 0 || (order == 0 && a->length < b->length);
}

/* Leaves the fields on the stack, names and values in turn, and lists them in
 * order; their count, or -1. */
static int sorted_fields(lua_State *L, int index, struct field *fields) {
  int count = 0;
  lua_pushnil(L);
  while(lua_next(L, index)) {
    struct field field;
    if(count == FIELDS_MAX || lua_type(L, -2) != LUA_TSTRING)
      return -1;
    field.name = lua_tolstring(L, -2, &field.length);
    field.value = lua_gettop(L);
    int at = count++;
    for(; at > 0 && comes_before(&field, &fields[at - 1]); at--)
      fields[at] = fields[at - 1];
    fields[at] = field;
    lua_pushvalue(L, -2); /* the name, for lua_next */
  }
  return count;
}

static int put_object(lua_State *L, int index, struct wa_buffer *out,
                      int depth) {
  struct field fields[FIELDS_MAX];
  int top = lua_gettop(L);
  int count = sorted_fields(L, index, fields);
  if(count < 0 || !put(out, "{", 1))
    return 0;
  for(int i = 0; i < count; i++) {
    if((i > 0 && !put(out, ",", 1)) ||
       !put_string(out, fields[i].name, fields[i].length) ||
       !put(out, ":", 1) || !put_value(L, fields[i].value, out, depth))
      return 0;
  }
  lua_settop(L, top);
  return put(out, "}", 1);
}

/* A metatable may say that an empty table is an array. */
static int put_table(lua_State *L, int index, struct wa_buffer *out,
                     int depth) {
  if(depth == DEPTH_MAX || !lua_checkstack(L, 2 * FIELDS_MAX + 8) ||
     lua_getmetatable(L, index))
    return 0;
  lua_rawgeti(L, index, 1);
  int is_array = !lua_isnil(L, -1);
  lua_pop(L, 1);
  return is_array ? put_array(L, index, out, depth + 1)
                  : put_object(L, index, out, depth + 1);
}

static int put_value(lua_State *L, int index, struct wa_buffer *out,
                     int depth) {
  size_t length;
  switch(lua_type(L, index)) {
  case LUA_TSTRING: {
    const char *text = lua_tolstring(L, index, &length);
    return put_string(out, text, length);
  }
  case LUA_TTABLE: return put_table(L, index, out, depth);
  case LUA_TNUMBER: return put_number(out, (double)lua_tonumber(L, index));
  case LUA_TBOOLEAN:
    return lua_toboolean(L, index) ? put(out, "true", 4) : put(out, "false", 5);
  case LUA_TLIGHTUSERDATA: /* lua-cjson's null */
    return !lua_touserdata(L, index) && put(out, "null", 4);
  default: return 0;
  }
}

/* core.encode(value) → JSON in UTF-8, or nil where json.lua must look at it */
static int encode(lua_State *L) {
  struct wa_buffer *out = lua_touserdata(L, lua_upvalueindex(1));
  lua_settop(L, 1);
  wa_buffer_clear(out);
  if(put_value(L, 1, out, 0))
    lua_pushlstring(L, out->data, out->length);
  else
    lua_pushnil(L);
  if(out->capacity > KEEP_MAX)
    wa_buffer_free(out);
  return 1;
}

/* From then on nothing fits, and all is left to json.lua. */
static int collect(lua_State *L) {
  struct wa_buffer *out = luaL_checkudata(L, 1, CLASS);
  wa_buffer_free(out);
  out->maximum = 0;
  return 0;
}

void lwa_open_json(lua_State *L) {
  static const luaL_Reg methods[] = {{NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};
  lwa_newclass(L, CLASS, methods, metamethods);
  struct wa_buffer *out = lua_newuserdata(L, sizeof(*out));
  wa_buffer_init(out, TEXT_MAX);
  luaL_getmetatable(L, CLASS);
  lua_setmetatable(L, -2);
  lua_pushcclosure(L, encode, 1);
  lua_setfield(L, -2, "encode");
}
