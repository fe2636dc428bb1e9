#include "rjt-ice-end.h"

#include "rj-rtp.h"

static gboolean
wake_up (gpointer unused)
{
  return G_SOURCE_REMOVE;
}

void
rjt_iterate_briefly (void)
{
  guint id = g_timeout_add (50, wake_up, NULL);

  g_main_context_iteration (NULL, TRUE);
  if (g_main_context_find_source_by_id (NULL, id) != NULL)
    g_source_remove (id);
}

static void
on_candidate (RjIcePeer *peer, const char *candidate, gpointer user_data)
{
  RjtIceEnd *self = user_data;

  self->n_callbacks++;
  g_ptr_array_add (self->candidates, g_strdup (candidate));
  if (!self->hold && self->other != NULL && self->other->peer != NULL)
    g_assert_true (rj_ice_peer_add_candidate (self->other->peer, candidate));
}

static void
on_gathering_done (RjIcePeer *peer, gpointer user_data)
{
  RjtIceEnd *self = user_data;

  self->n_callbacks++;
  self->gathered = TRUE;
}

static void
on_ice_connected (RjIcePeer *peer, gpointer user_data)
{
  RjtIceEnd *self = user_data;

  self->n_callbacks++;
  g_assert_false (self->ice_connected);
  self->ice_connected = TRUE;
  if (self->close_in_callback)
    rj_ice_peer_close (peer);
}

static void
on_connected (RjIcePeer *peer, gpointer user_data)
{
  RjtIceEnd *self = user_data;

  self->n_callbacks++;
  g_assert_true (self->ice_connected);
  g_assert_false (self->connected);
  self->connected = TRUE;
  if (self->on_connected != NULL)
    self->on_connected (self);
}

static void
on_failed (RjIcePeer *peer, const GError *error, gpointer user_data)
{
  RjtIceEnd *self = user_data;

  self->n_callbacks++;
  g_assert_no_error (self->error);
  self->error = g_error_copy (error);
}

static void
keep (GByteArray **kept, const guint8 *packet, gsize size)
{
  g_clear_pointer (kept, g_byte_array_unref);
  *kept = g_byte_array_append (g_byte_array_new (), packet, (guint) size);
}

static void
on_rtp (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  RjtIceEnd *self = user_data;

  self->n_callbacks++;
  self->n_rtp++;
  self->at_us = at_us;
  if (self->forward_to != NULL) {
    rj_rtp_set_ssrc (packet, 2);
    rj_ice_peer_send_rtp (self->forward_to, packet, size);
    return;
  }
  keep (&self->rtp, packet, size);
  packet[0] = 0; /* allowed */
}

static void
on_rtcp (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  RjtIceEnd *self = user_data;

  self->n_callbacks++;
  self->n_rtcp++;
  keep (&self->rtcp, packet, size);
}

void
rjt_ice_end_init (RjtIceEnd *self, gboolean controlling)
{
  rjt_ice_end_init_with_clock (self, controlling, NULL);
}

void
rjt_ice_end_init_with_clock (RjtIceEnd *self, gboolean controlling, RjClock *clock)
{
  static const RjIcePeerCallbacks callbacks = {
    on_candidate, on_gathering_done, on_ice_connected, on_connected, on_failed, on_rtp, on_rtcp,
  };
  RjIcePeerConfig config = { .controlling = controlling, .loopback_only = TRUE, .clock = clock };
  g_autoptr (GError) error = NULL;

  *self = (RjtIceEnd){ .candidates = g_ptr_array_new_with_free_func (g_free) };
  self->peer = rj_ice_peer_new (g_main_context_default (), &config, &callbacks, self, &error);
  g_assert_no_error (error);
}

void
rjt_ice_end_clear (RjtIceEnd *self)
{
  if (self->peer != NULL)
    rj_ice_peer_close (self->peer);
  g_clear_object (&self->peer);
  g_clear_pointer (&self->candidates, g_ptr_array_unref);
  g_clear_pointer (&self->rtp, g_byte_array_unref);
  g_clear_pointer (&self->rtcp, g_byte_array_unref);
  g_clear_error (&self->error);
}

void
rjt_ice_end_set_remote (RjtIceEnd *self, RjtIceEnd *other, RjDtlsRole own_role)
{
  g_autoptr (GError) error = NULL;

  rj_ice_peer_set_remote (self->peer, rj_ice_peer_get_local (other->peer), own_role, &error);
  g_assert_no_error (error);
}

void
rjt_ice_ends_connect (RjtIceEnd *one, RjtIceEnd *two, RjDtlsRole role_of_one)
{
  g_autoptr (GError) error = NULL;

  one->other = two;
  two->other = one;
  rjt_ice_end_set_remote (one, two, role_of_one);
  rjt_ice_end_set_remote (two, one,
                          role_of_one == RJ_DTLS_ACTIVE ? RJ_DTLS_PASSIVE : RJ_DTLS_ACTIVE);
  rj_ice_peer_gather (one->peer, &error);
  g_assert_no_error (error);
  rj_ice_peer_gather (two->peer, &error);
  g_assert_no_error (error);
  RJT_WAIT (one->connected && two->connected);
}

GByteArray *
rjt_make_rtp (guint32 ssrc, guint16 sequence, gsize size)
{
  GByteArray *packet = g_byte_array_new ();
  RjRtpHeader header = {
    .ssrc = ssrc, .sequence = sequence, .timestamp = sequence * 3000u, .payload_type = 96
  };

  g_byte_array_set_size (packet, (guint) (RJ_RTP_MIN_SIZE + size));
  rj_rtp_write (packet->data, &header);
  memset (packet->data + RJ_RTP_MIN_SIZE, (int) (sequence & 0xff), size);
  return packet;
}

GByteArray *
rjt_make_rr (guint32 ssrc)
{
  guint8 data[8] = { 0x80, 201, 0, 1, 0, 0, 0, 0 };

  for (guint i = 0; i < 4; i++)
    data[4 + i] = (guint8) (ssrc >> (24 - 8 * i));
  return g_byte_array_append (g_byte_array_new (), data, sizeof data);
}
