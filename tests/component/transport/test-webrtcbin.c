/* The other implementation as a witness: webrtcbin speaks to an RjIcePeer, over loopback. */
#include "rjt-ice-end.h"

#include <gst/sdp/sdp.h>
#include <gst/webrtc/webrtc.h>
#include <nice/agent.h>
#include <string.h>

#include "rj-rtcp.h"
#include "rj-rtp.h"

#define SENDER                                                                                     \
  "webrtcbin name=w bundle-policy=max-compat latency=0 "                                           \
  "videotestsrc is-live=true ! video/x-raw,width=160,height=120,framerate=30/1 ! "                 \
  "vp8enc deadline=1 keyframe-max-dist=100000 ! rtpvp8pay pt=96 ! "                                \
  "application/x-rtp,media=video,encoding-name=VP8,payload=96 ! w. "                               \
  "audiotestsrc is-live=true ! opusenc ! rtpopuspay pt=111 ! "                                     \
  "application/x-rtp,media=audio,encoding-name=OPUS,payload=111 ! w. "

typedef struct {
  RjIcePeer *peer;
  GstElement *pipeline;
  GstElement *webrtc;
  gboolean connected;
  GError *error;
  guint n_video;
  guint n_audio;
  guint n_key_frames;
  guint32 video_ssrc;
  guint n_sender_reports;
  guint n_receiver_blocks; /* about the streams that we send */
  int n_buffers;           /* that left webrtcbin; atomic */
} Fixture;

#define OWN_VIDEO_SSRC 0x11111111
#define OWN_AUDIO_SSRC 0x22222222

/* --- the peer --- */

static void
on_candidate (RjIcePeer *peer, const char *candidate, gpointer user_data)
{
  Fixture *f = user_data;

  g_signal_emit_by_name (f->webrtc, "add-ice-candidate", 0, candidate);
}

static void
on_connected (RjIcePeer *peer, gpointer user_data)
{
  ((Fixture *) user_data)->connected = TRUE;
}

static void
on_failed (RjIcePeer *peer, const GError *error, gpointer user_data)
{
  ((Fixture *) user_data)->error = g_error_copy (error);
}

static void
on_rtp (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  Fixture *f = user_data;
  RjRtpHeader header;

  g_assert_true (rj_rtp_parse (packet, size, &header));
  if (header.payload_type == 96) {
    f->n_video++;
    f->video_ssrc = header.ssrc;
    f->n_key_frames += rj_vp8_starts_key_frame (packet, size) ? 1 : 0;
  } else {
    g_assert_cmpuint (header.payload_type, ==, 111);
    f->n_audio++;
  }
}

