#include "rjt-relay.h"

#include "rj-rtp.h"

typedef struct {
  RjtRelay *relay;
  guint number;
  GSocket *socket; /* this end sends to it, and hears from it */
  GSource *source;
  GSocketAddress *address; /* (nullable) of the end */
  guint n_ahead;           /* packets of SRTP that may still overtake */
  GQueue waiting;          /* of GBytes */
} Side;

struct _RjtRelay {
  Side sides[2];
  guint n_overtaken;
};

static void
pass_on (Side *from, const char *datagram, gsize size)
{
  Side *to = &from->relay->sides[1 - from->number];

  if (to->address != NULL)
    g_socket_send_to (to->socket, to->address, datagram, size, NULL, NULL);
}

static void
release (Side *side)
{
  GBytes *datagram;

  while ((datagram = g_queue_pop_head (&side->waiting)) != NULL) {
    pass_on (side, g_bytes_get_data (datagram, NULL), g_bytes_get_size (datagram));
    g_bytes_unref (datagram);
  }
}

static void
take (Side *side, const char *datagram, gsize size)
{
  RjPacketKind kind = rj_packet_classify ((const guint8 *) datagram, size);

  if (side->n_ahead > 0 && kind == RJ_PACKET_DTLS) {
    side->relay->n_overtaken++;
    g_queue_push_tail (&side->waiting, g_bytes_new (datagram, size));
    return;
  }
  pass_on (side, datagram, size);
  if (kind == RJ_PACKET_RTP && side->n_ahead > 0 && --side->n_ahead == 0)
    release (side);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  char datagram[2048];
  gssize size = g_socket_receive (socket, datagram, sizeof datagram, NULL, NULL);

  if (size > 0)
    take (user_data, datagram, (gsize) size);
  return G_SOURCE_CONTINUE;
}

static void
open_side (RjtRelay *self, guint number)
{
  Side *side = &self->sides[number];
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GError) error = NULL;

  side->relay = self;
  side->number = number;
  side->socket =
    g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (side->socket, FALSE);
  g_socket_bind (side->socket, any, FALSE, &error);
  g_assert_no_error (error);
  side->source = g_socket_create_source (side->socket, G_IO_IN, NULL);
  g_source_set_callback (side->source, G_SOURCE_FUNC (on_readable), side, NULL);
  g_source_attach (side->source, NULL);
}

RjtRelay *
rjt_relay_new (void)
{
  RjtRelay *self = g_new0 (RjtRelay, 1);

  open_side (self, 0);
  open_side (self, 1);
  return self;
}

void
rjt_relay_free (RjtRelay *self)
{
  for (guint i = 0; i < 2; i++) {
    Side *side = &self->sides[i];

    g_source_destroy (side->source);
    g_source_unref (side->source);
    g_clear_object (&side->socket);
    g_clear_object (&side->address);
    g_queue_clear_full (&side->waiting, (GDestroyNotify) g_bytes_unref);
  }
  g_free (self);
}

char *
rjt_relay_take_candidate (RjtRelay *self, guint end, const char *candidate)
{
  g_auto (GStrv) words = g_strsplit (candidate, " ", -1);
  Side *other = &self->sides[1 - end];
  g_autoptr (GSocketAddress) own = g_socket_get_local_address (other->socket, NULL);

  g_clear_object (&self->sides[end].address);
  self->sides[end].address =
    g_inet_socket_address_new_from_string (words[4], (guint) g_ascii_strtoull (words[5], NULL, 10));
  g_free (words[5]);
  words[5] = g_strdup_printf ("%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (own)));
  return g_strjoinv (" ", words);
}

void
rjt_relay_let_srtp_overtake (RjtRelay *self, guint end, guint n_packets)
{
  self->sides[end].n_ahead = n_packets;
}

guint
rjt_relay_count_overtaken (RjtRelay *self)
{
  return self->n_overtaken;
}
