/* The sessions of the control protocol. A session belongs to no connection: it is reached through the one that used
 * it last, and it outlives a broken one for some time, so that the client may come back and resume it. Without a
 * connection for longer than that it is collected with everything it has made. Home thread only. */
#pragma once

#include "rj-clock.h"

G_BEGIN_DECLS

typedef struct _RjNodeSessions RjNodeSessions;

typedef void (*RjNodeSessionsFunc) (const char *session, gpointer user_data);

/* @expired: the session is forgotten after the call. Returns: (transfer full) */
RjNodeSessions *
rj_node_sessions_new (RjClock *clock, RjNodeSessionsFunc expired, gpointer user_data);
void rj_node_sessions_free (RjNodeSessions *self);

/* Returns: (transfer none): the id of a new session on @connection (not 0) */
const char *rj_node_sessions_add (RjNodeSessions *self, guint connection);
gboolean rj_node_sessions_has (RjNodeSessions *self, const char *id);
/* @id was used on @connection. One that is not known is made: a client goes on with its old id after a restart. */
void rj_node_sessions_use (RjNodeSessions *self, const char *id, guint connection);
/* Returns: 0 when there is none now */
guint rj_node_sessions_get_connection (RjNodeSessions *self, const char *id);

/* What the client promised to ping: sessions that lose @connection live for that long */
void rj_node_sessions_set_interval_ms (RjNodeSessions *self, gint64 interval_ms);
void rj_node_sessions_lose_connection (RjNodeSessions *self, guint connection);

G_END_DECLS
