#include "rjt-fake-peer.h"

#include "rj-error.h"

#define ICE_US  10000
#define DTLS_US 5000

struct _RjtFakePeers {
  GObject parent_instance;

  RjClock *clock;
  GPtrArray *peers; /* of RjtFakePeer, not owned: alive */
  GHashTable *silent_publishers;
  gboolean connects;
  gboolean silent;
  RjtFlowsFunc flows; /* (nullable) */
  gpointer flows_data;
  char *fail_next;
  guint n_made;
  guint n_candidates;
};

struct _RjtFakePeer {
  GObject parent_instance;

  RjtFakePeers *factory;
  RjDirection direction;
  gboolean has_audio, has_video;
  gboolean answers;
  gboolean audio_muted, video_muted;
  guint16 publisher;
  char *answer; /* (nullable) */
  RjTap *tap;   /* (nullable) */
  guint16 seq;
  RjTimer *timer;
  gboolean closed;
  gboolean told_packet;
  gboolean connected;
  gint64 rtcp_us;
};

static void rjt_fake_peer_iface_init (RjPeerInterface *iface);
static void rjt_fake_peers_iface_init (RjPeerFactoryInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjtFakePeer,
                               rjt_fake_peer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_PEER, rjt_fake_peer_iface_init))
G_DEFINE_FINAL_TYPE_WITH_CODE (RjtFakePeers,
                               rjt_fake_peers,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_PEER_FACTORY,
                                                      rjt_fake_peers_iface_init))

/* --- a peer --- */

static gboolean
take_failure (RjtFakePeers *self, const char *what, GError **error)
{
  if (g_strcmp0 (self->fail_next, what) != 0)
    return FALSE;
  g_clear_pointer (&self->fail_next, g_free);
  g_set_error (error, RJ_ERROR, RJ_ERROR_NO_MEDIA, "%s failed", what);
  return TRUE;
}

static void
peer_create_offer_async (RjPeer *peer,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (peer, cancellable, callback, user_data);
  GError *error = NULL;

  g_assert_false (RJT_FAKE_PEER (peer)->answers);
  if (take_failure (RJT_FAKE_PEER (peer)->factory, "offer", &error)) {
    g_task_return_error (task, error);
    return;
  }
  g_task_return_pointer (task, g_strdup ("offer"), g_free);
  g_signal_emit_by_name (peer, "candidate", 0, "0", "candidate:1");
}

