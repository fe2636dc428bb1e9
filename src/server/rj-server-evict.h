/* How participants go: leave, eviction, end of their stream, end of the session. Home thread.
 * Source: OpenVidu 2 protocol, sections 5.2, 7.4 to 7.6 and 8.2. */
#pragma once

#include "rj-server-session.h"

G_BEGIN_DECLS

/* participantLeft to the rest; the leaver's answer comes after. Its socket is closed 10 s later. */
void rj_server_leave (RjServerParticipant *participant, const char *reason);

/* participantLeft to the rest, @between (nullable), participantEvicted to all who were there. */
void rj_server_evict_with (RjServerParticipant *participant,
                           const char *reason,
                           void (*between) (gpointer user_data),
                           gpointer user_data);
void rj_server_evict (RjServerParticipant *participant, const char *reason);

/* Takes the stream away and destroys the subscriptions to it. @to_owner: whether the owner hears of it.
 * The others do always. Returns: FALSE when nothing was published. */
gboolean
rj_server_unpublish (RjServerParticipant *participant, const char *reason, gboolean to_owner);

/* Evicts everybody, one after the other, and ends the session. @remote: FALSE when its node is gone. */
void rj_server_close_session (RjServerSession *session, const char *reason, gboolean remote);

/* All sessions; only those on @node if it is not NULL. */
void rj_server_close_sessions (RjServerCore *core,
                               RjNodeWatcher *node,
                               const char *reason,
                               gboolean remote);

G_END_DECLS
