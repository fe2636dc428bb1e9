#include "rj-early-packets.h"

#include <string.h>

void
rj_early_packets_keep (GQueue *queue, guint max, const guint8 *packet, gsize size, gint64 at_us)
{
  RjEarlyPacket *early;

  if (queue->length >= max)
    return;
  early = g_malloc (sizeof *early + size);
  early->at_us = at_us;
  early->size = size;
  memcpy (early->data, packet, size);
  g_queue_push_tail (queue, early);
}
