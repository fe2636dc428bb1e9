/* What offer and answer settle */
#include "rj-rtp-description.h"

#define LINES(...) "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" __VA_ARGS__

#define TIME "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

static const char answer_text[] =
  LINES ("m=audio 1 UDP/TLS/RTP/SAVPF 111 0\r\na=recvonly\r\na=mid:0\r\n"
         "a=rtpmap:111 opus/48000/2\r\n"
         "m=video 1 UDP/TLS/RTP/SAVPF 96 102\r\na=extmap:2 " TIME "\r\na=recvonly\r\na=mid:1\r\n"
         "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 goog-remb\r\na=rtcp-fb:96 nack\r\n"
         "a=rtpmap:102 H264/90000\r\na=rtcp-fb:102 ccm fir\r\n");

static const char offer_text[] =
  LINES ("m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=sendonly\r\na=ssrc:11 cname:x\r\n"
         "m=video 9 UDP/TLS/RTP/SAVPF 96 102\r\na=sendonly\r\n"
         "a=ssrc-group:FID 22 23\r\na=ssrc:22 cname:x\r\na=ssrc:23 cname:x\r\n");

static const guint32 ssrcs[] = { 100, 200 };

static void
describe (RjRtpDescription *self, const char *answer, const char *remote, gboolean ours)
{
  g_autoptr (RjSdp) answer_sdp = rj_sdp_parse (answer, NULL);
  g_autoptr (RjSdp) remote_sdp = rj_sdp_parse (remote, NULL);

  g_assert_nonnull (answer_sdp);
  g_assert_nonnull (remote_sdp);
  rj_rtp_description_init (self, answer_sdp, remote_sdp, ssrcs, ours);
}

static void
test_publisher (void)
{
  RjRtpDescription description;
  const RjRtpMedium *audio = &description.media[RJ_MEDIUM_AUDIO];
  const RjRtpMedium *video = &description.media[RJ_MEDIUM_VIDEO];

  describe (&description, answer_text, offer_text, TRUE);
  g_assert_true (audio->active && video->active);
  g_assert_false (audio->sends || video->sends);
  g_assert_cmpuint (audio->remote_ssrc, ==, 11);
  g_assert_cmpuint (video->remote_ssrc, ==, 22); /* the first of the group */
  g_assert_cmpuint (audio->local_ssrc, ==, 100);
  g_assert_cmpuint (video->local_ssrc, ==, 200);
  g_assert_cmpuint (audio->n_payloads, ==, 2);
  g_assert_cmpstr (audio->payloads[0].encoding, ==, "OPUS/48000");
  g_assert_cmpuint (audio->payloads[0].clock_rate, ==, 48000);
  g_assert_cmpstr (audio->payloads[1].encoding, ==, "PCMU/8000"); /* static, without rtpmap */
  g_assert_cmpstr (video->payloads[1].encoding, ==, "H264/90000");
  g_assert_cmpuint (audio->time_id, ==, 0);
  g_assert_cmpuint (video->time_id, ==, 2);
  g_assert_true (video->remb && video->nack && video->fir);
  g_assert_false (video->pli);
}

/* In server-offer mode the answer is theirs: their direction is turned round. */
static void
test_their_answer (void)
{
  RjRtpDescription description;
  const RjRtpMedium *video = &description.media[RJ_MEDIUM_VIDEO];

  describe (&description, answer_text, answer_text, FALSE);
  g_assert_true (video->sends);
  g_assert_cmpuint (video->remote_ssrc, ==, 0);
}

static void
test_refused_medium (void)
{
  RjRtpDescription description;

  describe (&description,
            LINES ("m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=inactive\r\n"
                   "m=video 1 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\na=rtpmap:96 VP8/90000\r\n"),
            offer_text, TRUE);
  g_assert_false (description.media[RJ_MEDIUM_AUDIO].active);
  g_assert_cmpuint (description.media[RJ_MEDIUM_AUDIO].remote_ssrc, ==, 0);
  g_assert_cmpuint (description.media[RJ_MEDIUM_VIDEO].local_ssrc, ==, 200);
  g_assert_cmpuint (description.media[RJ_MEDIUM_VIDEO].remote_ssrc, ==, 0); /* we only send */
  g_assert_true (description.media[RJ_MEDIUM_VIDEO].sends);
}

/* Nonsense is left out, not taken over. */
static void
test_odd_payloads (void)
{
  RjRtpDescription description;
  const RjRtpMedium *video = &description.media[RJ_MEDIUM_VIDEO];

  describe (&description,
            LINES ("m=video 1 UDP/TLS/RTP/SAVPF 96 97 300 98\r\na=rtpmap:96 VP8\r\n"
                   "a=rtpmap:300 VP8/90000\r\na=rtpmap:98 VP8/90000\r\n"),
            LINES ("m=video 9 UDP/TLS/RTP/SAVPF 96\r\n"), TRUE);
  g_assert_cmpuint (video->n_payloads, ==, 1);
  g_assert_cmpuint (video->payloads[0].payload_type, ==, 98);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/description/publisher", test_publisher);
  g_test_add_func ("/node/description/their-answer", test_their_answer);
  g_test_add_func ("/node/description/refused-medium", test_refused_medium);
  g_test_add_func ("/node/description/odd-payloads", test_odd_payloads);
  return g_test_run ();
}
