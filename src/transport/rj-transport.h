/* A bounded pool of threads for peers: each thread runs one main context, which is its thread-default one, and
 * serves many peers. Made, stopped and freed by one thread; the other functions from any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RjTransport RjTransport;

#define RJ_TRANSPORT_MAX_THREADS 64

/* @n_threads: 1 to RJ_TRANSPORT_MAX_THREADS. Returns: (transfer full): running */
RjTransport *rj_transport_new (guint n_threads);
/* Stops it first. */
void rj_transport_free (RjTransport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjTransport, rj_transport_free)

/* Returns: (transfer none): the contexts in turn; valid until the pool is freed */
GMainContext *rj_transport_next_context (RjTransport *self);

typedef void (*RjTransportFunc) (gpointer user_data);

/* Runs @func in the thread of @context, later, in the order of the calls. What was not run when the pool is
 * stopped is freed unrun. @free_data: (nullable) */
void rj_transport_post (GMainContext *context,
                        RjTransportFunc func,
                        gpointer user_data,
                        GDestroyNotify free_data);

/* Runs @func in the thread of @context and returns when it is done. Only from a thread outside the pool, only
 * while the pool runs, and never from a thread that the pool's threads may wait for. */
void rj_transport_call (GMainContext *context, RjTransportFunc func, gpointer user_data);

/* Lets each thread finish what is ready (the ends of peers closed before), then joins it. Peers must be closed
 * before. */
void rj_transport_stop (RjTransport *self);

G_END_DECLS
