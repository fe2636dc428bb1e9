#include "rjt-counterpart.h"

#include <gst/video/video.h>
#include <gst/webrtc/webrtc.h>
#include <sys/socket.h>

#include "rj-receiver.h"
#include "rj-sender.h"
#include "rj-webrtcbin-build.h"
#include "rj-webrtcbin-news.h"

struct _RjtCounterpart {
  GObject *owner; /* something with a life, for the mailbox */
  RjMailbox *mailbox;
  RjReaper *reaper;
  RjPacer *pacer;
  RjtCounterpartConfig config;
  RjWebrtcbinParts parts;
  RjReceiver *receiver;
  RjSender *sender;
  gboolean connected;
};

static RjtCounterpart *
get_self (gpointer owner)
{
  return g_object_get_data (owner, "counterpart");
}

static void
on_candidate (gpointer owner, guint mline, const char *text)
{
  RjtCounterpart *self = get_self (owner);

  self->config.candidate (mline, text, self->config.user_data);
}

static void
on_moment (gpointer owner, gint64 at_us)
{
}

static void
on_connected (gpointer owner, gint64 at_us)
{
  RjtCounterpart *self = get_self (owner);

  self->connected = TRUE;
  if (self->config.sends)
    rjt_counterpart_start_sending (self);
}

static void
on_error (gpointer owner, const GError *error)
{
  g_error ("counterpart: %s", error->message);
}

static void
on_gap (gpointer owner, const RjGap *gap)
{
}

static const RjWebrtcbinNews news = {
  .candidate = on_candidate,
  .ice_connected = on_moment,
  .dtls_connected = on_connected,
  .ice_failed = on_moment,
  .connection_failed = on_moment,
  .pipeline_error = on_error,
};

static const RjReceiverNews receiver_news = {
  .first_packet = on_moment,
  .first_key_frame = on_moment,
  .gap_ended = on_gap,
};

static RjPeerConfig
get_peer_config (const RjtCounterpartConfig *config)
{
  return (RjPeerConfig){
    .direction = config->sends ? RJ_DIRECTION_SEND : RJ_DIRECTION_RECEIVE,
    .has_audio = config->sends && config->has_audio,
    .has_video = config->sends && config->has_video,
    .loopback = RJ_LOOPBACK_ONLY,
  };
}

RjtCounterpart *
rjt_counterpart_new (const RjtCounterpartConfig *config, RjPacer *pacer, RjReaper *reaper)
{
  RjtCounterpart *self = g_new0 (RjtCounterpart, 1);
  RjPeerConfig peer = get_peer_config (config);
  RjTapConfig tap = {
    .has_video = config->has_video,
    .run_hash = config->run_hash,
    .publisher = config->publisher,
    .expected_known = TRUE,
    .gap_limit_us = 500 * 1000,
    .run_start_us = config->run_start_us,
  };
  g_autoptr (GError) error = NULL;

  self->config = *config;
  self->pacer = rj_pacer_ref (pacer);
  self->reaper = rj_reaper_ref (reaper);
  self->owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_data (self->owner, "counterpart", self);
  self->mailbox = rj_mailbox_new (self->owner, G_PRIORITY_DEFAULT);
  rj_webrtcbin_build (&self->parts, &peer, config->clip, &error);
  g_assert_no_error (error);
  rj_peer_census_add (self->parts.webrtc);
  rj_webrtcbin_listen (self->parts.pipeline, self->parts.webrtc, &news, self->mailbox);
  self->receiver = rj_receiver_new (&tap, &receiver_news, self->mailbox);
  rj_receiver_attach (self->receiver, self->parts.webrtc);
  rj_webrtcbin_start (&self->parts, &peer, &error);
  g_assert_no_error (error);
  return self;
}

static GstStructure *
call (RjtCounterpart *self, const char *action, gpointer argument)
{
  g_autoptr (GstPromise) promise = gst_promise_new ();
  const GstStructure *reply;

  g_signal_emit_by_name (self->parts.webrtc, action, argument, promise);
  g_assert_cmpint (gst_promise_wait (promise), ==, GST_PROMISE_RESULT_REPLIED);
  reply = gst_promise_get_reply (promise);
  if (reply != NULL && gst_structure_has_field (reply, "error")) {
    g_autofree char *text = gst_structure_to_string (reply);

    g_error ("%s: %s", action, text);
  }
  return reply == NULL ? NULL : gst_structure_copy (reply);
}