static void
on_rtcp (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  Fixture *f = user_data;
  RjRtcpIter iter;
  RjRtcpPacket part;

  rj_rtcp_iter_init (&iter, packet, size);
  while (rj_rtcp_iter_next (&iter, &part)) {
    RjRtcpSenderInfo info;
    RjRtcpReportBlock block;

    f->n_sender_reports += rj_rtcp_parse_sr (&part, &info) ? 1 : 0;
    for (guint i = 0; rj_rtcp_parse_report_block (&part, i, &block); i++)
      if (block.ssrc == OWN_VIDEO_SSRC || block.ssrc == OWN_AUDIO_SSRC)
        f->n_receiver_blocks++;
  }
  g_assert_true (rj_rtcp_iter_is_clean (&iter));
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  static const RjIcePeerCallbacks callbacks = {
    .candidate = on_candidate,
    .connected = on_connected,
    .failed = on_failed,
    .rtp = on_rtp,
    .rtcp = on_rtcp,
  };
  RjIcePeerConfig config = { .controlling = FALSE, .loopback_only = TRUE };
  g_autoptr (GError) error = NULL;

  f->peer = rj_ice_peer_new (g_main_context_default (), &config, &callbacks, f, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (f->pipeline);

  rj_ice_peer_close (f->peer);
  g_clear_object (&f->peer);
  gst_bus_set_flushing (bus, TRUE);
  g_signal_handlers_disconnect_by_data (f->webrtc, f);
  gst_element_set_state (f->pipeline, GST_STATE_NULL);
  g_clear_object (&f->webrtc);
  gst_clear_object (&f->pipeline);
  g_clear_error (&f->error);
  while (g_main_context_iteration (NULL, FALSE))
    continue; /* candidates that came last */
  RJT_WAIT (rj_ice_peer_count_agents () == 0);
}

/* --- webrtcbin --- */

typedef struct {
  RjIcePeer *peer;
  char *candidate;
} News;

static void
free_news (gpointer user_data)
{
  News *news = user_data;

  g_object_unref (news->peer);
  g_free (news->candidate);
  g_free (news);
}

static gboolean
take_candidate (gpointer user_data)
{
  News *news = user_data;

  rj_ice_peer_add_candidate (news->peer, news->candidate);
  return G_SOURCE_REMOVE;
}

/* webrtcbin's thread */
static void
on_their_candidate (GstElement *webrtc, guint line, const char *candidate, gpointer peer)
{
  News *news = g_new0 (News, 1);

  news->peer = g_object_ref (peer);
  news->candidate = g_strdup (candidate);
  g_idle_add_full (G_PRIORITY_DEFAULT, take_candidate, news, free_news);
}

static void
keep_to_loopback (GstElement *webrtc)
{
  g_autoptr (GObject) ice = NULL;
  g_autoptr (GObject) agent = NULL;
  NiceAddress loopback;

  g_object_get (webrtc, "ice-agent", &ice, NULL);
  g_object_get (ice, "agent", &agent, NULL);
  g_object_set (agent, "upnp", FALSE, "ice-tcp", FALSE, "stun-pacing-timer", 5, NULL);
  nice_address_init (&loopback);
  nice_address_set_from_string (&loopback, "127.0.0.1");
  nice_agent_add_local_address (NICE_AGENT (agent), &loopback);
}

static void
start_webrtc (Fixture *f, const char *description)
{
  g_autoptr (GError) error = NULL;

  f->pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  if (GST_IS_PIPELINE (f->pipeline)) {
    f->webrtc = gst_bin_get_by_name (GST_BIN (f->pipeline), "w");
  } else {
    f->webrtc = g_object_ref (f->pipeline);
    f->pipeline = gst_pipeline_new (NULL);
    gst_bin_add (GST_BIN (f->pipeline), f->webrtc);
  }
  g_signal_connect_object (f->webrtc, "on-ice-candidate", G_CALLBACK (on_their_candidate), f->peer,
                           0);
  keep_to_loopback (f->webrtc);
  gst_element_set_state (f->pipeline, GST_STATE_PLAYING);
}

static gboolean
all_pads_have_caps (GstElement *webrtc)
{
  gboolean all = TRUE;

  GST_OBJECT_LOCK (webrtc);
  for (GList *l = webrtc->sinkpads; l != NULL; l = l->next) {
    g_autoptr (GstCaps) caps = gst_pad_get_current_caps (l->data);

    all = all && caps != NULL;
  }
  GST_OBJECT_UNLOCK (webrtc);
  return all;
}

static GstWebRTCSessionDescription *
make_offer (Fixture *f)
{
  g_autoptr (GstPromise) promise = gst_promise_new ();
  g_autoptr (GstPromise) done = gst_promise_new ();
  GstWebRTCSessionDescription *offer = NULL;

  RJT_WAIT (all_pads_have_caps (f->webrtc));
  g_signal_emit_by_name (f->webrtc, "create-offer", NULL, promise);
  g_assert_cmpint (gst_promise_wait (promise), ==, GST_PROMISE_RESULT_REPLIED);
  gst_structure_get (gst_promise_get_reply (promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION,
                     &offer, NULL);
  g_assert_nonnull (offer);
  g_signal_emit_by_name (f->webrtc, "set-local-description", offer, done);
  gst_promise_wait (done);
  return offer;
}

static void
append_media (GString *sdp,
              const GstSDPMedia *media,
              const RjIceCredentials *own,
              const char *setup,
              gboolean sending)
{
  const char *format = gst_sdp_media_get_format (media, 0);
  gboolean video = g_str_equal (gst_sdp_media_get_media (media), "video");

  g_string_append_printf (
    sdp,
    "m=%s 9 UDP/TLS/RTP/SAVPF %s\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\n"
    "a=mid:%s\r\na=rtpmap:%s\r\na=%s\r\na=setup:%s\r\n",
    gst_sdp_media_get_media (media), format, gst_sdp_media_get_attribute_val (media, "mid"),
    gst_sdp_media_get_attribute_val (media, "rtpmap"), sending ? "sendonly" : "recvonly", setup);
  g_string_append_printf (sdp, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 %s\r\n",
                          own->ufrag, own->password, own->fingerprint);
  if (video)
    g_string_append_printf (sdp, "a=rtcp-fb:%s nack pli\r\na=rtcp-fb:%s ccm fir\r\n", format,
                            format);
  if (sending)
    g_string_append_printf (sdp, "a=ssrc:%u cname:test\r\n",
                            video ? OWN_VIDEO_SSRC : OWN_AUDIO_SSRC);
}

static char *
make_answer (const GstSDPMessage *offer,
             const RjIceCredentials *own,
             const char *setup,
             gboolean sending)
{
  GString *sdp = g_string_new ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE");

  for (guint i = 0; i < gst_sdp_message_medias_len (offer); i++)
    g_string_append_printf (
      sdp, " %s", gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (offer, i), "mid"));
  g_string_append (sdp, "\r\n");
  for (guint i = 0; i < gst_sdp_message_medias_len (offer); i++)
    append_media (sdp, gst_sdp_message_get_media (offer, i), own, setup, sending);
  return g_string_free (sdp, FALSE);
}

static void
take_offer (Fixture *f, const GstSDPMessage *offer, RjDtlsRole own_role)
{
  const GstSDPMedia *media = gst_sdp_message_get_media (offer, 0);
  RjIceCredentials remote = {
    (char *) gst_sdp_media_get_attribute_val (media, "ice-ufrag"),
    (char *) gst_sdp_media_get_attribute_val (media, "ice-pwd"),
    (char *) gst_sdp_media_get_attribute_val (media, "fingerprint"),
  };
  g_autoptr (GError) error = NULL;

  rj_ice_peer_set_remote (f->peer, &remote, own_role, &error);
  g_assert_no_error (error);
}

static void
negotiate (Fixture *f, RjDtlsRole own_role, gboolean sending)
{
  g_autoptr (GstWebRTCSessionDescription) offer = make_offer (f);
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  g_autoptr (GstPromise) done = gst_promise_new ();
  g_autofree char *text = make_answer (offer->sdp, rj_ice_peer_get_local (f->peer),
                                       own_role == RJ_DTLS_ACTIVE ? "active" : "passive", sending);
  GstSDPMessage *sdp;

  take_offer (f, offer->sdp, own_role);
  g_assert_cmpint (gst_sdp_message_new_from_text (text, &sdp), ==, GST_SDP_OK);
  answer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  g_signal_emit_by_name (f->webrtc, "set-remote-description", answer, done);
  gst_promise_wait (done);
  g_assert_true (rj_ice_peer_gather (f->peer, NULL));
  RJT_WAIT (f->connected || f->error != NULL);
  g_assert_no_error (f->error);
}

/* --- what is tested --- */

static void
request_key_frame (Fixture *f, gboolean fir)
{
  guint8 compound[64];
  gsize size = rj_rtcp_write_rr (compound, sizeof compound, 77, NULL, 0);
  guint n_before = f->n_key_frames;

  if (fir)
    size += rj_rtcp_write_fir (compound + size, sizeof compound - size, 77, f->video_ssrc, 1);
  else
    size += rj_rtcp_write_pli (compound + size, sizeof compound - size, 77, f->video_ssrc);
  rj_ice_peer_send_rtcp (f->peer, compound, size);
  RJT_WAIT (f->n_key_frames > n_before);
}

static void
test_webrtcbin_sends (Fixture *f, gconstpointer own_role)
{
  start_webrtc (f, SENDER);
  negotiate (f, (RjDtlsRole) GPOINTER_TO_INT (own_role), FALSE);
  RJT_WAIT (f->n_video > 20 && f->n_audio > 20 && f->n_sender_reports > 0);
  g_assert_cmpuint (f->n_key_frames, ==, 1);
  request_key_frame (f, FALSE);
  request_key_frame (f, TRUE);
}

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer fixture)
{
  g_atomic_int_inc (&((Fixture *) fixture)->n_buffers);
  return GST_PAD_PROBE_DROP;
}

