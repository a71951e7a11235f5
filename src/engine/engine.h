/* The curl_multi and its queue, stepped by the caller. */
#ifndef WA_ENGINE_H
#define WA_ENGINE_H

#include <sys/types.h>

#include "exchange.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Once per process, before anything else: initialises libcurl and refuses
 * libraries that cannot work together. */
int wa_engine_prepare(struct wa_error *err);

/* The process we are in; a forked child has another. */
pid_t wa_process(void);

struct wa_engine *wa_engine_new(struct wa_error *err);

/* Cancels whatever is under way. In a forked child the sockets are still the
 * parent's, so nothing is touched there. */
void wa_engine_free(struct wa_engine *engine);

/* Whether this process made the engine. */
int wa_engine_is_ours(const struct wa_engine *engine);

/* Queues the exchange; the engine holds a reference until it was drained. */
int wa_engine_submit(struct wa_engine *engine, struct wa_exchange *exchange,
                     struct wa_error *err);

/* Ends it as cancelled, or does nothing when it is done already. */
void wa_engine_cancel(struct wa_engine *engine, struct wa_exchange *exchange);

/* Moves bytes; waits up to `timeout_ms`, at most 200, when nothing is done. */
int wa_engine_step(struct wa_engine *engine, int timeout_ms,
                   struct wa_error *err);

/* The id of an exchange that is done and was not reported yet, or 0. */
unsigned long long wa_engine_drain(struct wa_engine *engine);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
