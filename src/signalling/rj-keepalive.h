/* Pings: the first one with the interval, then one every interval, each to be answered within a limit
 * (OpenVidu 2 protocol, section 4.5). Home thread. */
#pragma once

#include "rj-rpc.h"

G_BEGIN_DECLS

#define RJ_PING_INTERVAL_MS 5000
#define RJ_PING_LIMIT_US    (5 * G_USEC_PER_SEC)

#define RJ_TYPE_KEEPALIVE (rj_keepalive_get_type ())
G_DECLARE_FINAL_TYPE (RjKeepalive, rj_keepalive, RJ, KEEPALIVE, GObject)

/* A ping was not answered, or answered by an error; pinging has stopped. @error: why */
typedef void (*RjKeepaliveFunc) (const GError *error, gpointer user_data);

RjKeepalive *
rj_keepalive_new (RjRpc *rpc, RjClock *clock, RjKeepaliveFunc func, gpointer user_data);

/* Pings now, with the interval: on a new socket, as the first message or after `connect` was answered */
void rj_keepalive_start (RjKeepalive *self);
/* Idempotent. Answers that still come are ignored. */
void rj_keepalive_stop (RjKeepalive *self);

G_END_DECLS
