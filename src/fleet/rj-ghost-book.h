/* Which connections that the server lists are ghosts: of ours, and nobody of ours has them any more. It learns from
 * events who has which connection, and is shown what the server lists; whoever is listed and not had for longer
 * than RJ_GHOST_GRACE_US is one. Emits ghost-found and ghost-gone. No clock, no I/O. Home thread.
 *
 * Ours are those that a stay of this run was given, and those whose clientData one of the run may have told in its
 * session (a join that was never answered); other shards look for their own. While somebody is joining such a one is not
 * judged: it may become its own. */
#pragma once

#include "rj-event.h"
#include "rj-roster.h"

G_BEGIN_DECLS

/* A server needs a moment from the end of a stay until it is listed no more */
#define RJ_GHOST_GRACE_US G_USEC_PER_SEC

typedef struct _RjGhostBook RjGhostBook;

/* @roster: outlives it */
RjGhostBook *rj_ghost_book_new (const RjRoster *roster, RjEventSink *events);
void rj_ghost_book_free (RjGhostBook *self);

/* attempt-started, joined, attempt-failed, attempt-closed */
void rj_ghost_book_take (RjGhostBook *self, const RjEvent *event);

/* The answer to GET /openvidu/api/sessions (OpenVidu 2 protocol, 4.2), which was asked for at @asked_us */
void rj_ghost_book_list (RjGhostBook *self, JsonObject *sessions, gint64 asked_us);

/* Listed last time: connections of ours; of them those that nobody has (suspects and ghosts); of them ghosts */
guint rj_ghost_book_count_listed (const RjGhostBook *self);
guint rj_ghost_book_count_suspects (const RjGhostBook *self);
guint rj_ghost_book_count_ghosts (const RjGhostBook *self);

G_END_DECLS
