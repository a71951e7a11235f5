/* JSON for what comes and goes most: what lua/whatsapp/json.lua would make of
 * it, sooner. What is rare, or wrong, is left to it. */
#include "binding.h"

#include <stdio.h>
#include <string.h>

#include "../engine/buffer.h"

#define CLASS "whatsapp.core.json"

#define DEPTH_MAX 16
#define FIELDS_MAX 64
#define TEXT_MAX (64 * 1024) /* of JSON written, and of one string read */

/* Encoding --------------------------------------------------------------------
 */

/* All that writes returns whether it could. */
static int put(struct wa_buffer *out, const char *bytes, size_t n) {
  if(n >= out->capacity - out->length)
    return wa_buffer_append(out, bytes, n) == 0;
  memcpy(out->data + out->length, bytes, n);
  out->length += n;
  return 1;
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

/* Small letters first: most of a text is of them. */
static int is_plain(unsigned char c) {
  return c > '\\' ? c < 0x7f : c >= 0x20 && c != '"' && c != '\\';
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

/* The buffer that both directions work in. */
static struct wa_buffer *scratch(lua_State *L) {
  struct wa_buffer *buffer = lua_touserdata(L, lua_upvalueindex(1));
  wa_buffer_clear(buffer);
  return buffer;
}

/* core.encode(value) → JSON in UTF-8, or nil where json.lua must look at it */
static int encode(lua_State *L) {
  struct wa_buffer *out = scratch(L);
  lua_settop(L, 1);
  if(put_value(L, 1, out, 0))
    lua_pushlstring(L, out->data, out->length);
  else
    lua_pushnil(L);
  return 1;
}

/* Decoding --------------------------------------------------------------------
 */

#define DIGITS_MAX 14 /* longer numbers are ids, and become strings */

struct input {
  const char *at;
  const char *end;
  struct wa_buffer *text; /* of a string with escapes */
};

/* All that reads returns whether it could, with the value on the stack. */
static int get_value(lua_State *L, struct input *in, int depth);

/* The next byte behind white space, or 0 at the end. */
static char peek(struct input *in) {
  while(in->at < in->end && (*in->at == ' ' || *in->at == '\n' ||
                             *in->at == '\t' || *in->at == '\r'))
    in->at++;
  return in->at < in->end ? *in->at : '\0';
}

static int take(struct input *in, char wanted) {
  if(peek(in) != wanted)
    return 0;
  in->at++;
  return 1;
}

/* To the quote or the backslash that ends a run of plain bytes. */
static const char *run_end(const struct input *in) {
  const char *p = in->at;
  while(p < in->end &&
        (is_plain((unsigned char)*p) || (unsigned char)*p >= 0x7f))
    p++;
  return p;
}

/* Four hexadecimal digits, or -1. */
static long hex4(struct input *in) {
  long value = 0;
  if(in->end - in->at < 4)
    return -1;
  for(int i = 0; i < 4; i++) {
    char c = *in->at++;
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if(digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* \uXXXX, and the second of a pair, as UTF-8. What is no character is left to
 * json.lua. */
static int get_codepoint(struct input *in) {
  long point = hex4(in);
  if(point >= 0xd800 && point <= 0xdbff) {
    if(in->end - in->at < 2 || in->at[0] != '\\' || in->at[1] != 'u')
      return 0;
    in->at += 2;
    long second = hex4(in);
    if(second < 0xdc00 || second > 0xdfff)
      return 0;
    point = 0x10000 + ((point - 0xd800) << 10) + (second - 0xdc00);
  } else if(point <= 0 || (point >= 0xdc00 && point <= 0xdfff))
    return 0;
  char text[4];
  size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  static const int lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for(size_t i = n - 1; i > 0; i--) {
    text[i] = (char)(0x80 | (point & 0x3f));
    point >>= 6;
  }
  text[0] = (char)(lead[n] | point);
  return put(in->text, text, n);
}

/* What a backslash stands before. */
static int unescape(struct input *in) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if(in->at == in->end || !*in->at)
    return 0;
  char c = *in->at++;
  if(c == 'u')
    return get_codepoint(in);
  const char *found = strchr(from, c);
  return found && put(in->text, &to[found - from], 1);
}

static int get_string(lua_State *L, struct input *in) {
  if(!take(in, '"'))
    return 0;
  wa_buffer_clear(in->text);
  for(;;) {
    const char *run = in->at, *end = run_end(in);
    size_t n = (size_t)(end - run);
    if(end == in->end || (*end != '"' && *end != '\\'))
      return 0;
    in->at = end + 1;
    if(*end == '"' && !in->text->length) {
      lua_pushlstring(L, run, n);
      return 1;
    }
    if(!put(in->text, run, n))
      return 0;
    if(*end == '"') {
      lua_pushlstring(L, in->text->data, in->text->length);
      return 1;
    }
    if(!unescape(in))
      return 0;
  }
}

static int is_digit(const struct input *in) {
  return in->at < in->end && *in->at >= '0' && *in->at <= '9';
}

static int get_number(lua_State *L, struct input *in) {
  long long number = 0;
  int digits = 0, negative = *in->at == '-';
  in->at += negative;
  for(; is_digit(in) && digits <= DIGITS_MAX; digits++) {
    if(digits == 1 && number == 0)
      return 0; /* 01 */
    number = number * 10 + (*in->at++ - '0');
  }
  char next = in->at < in->end ? *in->at : '\0';
  if(!digits || digits > DIGITS_MAX || next == '.' || next == 'e' ||
     next == 'E' || (negative && number == 0))
    return 0;
  lwa_pushcount(L, negative ? -number : number);
  return 1;
}

static int get_word(lua_State *L, struct input *in) {
  size_t left = (size_t)(in->end - in->at);
  int value = *in->at == 't';
  size_t length = value ? 4 : 5;
  if(left < length || memcmp(in->at, value ? "true" : "false", length) != 0)
    return 0;
  in->at += length;
  lua_pushboolean(L, value);
  return 1;
}

static int get_array(lua_State *L, struct input *in, int depth) {
  int n = 0;
  in->at++;
  lua_createtable(L, 1, 0); /* most have one */
  if(take(in, ']'))
    return 1;
  do {
    if(!get_value(L, in, depth))
      return 0;
    lua_rawseti(L, -2, ++n);
  } while(take(in, ','));
  return take(in, ']');
}

/* A number under such a name becomes a string. */
static int is_id(lua_State *L, int index) {
  size_t length;
  const char *name = lua_tolstring(L, index, &length);
  return (length == 2 && !memcmp(name, "id", 2)) ||
         (length >= 3 && !memcmp(name + length - 3, "_id", 3));
}

static int get_object(lua_State *L, struct input *in, int depth) {
  in->at++;
  lua_createtable(L, 0, 4); /* most have two to four */
  if(take(in, '}'))
    return 1;
  do {
    if(peek(in) != '"' || !get_string(L, in) || !take(in, ':') ||
       !get_value(L, in, depth) ||
       (lua_type(L, -1) == LUA_TNUMBER && is_id(L, -2)))
      return 0;
    lua_rawset(L, -3);
  } while(take(in, ','));
  return take(in, '}');
}

static int get_value(lua_State *L, struct input *in, int depth) {
  switch(peek(in)) {
  case '{': return depth < DEPTH_MAX && get_object(L, in, depth + 1);
  case '[': return depth < DEPTH_MAX && get_array(L, in, depth + 1);
  case '"': return get_string(L, in);
  case 't':
  case 'f': return get_word(L, in);
  case '-':
  case '0':
  case '1':
  case '2':
  case '3':
  case '4':
  case '5':
  case '6':
  case '7':
  case '8':
  case '9': return get_number(L, in);
  default: return 0; /* null too: json.lua has two answers then */
  }
}

/* core.decode(text) → the object or array, or nil where json.lua must look */
static int decode(lua_State *L) {
  size_t length;
  struct input in;
  in.at = luaL_checklstring(L, 1, &length);
  in.end = in.at + length;
  in.text = scratch(L);
  lua_settop(L, 1);
  luaL_checkstack(L, 3 * DEPTH_MAX + 8, NULL);
  char first = peek(&in);
  if((first != '{' && first != '[') || !get_value(L, &in, 0) || peek(&in) ||
     in.at != in.end)
    lua_pushnil(L);
  return 1;
}

/* Opening ---------------------------------------------------------------------
 */

/* From then on nothing fits, and all is left to json.lua. */
static int collect(lua_State *L) {
  struct wa_buffer *buffer = luaL_checkudata(L, 1, CLASS);
  wa_buffer_free(buffer);
  buffer->maximum = 0;
  return 0;
}

void lwa_open_json(lua_State *L) {
  static const luaL_Reg methods[] = {{NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};
  lwa_newclass(L, CLASS, methods, metamethods);
  struct wa_buffer *buffer = lua_newuserdata(L, sizeof(*buffer));
  wa_buffer_init(buffer, TEXT_MAX);
  luaL_getmetatable(L, CLASS);
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_pushcclosure(L, encode, 1);
  lua_setfield(L, -3, "encode");
  lua_pushcclosure(L, decode, 1);
  lua_setfield(L, -2, "decode");
}
