/* A short queue of datagrams that came before they could be read. Private to this layer; one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gint64 at_us; /* when it came */
  gsize size;
  guint8 data[] __attribute__ ((aligned (8)));
} RjEarlyPacket;

/* @queue: of RjEarlyPacket, freed with g_free(). What exceeds @max packets is dropped. */
void
rj_early_packets_keep (GQueue *queue, guint max, const guint8 *packet, gsize size, gint64 at_us);

G_END_DECLS
