#include "rj-answer-check.h"

#include <string.h>

#include "rj-error.h"

#define FINGERPRINT                                                                                \
  "F3:EF:74:CB:77:85:F3:F9:8F:E8:FC:9F:D0:9B:E1:9A:CC:6F:51:90:ED:D3:9D:ED:26:77:22:C0:46:36:EC:"  \
  "E9"

#define TRANSPORT(setup)                                                                           \
  "a=setup:" setup "\r\na=rtcp-mux\r\na=ice-ufrag:6LiR\r\na=ice-pwd:+vhvLy7kwGt+UuZCPdStuM\r\n"    \
  "a=fingerprint:sha-256 " FINGERPRINT "\r\n"
#define HEAD                                                                                       \
  "v=0\r\no=- 4004444439 4004444439 IN IP4 0.0.0.0\r\ns=Kurento Media Server\r\n"                  \
  "c=IN IP4 0.0.0.0\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
#define AUDIO "a=mid:0\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\n"
#define VIDEO "a=mid:1\r\na=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 ccm fir\r\n"

static const char offer[] =
  HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=recvonly\r\n" AUDIO TRANSPORT (
    "actpass") "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\n" VIDEO TRANSPORT ("actpass");
static const char answer[] =
  HEAD "m=audio 1 UDP/TLS/RTP/SAVPF 111 0\r\na=sendonly\r\n" AUDIO TRANSPORT (
    "active") "m=video 1 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\n" VIDEO TRANSPORT ("active");

/* Checks the usual answer with @from replaced by @to. Returns: (transfer full) (nullable): the error */
static GError *
check_edited (const char *from, const char *to, gboolean we_send)
{
  g_autoptr (GString) text = g_string_new (answer);
  g_autoptr (GError) error = NULL;
  RjAnswerFacts facts = { 0 };
  gboolean ok;

  if (from != NULL)
    g_assert_cmpuint (g_string_replace (text, from, to, 0), >, 0);
  ok = rj_answer_check (offer, text->str, we_send, &facts, &error);
  g_assert_true (ok == (error == NULL));
  rj_answer_facts_clear (&facts);
  return g_steal_pointer (&error);
}

typedef struct {
  const char *name;
  const char *from, *to;
  RjErrorCode code;
  const char *says;
} Case;

static const Case cases[] = {
  { "video-refused", "m=video 1", "m=video 0", RJ_ERROR_NO_MEDIA, "video was refused (m=video 0)" },
  { "audio-refused", "m=audio 1", "m=audio 0", RJ_ERROR_NO_MEDIA, "audio was refused" },
  { "no-codec", "VP8/90000", "VP9/90000", RJ_ERROR_NO_MEDIA, "video has no VP8 or H264" },
  { "not-offered", "VP8/90000", "H264/90000", RJ_ERROR_NO_MEDIA, "video has no VP8 or H264" },
  { "no-opus", "opus/48000", "speex/16000", RJ_ERROR_NO_MEDIA, "audio has no opus" },
  { "inactive", "a=sendonly", "a=inactive", RJ_ERROR_NO_MEDIA, "inactive" },
  { "wrong-direction", "a=sendonly", "a=recvonly", RJ_ERROR_NO_MEDIA, "recvonly" },
  { "no-fingerprint", "a=fingerprint:sha-256 " FINGERPRINT "\r\n", "", RJ_ERROR_PROTOCOL,
    "no a=fingerprint" },
  { "no-ufrag", "a=ice-ufrag:6LiR\r\n", "", RJ_ERROR_PROTOCOL, "no a=ice-ufrag" },
  { "no-password", "a=ice-pwd:+vhvLy7kwGt+UuZCPdStuM\r\n", "", RJ_ERROR_PROTOCOL, "no a=ice-pwd" },
  { "no-setup", "a=setup:active\r\n", "", RJ_ERROR_PROTOCOL, "no a=setup" },
  { "actpass", "a=setup:active", "a=setup:actpass", RJ_ERROR_PROTOCOL, "actpass" },
  { "empty-fingerprint", "a=fingerprint:sha-256 " FINGERPRINT, "a=fingerprint:sha-256",
    RJ_ERROR_PROTOCOL, "fingerprint" },
  { "other-line", "m=video 1", "m=application 1", RJ_ERROR_PROTOCOL, "not the offered one" },
  { "one-line-more", "m=video 1", "m=audio 1 UDP/TLS/RTP/SAVPF 111\r\nm=video 1", RJ_ERROR_PROTOCOL,
    "3 m-lines for 2" },
};

static void
test_a_bad_answer_is_refused (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (GError) error = check_edited (c->from, c->to, FALSE);

  g_assert_error (error, RJ_ERROR, (int) c->code);
  g_assert_nonnull (strstr (error->message, c->says));
  /* nothing secret in it */
  g_assert_null (strstr (error->message, "vhvLy7"));
}

static void
test_the_usual_answer_passes (void)
{
  g_autoptr (GError) error = check_edited (NULL, NULL, FALSE);
  g_autoptr (GError) sending = check_edited ("a=sendonly", "a=recvonly", TRUE);
  g_autoptr (GError) both = check_edited ("a=sendonly", "a=sendrecv", TRUE);

  g_assert_no_error (error);
  g_assert_no_error (sending);
  g_assert_no_error (both);
}