/* webrtcbin's threads */
static void
on_pad_added (GstElement *webrtc, GstPad *pad, gpointer fixture)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, fixture, NULL);
}

static void
add_receiver (GstElement *webrtc, const char *text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;

  g_signal_emit_by_name (webrtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY,
                         caps, &transceiver);
  g_assert_nonnull (transceiver);
}

static void
send_both (Fixture *f, guint16 sequence)
{
  g_autoptr (GByteArray) video = rjt_make_rtp (OWN_VIDEO_SSRC, sequence, 500);
  g_autoptr (GByteArray) audio = rjt_make_rtp (OWN_AUDIO_SSRC, sequence, 80);

  rj_rtp_set_payload_type (video->data, 96);
  rj_rtp_set_payload_type (audio->data, 111);
  rj_ice_peer_send_rtp (f->peer, video->data, video->len);
  rj_ice_peer_send_rtp (f->peer, audio->data, audio->len);
}

static void
send_report (Fixture *f)
{
  guint8 compound[128];
  RjRtcpSenderInfo info = { rj_ntp_from_wall_us (g_get_real_time ()), 3000, 10, 5000 };
  gsize size = rj_rtcp_write_sr (compound, sizeof compound, OWN_VIDEO_SSRC, &info, NULL, 0);

  size += rj_rtcp_write_sdes (compound + size, sizeof compound - size, OWN_VIDEO_SSRC, "test");
  rj_ice_peer_send_rtcp (f->peer, compound, size);
}

