/* A growing byte buffer that never passes its maximum; owned strings. */
#ifndef WA_BUFFER_H
#define WA_BUFFER_H

#include <stddef.h>

#include "error.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

struct wa_buffer {
  char *data;
  size_t length;
  size_t capacity;
  size_t maximum;
};

enum { WA_BUFFER_FULL = -1, WA_BUFFER_NO_MEMORY = -2 };

void wa_buffer_init(struct wa_buffer *buffer, size_t maximum);

/* 0, or one of the two codes above with the buffer as it was. */
int wa_buffer_append(struct wa_buffer *buffer, const char *bytes, size_t n);

/* Empties it and keeps the memory. */
void wa_buffer_clear(struct wa_buffer *buffer);
void wa_buffer_free(struct wa_buffer *buffer);

/* Puts a copy of `from`, to be freed by free(), into `*to`; NULL stays NULL. */
int wa_copy(char **to, const char *from, struct wa_error *err);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
