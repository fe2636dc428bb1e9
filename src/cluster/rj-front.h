/* One address in front of several master nodes (OpenVidu servers): what OpenVidu Enterprise HA has as load
 * balancer and proxies. Home thread only.
 *
 * REST requests and websockets that name a session go to the master that has it, a new session to the master
 * with the fewest; a list of sessions is put together from all. A master is looked at once in a second, and
 * at once when a connection to it breaks: while that is open, what is meant for it gets 503; if it refuses
 * connections, or is silent for 5 s, it is lost, and its sessions are anybody's until it answers again.
 *
 * The clients of a lost master learn of it in each way of the OpenVidu 2 protocol, 8.6: of the sockets that
 * are still open one is told (masterNodeCrashedNotification), the next one cut, and so on; of those that come
 * back with reconnect=true one is told when `connect` is refused, the next one has to ask with sessionStatus.
 *
 * Events (source "cluster"): master-lost, master-recovered. */
#pragma once

#include <gio/gio.h>

#include "rj-clock.h"
#include "rj-event.h"

G_BEGIN_DECLS

#define RJ_TYPE_FRONT (rj_front_get_type ())
G_DECLARE_FINAL_TYPE (RjFront, rj_front, RJ, FRONT, GObject)

/* @n_masters: they are lost until rj_front_set_master(). @events: (nullable). Returns: (transfer full) */
RjFront *rj_front_new (guint n_masters, RjClock *clock, RjEventSink *events);

/* On 127.0.0.1. @certificate: (nullable): https and wss. Errors: RJ_ERROR_ENVIRONMENT */
gboolean rj_front_listen (RjFront *self, guint port, GTlsCertificate *certificate, GError **error);
guint rj_front_get_port (RjFront *self);

/* Master @index answers on @port of 127.0.0.1, plain HTTP, from now on (again). */
void rj_front_set_master (RjFront *self, guint index, guint port);

/* Returns: index of the master that has @session, -1: none */
int rj_front_find_master (RjFront *self, const char *session);
gboolean rj_front_is_lost (RjFront *self, guint index);

/* Cuts all connections and listens no more. Idempotent. */
void rj_front_stop (RjFront *self);

G_END_DECLS
