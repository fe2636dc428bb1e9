/* A socket through a blackhole: while that is on nothing arrives, nothing leaves, no close frame or FIN of
 * either side is seen, and a new one does not open: TCP without its packets. When it is off again everything
 * is delivered in order, as TCP would have repeated it. Home thread only. */
#pragma once

#include "rj-blackhole.h"
#include "rj-clock.h"
#include "rj-socket.h"

G_BEGIN_DECLS

#define RJ_TYPE_HOLE_SOCKET (rj_hole_socket_get_type ())
G_DECLARE_FINAL_TYPE (RjHoleSocket, rj_hole_socket, RJ, HOLE_SOCKET, GObject)

/* @inner: (transfer full): not opened yet. @open_limit_us: until the blackhole must be off for a new one;
 * RJ_ERROR_TIMEOUT. Returns: (transfer full) */
RjSocket *
rj_hole_socket_new (RjSocket *inner, RjBlackhole *blackhole, RjClock *clock, gint64 open_limit_us);

G_END_DECLS
