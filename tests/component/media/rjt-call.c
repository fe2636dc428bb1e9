#include "rjt-call.h"

#include "rj-frame-stamp.h"
#include "rj-log.h"
#include "rj-media-init.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

static gboolean
on_tick (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

void
rjt_wait_until (RjtCondition condition, gpointer data, const char *what)
{
  gint64 until_us = g_get_monotonic_time () + PATIENCE_US;
  guint tick = g_timeout_add (5, on_tick, NULL);

  while (!condition (data)) {
    if (g_get_monotonic_time () > until_us)
      g_error ("waited in vain: %s", what);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (tick);
}

gboolean
rjt_is_time (gpointer at_us)
{
  return g_get_monotonic_time () >= *(const gint64 *) at_us;
}

static void
on_started (GObject *engine, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gboolean *done = user_data;

  rj_media_engine_start_finish (RJ_MEDIA_ENGINE (engine), result, &error);
  g_assert_no_error (error);
  *done = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

RjtStudio *
rjt_studio_new (gint64 decode_pause_us)
{
  return rjt_studio_new_for_codec (decode_pause_us, RJ_VIDEO_VP8);
}

RjtStudio *
rjt_studio_new_for_codec (gint64 decode_pause_us, RjVideoCodec codec)
{
  RjtStudio *self = g_new0 (RjtStudio, 1);
  RjMediaEngineConfig config = { .run = RJT_RUN,
                                 .format = { 320, 240, 30, 300000, RJ_CLIP_PICTURE_TEST, codec },
                                 .decode_pause_us = decode_pause_us };
  g_autoptr (GError) error = NULL;
  gboolean started = FALSE;

  rj_home_claim ();
  rj_media_init (&error);
  g_assert_no_error (error);
  self->clock = config.clock = rj_real_clock_new ();
  self->run_start_us = config.run_start_us = g_get_monotonic_time ();
  self->clip = rj_clip_load (&config.format, &error);
  g_assert_no_error (error);
  self->pacer = rj_pacer_new ();
  self->reaper = rj_reaper_new (RJ_REAPER_PATIENCE_US);
  self->engine = rj_media_engine_new (&config);
  rj_media_engine_start_async (self->engine, NULL, on_started, &started);
  rjt_wait_until (is_true, &started, "the engine starts");
  return self;
}

static gboolean
is_everything_gone (gpointer unused)
{
  guint made, finalized, hung;

  rj_peer_census_get (&made, &finalized, &hung);
  g_assert_cmpuint (hung, ==, 0);
  return made == finalized;
}

void
rjt_studio_free (RjtStudio *self)
{
  g_assert_true (rj_media_engine_wait_for_teardown (self->engine, PATIENCE_US));
  g_assert_true (rj_reaper_wait (self->reaper, PATIENCE_US));
  rjt_wait_until (is_everything_gone, NULL, "every webrtcbin is gone");
  g_object_unref (self->engine);
  rj_pacer_unref (self->pacer);
  rj_reaper_unref (self->reaper);
  rj_clip_unref (self->clip);
  g_object_unref (self->clock);
  g_free (self);
}

static void
on_candidate (RjPeer *peer, guint mline, const char *mid, const char *text, RjtCall *self)
{
  g_assert_nonnull (self->offer);
  g_assert_cmpstr (mid, !=, "");
  self->n_candidates++;
  rjt_counterpart_add_candidate (self->counterpart, mline, text);
}

static void
on_counterpart_candidate (guint mline, const char *text, gpointer user_data)
{
  RjtCall *self = user_data;

  if (self->peer != NULL)
    rj_peer_add_candidate (self->peer, mline, "", text);
}

static void
on_ice_connected (RjPeer *peer, gint64 at_us, const char *local, const char *remote, RjtCall *self)
{
  g_assert_cmpint (self->ice_us, ==, 0);
  self->ice_us = at_us;
  self->local_type = g_strdup (local);
  self->remote_type = g_strdup (remote);
}

static void
on_dtls_connected (RjPeer *peer, gint64 at_us, RjtCall *self)
{
  g_assert_cmpint (self->dtls_us, ==, 0);
  self->dtls_us = at_us;
}

static void
on_first_packet (RjPeer *peer, gint64 at_us, RjtCall *self)
{
  g_assert_cmpint (self->packet_us, ==, 0);
  self->packet_us = at_us;
}

static void
on_first_key_frame (RjPeer *peer, gint64 at_us, RjtCall *self)
{
  g_assert_cmpint (self->key_frame_us, ==, 0);
  self->key_frame_us = at_us;
}

static void
on_frame_gap (RjPeer *peer, const RjGap *gap, RjtCall *self)
{
  self->n_gaps++;
  self->gap = *gap;
}

static void
on_picture_checked (RjPeer *peer, const RjPictureCheck *check, RjtCall *self)
{
  self->n_checks++;
  self->check = *check;
  self->check.detail = NULL;
  g_free (self->check_detail);
  self->check_detail = g_strdup (check->detail);
}

static void
on_failed (RjPeer *peer, const GError *error, RjtCall *self)
{
  g_assert_null (self->failure);
  self->failure = g_error_copy (error);
}

static void
listen_to_peer (RjtCall *self)
{
  g_object_connect (self->peer, "signal::candidate", on_candidate, self, "signal::ice-connected",
                    on_ice_connected, self, "signal::dtls-connected", on_dtls_connected, self,
                    "signal::first-packet", on_first_packet, self, "signal::first-key-frame",
                    on_first_key_frame, self, "signal::frame-gap", on_frame_gap, self,
                    "signal::picture-checked", on_picture_checked, self, "signal::failed",
                    on_failed, self, NULL);
}

RjtCall *
rjt_call_new (RjtStudio *studio, const RjtCallPlan *plan)
{
  RjtCall *self = g_new0 (RjtCall, 1);
  gboolean peer_sends = plan->direction == RJ_DIRECTION_SEND;
  RjPeerConfig config = {
    .direction = plan->direction,
    .has_audio = !plan->no_audio,
    .has_video = !plan->no_video,
    .publisher = RJT_PUBLISHER,
    .expected_known = TRUE,
    .loopback = RJ_LOOPBACK_ONLY,
    .detect_icmp = plan->detect_icmp,
    .detect_consent = plan->detect_consent,
    .answers = plan->answers,
    .blackhole = plan->blackhole,
  };
  RjtCounterpartConfig counterpart = {
    .sends = !peer_sends,
    .has_audio = !plan->no_audio,
    .has_video = !plan->no_video,
    .clip = plan->clip != NULL ? plan->clip : studio->clip,
    .publisher = plan->publisher != 0 ? plan->publisher : RJT_PUBLISHER,
    .run_hash = rj_frame_stamp_hash_run (plan->foreign ? "another run" : RJT_RUN),
    .run_start_us = studio->run_start_us,
    .candidate = on_counterpart_candidate,
    .user_data = self,
  };

  self->studio = studio;
  self->edit_offer = plan->edit_offer;
  self->edit_answer = plan->edit_answer;
  self->counterpart = rjt_counterpart_new (&counterpart, studio->pacer, studio->reaper);
  self->config = config;
  if (plan->ahead) {
    config.ahead = TRUE;
    config.publisher++; /* whose it will be is not known yet */
  }
  self->peer = rj_peer_factory_create (RJ_PEER_FACTORY (studio->engine), &config, &self->error);
  g_assert_no_error (self->error);
  listen_to_peer (self);
  return self;
}

static void
on_answer_set (GObject *peer, GAsyncResult *result, gpointer user_data)
{
  RjtCall *self = user_data;

  self->answer_set = rj_peer_set_answer_finish (RJ_PEER (peer), result, &self->error);
}

static void
on_offer (GObject *peer, GAsyncResult *result, gpointer user_data)
{
  RjtCall *self = user_data;
  g_autofree char *answer = NULL;
  g_autofree char *edited = NULL;

  self->offer = rj_peer_create_offer_finish (RJ_PEER (peer), result, &self->error);
  if (self->offer == NULL)
    return;
  edited = self->edit_offer != NULL ? self->edit_offer (self->offer) : g_strdup (self->offer);
  answer = rjt_counterpart_answer (self->counterpart, edited);
  if (self->edit_answer != NULL)
    self->answer = self->edit_answer (answer);
  else
    self->answer = g_steal_pointer (&answer);
  rj_peer_set_answer_async (RJ_PEER (peer), self->answer, NULL, on_answer_set, self);
}

static void
on_accepted (GObject *peer, GAsyncResult *result, gpointer user_data)
{
  RjtCall *self = user_data;

  self->answer = rj_peer_accept_offer_finish (RJ_PEER (peer), result, &self->error);
  if (self->answer == NULL)
    return;
  rjt_counterpart_take_answer (self->counterpart, self->answer);
  self->answer_set = TRUE;
}

static gboolean
is_negotiated (gpointer data)
{
  const RjtCall *self = data;

  return self->answer_set || self->error != NULL;
}

void
rjt_call_request_offer (RjtCall *self)
{
  rj_peer_create_offer_async (self->peer, NULL, on_offer, self);
}

void
rjt_call_negotiate (RjtCall *self)
{
  if (self->config.answers) {
    self->offer = rjt_counterpart_offer (self->counterpart);
    rj_peer_accept_offer_async (self->peer, self->offer, NULL, on_accepted, self);
  } else {
    rjt_call_request_offer (self);
  }
  rjt_wait_until (is_negotiated, self, "the answer is applied or refused");
}

gboolean
rjt_call_is_connected (gpointer data)
{
  const RjtCall *self = data;

  return self->dtls_us != 0 && rjt_counterpart_is_connected (self->counterpart);
}

gboolean
rjt_call_has_key_frame (gpointer data)
{
  return ((const RjtCall *) data)->key_frame_us != 0;
}

gboolean
rjt_call_has_failed (gpointer data)
{
  return ((const RjtCall *) data)->failure != NULL;
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

void
rjt_call_free (RjtCall *self)
{
  gpointer peer = self->peer;

  rj_peer_close (self->peer);
  g_object_add_weak_pointer (G_OBJECT (self->peer), &peer);
  g_clear_object (&self->peer);
  rjt_wait_until (is_gone, &peer, "the peer is gone");
  g_clear_pointer (&self->counterpart, rjt_counterpart_free);
  g_free (self->offer);
  g_free (self->answer);
  g_free (self->local_type);
  g_free (self->remote_type);
  g_free (self->check_detail);
  g_clear_error (&self->error);
  g_clear_error (&self->failure);
  g_free (self);
}

void
rjt_call_resume (RjtCall *self)
{
  rjt_counterpart_start_sending (self->counterpart);
}

RjtOutcome *
rjt_outcome_new (void)
{
  return g_new0 (RjtOutcome, 1);
}

void
rjt_outcome_free (RjtOutcome *self)
{
  g_free (self->offer);
  g_clear_error (&self->error);
  g_free (self);
}

void
rjt_outcome_take_offer (GObject *peer, GAsyncResult *result, gpointer user_data)
{
  RjtOutcome *self = user_data;

  self->is_there = TRUE;
  self->offer = rj_peer_create_offer_finish (RJ_PEER (peer), result, &self->error);
}

void
rjt_outcome_take_own_answer (GObject *peer, GAsyncResult *result, gpointer user_data)
{
  RjtOutcome *outcome = user_data;

  outcome->is_there = TRUE;
  outcome->offer = rj_peer_accept_offer_finish (RJ_PEER (peer), result, &outcome->error);
}

void
rjt_outcome_take_answer (GObject *peer, GAsyncResult *result, gpointer user_data)
{
  RjtOutcome *self = user_data;

  self->is_there = TRUE;
  rj_peer_set_answer_finish (RJ_PEER (peer), result, &self->error);
}

gboolean
rjt_outcome_is_there (gpointer outcome)
{
  return ((const RjtOutcome *) outcome)->is_there;
}
