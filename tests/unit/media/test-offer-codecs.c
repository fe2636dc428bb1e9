/* Codecs that webrtcbin leaves out of its descriptions. */
#include "rj-offer-codecs.h"

#include <string.h>

#define HEAD  "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
#define AUDIO "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 OPUS/48000/2\r\n"

static GstSDPMessage *
parse (const char *text)
{
  GstSDPMessage *sdp = NULL;

  g_assert_cmpint (gst_sdp_message_new_from_text (text, &sdp), ==, GST_SDP_OK);
  return sdp;
}

static void
test_an_offer_gets_the_other_codec (void)
{
  static const struct {
    const char *text, *mline, *line;
  } cases[] = {
    { HEAD AUDIO "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n", "SAVPF 96 102\r\n",
      "a=rtpmap:102 H264/90000\r\n" },
    { HEAD "m=video 9 UDP/TLS/RTP/SAVPF 102\r\na=rtpmap:102 H264/90000\r\n", "SAVPF 102 96\r\n",
      "a=rtpmap:96 VP8/90000\r\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GstSDPMessage) offer = parse (cases[i].text);
    g_autofree char *once = NULL;
    g_autofree char *twice = NULL;

    rj_offer_add_codecs (offer);
    once = gst_sdp_message_as_text (offer);
    g_assert_nonnull (strstr (once, cases[i].mline));
    g_assert_nonnull (strstr (once, cases[i].line));
    rj_offer_add_codecs (offer);
    twice = gst_sdp_message_as_text (offer);
    g_assert_cmpstr (once, ==, twice);
  }
}

static void
test_audio_stays_alone (void)
{
  g_autoptr (GstSDPMessage) offer = parse (HEAD AUDIO);
  g_autofree char *before = gst_sdp_message_as_text (offer);
  g_autofree char *after = NULL;

  rj_offer_add_codecs (offer);
  after = gst_sdp_message_as_text (offer);
  g_assert_cmpstr (before, ==, after);
}

/* As they are in the offer, under the offer's numbers; nothing that is not ours */
static void
test_an_answer_gets_what_was_offered (void)
{
  g_autoptr (GstSDPMessage) offer =
    parse (HEAD "m=video 1 RTP/SAVPF 100 103 101\r\na=rtpmap:100 VP8/90000\r\n"
                "a=rtpmap:103 VP9/90000\r\na=rtpmap:101 H264/90000\r\n"
                "a=fmtp:101 packetization-mode=1\r\na=rtcp-fb:101 nack pli\r\n");
  g_autoptr (GstSDPMessage) answer =
    parse (HEAD "m=video 9 RTP/SAVPF 100\r\na=rtpmap:100 VP8/90000\r\n");
  g_autoptr (GstSDPMessage) refusal =
    parse (HEAD "m=video 0 RTP/SAVPF 100\r\na=rtpmap:100 VP8/90000\r\n");
  g_autofree char *text = NULL;
  g_autofree char *refused = NULL;

  rj_answer_add_codecs (answer, offer);
  rj_answer_add_codecs (refusal, offer);
  text = gst_sdp_message_as_text (answer);
  refused = gst_sdp_message_as_text (refusal);
  g_assert_nonnull (strstr (text, "SAVPF 100 101\r\n"));
  g_assert_nonnull (strstr (text, "a=rtpmap:101 H264/90000\r\n"));
  g_assert_nonnull (strstr (text, "a=fmtp:101 packetization-mode=1\r\n"));
  g_assert_nonnull (strstr (text, "a=rtcp-fb:101 nack pli\r\n"));
  g_assert_null (strstr (text, "103"));
  g_assert_null (strstr (refused, "101"));
}

static void
test_receivers_offer_both (void)
{
  for (guint codec = 0; codec < RJ_N_VIDEO_CODECS; codec++) {
    g_autoptr (GstCaps) caps = rj_offer_make_video_caps ((RjVideoCodec) codec);

    g_assert_cmpuint (gst_caps_get_size (caps), ==, RJ_N_VIDEO_CODECS);
    g_assert_cmpstr (gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name"),
                     ==, rj_video_codec_get_facts ((RjVideoCodec) codec)->name);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/media/offer-codecs/offer", test_an_offer_gets_the_other_codec);
  g_test_add_func ("/media/offer-codecs/audio", test_audio_stays_alone);
  g_test_add_func ("/media/offer-codecs/answer", test_an_answer_gets_what_was_offered);
  g_test_add_func ("/media/offer-codecs/receivers", test_receivers_offer_both);
  return g_test_run ();
}
