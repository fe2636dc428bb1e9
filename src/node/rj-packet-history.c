#include "rj-packet-history.h"

#include <string.h>

typedef struct {
  guint16 size; /* 0: nothing here */
  guint16 sequence;
  guint8 data[RJ_MEDIA_PACKET_MAX];
} Slot;

struct _RjPacketHistory {
  guint capacity;
  Slot *slots;
};

RjPacketHistory *
rj_packet_history_new (guint capacity)
{
  RjPacketHistory *self = g_new0 (RjPacketHistory, 1);

  g_assert (capacity > 0 && (capacity & (capacity - 1)) == 0);
  self->capacity = capacity;
  self->slots = g_new0 (Slot, capacity);
  return self;
}

void
rj_packet_history_free (RjPacketHistory *self)
{
  if (self == NULL)
    return;
  g_free (self->slots);
  g_free (self);
}

void
rj_packet_history_take (RjPacketHistory *self, const RjMediaPacket *packet)
{
  Slot *slot = &self->slots[packet->sequence & (self->capacity - 1)];

  if (packet->size > sizeof slot->data)
    return;
  slot->size = (guint16) packet->size;
  slot->sequence = packet->sequence;
  memcpy (slot->data, packet->data, packet->size);
}

gboolean
rj_packet_history_find (RjPacketHistory *self, guint16 sequence, RjMediaPacket *packet)
{
  const Slot *slot = &self->slots[sequence & (self->capacity - 1)];

  return slot->size > 0 && slot->sequence == sequence &&
         rj_media_packet_parse (packet, slot->data, slot->size);
}
