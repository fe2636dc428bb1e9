/* Peers that answer: the server makes the offer. And peers that are muted. */
#include "rjt-call.h"

#include <string.h>

#include "rj-error.h"

static RjtStudio *studio;

#define TRANSPORT                                                                                  \
  "a=ice-ufrag:XWmS\r\na=ice-pwd:G2AV/bS9qks5G/1z9/8Vsg\r\n"                                       \
  "a=fingerprint:sha-256 F3:EF:74:CB:77:85:F3:F9:8F:E8:FC:9F:D0:9B:E1:9A:CC:6F:51:90:ED:D3:9D:ED:" \
  "26:77:22:C0:46:36:EC:E9\r\n"

/* As recorded from openvidu-server 2.32.2 with Kurento 7.3.1 (prepareReceiveVideoFrom) */
static const char kurento_offer[] =
  "v=0\r\no=- 4004444442 4004444442 IN IP4 0.0.0.0\r\ns=Kurento Media Server\r\n"
  "c=IN IP4 0.0.0.0\r\nt=0 0\r\na=group:BUNDLE audio0 video0\r\n"
  "m=audio 1 RTP/SAVPF 96 0\r\na=setup:actpass\r\n"
  "a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
  "a=rtpmap:96 opus/48000/2\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=sendrecv\r\n"
  "a=mid:audio0\r\na=ssrc:479029179 cname:user2033707240@host-727dbe1e\r\n" TRANSPORT
  "m=video 1 RTP/SAVPF 100\r\nb=AS:1000\r\na=setup:actpass\r\n"
  "a=extmap:3 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time\r\n"
  "a=rtpmap:100 VP8/90000\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=sendrecv\r\n"
  "a=mid:video0\r\na=rtcp-fb:100 nack\r\na=rtcp-fb:100 nack pli\r\na=rtcp-fb:100 goog-remb\r\n"
  "a=rtcp-fb:100 ccm fir\r\na=ssrc:3677489838 cname:user2033707240@host-727dbe1e\r\n" TRANSPORT;

static RjPeer *
make_peer (gboolean ahead)
{
  RjPeerConfig config = {
    .direction = RJ_DIRECTION_RECEIVE,
    .has_audio = TRUE,
    .has_video = TRUE,
    .loopback = RJ_LOOPBACK_ONLY,
    .answers = TRUE,
    .ahead = ahead,
  };
  g_autoptr (GError) error = NULL;
  RjPeer *peer = rj_peer_factory_create (RJ_PEER_FACTORY (studio->engine), &config, &error);

  g_assert_no_error (error);
  config.ahead = FALSE;
  if (ahead)
    g_assert_true (rj_peer_assign (peer, &config, NULL));
  return peer;
}

static void
test_an_offer_of_kurento_is_answered (gconstpointer ahead)
{
  g_autoptr (RjPeer) peer = make_peer (GPOINTER_TO_INT (ahead));
  g_autoptr (RjtOutcome) outcome = rjt_outcome_new ();
  const char *answer;

  rj_peer_accept_offer_async (peer, kurento_offer, NULL, rjt_outcome_take_own_answer, outcome);
  rjt_wait_until (rjt_outcome_is_there, outcome, "there is an answer");
  g_assert_no_error (outcome->error);
  answer = outcome->offer;
  g_test_message ("%s", answer);
  /* the offered protocol, RFC 3264 6 */
  g_assert_nonnull (strstr (answer, " RTP/SAVPF 96"));
  g_assert_nonnull (strstr (answer, " RTP/SAVPF 100"));
  g_assert_nonnull (strstr (answer, "a=rtpmap:96 opus/48000/2\r\n"));
  g_assert_null (strstr (answer, "UDP/TLS"));
  g_assert_null (strstr (answer, "m=video 0"));
  g_assert_nonnull (strstr (answer, "a=group:BUNDLE audio0 video0"));
  g_assert_nonnull (strstr (answer, "a=mid:audio0"));
  g_assert_nonnull (strstr (answer, "a=mid:video0"));
  g_assert_nonnull (strstr (answer, "a=recvonly"));
  g_assert_null (strstr (answer, "a=sendrecv"));
  g_assert_nonnull (strstr (answer, "a=setup:active"));
  g_assert_null (strstr (answer, "a=setup:actpass"));
  g_assert_nonnull (strstr (answer, "a=rtcp-fb:100 nack pli"));
  g_assert_null (strstr (answer, "goog-remb"));
  g_assert_null (strstr (answer, "a=ssrc:"));
  rj_peer_close (peer);
}

static gboolean
has_enough_frames (gpointer tap)
{
  RjTapCounts counts;

  rj_tap_read (tap, &counts);
  return counts.frames >= 30;
}

