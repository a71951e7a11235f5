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

/* Queues the exchange and takes over a reference of the caller's, until it is
 * taken back when done. */
int wa_engine_submit(struct wa_engine *engine, struct wa_exchange *exchange,
                     struct wa_error *err);

/* Ends it as cancelled, or does nothing when it is done already. */
void wa_engine_cancel(struct wa_engine *engine, struct wa_exchange *exchange);

/* Ends all of whose slot `unwanted` says so. */
void wa_engine_sweep(struct wa_engine *engine,
                     int (*unwanted)(const struct wa_slot *slot));

/* Moves bytes; waits up to `timeout_ms` when nothing is done. */
int wa_engine_step(struct wa_engine *engine, int timeout_ms,
                   struct wa_error *err);

/* Ends the wait of a step that another thread is in. */
void wa_engine_wake(struct wa_engine *engine);

/* How many are under way or waiting. */
size_t wa_engine_load(const struct wa_engine *engine);

/* An exchange that is done and was not taken yet, or NULL. The engine's
 * reference is the caller's then. */
struct wa_exchange *wa_engine_take(struct wa_engine *engine);

/* Lists of slots, for those who keep exchanges in order. */
void wa_list_init(struct wa_link *list);
int wa_list_empty(const struct wa_link *list);
void wa_list_append(struct wa_link *list, struct wa_slot *slot);
void wa_list_remove(struct wa_slot *slot);
struct wa_slot *wa_list_first(struct wa_link *list);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
