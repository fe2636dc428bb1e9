#include "rjt-client.h"

#include <string.h>

#include "rj-sdp.h"

#define ABS_SEND_TIME "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

static void
on_candidate (RjIcePeer *peer, const char *candidate, gpointer user_data)
{
  RjtClient *self = user_data;

  rjt_control_send (
    self->control, RJ_KMS_INVOKE,
    rj_kms_invoke_candidate (self->control->session, self->endpoint, candidate, "0", 0));
}

static void
on_connected (RjIcePeer *peer, gpointer user_data)
{
  ((RjtClient *) user_data)->connected = TRUE;
}

static void
on_failed (RjIcePeer *peer, const GError *error, gpointer user_data)
{
  RjtClient *self = user_data;

  if (!self->connected)
    g_error ("client: %s", error->message);
  self->ended = TRUE;
}

static RjtStream *
find_stream (RjtClient *self, guint32 ssrc)
{
  RjtStream stream = { .ssrc = ssrc };

  for (guint i = 0; i < self->streams->len; i++) {
    RjtStream *old = &g_array_index (self->streams, RjtStream, i);

    if (old->ssrc == ssrc)
      return old;
  }
  g_array_append_val (self->streams, stream);
  return &g_array_index (self->streams, RjtStream, self->streams->len - 1);
}

static void
on_rtp (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  RjRtpHeader header;
  RjtStream *stream;

  g_assert_true (rj_rtp_parse (packet, size, &header));
  stream = find_stream (user_data, header.ssrc);
  if (stream->n_packets == 0)
    stream->first_sequence = header.sequence;
  else if (header.sequence != (guint16) (stream->last_sequence + 1))
    stream->n_gaps++;
  stream->n_packets++;
  stream->payload_type = header.payload_type;
  stream->last_sequence = header.sequence;
  stream->last_timestamp = header.timestamp;
  memset (stream->last_payload, 0, sizeof stream->last_payload);
  memcpy (stream->last_payload, packet + header.payload_offset,
          MIN (header.payload_size, sizeof stream->last_payload));
}

static void
take_rtcp (RjtClient *self, const RjRtcpPacket *packet)
{
  RjRtcpReportBlock block;
  RjRtcpSenderInfo info;
  guint32 ssrcs[255];
  guint n_ssrcs;
  guint32 ssrc;
  guint16 sequence;
  guint8 number;
  guint64 bps;

  if (rj_rtcp_parse_fir (packet, 0, &ssrc, &number) && ssrc == self->video_ssrc)
    self->n_fir++;
  if (rj_rtcp_parse_pli (packet, &ssrc) && ssrc == self->video_ssrc)
    self->n_pli++;
  if (rj_rtcp_parse_nack (packet, &ssrc, &sequence, 1) > 0 && ssrc == self->video_ssrc)
    self->n_nack++;
  if (rj_rtcp_parse_report_block (packet, 0, &block) && block.ssrc == self->video_ssrc)
    self->n_rr++;
  if (rj_rtcp_parse_sr (packet, &info) && packet->ssrc == self->video_ssrc)
    self->n_sr++;
  if (rj_rtcp_parse_remb (packet, &bps, ssrcs, &n_ssrcs)) {
    self->n_remb++;
    self->remb_bps = (gint64) bps;
  }
}

static void
on_rtcp (RjIcePeer *peer, guint8 *compound, gsize size, gint64 at_us, gpointer user_data)
{
  RjRtcpIter iter;
  RjRtcpPacket packet;

  rj_rtcp_iter_init (&iter, compound, size);
  while (rj_rtcp_iter_next (&iter, &packet))
    take_rtcp (user_data, &packet);
  g_assert_true (rj_rtcp_iter_is_clean (&iter));
}