static char *
peer_create_offer_finish (RjPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
has_endpoint (RjtFakePeer *self)
{
  const RjtFakePeers *peers = self->factory;

  return peers->flows == NULL ||
         (self->answer != NULL && peers->flows (self->answer, peers->flows_data));
}

static gboolean
hears (RjtFakePeer *self)
{
  return has_endpoint (self) && !self->factory->silent &&
         !g_hash_table_contains (self->factory->silent_publishers,
                                 GUINT_TO_POINTER (self->publisher));
}

/* A VP8 key frame in one RTP packet: RFC 3550, RFC 7741, RFC 6386 9.1 */
static void
push_key_frame (RjtFakePeer *self)
{
  guint8 packet[] = { 0x80, 0xe0, 0,    0, 0, 0,    0,    0,    0, 0, 0, 1,
                      0x10, 0x10, 0x02, 0, 0, 0x9d, 0x01, 0x2a, 8, 0, 8, 0 };
  gint64 now_us = rj_clock_now_us (self->factory->clock);
  guint32 rtp_time = GUINT32_TO_BE ((guint32) (now_us * 9 / 100));

  self->seq++;
  packet[2] = self->seq >> 8;
  packet[3] = self->seq & 0xff;
  memcpy (packet + 4, &rtp_time, sizeof rtp_time);
  rj_tap_push_rtp (self->tap, RJ_MEDIA_VIDEO_VP8, packet, sizeof packet, now_us);
}

static void
on_frame_due (gpointer user_data)
{
  g_autoptr (RjtFakePeer) self = g_object_ref (user_data);
  gint64 now_us = rj_clock_now_us (self->factory->clock);

  self->timer = rj_clock_start_timer (self->factory->clock, RJT_FRAME_US, on_frame_due, self);
  if (!hears (self))
    return;
  push_key_frame (self);
  if (self->told_packet)
    return;
  self->told_packet = TRUE;
  g_signal_emit_by_name (self, "first-packet", now_us);
  if (!self->closed)
    g_signal_emit_by_name (self, "first-key-frame", now_us);
}

static void
on_dtls (gpointer user_data)
{
  g_autoptr (RjtFakePeer) self = g_object_ref (user_data);

  self->timer = NULL;
  self->connected = TRUE;
  if (self->tap != NULL)
    self->timer = rj_clock_start_timer (self->factory->clock, RJT_FRAME_US, on_frame_due, self);
  g_signal_emit_by_name (self, "dtls-connected", rj_clock_now_us (self->factory->clock));
}

static void
on_ice (gpointer user_data)
{
  g_autoptr (RjtFakePeer) self = g_object_ref (user_data);

  self->timer = NULL;
  if (!has_endpoint (self))
    return;
  self->timer = rj_clock_start_timer (self->factory->clock, DTLS_US, on_dtls, self);
  g_signal_emit_by_name (self, "ice-connected", rj_clock_now_us (self->factory->clock), "host/udp",
                         "host/udp");
}

static void
peer_set_answer_async (RjPeer *peer,
                       const char *sdp,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  RjtFakePeer *self = RJT_FAKE_PEER (peer);
  g_autoptr (GTask) task = g_task_new (peer, cancellable, callback, user_data);
  GError *error = NULL;

  if (take_failure (self->factory, "answer", &error)) {
    g_task_return_error (task, error);
    return;
  }
  g_task_return_boolean (task, TRUE);
  g_free (self->answer);
  self->answer = g_strdup (sdp);
  if (self->factory->connects)
    self->timer = rj_clock_start_timer (self->factory->clock, ICE_US, on_ice, self);
}

static gboolean
peer_set_answer_finish (RjPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
peer_accept_offer_async (RjPeer *peer,
                         const char *sdp,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  RjtFakePeer *self = RJT_FAKE_PEER (peer);
  g_autoptr (GTask) task = g_task_new (peer, cancellable, callback, user_data);
  GError *error = NULL;

  g_assert_true (self->answers);
  if (self->factory->flows == NULL)
    g_assert_cmpstr (sdp, ==, "server's offer");
  g_free (self->answer);
  self->answer = g_strdup (sdp);
  if (take_failure (self->factory, "accept", &error)) {
    g_task_return_error (task, error);
    return;
  }
  g_task_return_pointer (task, g_strdup ("own answer"), g_free);
  g_signal_emit_by_name (peer, "candidate", 0, "0", "candidate:1");
  if (self->factory->connects)
    self->timer = rj_clock_start_timer (self->factory->clock, ICE_US, on_ice, self);
}

static char *
peer_accept_offer_finish (RjPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
peer_add_candidate (RjPeer *peer, guint mline, const char *mid, const char *candidate)
{
  RJT_FAKE_PEER (peer)->factory->n_candidates++;
}

static gboolean
peer_assign (RjPeer *peer, const RjPeerConfig *config, GError **error)
{
  RJT_FAKE_PEER (peer)->publisher = config->publisher;
  return TRUE;
}

static gint64
peer_get_last_rtcp_us (RjPeer *peer)
{
  RjtFakePeer *self = RJT_FAKE_PEER (peer);

  if (!self->factory->silent && self->connected && has_endpoint (self))
    self->rtcp_us = rj_clock_now_us (self->factory->clock) / RJT_RTCP_US * RJT_RTCP_US;
  return self->rtcp_us;
}

static void
peer_set_muted (RjPeer *peer, gboolean audio, gboolean video)
{
  RJT_FAKE_PEER (peer)->audio_muted = audio;
  RJT_FAKE_PEER (peer)->video_muted = video;
}

static RjTap *
peer_get_tap (RjPeer *peer)
{
  return RJT_FAKE_PEER (peer)->tap;
}

static gboolean
peer_is_open (RjPeer *peer)
{
  return !RJT_FAKE_PEER (peer)->closed;
}

static void
peer_close (RjPeer *peer)
{
  RjtFakePeer *self = RJT_FAKE_PEER (peer);

  self->closed = TRUE;
  rj_clock_cancel_timer (self->factory->clock, &self->timer);
}

static void
rjt_fake_peer_iface_init (RjPeerInterface *iface)
{
  iface->create_offer_async = peer_create_offer_async;
  iface->create_offer_finish = peer_create_offer_finish;
  iface->set_answer_async = peer_set_answer_async;
  iface->set_answer_finish = peer_set_answer_finish;
  iface->accept_offer_async = peer_accept_offer_async;
  iface->accept_offer_finish = peer_accept_offer_finish;
  iface->add_candidate = peer_add_candidate;
  iface->get_tap = peer_get_tap;
  iface->is_open = peer_is_open;
  iface->close = peer_close;
  iface->set_muted = peer_set_muted;
  iface->assign = peer_assign;
  iface->get_last_rtcp_us = peer_get_last_rtcp_us;
}

static void
rjt_fake_peer_finalize (GObject *object)
{
  RjtFakePeer *self = RJT_FAKE_PEER (object);

  rj_clock_cancel_timer (self->factory->clock, &self->timer);
  g_ptr_array_remove_fast (self->factory->peers, self);
  rj_tap_unref (self->tap);
  g_free (self->answer);
  g_object_unref (self->factory);
  G_OBJECT_CLASS (rjt_fake_peer_parent_class)->finalize (object);
}

static void
rjt_fake_peer_class_init (RjtFakePeerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rjt_fake_peer_finalize;
}

static void
rjt_fake_peer_init (RjtFakePeer *self)
{
}

/* --- the factory --- */

static RjPeer *
peers_create (RjPeerFactory *factory, const RjPeerConfig *config, GError **error)
{
  RjtFakePeers *self = RJT_FAKE_PEERS (factory);
  RjTapConfig tap = { .has_video = TRUE, .gap_limit_us = 500000 };
  RjtFakePeer *peer;

  if (take_failure (self, "create", error))
    return NULL;
  peer = g_object_new (RJT_TYPE_FAKE_PEER, NULL);
  peer->factory = g_object_ref (self);
  peer->direction = config->direction;
  peer->has_audio = config->has_audio;
  peer->has_video = config->has_video;
  peer->answers = config->answers;
  peer->publisher = config->publisher;
  if (config->direction == RJ_DIRECTION_RECEIVE)
    peer->tap = rj_tap_new (&tap, NULL, NULL);
  g_ptr_array_add (self->peers, peer);
  self->n_made++;
  return RJ_PEER (peer);
}

static void
rjt_fake_peers_iface_init (RjPeerFactoryInterface *iface)
{
  iface->create = peers_create;
}

RjtFakePeers *
rjt_fake_peers_new (RjClock *clock)
{
  RjtFakePeers *self = g_object_new (RJT_TYPE_FAKE_PEERS, NULL);

  self->clock = g_object_ref (clock);
  return self;
}

void
rjt_fake_peers_set_connects (RjtFakePeers *self, gboolean connects)
{
  self->connects = connects;
}

void
rjt_fake_peers_set_silent (RjtFakePeers *self, gboolean silent)
{
  for (guint i = 0; i < self->peers->len; i++)
    peer_get_last_rtcp_us (g_ptr_array_index (self->peers, i));
  self->silent = silent;
}

void
rjt_fake_peers_set_flows (RjtFakePeers *self, RjtFlowsFunc func, gpointer user_data)
{
  self->flows = func;
  self->flows_data = user_data;
}

void
rjt_fake_peers_set_publisher_silent (RjtFakePeers *self, guint16 publisher, gboolean silent)
{
  if (silent)
    g_hash_table_add (self->silent_publishers, GUINT_TO_POINTER (publisher));
  else
    g_hash_table_remove (self->silent_publishers, GUINT_TO_POINTER (publisher));
}

void
rjt_fake_peers_fail_next (RjtFakePeers *self, const char *what)
{
  g_free (self->fail_next);
  self->fail_next = g_strdup (what);
}

static void
break_all (RjtFakePeers *self, RjDirection direction, int code)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = g_error_new (RJ_ERROR, code, "ICE failed");

  for (guint i = 0; i < self->peers->len; i++)
    g_ptr_array_add (all, g_object_ref (g_ptr_array_index (self->peers, i)));
  for (guint i = 0; i < all->len; i++) {
    RjtFakePeer *peer = g_ptr_array_index (all, i);

    if (peer->direction != direction || peer->closed)
      continue;
    rj_clock_cancel_timer (self->clock, &peer->timer);
    g_signal_emit_by_name (peer, "detected",
                           error->code == RJ_ERROR_UNREACHABLE ? "icmp" : "ice-failed",
                           rj_clock_now_us (self->clock));
    g_signal_emit_by_name (peer, "failed", error);
  }
}

void
rjt_fake_peers_break (RjtFakePeers *self, RjDirection direction)
{
  break_all (self, direction, RJ_ERROR_NO_MEDIA);
}

void
rjt_fake_peers_close_port (RjtFakePeers *self, RjDirection direction)
{
  break_all (self, direction, RJ_ERROR_UNREACHABLE);
}

guint
rjt_fake_peers_count_made (RjtFakePeers *self)
{
  return self->n_made;
}

guint
rjt_fake_peers_count_open (RjtFakePeers *self)
{
  guint n = 0;

  for (guint i = 0; i < self->peers->len; i++)
    n += !((RjtFakePeer *) g_ptr_array_index (self->peers, i))->closed;
  return n;
}

guint
rjt_fake_peers_count_receiving (RjtFakePeers *self, gboolean audio, gboolean video)
{
  guint n = 0;

  for (guint i = 0; i < self->peers->len; i++) {
    const RjtFakePeer *peer = g_ptr_array_index (self->peers, i);

    n += !peer->closed && peer->direction == RJ_DIRECTION_RECEIVE && peer->has_audio == audio &&
         peer->has_video == video;
  }
  return n;
}

guint
rjt_fake_peers_count_muted (RjtFakePeers *self, gboolean video)
{
  guint n = 0;

  for (guint i = 0; i < self->peers->len; i++) {
    const RjtFakePeer *peer = g_ptr_array_index (self->peers, i);

    n += !peer->closed && (video ? peer->video_muted : peer->audio_muted);
  }
  return n;
}

guint
rjt_fake_peers_count_alive (RjtFakePeers *self)
{
  return self->peers->len;
}

guint
rjt_fake_peers_count_flowing (RjtFakePeers *self)
{
  guint n = 0;

  for (guint i = 0; i < self->peers->len; i++) {
    RjtFakePeer *peer = g_ptr_array_index (self->peers, i);

    n += !peer->closed && peer->told_packet && hears (peer);
  }
  return n;
}

guint
rjt_fake_peers_count_candidates (RjtFakePeers *self)
{
  return self->n_candidates;
}

static void
rjt_fake_peers_finalize (GObject *object)
{
  RjtFakePeers *self = RJT_FAKE_PEERS (object);

  g_ptr_array_unref (self->peers);
  g_hash_table_unref (self->silent_publishers);
  g_free (self->fail_next);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (rjt_fake_peers_parent_class)->finalize (object);
}

static void
rjt_fake_peers_class_init (RjtFakePeersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rjt_fake_peers_finalize;
}

static void
rjt_fake_peers_init (RjtFakePeers *self)
{
  self->connects = TRUE;
  self->peers = g_ptr_array_new ();
  self->silent_publishers = g_hash_table_new (NULL, NULL);
}
