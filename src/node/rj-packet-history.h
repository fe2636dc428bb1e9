/* The last packets of one incoming stream, to answer NACKs (RFC 4585 6.2.1). One thread. */
#pragma once

#include "rj-media-packet.h"

G_BEGIN_DECLS

typedef struct _RjPacketHistory RjPacketHistory;

/* @capacity: packets kept, a power of two. Returns: (transfer full) */
RjPacketHistory *rj_packet_history_new (guint capacity);
void rj_packet_history_free (RjPacketHistory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjPacketHistory, rj_packet_history_free)

/* Copies @packet; one that is too long is left out. */
void rj_packet_history_take (RjPacketHistory *self, const RjMediaPacket *packet);

/* @packet: valid until the next rj_packet_history_take(). Returns: whether it is still there */
gboolean rj_packet_history_find (RjPacketHistory *self, guint16 sequence, RjMediaPacket *packet);

G_END_DECLS
