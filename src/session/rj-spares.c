#include "rj-spares.h"

typedef struct {
  RjPeer *peer; /* NULL: taken */
  RjDirection direction;
} Spare;

struct _RjSpares {
  guint n_refs;
  RjParticipantConfig *config;
  GPtrArray *made;     /* of Spare */
  guint n_senders;     /* still to be made */
  guint n_receivers;   /* still to be made */
  gboolean is_pending; /* a step is in the queue */
  gboolean server_offers;
};

static void
spare_free (gpointer data)
{
  Spare *spare = data;

  if (spare->peer != NULL)
    rj_peer_close (spare->peer);
  g_clear_object (&spare->peer);
  g_free (spare);
}

static guint
count (RjSpares *self, RjDirection direction)
{
  guint n = 0;

  for (guint i = 0; i < self->made->len; i++)
    n += ((Spare *) g_ptr_array_index (self->made, i))->direction == direction;
  return n;
}

/* The others of a session publish what we publish, as far as anybody knows. */
static gboolean
make (RjSpares *self, RjDirection direction)
{
  const RjParticipantConfig *config = self->config;
  RjPeerConfig wanted = {
    .direction = direction,
    .has_audio = config->publish.has_audio,
    .has_video = config->publish.has_video,
    .format = rj_participant_config_get_format (config),
    .publisher = config->number,
    .loopback = config->loopback,
    .relay_only = config->relay_only,
    .answers = direction == RJ_DIRECTION_RECEIVE && self->server_offers,
    .blackhole = config->media_hole,
    .detect_consent = config->detect_consent,
    .ahead = TRUE,
  };
  RjPeer *peer = rj_peer_factory_create (config->factory, &wanted, NULL);
  Spare *spare;

  if (peer == NULL)
    return FALSE; /* who needs one will tell why */
  spare = g_new0 (Spare, 1);
  spare->peer = peer;
  spare->direction = direction;
  g_ptr_array_add (self->made, spare);
  return TRUE;
}

static void push_step (RjSpares *self);

static void
make_next (gpointer owner)
{
  RjSpares *self = owner;
  RjDirection direction = self->n_senders > 0 ? RJ_DIRECTION_SEND : RJ_DIRECTION_RECEIVE;
  guint *left = direction == RJ_DIRECTION_SEND ? &self->n_senders : &self->n_receivers;

  self->is_pending = FALSE;
  if (*left == 0 || !make (self, direction))
    return;
  (*left)--;
  push_step (self);
}

/* One at a time, so that all participants get their first before anybody gets a second. */
static void
push_step (RjSpares *self)
{
  if (self->is_pending || self->n_senders + self->n_receivers == 0)
    return;
  self->is_pending = TRUE;
  rj_steps_push (self->config->steps, make_next, self);
}

void
rj_spares_set_server_offers (RjSpares *self, gboolean server_offers)
{
  if (self->server_offers == server_offers)
    return;
  self->server_offers = server_offers;
  for (guint i = self->made->len; i > 0; i--) {
    const Spare *spare = g_ptr_array_index (self->made, i - 1);

    if (spare->direction == RJ_DIRECTION_RECEIVE)
      g_ptr_array_remove_index (self->made, i - 1);
  }
}

static guint
get_missing (RjSpares *self, RjDirection direction, guint wanted)
{
  guint n = count (self, direction);

  return wanted > n ? wanted - n : 0;
}

void
rj_spares_prepare (RjSpares *self, guint n_receivers)
{
  guint wanted = self->config->subscribes ? MIN (n_receivers, RJ_SPARES_MAX) : 0;

  self->n_senders = get_missing (self, RJ_DIRECTION_SEND, self->config->publishes ? 1 : 0);
  self->n_receivers = get_missing (self, RJ_DIRECTION_RECEIVE, wanted);
  push_step (self);
}

/* Who takes one that is not made yet makes it himself */
static void
count_down (RjSpares *self, RjDirection direction)
{
  guint *left = direction == RJ_DIRECTION_SEND ? &self->n_senders : &self->n_receivers;

  if (*left > 0)
    (*left)--;
}

/* That is offered first; -1: as the factory likes */
static int
get_codec (const RjClipFormat *format)
{
  return format == NULL ? -1 : (int) format->codec;
}

static RjPeer *
use (RjPeer *owned, const RjPeerConfig *config)
{
  g_autoptr (RjPeer) peer = owned;

  if (rj_peer_is_open (peer) && rj_peer_assign (peer, config, NULL))
    return g_steal_pointer (&peer);
  rj_peer_close (peer);
  return NULL;
}

RjPeer *
rj_spares_take (RjSpares *self, const RjPeerConfig *config)
{
  if (config->has_audio != self->config->publish.has_audio ||
      config->has_video != self->config->publish.has_video ||
      get_codec (config->format) != get_codec (rj_participant_config_get_format (self->config)))
    return NULL;
  for (guint i = 0; i < self->made->len; i++) {
    Spare *spare = g_ptr_array_index (self->made, i);
    RjPeer *peer;

    if (spare->direction != config->direction)
      continue;
    peer = g_steal_pointer (&spare->peer);
    g_ptr_array_remove_index (self->made, i);
    return use (peer, config);
  }
  count_down (self, config->direction);
  return NULL;
}

void
rj_spares_clear (RjSpares *self)
{
  rj_steps_drop (self->config->steps, self);
  self->is_pending = FALSE;
  self->n_senders = self->n_receivers = 0;
  g_ptr_array_set_size (self->made, 0);
}

guint
rj_spares_count (RjSpares *self)
{
  return self->made->len;
}

RjSpares *
rj_spares_new (RjParticipantConfig *config)
{
  RjSpares *self = g_new0 (RjSpares, 1);

  self->n_refs = 1;
  self->config = rj_participant_config_ref (config);
  self->made = g_ptr_array_new_with_free_func (spare_free);
  return self;
}

RjSpares *
rj_spares_ref (RjSpares *self)
{
  self->n_refs++;
  return self;
}

void
rj_spares_unref (RjSpares *self)
{
  if (self == NULL || --self->n_refs > 0)
    return;
  rj_spares_clear (self);
  g_ptr_array_unref (self->made);
  rj_participant_config_unref (self->config);
  g_free (self);
}