static void
test_webrtcbin_receives (Fixture *f, gconstpointer own_role)
{
  guint16 sequence = 0;

  start_webrtc (f, "webrtcbin name=w bundle-policy=max-compat latency=0");
  g_signal_connect (f->webrtc, "pad-added", G_CALLBACK (on_pad_added), f);
  add_receiver (f->webrtc,
                "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000,"
                "encoding-params=(string)2");
  add_receiver (f->webrtc,
                "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000,"
                "rtcp-fb-nack-pli=true");
  negotiate (f, (RjDtlsRole) GPOINTER_TO_INT (own_role), TRUE);
  send_report (f);
  /* until packets have come out at the other end, and its receiver reports here */
  RJT_WAIT (
    (send_both (f, sequence++), g_atomic_int_get (&f->n_buffers) > 20 && f->n_receiver_blocks > 0));
}

#define ADD(name, data, func)                                                                      \
  g_test_add ("/webrtcbin/" name, Fixture, GINT_TO_POINTER (data), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  /* libsrtp's global state is shared with GStreamer's plugin: who comes first must not matter */
  if (g_getenv ("RJT_WARM_UP") != NULL)
    g_assert_true (rj_transport_warm_up (NULL));
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  /* GStreamer 1.22.0 logs criticals of its own now and then, which are not ours to fail for; ours are */
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_fatal_mask ("rj-transport", G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  ADD ("sends-and-connects", RJ_DTLS_PASSIVE, test_webrtcbin_sends);
  ADD ("sends-and-accepts", RJ_DTLS_ACTIVE, test_webrtcbin_sends);
  ADD ("receives-and-connects", RJ_DTLS_PASSIVE, test_webrtcbin_receives);
  ADD ("receives-and-accepts", RJ_DTLS_ACTIVE, test_webrtcbin_receives);
  return g_test_run ();
}
