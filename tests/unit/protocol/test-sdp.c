#include <string.h>

#include "rj-error.h"
#include "rj-openvidu2-names.h"
#include "rj-sdp-kurento.h"
#include "rj-sdp-munge.h"

/* An offer as webrtcbin makes it: one transport, credentials in each m-line, setup behind the codecs */
#define HEADER                                                                                     \
  "v=0\r\no=- 1 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-options:trickle\r\n"                     \
  "a=group:BUNDLE audio0 video1\r\n"
#define AUDIO                                                                                      \
  "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=setup:actpass\r\n"                      \
  "a=ice-ufrag:u0\r\na=ice-pwd:p0\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=sendonly\r\n"                 \
  "a=rtpmap:96 OPUS/48000/2\r\na=ssrc:11 msid:x\r\na=ssrc:11 cname:c0\r\na=mid:audio0\r\n"         \
  "a=fingerprint:sha-256 AA:BB\r\n"
#define VIDEO                                                                                      \
  "m=video 0 UDP/TLS/RTP/SAVPF 97 98 99\r\nc=IN IP4 0.0.0.0\r\na=setup:actpass\r\n"                \
  "a=bundle-only\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:97 VP8/90000\r\n"                         \
  "a=rtcp-fb:97 nack pli\r\na=rtcp-fb:97 transport-cc\r\na=rtpmap:98 rtx/90000\r\n"                \
  "a=fmtp:98 apt=97\r\na=rtpmap:99 H264/90000\r\na=fmtp:99 packetization-mode=1\r\n"               \
  "a=ssrc-group:FID 22 23\r\na=ssrc:22 cname:c0\r\na=ssrc:23 cname:c0\r\na=mid:video1\r\n"

static const guint32 ssrcs[] = { 1001, 1002, 1003, 1004 };
static const RjSdpLocal local = {
  .ufrag = "own",
  .password = "pwd",
  .fingerprint = "CC:DD",
  .cname = "user1@host-00000000",
  .session_number = 7,
  .ssrcs = ssrcs,
  .n_ssrcs = G_N_ELEMENTS (ssrcs),
};

static RjSdp *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  RjSdp *sdp = rj_sdp_parse (text, &error);

  g_assert_no_error (error);
  return sdp;
}

static void
test_m_lines_are_read (void)
{
  g_autoptr (RjSdp) sdp = parse (HEADER AUDIO VIDEO);
  const RjSdpMedia *audio = rj_sdp_get_media (sdp, 0);
  const RjSdpMedia *video = rj_sdp_get_media (sdp, 1);
  g_auto (GStrv) bundle = rj_sdp_get_bundle (sdp);
  g_autofree char *cname = rj_sdp_media_get_cname (audio);
  guint32 ssrc = 0;

  g_assert_cmpuint (sdp->media->len, ==, 2);
  g_assert_null (rj_sdp_get_media (sdp, 2));
  g_assert_cmpstr (audio->kind, ==, "audio");
  g_assert_cmpuint (video->formats->len, ==, 3);
  g_assert_cmpint (rj_sdp_find_kind (sdp, "video"), ==, 1);
  g_assert_cmpint (rj_sdp_find_kind (sdp, "application"), ==, -1);
  g_assert_cmpint (rj_sdp_find_mid (sdp, "video1"), ==, 1);
  g_assert_cmpint (rj_sdp_find_mid (sdp, "video"), ==, -1);
  g_assert_cmpstr (rj_sdp_media_get_mid (audio), ==, "audio0");
  g_assert_cmpint (rj_sdp_media_get_direction (audio), ==, RJ_SDP_SENDONLY);
  g_assert_cmpint (rj_sdp_media_find_payload (audio, "opus"), ==, 96); /* any letter case */
  g_assert_cmpint (rj_sdp_media_find_payload (video, "VP8"), ==, 97);
  g_assert_cmpint (rj_sdp_media_find_payload (video, "VP9"), ==, -1);
  g_assert_true (rj_sdp_media_get_ssrc (audio, &ssrc));
  g_assert_cmpuint (ssrc, ==, 11);
  g_assert_true (rj_sdp_media_get_ssrc (video, &ssrc));
  g_assert_cmpuint (ssrc, ==, 22);
  g_assert_cmpstr (cname, ==, "c0");
  g_assert_cmpuint (g_strv_length (bundle), ==, 2);
  g_assert_cmpstr (rj_sdp_get_session_attribute (sdp, "ice-options"), ==, "trickle");
  g_assert_cmpstr (rj_sdp_media_get_attribute (audio, "rtcp-mux"), ==, "");
  g_assert_null (rj_sdp_media_get_attribute (audio, "rtcp")); /* not a prefix */
}