static RjtClient *
make (
  RjtControl *control, gboolean publishes, gboolean answers, guint8 audio_type, guint8 video_type)
{
  static const RjIcePeerCallbacks callbacks = {
    .candidate = on_candidate,
    .connected = on_connected,
    .failed = on_failed,
    .rtp = on_rtp,
    .rtcp = on_rtcp,
  };
  RjIcePeerConfig config = { .controlling = !answers, .loopback_only = TRUE };
  RjtClient *self = g_new0 (RjtClient, 1);
  g_autoptr (GError) error = NULL;

  self->control = control;
  self->publishes = publishes;
  self->answers = answers;
  self->audio_type = audio_type;
  self->video_type = video_type;
  self->audio_ssrc = publishes ? g_random_int () : 0;
  self->video_ssrc = publishes ? g_random_int () : 0;
  self->streams = g_array_new (FALSE, TRUE, sizeof (RjtStream));
  self->peer = rj_ice_peer_new (g_main_context_default (), &config, &callbacks, self, &error);
  g_assert_no_error (error);
  return self;
}

RjtClient *
rjt_client_new (RjtControl *control, gboolean publishes, guint8 audio_type, guint8 video_type)
{
  return make (control, publishes, FALSE, audio_type, video_type);
}

RjtClient *
rjt_client_new_answering (RjtControl *control)
{
  return make (control, FALSE, TRUE, 96, 100);
}

void
rjt_client_free (RjtClient *self)
{
  if (self == NULL)
    return;
  rj_ice_peer_close (self->peer);
  g_object_unref (self->peer);
  g_array_unref (self->streams);
  g_free (self->endpoint);
  g_free (self->answer);
  g_free (self);
}

static void
append_medium (GString *text, RjtClient *self, const char *mid, const char *mline, guint32 ssrc)
{
  const RjIceCredentials *local = rj_ice_peer_get_local (self->peer);

  g_string_append_printf (
    text,
    "%sc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:%s\r\n"
    "a=ice-pwd:%s\r\na=ice-options:trickle\r\na=fingerprint:sha-256 %s\r\n"
    "a=setup:%s\r\na=mid:%s\r\na=extmap:2 " ABS_SEND_TIME "\r\na=%s\r\na=rtcp-mux\r\n",
    mline, local->ufrag, local->password, local->fingerprint, self->answers ? "active" : "actpass",
    mid, self->publishes ? "sendonly" : "recvonly");
  if (ssrc != 0)
    g_string_append_printf (text, "a=ssrc:%u cname:test\r\n", ssrc);
}