static void
test_what_is_offered_is_seen (void)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .answers = TRUE });
  RjTapCounts counts;

  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  g_assert_nonnull (strstr (call->offer, "a=sendonly"));
  rjt_wait_until (rjt_call_has_key_frame, call, "the subscriber sees a key frame");
  rjt_wait_until (has_enough_frames, rj_peer_get_tap (call->peer), "frames arrive");
  rj_tap_read (rj_peer_get_tap (call->peer), &counts);
  g_assert_cmpint (call->ice_us, >, 0);
  g_assert_cmpint (call->dtls_us, >, 0);
  g_assert_cmpuint (counts.stamped_frames, ==, counts.frames);
  g_assert_cmpuint (counts.wrong_frames, ==, 0);
  g_assert_null (call->failure);
}

static void
test_audio_alone_is_heard (void)
{
  g_autoptr (RjtCall) call = rjt_call_new (
    studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .no_video = TRUE, .answers = TRUE });

  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  g_assert_null (strstr (call->answer, "m=video"));
  rjt_wait_until (rjt_call_has_key_frame, call, "the subscriber hears something");
}

typedef struct {
  RjTap *tap;
  RjTapCounts before;
} Look;

static gboolean
is_quiet (gpointer data)
{
  Look *look = data;

  rj_tap_read (look->tap, &look->before);
  return g_get_monotonic_time () - look->before.last_packet_us > G_USEC_PER_SEC / 2;
}

static gboolean
has_more_frames (gpointer data)
{
  const Look *look = data;
  RjTapCounts now;

  rj_tap_read (look->tap, &now);
  return now.frames >= look->before.frames + 10;
}

/* What is muted is not sent; when it is not any more, it goes on with a key frame */
static void
test_what_is_muted_is_not_sent (void)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_SEND, .no_audio = TRUE });
  Look look = { .tap = rjt_counterpart_get_tap (call->counterpart) };
  RjTapCounts after;

  rjt_call_negotiate (call);
  rjt_wait_until (has_enough_frames, look.tap, "frames arrive");
  rj_peer_set_muted (call->peer, TRUE, FALSE); /* sound, of which there is none */
  rj_tap_read (look.tap, &look.before);
  rjt_wait_until (has_more_frames, &look, "frames go on");
  rj_peer_set_muted (call->peer, FALSE, TRUE);
  rjt_wait_until (is_quiet, &look, "nothing arrives any more");
  rj_peer_set_muted (call->peer, FALSE, FALSE);
  rjt_wait_until (has_more_frames, &look, "frames arrive again");
  rj_tap_read (look.tap, &after);
  g_assert_cmpuint (after.key_frames, >, look.before.key_frames);
  g_assert_cmpuint (after.lost_packets, ==, look.before.lost_packets);
  g_assert_null (call->failure);
}

static void
test_a_bad_offer_is_refused (void)
{
  static const struct {
    const char *offer;
    int code;
    const char *says;
  } cases[] = {
    { "nonsense", RJ_ERROR_PROTOCOL, "SDP offer: this is no SDP" },
    { "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n", RJ_ERROR_PROTOCOL, "no m-line" },
    { "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 1 RTP/SAVPF 96\r\n"
      "a=rtpmap:96 opus/48000/2\r\na=recvonly\r\n" TRANSPORT,
      RJ_ERROR_NO_MEDIA, "audio is recvonly, we wanted to receive it" },
    { "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 1 RTP/SAVPF 96\r\n"
      "a=rtpmap:96 opus/48000/2\r\n" TRANSPORT,
      RJ_ERROR_PROTOCOL, "m=audio has no a=setup" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (RjPeer) peer = make_peer (FALSE);
    g_autoptr (RjtOutcome) outcome = rjt_outcome_new ();

    rj_peer_accept_offer_async (peer, cases[i].offer, NULL, rjt_outcome_take_own_answer, outcome);
    rjt_wait_until (rjt_outcome_is_there, outcome, "it is refused");
    g_assert_error (outcome->error, RJ_ERROR, cases[i].code);
    g_assert_nonnull (strstr (outcome->error->message, cases[i].says));
    g_assert_false (rj_peer_is_open (peer));
    rj_peer_close (peer);
  }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  studio = rjt_studio_new (0);
  g_test_add_data_func ("/client-30/media/accept/kurento", GINT_TO_POINTER (FALSE),
                        test_an_offer_of_kurento_is_answered);
  g_test_add_data_func ("/client-30/media/accept/kurento-ahead", GINT_TO_POINTER (TRUE),
                        test_an_offer_of_kurento_is_answered);
  g_test_add_func ("/client-30/media/accept/media", test_what_is_offered_is_seen);
  g_test_add_func ("/client-30/media/accept/audio-only", test_audio_alone_is_heard);
  g_test_add_func ("/client-30/media/accept/bad", test_a_bad_offer_is_refused);
  g_test_add_func ("/media/mute", test_what_is_muted_is_not_sent);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
