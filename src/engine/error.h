/* What can go wrong below Lua: a closed list that callers can switch on. */
#ifndef WA_ERROR_H
#define WA_ERROR_H

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

enum wa_kind {
  WA_OK = 0,
  WA_CONFIG,  /* a session that cannot work */
  WA_INVALID, /* a request that must not be sent */
  WA_NETWORK, /* no connection, or it was lost */
  WA_TIMEOUT,
  WA_TLS,
  WA_PROTOCOL, /* an answer that is not what HTTP or we allow */
  WA_IO,       /* a local file */
  WA_STATE,    /* closed, of another process, out of memory */
  WA_BUSY,     /* the queue is full */
  WA_CANCELLED
};

enum wa_outcome {
  WA_NOT_SENT = 0, /* the server cannot have acted on it */
  WA_REJECTED,     /* the server said no */
  WA_UNKNOWN       /* it may have happened */
};

struct wa_error {
  enum wa_kind kind;
  enum wa_outcome outcome;
  const char *field; /* a static name of the offending input, or NULL */
  char message[256];
};

#if defined(__GNUC__)
#define WA_PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define WA_PRINTF(a, b)
#endif

/* Fills `err` (with `field` NULL) and returns -1, so that a failing function
 * can end with `return wa_fail(...)`. Control characters become spaces. */
int wa_fail(struct wa_error *err, enum wa_kind kind, enum wa_outcome outcome,
            const char *format, ...) WA_PRINTF(4, 5);

/* The same for an input named `field`; nothing was sent. */
int wa_refuse(struct wa_error *err, enum wa_kind kind, const char *field,
              const char *format, ...) WA_PRINTF(4, 5);

int wa_out_of_memory(struct wa_error *err);

const char *wa_kind_name(enum wa_kind kind);
const char *wa_outcome_name(enum wa_outcome outcome);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
