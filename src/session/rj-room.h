/* Who is in the room of one attempt, and which streams should be seen. Pure bookkeeping: no signalling, no
 * media. Home thread only.
 *
 * The key of everything is the connection id. Names are unique among ours within a run, so of two
 * connections with the same known name one is a ghost; our own name is always one. */
#pragma once

#include "rj-signaller.h"

G_BEGIN_DECLS

typedef struct _RjRoom RjRoom;

/* @own_name: of this participant */
RjRoom *rj_room_new (const char *own_name);
void rj_room_free (RjRoom *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjRoom, rj_room_free)

/* Returns: FALSE if it was known already */
gboolean rj_room_enter (RjRoom *self, const char *connection, const char *name);

/* The connection is gone, with its stream; it is remembered, because a join answer may list it later.
 * Returns: FALSE if it was unknown (or gone already) */
gboolean rj_room_leave (RjRoom *self, const char *connection);

/* Returns: (nullable): name of the connection */
const char *rj_room_get_name (RjRoom *self, const char *connection);

typedef enum {
  RJ_ROOM_NEW,   /* should be seen */
  RJ_ROOM_KNOWN, /* the same stream again */
  RJ_ROOM_GONE,  /* its owner has left before */
  RJ_ROOM_SELF,  /* a ghost of our own */
} RjRoomNews;

/* @stream: copied. A stream of a connection that had another one replaces it (the old one ended unseen). */
RjRoomNews rj_room_publish (RjRoom *self, const RjRemoteStream *stream);

/* Returns: FALSE if the connection had no stream */
gboolean rj_room_unpublish (RjRoom *self, const char *connection);

/* Mute state. Returns: FALSE if the stream is unknown */
gboolean rj_room_change (RjRoom *self, const RjRemoteStream *stream);

/* Returns: (transfer none) (nullable) */
const RjRemoteStream *rj_room_get_stream (RjRoom *self, const char *connection);
/* Returns: (transfer container) (element-type RjRemoteStream): valid until the room changes */
GPtrArray *rj_room_list_streams (RjRoom *self);

G_END_DECLS
