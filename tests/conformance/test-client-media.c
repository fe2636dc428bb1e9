/* Offers and peers of the real media engine, opposite an end that does what Kurento does: it answers in
 * Kurento's form, is ICE controlled and DTLS client, tells streams apart by their SSRC only, and trickles its
 * candidates before its answer. */
#include <gio/gio.h>

#include "rj-error.h"
#include "rj-ice-peer.h"
#include "rj-rtcp.h"
#include "rj-rtp.h"
#include "rj-sdp-kurento.h"
#include "rj-sdp-munge.h"
#include "rjt-call.h"

#define N_MEDIA     2
#define OWN_CNAME   "user1@host-00000001"
#define FRAME_US    33000
#define MAX_STREAMS 8

static RjtStudio *studio;

typedef struct {
  RjPeer *peer; /* under test */
  RjIcePeer *end;
  RjSdp *offer;
  char *offer_text;
  GPtrArray *candidates; /* of the end */
  gboolean hides;        /* the peer's candidates from the end */
  gboolean answer_set;
  gboolean connected; /* the peer */
  gboolean end_connected;
  GError *error;

  struct {
    guint32 ssrc;
    guint8 payload;
  } heard[MAX_STREAMS]; /* what the end has received */
  guint n_heard;
  guint32 ssrcs[N_MEDIA]; /* that the end has announced */
  guint16 sequence;
  guint n_reports; /* blocks that name the announced video stream */
  guint n_other_reports;
} Call;

/* --- the end --- */

static void
on_end_candidate (RjIcePeer *end, const char *candidate, gpointer user_data)
{
  g_ptr_array_add (((Call *) user_data)->candidates, g_strdup (candidate));
}

static void
on_end_connected (RjIcePeer *end, gpointer user_data)
{
  ((Call *) user_data)->end_connected = TRUE;
}

static void
on_end_failed (RjIcePeer *end, const GError *error, gpointer user_data)
{
  g_error ("the end: %s", error->message);
}

static void
on_end_rtp (RjIcePeer *end, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  Call *self = user_data;
  RjRtpHeader header;

  g_assert_true (rj_rtp_parse (packet, size, &header));
  for (guint i = 0; i < self->n_heard; i++)
    if (self->heard[i].ssrc == header.ssrc && self->heard[i].payload == header.payload_type)
      return;
  g_assert_cmpuint (self->n_heard, <, MAX_STREAMS);
  self->heard[self->n_heard].ssrc = header.ssrc;
  self->heard[self->n_heard++].payload = header.payload_type;
}

static void
on_end_rtcp (RjIcePeer *end, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  Call *self = user_data;
  RjRtcpIter iter;
  RjRtcpPacket part;

  rj_rtcp_iter_init (&iter, packet, size);
  while (rj_rtcp_iter_next (&iter, &part)) {
    RjRtcpReportBlock block;

    for (guint i = 0; rj_rtcp_parse_report_block (&part, i, &block); i++) {
      if (block.ssrc == self->ssrcs[N_MEDIA - 1])
        self->n_reports++;
      else
        self->n_other_reports++;
    }
  }
}

static void
make_end (Call *self)
{
  static const RjIcePeerCallbacks callbacks = {
    .candidate = on_end_candidate,
    .connected = on_end_connected,
    .failed = on_end_failed,
    .rtp = on_end_rtp,
    .rtcp = on_end_rtcp,
  };
  const RjIcePeerConfig config = { .controlling = FALSE, .loopback_only = TRUE };

  self->end = rj_ice_peer_new (g_main_context_default (), &config, &callbacks, self, &self->error);
  g_assert_no_error (self->error);
}

/* In Kurento's form. Returns: (transfer full) */
static char *
make_answer (Call *self)
{
  const RjIceCredentials *own = rj_ice_peer_get_local (self->end);
  const RjSdpLocal local = {
    .ufrag = own->ufrag,
    .password = own->password,
    .fingerprint = own->fingerprint,
    .cname = OWN_CNAME,
    .session_number = 1,
    .ssrcs = self->ssrcs,
    .n_ssrcs = N_MEDIA,
  };
  char *answer = rj_sdp_build_answer (self->offer, &local, &self->error);

  g_assert_no_error (self->error);
  return answer;
}