static void
test_what_holds_for_the_session_holds_for_each_line (void)
{
  g_autoptr (GString) text = g_string_new (answer);
  g_autoptr (GError) error = NULL;
  RjAnswerFacts facts = { 0 };

  g_string_replace (text, TRANSPORT ("active"), "", 0);
  g_string_replace (text, "a=group", TRANSPORT ("passive") "a=group", 0);
  g_assert_true (rj_answer_check (offer, text->str, FALSE, &facts, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (facts.fingerprint_hash, ==, "sha-256");
  g_assert_cmpstr (facts.fingerprint, ==, FINGERPRINT);
  rj_answer_facts_clear (&facts);
}

static void
test_an_answer_keeps_the_offers_words (void)
{
  g_autoptr (GString) theirs = g_string_new (offer);
  g_autoptr (GString) ours = g_string_new (answer);
  g_autofree char *adapted = NULL;
  RjAnswerFacts facts = { 0 };

  g_string_replace (theirs, "UDP/TLS/RTP/SAVPF", "RTP/SAVPF", 0);
  g_string_replace (theirs, "a=recvonly", "a=sendonly", 0);
  g_string_replace (ours, "opus/48000/2", "OPUS/48000/2", 0);
  g_string_replace (ours, "a=rtcp-fb:96 ccm fir", "a=rtcp-fb:96 goog-remb", 0);
  adapted = rj_answer_adapt (theirs->str, ours->str);
  g_assert_nonnull (strstr (adapted, "m=audio 1 RTP/SAVPF 111 0\r\n"));
  g_assert_nonnull (strstr (adapted, "m=video 1 RTP/SAVPF 96\r\n"));
  g_assert_nonnull (strstr (adapted, "a=rtpmap:111 opus/48000/2\r\n"));
  g_assert_null (strstr (adapted, "goog-remb"));
  g_assert_true (g_str_has_suffix (adapted, "\r\n"));
  g_assert_true (rj_offer_check (theirs->str, &facts, NULL));
  g_assert_cmpstr (facts.fingerprint, ==, FINGERPRINT);
  rj_answer_facts_clear (&facts);
}

static void
test_garbage_is_no_sdp (void)
{
  static const char *const texts[] = {
    "", "{}", "v=0", "hello\r\nworld\r\n", "v=1\r\n", "v=0\r\nm=\r\n", "\xff\xfe\r\n"
  };
  g_autofree char *huge = g_strnfill (1000000, 'a');

  for (guint i = 0; i <= G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    RjAnswerFacts facts = { 0 };
    g_autofree char *text =
      i < G_N_ELEMENTS (texts) ? g_strdup (texts[i]) : g_strconcat ("v=0\r\ns=", huge, NULL);

    g_assert_false (rj_answer_check (offer, text, FALSE, &facts, &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  }
}

/* Every cut of a good answer is either good or refused, never a crash */
static void
test_cut_answers_do_no_harm (void)
{
  for (gsize cut = 0; cut < sizeof answer; cut++) {
    g_autofree char *text = g_strndup (answer, cut);
    RjAnswerFacts facts = { 0 };

    rj_answer_check (offer, text, FALSE, &facts, NULL);
    rj_answer_facts_clear (&facts);
  }
}

static void
test_mids_are_read_in_order (void)
{
  g_autoptr (GPtrArray) mids = rj_offer_read_mids (offer);
  g_autoptr (GPtrArray) none = rj_offer_read_mids ("nonsense");

  g_assert_cmpuint (mids->len, ==, 2);
  g_assert_cmpstr (mids->pdata[0], ==, "0");
  g_assert_cmpstr (mids->pdata[1], ==, "1");
  g_assert_cmpuint (none->len, ==, 0);
}

#define PEM "-----BEGIN CERTIFICATE-----\nY2VydGlm\naWNhdGU=\n-----END CERTIFICATE-----\n"

static void
check_certificate (const char *hash, const char *fingerprint, const char *pem, GError **error)
{
  RjAnswerFacts facts = { g_strdup (hash), g_strdup (fingerprint) };

  rj_answer_check_certificate (&facts, pem, error);
  rj_answer_facts_clear (&facts);
}

static void
test_the_certificate_must_be_the_announced_one (void)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "certificate", -1);
  g_autofree char *sha1 = g_compute_checksum_for_string (G_CHECKSUM_SHA1, "certificate", -1);
  g_autoptr (GError) error = NULL;

  check_certificate ("sha-256", digest, PEM, &error);
  g_assert_no_error (error);
  check_certificate ("sha-1", sha1, PEM, &error);
  g_assert_no_error (error);
  check_certificate ("sha-256", FINGERPRINT, PEM, &error);
  g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  g_clear_error (&error);
  check_certificate ("md2", digest, PEM, &error);
  g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  g_clear_error (&error);
  check_certificate ("sha-256", digest, "no certificate", &error);
  g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/media/answer-check/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_a_bad_answer_is_refused);
  }
  g_test_add_func ("/client-30/media/answer-check/adapt", test_an_answer_keeps_the_offers_words);
  g_test_add_func ("/media/answer-check/usual", test_the_usual_answer_passes);
  g_test_add_func ("/media/answer-check/session-attributes",
                   test_what_holds_for_the_session_holds_for_each_line);
  g_test_add_func ("/media/answer-check/garbage", test_garbage_is_no_sdp);
  g_test_add_func ("/media/answer-check/cut", test_cut_answers_do_no_harm);
  g_test_add_func ("/media/answer-check/mids", test_mids_are_read_in_order);
  g_test_add_func ("/media/answer-check/certificate",
                   test_the_certificate_must_be_the_announced_one);
  return g_test_run ();
}
