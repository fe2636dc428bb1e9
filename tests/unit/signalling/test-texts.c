/* What is pure in signalling: token texts, the times of resuming, the states. */
#include "rj-error.h"
#include "rj-http-call.h"
#include "rj-http-session.h"
#include "rj-openvidu2-private.h"
#include "rj-token-sources.h"

#define TOKEN "wss://ov.example?sessionId=a&token=tok_ABCDEFGHIJKLMNOP"

static void
test_token (void)
{
  static const char *const good[] = { TOKEN, " " TOKEN "\r\n", "\"" TOKEN "\"",
                                      "{\"token\":\"" TOKEN "\"}",
                                      "{\"a\":1,\"token\":\"" TOKEN " \"}" };
  static const char *const bad[] = {
    "", "{", "[]", "{}", "{\"token\":null}", "tok_A", "\"\"", "ftp://x?y", "wss://ov.example"
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *token = rj_token_read (good[i], "x", NULL);

    g_assert_cmpstr (token, ==, TOKEN);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_token_read (bad[i], "POST x", &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
    g_assert_true (g_str_has_prefix (error->message, "POST x gave no token"));
  }
}

static void
test_session_id (void)
{
  g_autofree char *plain = rj_session_id_read ("ses_A1\n", "x", NULL);
  g_autofree char *quoted = rj_session_id_read ("\"ses_A1\"", "x", NULL);
  g_autofree char *member = rj_session_id_read ("{\"id\":\"ses_A1\"}", "x", NULL);

  g_assert_cmpstr (plain, ==, "ses_A1");
  g_assert_cmpstr (quoted, ==, "ses_A1");
  g_assert_cmpstr (member, ==, "ses_A1");
  g_assert_null (rj_session_id_read ("a b", "x", NULL));
  g_assert_null (rj_session_id_read ("../x", "x", NULL));
  g_assert_null (rj_session_id_read ("", "x", NULL));
}

static void
test_excerpt (void)
{
  g_autofree char *lines = rj_http_excerpt (" a\r\n  b\t" TOKEN " pw hunter2", "hunter2");
  g_autofree char *filler = g_strnfill (500, 'x');
  g_autofree char *cut = rj_http_excerpt (filler, NULL);

  g_assert_true (g_str_has_prefix (lines, "a b wss://"));
  g_assert_null (strstr (lines, "tok_"));
  g_assert_null (strstr (lines, "hunter2"));
  g_assert_cmpuint (strlen (cut), ==, 163);
}

static void
test_shown_url (void)
{
  g_autofree char *shown = rj_http_show_url ("https://me:secret@host:1/a/b?token=x#y");
  g_autofree char *odd = rj_http_show_url ("not a url?token=x");

  g_assert_cmpstr (shown, ==, "https://host:1/a/b");
  g_assert_cmpstr (odd, ==, "not a url");
}

static void
test_resume_times (void)
{
  static const int tries_ms[] = { 0,    250,  500,  1000, 1500, 2000, 2500, 3000, 3500, 4000,
                                  4500, 5000, 5500, 6000, 6500, 7000, 7500, 8000, 8500, 9000 };
  gint64 at_us = -1;

  for (guint i = 0; i < G_N_ELEMENTS (tries_ms); i++) {
    at_us = rj_openvidu2_next_resume_us (at_us);
    g_assert_cmpint (at_us, ==, tries_ms[i] * 1000);
  }
  g_assert_cmpint (rj_openvidu2_next_resume_us (at_us), ==, -1);
  /* a slow try costs the times that it took */
  g_assert_cmpint (rj_openvidu2_next_resume_us (3200 * 1000), ==, 3500 * 1000);
  g_assert_cmpint (rj_openvidu2_next_resume_us (8600 * 1000), ==, 9000 * 1000);
}

static void
test_states (void)
{
  g_autoptr (GError) error = NULL;

  rj_states_check (rj_ov2_get_states (), RJ_OV2_N_STATES, &error);
  g_assert_no_error (error);
}

static void
test_presets (void)
{
  RjAppPreset preset;

  g_assert_true (rj_app_preset_from_name ("sessions", &preset));
  g_assert_cmpint (preset, ==, RJ_APP_SESSIONS);
  g_assert_true (rj_app_preset_from_name ("fault-tolerance", &preset));
  g_assert_cmpint (preset, ==, RJ_APP_FAULT_TOLERANCE);
  g_assert_false (rj_app_preset_from_name ("other", &preset));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/texts/token", test_token);
  g_test_add_func ("/texts/session-id", test_session_id);
  g_test_add_func ("/texts/excerpt", test_excerpt);
  g_test_add_func ("/texts/shown-url", test_shown_url);
  g_test_add_func ("/client-36/openvidu2/resume-times", test_resume_times);
  g_test_add_func ("/openvidu2/states", test_states);
  g_test_add_func ("/texts/presets", test_presets);
  return g_test_run ();
}