static void
set_description (RjtCounterpart *self, const char *action, gpointer description)
{
  GstStructure *reply = call (self, action, description);

  g_clear_pointer (&reply, gst_structure_free);
}

char *
rjt_counterpart_offer (RjtCounterpart *self)
{
  g_autoptr (GstWebRTCSessionDescription) offer = NULL;
  GstStructure *reply = call (self, "create-offer", NULL);

  gst_structure_get (reply, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, NULL);
  gst_structure_free (reply);
  g_assert_nonnull (offer);
  set_description (self, "set-local-description", offer);
  return gst_sdp_message_as_text (offer->sdp);
}

void
rjt_counterpart_take_answer (RjtCounterpart *self, const char *answer_text)
{
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  GstSDPMessage *sdp = NULL;

  g_assert_cmpint (gst_sdp_message_new_from_text (answer_text, &sdp), ==, GST_SDP_OK);
  answer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  set_description (self, "set-remote-description", answer);
}

char *
rjt_counterpart_answer (RjtCounterpart *self, const char *offer_text)
{
  g_autoptr (GstWebRTCSessionDescription) offer = NULL;
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  GstSDPMessage *sdp = NULL;
  GstStructure *reply;

  g_assert_cmpint (gst_sdp_message_new_from_text (offer_text, &sdp), ==, GST_SDP_OK);
  offer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, sdp);
  set_description (self, "set-remote-description", offer);
  reply = call (self, "create-answer", NULL);
  gst_structure_get (reply, "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL);
  gst_structure_free (reply);
  g_assert_nonnull (answer);
  set_description (self, "set-local-description", answer);
  return gst_sdp_message_as_text (answer->sdp);
}

void
rjt_counterpart_add_candidate (RjtCounterpart *self, guint mline, const char *candidate)
{
  g_signal_emit_by_name (self->parts.webrtc, "add-ice-candidate", mline, candidate);
}

gboolean
rjt_counterpart_is_connected (RjtCounterpart *self)
{
  return self->connected;
}

RjTap *
rjt_counterpart_get_tap (RjtCounterpart *self)
{
  return rj_receiver_get_tap (self->receiver);
}

static gboolean
ask_pad_for_key (GstElement *webrtc, GstPad *pad, gpointer user_data)
{
  const gboolean *fir = user_data;

  gst_pad_send_event (pad,
                      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, *fir, 0));
  return TRUE;
}

void
rjt_counterpart_ask_for_key (RjtCounterpart *self, gboolean fir)
{
  gst_element_foreach_src_pad (self->parts.webrtc, ask_pad_for_key, &fir);
}

void
rjt_counterpart_start_sending (RjtCounterpart *self)
{
  RjSenderStamp stamp = {
    .run_hash = self->config.run_hash,
    .publisher = self->config.publisher,
    .run_start_us = self->config.run_start_us,
  };

  if (self->sender != NULL)
    return;
  self->sender =
    rj_sender_new (self->pacer, self->config.clip, &stamp, self->parts.audio, self->parts.video);
  rj_sender_start (self->sender);
}

void
rjt_counterpart_stop_sending (RjtCounterpart *self)
{
  g_clear_pointer (&self->sender, rj_sender_stop);
}

void
rjt_counterpart_close_port (RjtCounterpart *self)
{
  g_autoptr (GSocket) connected = rj_webrtcbin_dup_socket (self->parts.webrtc);
  const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

  g_assert_nonnull (connected);
  /* gives the port back, although somebody polls the socket (udp(7): dissolves the association) */
  g_assert_cmpint (connect (g_socket_get_fd (connected), &nowhere, sizeof nowhere), ==, 0);
}

void
rjt_counterpart_free (RjtCounterpart *self)
{
  rjt_counterpart_stop_sending (self);
  rj_mailbox_close (self->mailbox);
  rj_reaper_take (self->reaper, self->parts.pipeline);
  rj_receiver_unref (self->receiver);
  rj_mailbox_unref (self->mailbox);
  rj_reaper_unref (self->reaper);
  rj_pacer_unref (self->pacer);
  g_object_unref (self->owner);
  g_free (self);
}
