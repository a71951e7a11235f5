#include "buffer.h"

#include <stdlib.h>
#include <string.h>

void wa_buffer_init(struct wa_buffer *buffer, size_t maximum) {
  buffer->data = NULL;
  buffer->length = 0;
  buffer->capacity = 0;
  buffer->maximum = maximum;
}

static int grow(struct wa_buffer *buffer, size_t needed) {
  size_t capacity = buffer->capacity ? buffer->capacity : 1024;
  while(capacity < needed)
    capacity = capacity > (size_t)-1 / 2 ? needed : capacity * 2;
  if(capacity > buffer->maximum)
    capacity = buffer->maximum;
  char *data = realloc(buffer->data, capacity);
  if(!data)
    return WA_BUFFER_NO_MEMORY;
  buffer->data = data;
  buffer->capacity = capacity;
  return 0;
}

int wa_buffer_append(struct wa_buffer *buffer, const char *bytes, size_t n) {
  if(n > buffer->maximum - buffer->length)
    return WA_BUFFER_FULL;
  if(n > buffer->capacity - buffer->length) {
    int rc = grow(buffer, buffer->length + n);
    if(rc)
      return rc;
  }
  if(n)
    memcpy(buffer->data + buffer->length, bytes, n);
  buffer->length += n;
  return 0;
}

void wa_buffer_clear(struct wa_buffer *buffer) { buffer->length = 0; }

void wa_buffer_free(struct wa_buffer *buffer) {
  free(buffer->data);
  wa_buffer_init(buffer, buffer->maximum);
}

int wa_copy(char **to, const char *from, struct wa_error *err) {
  *to = NULL;
  if(!from)
    return 0;
  size_t size = strlen(from) + 1;
  *to = malloc(size);
  if(!*to)
    return wa_out_of_memory(err);
  memcpy(*to, from, size);
  return 0;
}
