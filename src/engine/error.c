#include "error.h"

#include <stdarg.h>
#include <stdio.h>

static void fill(struct wa_error *err, enum wa_kind kind,
                 enum wa_outcome outcome, const char *field, const char *format,
                 va_list args) WA_PRINTF(5, 0);

static void fill(struct wa_error *err, enum wa_kind kind,
                 enum wa_outcome outcome, const char *field, const char *format,
                 va_list args) {
  err->kind = kind;
  err->outcome = outcome;
  err->field = field;
  vsnprintf(err->message, sizeof(err->message), format, args);
  for(char *p = err->message; *p; p++) {
    if((unsigned char)*p < 0x20 || *p == 0x7f)
      *p = ' ';
  }
}

int wa_fail(struct wa_error *err, enum wa_kind kind, enum wa_outcome outcome,
            const char *format, ...) {
  va_list args;
  va_start(args, format);
  fill(err, kind, outcome, NULL, format, args);
  va_end(args);
  return -1;
}

int wa_refuse(struct wa_error *err, enum wa_kind kind, const char *field,
              const char *format, ...) {
  va_list args;
  va_start(args, format);
  fill(err, kind, WA_NOT_SENT, field, format, args);
  va_end(args);
  return -1;
}

int wa_out_of_memory(struct wa_error *err) {
  return wa_fail(err, WA_STATE, WA_NOT_SENT, "out of memory");
}

const char *wa_kind_name(enum wa_kind kind) {
  switch(kind) {
  case WA_OK: return "ok";
  case WA_CONFIG: return "config";
  case WA_INVALID: return "invalid";
  case WA_NETWORK: return "network";
  case WA_TIMEOUT: return "timeout";
  case WA_TLS: return "tls";
  case WA_PROTOCOL: return "protocol";
  case WA_IO: return "io";
  case WA_STATE: return "state";
  case WA_BUSY: return "busy";
  case WA_CANCELLED: return "cancelled";
  }
  return "state";
}

const char *wa_outcome_name(enum wa_outcome outcome) {
  switch(outcome) {
  case WA_NOT_SENT: return "not_sent";
  case WA_REJECTED: return "rejected";
  case WA_UNKNOWN: return "unknown";
  }
  return "unknown";
}