static void
listen (Call *self)
{
  g_autoptr (RjSdpTransport) theirs = rj_sdp_get_transport (self->offer, 0, &self->error);
  RjIceCredentials remote;

  g_assert_no_error (self->error);
  remote = (RjIceCredentials){ theirs->ufrag, theirs->password, theirs->fingerprint };
  g_assert_true (rj_ice_peer_set_remote (self->end, &remote, RJ_DTLS_ACTIVE, &self->error));
  g_assert_true (rj_ice_peer_gather (self->end, &self->error));
  g_assert_cmpuint (self->candidates->len, >, 0);
}

/* --- the call --- */

static void
on_candidate (RjPeer *peer, guint mline, const char *mid, const char *text, Call *self)
{
  if (self->end != NULL && !self->hides)
    rj_ice_peer_add_candidate (self->end, text);
}

static void
on_dtls_connected (RjPeer *peer, gint64 at_us, Call *self)
{
  self->connected = TRUE;
}

static void
on_failed (RjPeer *peer, const GError *error, Call *self)
{
  g_error ("the peer: %s", error->message);
}

static Call *
call_new (RjDirection direction, gboolean audio, gboolean video)
{
  const RjPeerConfig config = {
    .direction = direction,
    .has_audio = audio,
    .has_video = video,
    .publisher = RJT_PUBLISHER,
    .loopback = RJ_LOOPBACK_ONLY,
  };
  g_autoptr (RjtOutcome) outcome = rjt_outcome_new ();
  Call *self = g_new0 (Call, 1);

  self->candidates = g_ptr_array_new_with_free_func (g_free);
  self->ssrcs[0] = 0x10000001;
  self->ssrcs[1] = 0x20000002;
  self->peer = rj_peer_factory_create (RJ_PEER_FACTORY (studio->engine), &config, &self->error);
  g_assert_no_error (self->error);
  g_signal_connect (self->peer, "candidate", G_CALLBACK (on_candidate), self);
  g_signal_connect (self->peer, "dtls-connected", G_CALLBACK (on_dtls_connected), self);
  g_signal_connect (self->peer, "failed", G_CALLBACK (on_failed), self);
  make_end (self);
  rj_peer_create_offer_async (self->peer, NULL, rjt_outcome_take_offer, outcome);
  rjt_wait_until (rjt_outcome_is_there, outcome, "there is an offer");
  g_assert_no_error (outcome->error);
  self->offer_text = g_steal_pointer (&outcome->offer);
  self->offer = rj_sdp_parse (self->offer_text, &self->error);
  g_assert_no_error (self->error);
  return self;
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

static gboolean
has_no_agents (gpointer unused)
{
  return rj_ice_peer_count_agents () == 0;
}

static void
call_free (Call *self)
{
  gpointer peer = self->peer;

  rj_ice_peer_close (self->end);
  g_clear_object (&self->end);
  rj_peer_close (self->peer);
  g_object_add_weak_pointer (peer, &peer);
  g_clear_object (&self->peer);
  rjt_wait_until (is_gone, &peer, "the peer is gone");
  rjt_wait_until (has_no_agents, NULL, "the end is gone");
  g_ptr_array_unref (self->candidates);
  g_clear_error (&self->error);
  rj_sdp_free (self->offer);
  g_free (self->offer_text);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

static void
on_answer_set (GObject *peer, GAsyncResult *result, gpointer user_data)
{
  Call *self = user_data;

  self->answer_set = rj_peer_set_answer_finish (RJ_PEER (peer), result, &self->error);
  g_assert_no_error (self->error);
}

static void
set_answer (Call *self, const char *answer)
{
  rj_peer_set_answer_async (self->peer, answer, NULL, on_answer_set, self);
}

static gboolean
is_answer_set (gpointer call)
{
  return ((Call *) call)->answer_set;
}

static gboolean
is_connected (gpointer call)
{
  return ((Call *) call)->connected && ((Call *) call)->end_connected;
}

/* All candidates of the end come before its answer, each once an m-line, as Kurento may do */
static void
connect_call (Call *self)
{
  g_autofree char *answer = make_answer (self);

  listen (self);
  for (guint i = 0; i < self->candidates->len; i++)
    for (guint mline = 0; mline < self->offer->media->len; mline++)
      rj_peer_add_candidate (self->peer, mline,
                             rj_sdp_media_get_mid (rj_sdp_get_media (self->offer, mline)),
                             g_ptr_array_index (self->candidates, i));
  set_answer (self, answer);
  rjt_wait_until (is_connected, self, "both are connected");
}

/* --- what is offered --- */

/* "a=rtcp-fb:<payload> <what>"; a wildcard is ignored by Kurento */
static gboolean
has_feedback (const RjSdpMedia *media, int payload, const char *what)
{
  g_autofree char *wanted = g_strdup_printf ("a=rtcp-fb:%d %s", payload, what);

  for (guint i = 0; i < media->lines->len; i++) {
    const char *line = g_ptr_array_index (media->lines, i);

    g_assert_false (g_str_has_prefix (line, "a=rtcp-fb:*"));
    if (g_str_equal (line, wanted))
      return TRUE;
  }
  return FALSE;
}

static void
test_codecs (gconstpointer direction)
{
  g_autoptr (Call) call = call_new (GPOINTER_TO_INT (direction), TRUE, TRUE);
  const RjSdpMedia *video = rj_sdp_get_media (call->offer, 1);
  const RjSdpMedia *audio = rj_sdp_get_media (call->offer, 0);
  int payload = rj_sdp_media_find_payload (video, "VP8");
  g_autofree char *first = rj_sdp_media_get_codec (audio, g_ptr_array_index (audio->formats, 0));
  g_autofree char *munged = NULL;
  g_autoptr (RjSdp) after = NULL;

  g_assert_cmpstr (audio->kind, ==, "audio");
  g_assert_cmpint (g_ascii_strcasecmp (first, "opus"), ==, 0);
  g_assert_cmpint (payload, >=, 96);
  g_assert_true (has_feedback (video, payload, "nack pli"));
  g_assert_true (has_feedback (video, payload, "ccm fir"));
  /* what the server leaves of it when it forces VP8 */
  munged = rj_sdp_munge_codec (call->offer_text, "VP8", &call->error);
  g_assert_no_error (call->error);
  after = rj_sdp_parse (munged, &call->error);
  g_assert_no_error (call->error);
  g_assert_cmpint (rj_sdp_media_find_payload (rj_sdp_get_media (after, 1), "VP8"), ==, payload);
  g_assert_true (has_feedback (rj_sdp_get_media (after, 1), payload, "nack pli"));
}

static void
test_bundle (gconstpointer direction)
{
  g_autoptr (Call) call = call_new (GPOINTER_TO_INT (direction), TRUE, TRUE);
  g_auto (GStrv) bundle = rj_sdp_get_bundle (call->offer);
  guint32 ssrcs[N_MEDIA] = { 0 };

  g_assert_cmpuint (call->offer->media->len, ==, N_MEDIA);
  g_assert_cmpuint (g_strv_length (bundle), ==, N_MEDIA);
  for (guint i = 0; i < N_MEDIA; i++) {
    const RjSdpMedia *media = rj_sdp_get_media (call->offer, i);
    gboolean has_ssrc = rj_sdp_media_get_ssrc (media, &ssrcs[i]);

    g_assert_cmpstr (rj_sdp_media_get_mid (media), ==, bundle[i]);
    g_assert_nonnull (rj_sdp_media_get_attribute (media, "rtcp-mux"));
    g_assert_cmpint (has_ssrc, ==, GPOINTER_TO_INT (direction) == RJ_DIRECTION_SEND);
    g_assert_cmpint (rj_sdp_media_get_direction (media), ==,
                     GPOINTER_TO_INT (direction) == RJ_DIRECTION_SEND ? RJ_SDP_SENDONLY
                                                                      : RJ_SDP_RECVONLY);
  }
  if (GPOINTER_TO_INT (direction) == RJ_DIRECTION_SEND)
    g_assert_cmpuint (ssrcs[0], !=, ssrcs[1]);
  g_assert_cmpuint (strlen (call->offer_text), <, 50 * 1024);
}

static void
test_media_as_told (void)
{
  for (guint which = 1; which < 4; which++) {
    gboolean audio = which & 1, video = which & 2;
    g_autoptr (Call) call = call_new (RJ_DIRECTION_RECEIVE, audio, video);

    g_assert_cmpint (rj_sdp_find_kind (call->offer, "audio"), ==, audio ? 0 : -1);
    g_assert_cmpint (rj_sdp_find_kind (call->offer, "video"), ==, video ? (audio ? 1 : 0) : -1);
    g_assert_cmpuint (call->offer->media->len, ==, (guint) audio + (guint) (video != 0));
  }
}

/* --- what is sent --- */

static gboolean
has_heard_both (gpointer call)
{
  return ((Call *) call)->n_heard >= N_MEDIA;
}

static void
test_the_announced_ssrcs (void)
{
  g_autoptr (Call) call = call_new (RJ_DIRECTION_SEND, TRUE, TRUE);
  g_autoptr (RjtOutcome) nothing = rjt_outcome_new ();
  gint64 later_us;

  connect_call (call);
  rjt_wait_until (has_heard_both, call, "audio and video arrive");
  later_us = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
  rjt_wait_until (rjt_is_time, &later_us, "more packets came");
  g_assert_cmpuint (call->n_heard, ==, N_MEDIA);
  for (guint i = 0; i < N_MEDIA; i++) {
    const RjSdpMedia *media = rj_sdp_get_media (call->offer, i);
    int payload = rj_sdp_media_find_payload (media, i == 0 ? "opus" : "VP8");
    guint32 ssrc = 0;
    guint found = 0;

    g_assert_true (rj_sdp_media_get_ssrc (media, &ssrc));
    while (found < N_MEDIA && call->heard[found].payload != payload)
      found++;
    g_assert_cmpuint (found, <, N_MEDIA);
    g_assert_cmphex (call->heard[found].ssrc, ==, ssrc);
  }
}

/* A VP8 key frame in one packet: RFC 7741, RFC 6386 9.1 */
static void
send_frame (Call *self)
{
  static const guint8 payload[] = { 0x10, 0x10, 0x02, 0, 0, 0x9d, 0x01, 0x2a, 8, 0, 8, 0 };
  const RjRtpHeader header = {
    .ssrc = self->ssrcs[1],
    .timestamp = self->sequence * 3000u,
    .sequence = self->sequence,
    .payload_type = (guint8) rj_sdp_media_find_payload (rj_sdp_get_media (self->offer, 1), "VP8"),
    .marker = TRUE,
  };
  guint8 packet[RJ_RTP_MIN_SIZE + sizeof payload];

  self->sequence++;
  rj_rtp_write (packet, &header);
  memcpy (packet + RJ_RTP_MIN_SIZE, payload, sizeof payload);
  rj_ice_peer_send_rtp (self->end, packet, sizeof packet);
}

static gboolean
is_reported (gpointer user_data)
{
  Call *self = user_data;

  send_frame (self);
  return self->n_reports >= 2;
}

static void
test_reports_name_the_streams (void)
{
  g_autoptr (Call) call = call_new (RJ_DIRECTION_RECEIVE, TRUE, TRUE);

  connect_call (call);
  rjt_wait_until (is_reported, call, "what arrives is reported on");
  g_assert_cmpuint (call->n_other_reports, ==, 0);
}

/* --- roles --- */

static void
test_dtls_server (gconstpointer direction)
{
  g_autoptr (Call) call = call_new (GPOINTER_TO_INT (direction), TRUE, TRUE);
  g_autofree char *answer = make_answer (call);

  for (guint i = 0; i < N_MEDIA; i++)
    g_assert_cmpstr (rj_sdp_media_get_attribute (rj_sdp_get_media (call->offer, i), "setup"), ==,
                     "actpass");
  g_assert_nonnull (strstr (answer, "a=setup:active"));
  g_assert_null (strstr (answer, "a=setup:passive"));
  /* the end connects; who is asked to be the client twice never gets through */
  connect_call (call);
}

/* A bare port in place of the end's: what does the peer say first? */
typedef struct {
  GSocket *socket;
  gboolean controlling, controlled;
} Port;

/* RFC 8489, 5 and 14; RFC 8445, 7.1.1 and 16.1 */
static void
read_binding_request (Port *self, const guint8 *message, gsize size)
{
  const guint16 binding_request = 0x0001, ice_controlled = 0x8029, ice_controlling = 0x802a;
  gsize at = 20;

  if (size < at || (message[0] << 8 | message[1]) != binding_request)
    return;
  while (at + 4 <= size) {
    guint type = message[at] << 8 | message[at + 1];
    gsize length = message[at + 2] << 8 | message[at + 3];

    self->controlling |= type == ice_controlling;
    self->controlled |= type == ice_controlled;
    at += 4 + (length + 3) / 4 * 4;
  }
}

static gboolean
has_heard_a_role (gpointer user_data)
{
  Port *self = user_data;
  char message[2048];
  gssize size;

  while ((size = g_socket_receive (self->socket, message, sizeof message, NULL, NULL)) > 0)
    read_binding_request (self, (const guint8 *) message, (gsize) size);
  return self->controlling || self->controlled;
}

static guint
bind_port (Port *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) own = NULL;
  g_autoptr (GError) error = NULL;

  self->socket =
    g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (self->socket, FALSE);
  g_socket_bind (self->socket, any, FALSE, &error);
  g_assert_no_error (error);
  own = g_socket_get_local_address (self->socket, &error);
  g_assert_no_error (error);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (own));
}

