/* The end of a session that takes its time: all are evicted, and it is closing for a while more. Home thread.
 *
 * Meanwhile joins are refused with 203, connections with 404, and a session of the same name waits for the end.
 * On the real server that lasts as long as a request holds the lock of a stream up, 10 s were seen, and as a
 * rule no time at all; here it lasts 2 s with the quirk slow-close, and never without.
 * Source: OpenVidu 2 protocol, sections 2.3 and 8.4. */
#pragma once

#include "rj-server-session.h"

G_BEGIN_DECLS

/* Ends it, later with that quirk */
void rj_server_finish_closing (RjServerSession *session, const char *reason, gboolean remote);

/* @func: called once, when @session, which is closing, has ended; @ended: FALSE when the server ends first */
typedef void (*RjServerEndFunc) (gboolean ended, gpointer user_data);
void rj_server_wait_for_end (RjServerSession *session, RjServerEndFunc func, gpointer user_data);

struct _RjServerClosing;
/* The server ends, or the session is gone. @closing: (nullable) */
void rj_server_closing_free (struct _RjServerClosing *closing);

G_END_DECLS
