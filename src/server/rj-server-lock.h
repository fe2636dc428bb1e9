/* A session's lock over joins and leaves. Home thread.
 *
 * Whoever leaves holds it until the media server has let go of each of his endpoints; joins and other leaves wait,
 * 15 s at most. On the real server that is so all the time, and noticed when a media server hangs: each endpoint
 * takes 10 s then. Here leaves hold it only with the quirk held-lock.
 * Source: OpenVidu 2 protocol, sections 8.1 and 12.21. */
#pragma once

#include "rj-server-call.h"

G_BEGIN_DECLS

/* @got: FALSE when 15 s have passed, or @session has ended. Otherwise it is to be unlocked. */
typedef void (*RjServerLockFunc) (RjServerSession *session, gboolean got, gpointer user_data);

/* Calls @func once, at once where the lock is free */
void rj_server_lock (RjServerSession *session, RjServerLockFunc func, gpointer user_data);
void rj_server_unlock (RjServerSession *session);

/* The session has ended: nobody waits any longer */
void rj_server_lock_clear (RjServerSession *session);

/* leaveRoom with the quirk. @call: (transfer full) */
void rj_server_leave_with_lock (RjServerCall *call);

G_END_DECLS