static void
test_static_payload_types_need_no_rtpmap (void)
{
  g_autoptr (RjSdp) sdp = parse ("v=0\nm=audio 9 RTP/SAVPF 111 0 8\na=rtpmap:111 opus/48000/2\n");

  g_assert_cmpint (rj_sdp_media_find_payload (rj_sdp_get_media (sdp, 0), "PCMU"), ==, 0);
  g_assert_cmpint (rj_sdp_media_find_payload (rj_sdp_get_media (sdp, 0), "pcma"), ==, 8);
  g_assert_cmpint (rj_sdp_media_get_direction (rj_sdp_get_media (sdp, 0)), ==, RJ_SDP_SENDRECV);
}

static void
expect_transport (const char *text, guint mline, const char *ufrag, RjSdpSetup setup)
{
  g_autoptr (RjSdp) sdp = parse (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (RjSdpTransport) transport = rj_sdp_get_transport (sdp, mline, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (transport->ufrag, ==, ufrag);
  g_assert_cmpstr (transport->hash, ==, "sha-256");
  g_assert_cmpstr (transport->fingerprint, ==, "AA:BB");
  g_assert_cmpint (transport->setup, ==, setup);
}

static void
test_transport_comes_from_m_line_session_or_bundle (void)
{
  expect_transport (HEADER AUDIO VIDEO, 0, "u0", RJ_SDP_SETUP_ACTPASS);
  expect_transport (HEADER AUDIO VIDEO, 1, "u0", RJ_SDP_SETUP_ACTPASS); /* head of the bundle */
  expect_transport ("v=0\r\na=ice-ufrag:s\r\na=ice-pwd:p\r\na=fingerprint:sha-256 AA:BB\r\n"
                    "a=setup:active\r\nm=audio 9 RTP/SAVPF 0\r\na=ice-ufrag:m\r\n",
                    0, "m", RJ_SDP_SETUP_ACTIVE);
}

static void
test_what_the_transport_lacks_is_named (void)
{
  static const struct {
    const char *text;
    guint mline;
    const char *missing;
  } cases[] = {
    { "v=0\r\n", 0, "m-line" },
    { "v=0\r\nm=audio 9 X 0\r\n", 0, "ice-ufrag" },
    { "v=0\r\nm=audio 9 X 0\r\na=ice-ufrag:\r\n", 0, "ice-ufrag" },
    { "v=0\r\nm=audio 9 X 0\r\na=ice-ufrag:u\r\n", 0, "ice-pwd" },
    { "v=0\r\nm=audio 9 X 0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n", 0, "fingerprint" },
    { "v=0\r\nm=audio 9 X 0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=fingerprint:x\r\n", 0,
      "fingerprint" },
    { HEADER AUDIO "m=video 9 X 97\r\na=mid:other\r\n", 1, "ice-ufrag" }, /* not in the bundle */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (RjSdp) sdp = parse (cases[i].text);
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_sdp_get_transport (sdp, cases[i].mline, &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
    g_assert_nonnull (strstr (error->message, cases[i].missing));
  }
}

static void
test_garbage_is_refused (void)
{
  static const char *const texts[] = {
    "",
    "\r\n",
    "garbage",
    "v=1\r\n",
    "o=- 1 1 IN IP4 0.0.0.0\r\n",
    "v=0\r\nxyz\r\n",
    "v=0\r\n=\r\n",
    "v=0\r\n\r\ns=-\r\n",
    "v=0\r\nm=\r\n",
    "v=0\r\nm=audio\r\n",
    "v=0\r\nm=audio 9 RTP/SAVPF\r\n",
    "v=0\r\nm=audio x RTP/SAVPF 0\r\n",
    "v=0\r\nm=audio 65536 RTP/SAVPF 0\r\n",
    "v=0\r\nm=audio -1 RTP/SAVPF 0\r\n",
    "v=0\r\nm=audio 9  RTP/SAVPF 0\r\n",
    "v=0\r\nm= 9 RTP/SAVPF 0\r\n",
    "v=0\r\ns=a\rb\r\n",
    "v=0\r\ns=\xff\r\n",
    "{\"sdp\":\"v=0\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    if (rj_sdp_parse (texts[i], &error) != NULL)
      g_error ("taken: %s", texts[i]);
    g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  }
}

static void
test_endless_descriptions_are_refused (void)
{
  g_autoptr (GString) lines = g_string_new ("v=0\r\n");
  g_autoptr (GString) media = g_string_new ("v=0\r\n");
  g_autoptr (GString) bytes = g_string_new ("v=0\r\ns=");

  for (guint i = 0; i < 9000; i++)
    g_string_append (lines, "a=x\r\n");
  for (guint i = 0; i < 65; i++)
    g_string_append (media, "m=audio 9 X 0\r\n");
  for (guint i = 0; i < 300 * 1024; i++)
    g_string_append_c (bytes, 'x');
  g_assert_null (rj_sdp_parse (lines->str, NULL));
  g_assert_null (rj_sdp_parse (media->str, NULL));
  g_assert_null (rj_sdp_parse (bytes->str, NULL));
}

/* bundle-only m-lines of webrtcbin have port 0 (max-bundle): Kurento would refuse them, and so do we */
static void
test_port_nought_is_refused_in_the_answer (void)
{
  g_autoptr (RjSdp) offer = parse (HEADER AUDIO VIDEO);
  g_autofree char *answer = rj_sdp_build_answer (offer, &local, NULL);
  g_autoptr (RjSdp) read = parse (answer);

  g_assert_nonnull (strstr (answer, "a=group:BUNDLE audio0\r\n"));
  g_assert_nonnull (strstr (answer, "m=audio 1 UDP/TLS/RTP/SAVPF 96\r\n"));
  g_assert_nonnull (strstr (answer, "m=video 0 UDP/TLS/RTP/SAVPF 97\r\n"));
  g_assert_cmpuint (rj_sdp_get_media (read, 1)->port, ==, 0);
  g_assert_cmpstr (rj_sdp_media_get_mid (rj_sdp_get_media (read, 1)), ==, "video1");
}

static void
test_other_kinds_and_codecs_are_refused (void)
{
  g_autoptr (RjSdp) offer =
    parse ("v=0\r\na=group:BUNDLE 0 1 2\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
           "a=mid:0\r\nm=video 9 RTP/SAVPF 98\r\na=mid:1\r\na=rtpmap:98 VP9/90000\r\n"
           "m=audio 9 RTP/SAVPF 8 0\r\na=mid:2\r\na=recvonly\r\na=setup:passive\r\n");
  g_autofree char *answer = rj_sdp_build_answer (offer, &local, NULL);

  g_assert_nonnull (strstr (answer, "m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n"));
  g_assert_nonnull (strstr (answer, "m=video 0 RTP/SAVPF 98\r\n"));
  g_assert_nonnull (strstr (answer, "m=audio 1 RTP/SAVPF 0\r\n"));
  g_assert_nonnull (strstr (answer, "a=group:BUNDLE 2\r\n"));
  g_assert_nonnull (strstr (answer, "a=sendonly\r\n"));
  g_assert_nonnull (strstr (answer, "a=setup:active\r\n"));
  g_assert_nonnull (strstr (answer, "a=ssrc:1003 cname:user1@host-00000000\r\n"));
}

static void
test_answers_need_m_lines_and_ssrcs (void)
{
  g_autoptr (RjSdp) none = parse ("v=0\r\n");
  g_autoptr (RjSdp) many = parse ("v=0\r\nm=audio 9 X 0\r\nm=audio 9 X 0\r\nm=audio 9 X 0\r\n"
                                  "m=audio 9 X 0\r\nm=audio 9 X 0\r\n");

  g_assert_null (rj_sdp_build_answer (none, &local, NULL));
  g_assert_null (rj_sdp_build_answer (many, &local, NULL));
}

static void
test_directions_and_setups_are_mirrored (void)
{
  g_assert_cmpint (rj_sdp_direction_mirror (RJ_SDP_SENDONLY), ==, RJ_SDP_RECVONLY);
  g_assert_cmpint (rj_sdp_direction_mirror (RJ_SDP_RECVONLY), ==, RJ_SDP_SENDONLY);
  g_assert_cmpint (rj_sdp_direction_mirror (RJ_SDP_SENDRECV), ==, RJ_SDP_SENDRECV);
  g_assert_cmpint (rj_sdp_direction_mirror (RJ_SDP_INACTIVE), ==, RJ_SDP_INACTIVE);
  g_assert_cmpint (rj_sdp_setup_answer (RJ_SDP_SETUP_ACTPASS), ==, RJ_SDP_SETUP_ACTIVE);
  g_assert_cmpint (rj_sdp_setup_answer (RJ_SDP_SETUP_ACTIVE), ==, RJ_SDP_SETUP_PASSIVE);
  g_assert_cmpint (rj_sdp_setup_answer (RJ_SDP_SETUP_PASSIVE), ==, RJ_SDP_SETUP_ACTIVE);
  g_assert_cmpint (rj_sdp_setup_answer (RJ_SDP_SETUP_NONE), ==, RJ_SDP_SETUP_HOLDCONN);
  g_assert_cmpint (rj_sdp_setup_from_text ("nonsense"), ==, RJ_SDP_SETUP_NONE);
  g_assert_cmpint (rj_sdp_setup_from_text (NULL), ==, RJ_SDP_SETUP_NONE);
}

static void
test_offers_of_one_kind (void)
{
  g_autofree char *audio = rj_sdp_build_offer (&local, TRUE, FALSE);
  g_autofree char *video = rj_sdp_build_offer (&local, FALSE, TRUE);

  g_assert_nonnull (strstr (audio, "a=group:BUNDLE audio0\r\n"));
  g_assert_null (strstr (audio, "m=video"));
  g_assert_nonnull (strstr (video, "a=group:BUNDLE video0\r\n"));
  g_assert_null (strstr (video, "m=audio"));
  g_assert_nonnull (strstr (video, "a=ssrc:1001 "));
}

static void
test_munging_keeps_codec_and_its_rtx (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *vp8 = rj_sdp_munge_codec (HEADER AUDIO VIDEO, "VP8", &error);
  g_autofree char *h264 = rj_sdp_munge_codec (HEADER AUDIO VIDEO, "H264", &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (vp8, "m=video 0 UDP/TLS/RTP/SAVPF 97 98\r\n"));
  g_assert_null (strstr (vp8, "H264"));
  g_assert_null (strstr (vp8, "a=fmtp:99"));
  g_assert_nonnull (strstr (vp8, "a=rtcp-fb:97 nack pli\r\n"));
  g_assert_nonnull (strstr (vp8, "a=rtpmap:96 OPUS/48000/2\r\n"));
  g_assert_nonnull (strstr (h264, "m=video 0 UDP/TLS/RTP/SAVPF 99\r\n"));
  g_assert_null (strstr (h264, "VP8"));
  g_assert_null (strstr (h264, "rtx"));
}

static void
test_munging_passes_on_what_has_no_video (void)
{
  g_autofree char *garbage = rj_sdp_munge_codec ("garbage", "VP8", NULL);
  g_autofree char *audio = rj_sdp_munge_codec (HEADER AUDIO, "VP8", NULL);
  g_autofree char *none = rj_sdp_munge_codec (HEADER VIDEO, "NONE", NULL);
  g_autofree char *unset = rj_sdp_munge_codec (HEADER VIDEO, NULL, NULL);

  g_assert_cmpstr (garbage, ==, "garbage");
  g_assert_cmpstr (audio, ==, HEADER AUDIO);
  g_assert_cmpstr (none, ==, HEADER VIDEO);
  g_assert_cmpstr (unset, ==, HEADER VIDEO);
}

static void
test_a_missing_codec_is_error_800 (void)
{
  static const char *const codecs[] = { "VP9", "vp8", "AV1" }; /* letter case matters */

  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_sdp_munge_codec (HEADER AUDIO VIDEO, codecs[i], &error));
    g_assert_error (error, RJ_RPC_ERROR, RJ_OV2_CODE_FORCED_CODEC_NOT_FOUND);
  }
  /* the rtpmap of another section does not count */
  g_assert_null (rj_sdp_munge_codec (HEADER VIDEO "m=video 9 X 99\r\n", "VP8", NULL));
}

static void
test_candidates_in_a_description_are_listed (void)
{
  g_autoptr (RjSdp) sdp =
    parse ("v=0\r\nm=audio 9 X 0\r\na=candidate:1 1 UDP 5 127.0.0.1 9 typ host\r\n"
           "a=candidate:2 1 UDP 4 127.0.0.1 10 typ host\r\na=end-of-candidates\r\n");
  g_autoptr (GPtrArray) candidates = rj_sdp_media_get_candidates (rj_sdp_get_media (sdp, 0));

  g_assert_cmpuint (candidates->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (candidates, 0), ==,
                   "candidate:1 1 UDP 5 127.0.0.1 9 typ host");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/sdp/m-lines", test_m_lines_are_read);
  g_test_add_func ("/protocol/sdp/static", test_static_payload_types_need_no_rtpmap);
  g_test_add_func ("/protocol/sdp/transport", test_transport_comes_from_m_line_session_or_bundle);
  g_test_add_func ("/protocol/sdp/missing", test_what_the_transport_lacks_is_named);
  g_test_add_func ("/protocol/sdp/garbage", test_garbage_is_refused);
  g_test_add_func ("/protocol/sdp/endless", test_endless_descriptions_are_refused);
  g_test_add_func ("/protocol/sdp/answer/port", test_port_nought_is_refused_in_the_answer);
  g_test_add_func ("/protocol/sdp/answer/codecs", test_other_kinds_and_codecs_are_refused);
  g_test_add_func ("/protocol/sdp/answer/limits", test_answers_need_m_lines_and_ssrcs);
  g_test_add_func ("/protocol/sdp/mirror", test_directions_and_setups_are_mirrored);
  g_test_add_func ("/protocol/sdp/offer", test_offers_of_one_kind);
  g_test_add_func ("/protocol/sdp/munge/keeps", test_munging_keeps_codec_and_its_rtx);
  g_test_add_func ("/protocol/sdp/munge/passes", test_munging_passes_on_what_has_no_video);
  g_test_add_func ("/protocol/sdp/munge/800", test_a_missing_codec_is_error_800);
  g_test_add_func ("/protocol/sdp/candidates", test_candidates_in_a_description_are_listed);
  return g_test_run ();
}
