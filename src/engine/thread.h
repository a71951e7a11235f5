/* The engine in a thread of its own, for programs whose loop is somebody
 * else's: one per process, shared by all who hold a port of it. */
#ifndef WA_THREAD_H
#define WA_THREAD_H

#include "engine.h"

#if defined(__GNUC__)
#pragma GCC visibility push(hidden)
#endif

/* Where one Lua state hands exchanges in and gets them back. All functions are
 * called by the thread that made the port. */
struct wa_port;

/* The first port of a process starts the thread. */
struct wa_port *wa_port_new(struct wa_error *err);

/* Cancels what is under way and waits for its end; the last port of a process
 * stops the thread and joins it. Does nothing in a forked child. */
void wa_port_free(struct wa_port *port);

int wa_port_is_ours(const struct wa_port *port);

int wa_port_submit(struct wa_port *port, struct wa_exchange *exchange,
                   struct wa_error *err);
void wa_port_cancel(struct wa_port *port, struct wa_exchange *exchange);

/* An exchange that is done, with the engine's reference, or NULL. */
struct wa_exchange *wa_port_take(struct wa_port *port);

/* A descriptor that can be read from when something is done: for loops that
 * watch descriptors. -1 with `err`. */
int wa_port_descriptor(struct wa_port *port, struct wa_error *err);

/* Takes what can be read from it; then drain until NULL. */
void wa_port_clear(struct wa_port *port);

/* The same as a private unix socket, for loops that only connect: listen, have
 * it connected to from this very process, then accept. */
const char *wa_port_listen(struct wa_port *port, struct wa_error *err);
int wa_port_accept(struct wa_port *port, struct wa_error *err);

/* Whether somebody still holds the other end. */
int wa_port_connected(struct wa_port *port);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif
#endif