static void
test_controlling (gconstpointer direction)
{
  g_autoptr (Call) call = call_new (GPOINTER_TO_INT (direction), TRUE, TRUE);
  g_autofree char *answer = make_answer (call);
  Port port = { NULL };
  g_autofree char *candidate =
    g_strdup_printf ("candidate:1 1 UDP 2015363327 127.0.0.1 %u typ host", bind_port (&port));

  set_answer (call, answer);
  rjt_wait_until (is_answer_set, call, "the answer is applied");
  rj_peer_add_candidate (call->peer, 0, rj_sdp_media_get_mid (rj_sdp_get_media (call->offer, 0)),
                         candidate);
  rjt_wait_until (has_heard_a_role, &port, "a binding request comes");
  g_assert_true (port.controlling);
  g_assert_false (port.controlled);
  g_object_unref (port.socket);
}

static void
test_candidates_come_first (gconstpointer direction)
{
  g_autoptr (Call) call = call_new (GPOINTER_TO_INT (direction), TRUE, TRUE);

  call->hides = TRUE; /* or the end would come to the peer */
  connect_call (call);
  g_assert_true (call->answer_set);
}

static void
add_both (const char *name, GTestDataFunc func)
{
  g_autofree char *send = g_strconcat ("/client-", name, "/send", NULL);
  g_autofree char *receive = g_strconcat ("/client-", name, "/receive", NULL);

  g_test_add_data_func (send, GINT_TO_POINTER (RJ_DIRECTION_SEND), func);
  g_test_add_data_func (receive, GINT_TO_POINTER (RJ_DIRECTION_RECEIVE), func);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  int result;

  g_test_init (&argc, &argv, NULL);
  studio = rjt_studio_new (0);
  rj_transport_warm_up (&error);
  g_assert_no_error (error);
  add_both ("24/media/codecs", test_codecs);
  add_both ("25/client-50/media/bundle", test_bundle);
  g_test_add_func ("/client-25/media/the-announced-ssrcs", test_the_announced_ssrcs);
  add_both ("26/media/candidates-come-first", test_candidates_come_first);
  g_test_add_func ("/client-31/media/as-told", test_media_as_told);
  add_both ("51/media/dtls-server", test_dtls_server);
  add_both ("51/media/controlling", test_controlling);
  g_test_add_func ("/client-52/media/reports", test_reports_name_the_streams);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