char *
rjt_client_make_offer (RjtClient *self)
{
  GString *text = g_string_new ("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                                "a=group:BUNDLE 0 1\r\n");
  g_autofree char *audio = g_strdup_printf ("m=audio 9 UDP/TLS/RTP/SAVPF %u\r\n", self->audio_type);
  g_autofree char *video = g_strdup_printf ("m=video 9 UDP/TLS/RTP/SAVPF %u\r\n", self->video_type);

  append_medium (text, self, "0", audio, self->audio_ssrc);
  g_string_append_printf (text, "a=rtpmap:%u opus/48000/2\r\n", self->audio_type);
  append_medium (text, self, "1", video, self->video_ssrc);
  g_string_append_printf (text, "a=rtpmap:%u VP8/90000\r\n", self->video_type);
  if (self->video_feedback != NULL)
    g_string_append (text, self->video_feedback);
  else
    g_string_append_printf (text,
                            "a=rtcp-fb:%1$u goog-remb\r\na=rtcp-fb:%1$u ccm fir\r\n"
                            "a=rtcp-fb:%1$u nack\r\na=rtcp-fb:%1$u nack pli\r\n",
                            self->video_type);
  return g_string_free (text, FALSE);
}

/* The node's description, offer or answer */
static void
take_answer (RjtClient *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjSdp) sdp = rj_sdp_parse (self->answer, &error);
  g_autoptr (RjSdpTransport) transport = NULL;
  RjIceCredentials remote;

  g_assert_no_error (error);
  transport = rj_sdp_get_transport (sdp, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpint (transport->setup, ==,
                   self->answers ? RJ_SDP_SETUP_ACTPASS : RJ_SDP_SETUP_ACTIVE);
  if (!self->publishes) {
    g_assert_true (rj_sdp_media_get_ssrc (rj_sdp_get_media (sdp, 0), &self->audio_ssrc));
    g_assert_true (rj_sdp_media_get_ssrc (rj_sdp_get_media (sdp, 1), &self->video_ssrc));
  }
  remote.ufrag = transport->ufrag;
  remote.password = transport->password;
  remote.fingerprint = transport->fingerprint;
  rj_ice_peer_set_remote (self->peer, &remote, self->answers ? RJ_DTLS_ACTIVE : RJ_DTLS_PASSIVE,
                          &error);
  g_assert_no_error (error);
}

static void
take_candidates (RjtClient *self)
{
  for (guint i = 0; i < self->control->events->len; i++) {
    const RjKmsEvent *event = g_ptr_array_index (self->control->events, i);

    if (event->candidate != NULL && g_str_equal (event->object, self->endpoint))
      rj_ice_peer_add_candidate (self->peer, event->candidate->candidate);
  }
}

static const char *
invoke_sdp (RjtClient *self, const char *operation, const char *argument, const char *sdp)
{
  return rjt_control_do (
    self->control, RJ_KMS_INVOKE,
    rj_kms_invoke_text (self->control->session, self->endpoint, operation, argument, sdp));
}

static void
exchange (RjtClient *self)
{
  g_autofree char *own = rjt_client_make_offer (self);

  if (!self->answers) {
    self->answer = g_strdup (invoke_sdp (self, RJ_KMS_PROCESS_OFFER, "offer", own));
    take_answer (self);
    return;
  }
  self->answer = g_strdup (rjt_control_do (
    self->control, RJ_KMS_INVOKE,
    rj_kms_invoke (self->control->session, self->endpoint, RJ_KMS_GENERATE_OFFER, NULL)));
  take_answer (self);
  g_assert_null (invoke_sdp (self, RJ_KMS_PROCESS_ANSWER, "answer", own));
}

void
rjt_client_negotiate (RjtClient *self, const char *pipeline)
{
  self->endpoint = g_strdup (rjt_control_create (self->control, RJ_KMS_WEBRTC, pipeline));
  rjt_control_subscribe_all (self->control, self->endpoint);
  exchange (self);
  rjt_control_do (
    self->control, RJ_KMS_INVOKE,
    rj_kms_invoke (self->control->session, self->endpoint, RJ_KMS_GATHER_CANDIDATES, NULL));
  RJT_WAIT (rjt_control_count (self->control, RJ_KMS_EVENT_CANDIDATE, self->endpoint, NULL) >= 4);
  take_candidates (self);
  g_assert_true (rj_ice_peer_gather (self->peer, NULL));
}

void
rjt_client_wait_connected (RjtClient *self)
{
  RJT_WAIT (self->connected);
}

void
rjt_client_send_as (
  RjtClient *self, guint32 ssrc, guint8 payload_type, guint16 sequence, gboolean key)
{
  guint8 packet[200] = { 0 };
  RjRtpHeader header = { .ssrc = ssrc,
                         .sequence = sequence,
                         .timestamp = sequence * 3000u,
                         .payload_type = payload_type,
                         .marker = TRUE };
  gsize size = rj_rtp_write (packet, &header);

  packet[size] = 0x10; /* VP8: start of partition 0, no extension */
  packet[size + 1] = key ? 0x00 : 0x01;
  packet[size + 2] = (guint8) (sequence >> 8);
  packet[size + 3] = (guint8) sequence;
  rj_ice_peer_send_rtp (self->peer, packet, sizeof packet);
}

void
rjt_client_send_video (RjtClient *self, guint16 sequence, gboolean key)
{
  rjt_client_send_as (self, self->video_ssrc, self->video_type, sequence, key);
}

void
rjt_client_send_audio (RjtClient *self, guint16 sequence)
{
  rjt_client_send_as (self, self->audio_ssrc, self->audio_type, sequence, FALSE);
}

const RjtStream *
rjt_client_get_stream (RjtClient *self, guint32 ssrc)
{
  return find_stream (self, ssrc);
}

guint
rjt_client_count_packets (RjtClient *self)
{
  guint count = 0;

  for (guint i = 0; i < self->streams->len; i++)
    count += g_array_index (self->streams, RjtStream, i).n_packets;
  return count;
}
