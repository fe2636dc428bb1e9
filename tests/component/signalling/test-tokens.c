/* Token sources: what they ask, what they accept, and what their errors say. */
#include <glib/gstdio.h>
#include <signal.h>

#include "rj-error.h"
#include "rj-http-session.h"
#include "rjt-certificate.h"
#include "rjt-token-desk.h"
#include "rjt-wait.h"

#define TOKEN      "wss://ov.example:4443?sessionId=room&token=tok_ABCDEFGHIJKLMNOP"
#define SESSIONS   "/openvidu/api/sessions"
#define CONNECTION "/openvidu/api/sessions/room/connection"

/* Frees @source */
static void
fetch (RjtTokenDesk *f, RjTokenSource *source)
{
  rjt_token_desk_start (f, source, "bot-1", NULL);
  rjt_wait_until (f->answered);
  g_object_unref (source);
}

static RjTokenSource *
new_app (RjtTokenDesk *f, const char *suffix, RjAppPreset preset)
{
  g_autofree char *url = g_strconcat (rjt_server_get_url (f->server), suffix, NULL);

  return rj_token_source_new_app (f->http, f->clock, url, preset);
}

static RjTokenSource *
new_rest (RjtTokenDesk *f, const char *suffix)
{
  g_autofree char *url = g_strconcat (rjt_server_get_url (f->server), suffix, NULL);

  return rj_token_source_new_rest (f->http, f->clock, url, RJT_SECRET);
}

static void
expect_token (RjtTokenDesk *f)
{
  g_assert_no_error (f->error);
  g_assert_cmpstr (f->token, ==, TOKEN);
}

static void
expect_error (RjtTokenDesk *f, GQuark domain, int code, const char *text)
{
  rjt_token_desk_expect_error (f, domain, code, text, RJT_SECRET);
}

static void
test_app (RjtTokenDesk *f, gconstpointer unused)
{
  static const char *const suffixes[] = { "", "/", "/api", "/api/", "/api/get-token" };

  rjt_server_set_http (f->server, "/api/get-token", 200, "{\"token\":\"" TOKEN "\"}");
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    fetch (f, new_app (f, suffixes[i], RJ_APP_FAULT_TOLERANCE));
    expect_token (f);
    g_assert_cmpuint (rjt_server_count_http (f->server, "/api/get-token"), ==, i + 1);
  }
  g_assert_cmpstr (rjt_server_get_body (f->server, "/api/get-token"), ==,
                   "{\"sessionId\":\"room\"}");
  g_assert_null (rjt_server_get_authorization (f->server, "/api/get-token"));
}

static void
check_sessions (RjtTokenDesk *f, const char *id, const char *token)
{
  rjt_server_set_http (f->server, "/api/sessions", 200, id);
  rjt_server_set_http (f->server, "/api/sessions/ses_1/connections", 200, token);
  fetch (f, new_app (f, "", RJ_APP_SESSIONS));
  expect_token (f);
  g_assert_cmpstr (rjt_server_get_body (f->server, "/api/sessions"), ==,
                   "{\"customSessionId\":\"room\"}");
  g_assert_cmpstr (rjt_server_get_body (f->server, "/api/sessions/ses_1/connections"), ==, "{}");
}

static void
test_app_sessions (RjtTokenDesk *f, gconstpointer unused)
{
  check_sessions (f, "ses_1", TOKEN);
  check_sessions (f, "\"ses_1\"", "\"" TOKEN "\"\n");
  check_sessions (f, "{\"id\":\"ses_1\"}", "{\"token\":\"" TOKEN "\"}");
  check_sessions (f, "{\"sessionId\":\"ses_1\"}", TOKEN);
  rjt_server_set_http (f->server, "/api/sessions", 200, "<html>hello</html>");
  fetch (f, new_app (f, "", RJ_APP_SESSIONS));
  expect_error (f, RJ_ERROR, RJ_ERROR_PROTOCOL, "<html>");
}

/* Whoever makes the session says which codec it has */
static void
test_a_codec_is_forced (RjtTokenDesk *f, gconstpointer unused)
{
  RjTokenSource *app = new_app (f, "", RJ_APP_SESSIONS);
  RjTokenSource *rest = new_rest (f, "");

  rj_token_source_force_video_codec (app, "H264");
  rj_token_source_force_video_codec (rest, "H264");
  rjt_server_set_http (f->server, "/api/sessions", 200, "ses_1");
  rjt_server_set_http (f->server, "/api/sessions/ses_1/connections", 200, TOKEN);
  rjt_server_set_http (f->server, SESSIONS, 409, NULL);
  rjt_server_set_http (f->server, CONNECTION, 200, "{\"id\":\"con_1\",\"token\":\"" TOKEN "\"}");
  fetch (f, app);
  expect_token (f);
  fetch (f, rest);
  expect_token (f);
  g_assert_cmpstr (rjt_server_get_body (f->server, "/api/sessions"), ==,
                   "{\"customSessionId\":\"room\",\"forcedVideoCodec\":\"H264\"}");
  g_assert_cmpstr (rjt_server_get_body (f->server, SESSIONS), ==,
                   "{\"customSessionId\":\"room\",\"forcedVideoCodec\":\"H264\"}");
}

static void
test_rest (RjtTokenDesk *f, gconstpointer unused)
{
  static const guint statuses[] = { 200, 409 };
  g_autofree char *pair = g_base64_encode ((const guchar *) "OPENVIDUAPP:" RJT_SECRET,
                                           strlen ("OPENVIDUAPP:" RJT_SECRET));
  g_autofree char *basic = g_strconcat ("Basic ", pair, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    rjt_server_set_http (f->server, SESSIONS, statuses[i],
                         statuses[i] == 409 ? NULL : "{\"id\":\"room\"}");
    rjt_server_set_http (f->server, CONNECTION, 200, "{\"id\":\"con_1\",\"token\":\"" TOKEN "\"}");
    fetch (f, new_rest (f, i == 0 ? "" : "/openvidu/api/"));
    expect_token (f);
    /* once each: the credentials went with the first request, not after a challenge */
    g_assert_cmpuint (rjt_server_count_http (f->server, SESSIONS), ==, 1);
    g_assert_cmpuint (rjt_server_count_http (f->server, CONNECTION), ==, 1);
    g_assert_cmpstr (rjt_server_get_authorization (f->server, SESSIONS), ==, basic);
    g_assert_cmpstr (rjt_server_get_authorization (f->server, CONNECTION), ==, basic);
  }
}

static void
test_rest_refuses (RjtTokenDesk *f, gconstpointer unused)
{
  rjt_server_set_http (f->server, SESSIONS, 401, "no " RJT_SECRET " here");
  fetch (f, new_rest (f, ""));
  expect_error (f, RJ_HTTP_ERROR, 401, "--secret");
  g_assert_cmpint (rj_error_get_retry (f->error), ==, RJ_RETRY_NEVER);
  rjt_server_set_http (f->server, SESSIONS, 409, NULL);
  rjt_server_set_http (f->server, CONNECTION, 404, NULL);
  fetch (f, new_rest (f, ""));
  expect_error (f, RJ_HTTP_ERROR, 404, CONNECTION);
  g_assert_cmpint (rj_error_get_retry (f->error), ==, RJ_RETRY_WITH_NEW_TOKEN);
  rjt_server_set_http (f->server, SESSIONS, 503, NULL);
  fetch (f, new_rest (f, ""));
  expect_error (f, RJ_HTTP_ERROR, 503, "down or starting");
}

static void
test_app_refuses (RjtTokenDesk *f, gconstpointer unused)
{
  rjt_server_set_http (f->server, "/api/get-token", 404, NULL);
  fetch (f, new_app (f, "", RJ_APP_FAULT_TOLERANCE));
  expect_error (f, RJ_HTTP_ERROR, 404, "preset");
  rjt_server_set_http (f->server, "/api/get-token", 500,
                       "{\"error\":\"I/O error\",\n \"stacktrace\":\"" TOKEN "\"}");
  fetch (f, new_app (f, "", RJ_APP_FAULT_TOLERANCE));
  expect_error (f, RJ_HTTP_ERROR, 500, "I/O error");
  g_assert_null (strchr (f->error->message, '\n'));
  rjt_server_set_http (f->server, "/api/get-token", 302, NULL);
  fetch (f, new_app (f, "", RJ_APP_FAULT_TOLERANCE));
  expect_error (f, RJ_HTTP_ERROR, 302, "redirects");
}

static void
test_odd_answers (RjtTokenDesk *f, gconstpointer unused)
{
  static const char *const answers[] = {
    "<!doctype html><html>",
    "{\"token\":",
    "{}",
    "{\"token\":7}",
    "[]",
    "",
    "tok_ABCDEFGHIJKLMNOP",
    "null",
    "\xff\xfe not",
    "OK",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    rjt_server_set_http (f->server, "/api/get-token", 200, answers[i]);
    fetch (f, new_app (f, "", RJ_APP_FAULT_TOLERANCE));
    expect_error (f, RJ_ERROR, RJ_ERROR_PROTOCOL, "gave no token");
  }
}

static void
test_slow (RjtTokenDesk *f, gconstpointer unused)
{
  g_autoptr (RjTokenSource) source = new_app (f, "", RJ_APP_FAULT_TOLERANCE);

  rjt_server_set_http (f->server, "/api/get-token", 0, NULL);
  rjt_token_desk_start (f, source, "bot-1", NULL);
  rjt_wait_until (rjt_server_count_http (f->server, "/api/get-token") == 1);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 10 * G_USEC_PER_SEC - 1);
  g_assert_false (f->answered);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 1);
  rjt_wait_until (f->answered);
  expect_error (f, RJ_ERROR, RJ_ERROR_TIMEOUT, "10 s");
}

static void
test_unreachable (RjtTokenDesk *f, gconstpointer unused)
{
  rjt_server_stop (f->server);
  fetch (f, new_app (f, "", RJ_APP_FAULT_TOLERANCE));
  expect_error (f, RJ_ERROR, RJ_ERROR_UNREACHABLE, "refused");
  rjt_server_start (f->server);
  fetch (
    f, rj_token_source_new_app (f->http, f->clock, "http://no.such.host.invalid", RJ_APP_SESSIONS));
  expect_error (f, RJ_ERROR, RJ_ERROR_UNREACHABLE, "host name");
  fetch (f, rj_token_source_new_app (f->http, f->clock, "localhost:5000", RJ_APP_SESSIONS));
  expect_error (f, RJ_ERROR, RJ_ERROR_USAGE, "https://host:port");
}

static void
test_tls (RjtTokenDesk *f, gconstpointer unused)
{
  g_autofree char *pem = NULL;
  g_autoptr (GTlsCertificate) certificate = rjt_certificate_new (&pem);
  g_autoptr (RjtServer) secure = rjt_server_new (certificate);
  g_autoptr (SoupSession) insecure = rj_http_session_new (1, NULL, TRUE, NULL, NULL);
  const char *url = rjt_server_get_url (secure);
  g_autofree char *plain = g_strconcat ("http", url + strlen ("https"), NULL);

  rjt_server_set_http (secure, "/api/get-token", 200, TOKEN);
  fetch (f, rj_token_source_new_app (f->http, f->clock, url, RJ_APP_FAULT_TOLERANCE));
  expect_error (f, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "--insecure");
  g_assert_nonnull (strstr (f->error->message, "self-signed"));
  fetch (f, rj_token_source_new_app (insecure, f->clock, url, RJ_APP_FAULT_TOLERANCE));
  expect_token (f);
  fetch (f, rj_token_source_new_app (f->http, f->clock, plain, RJ_APP_FAULT_TOLERANCE));
  expect_error (f, RJ_ERROR, RJ_ERROR_UNREACHABLE, "https there?");
}

static void
test_bad_ca (RjtTokenDesk *f, gconstpointer unused)
{
  g_autoptr (SoupSession) session =
    rj_http_session_new (1, "/no/such/file.pem", FALSE, NULL, &f->error);

  g_assert_null (session);
  expect_error (f, RJ_ERROR, RJ_ERROR_USAGE, "--ca");
}

static RjTokenSource *
new_command (RjtTokenDesk *f, const char *line)
{
  return rj_token_source_new_command (f->clock, line, 0);
}

static void
test_command (RjtTokenDesk *f, gconstpointer unused)
{
  fetch (f, new_command (f, "echo '" TOKEN "'; echo more"));
  expect_token (f);
  fetch (f, new_command (f, "test {session}-{name} = room-bot-1 && test $REJOIN_SESSION = room && "
                            "test \"$REJOIN_NAME\" = bot-1 && echo '{\"token\":\"" TOKEN "\"}'"));
  expect_token (f);
}

static void
test_command_fails (RjtTokenDesk *f, gconstpointer unused)
{
  fetch (f, new_command (f, "echo 'no such room " TOKEN "' >&2; exit 7"));
  expect_error (f, RJ_ERROR, RJ_ERROR_REJECTED, "exit code 7");
  g_assert_nonnull (strstr (f->error->message, "no such room"));
  fetch (f, new_command (f, "kill -9 $$"));
  expect_error (f, RJ_ERROR, RJ_ERROR_REJECTED, "signal 9");
  fetch (f, new_command (f, "true"));
  expect_error (f, RJ_ERROR, RJ_ERROR_PROTOCOL, "nothing");
  fetch (f, new_command (f, "/no/such/program"));
  expect_error (f, RJ_ERROR, RJ_ERROR_REJECTED, "exit code 127");
}

/* Returns: 0 while there is no whole line */
static pid_t
read_pid (const char *file)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL) || strchr (text, '\n') == NULL)
    return 0;
  return g_ascii_strtoll (text, NULL, 10);
}

static gboolean
wake (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static void
test_command_slow (RjtTokenDesk *f, gconstpointer unused)
{
  g_autofree char *file = NULL;
  int fd = g_file_open_tmp ("rejoin-pid-XXXXXX", &file, NULL);
  g_autofree char *line = g_strdup_printf ("sleep 1000 & echo $! >%s; wait", file);
  g_autoptr (RjTokenSource) source = new_command (f, line);
  pid_t pid = 0;
  guint waker;

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  rjt_token_desk_start (f, source, "bot-1", NULL);
  waker = g_timeout_add (5, wake, NULL); /* files and processes wake nobody */
  rjt_wait_until ((pid = read_pid (file)) > 0);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 10 * G_USEC_PER_SEC);
  rjt_wait_until (f->answered);
  expect_error (f, RJ_ERROR, RJ_ERROR_TIMEOUT, "10 s");
  rjt_wait_until (kill (pid, 0) != 0); /* the whole group is gone */
  g_source_remove (waker);
  g_unlink (file);
}

static void
test_command_is_safe (RjtTokenDesk *f, gconstpointer unused)
{
  g_autoptr (RjTokenSource) source = new_command (f, "echo {name}");
  g_autoptr (RjTokenSource) careful =
    new_command (f, "test \"$REJOIN_NAME\" = '$(exit 1)' && echo '" TOKEN "'");

  rjt_token_desk_start (f, source, "$(exit 1)", NULL);
  rjt_wait_until (f->answered);
  expect_error (f, RJ_ERROR, RJ_ERROR_USAGE, "$REJOIN_NAME");
  rjt_token_desk_start (f, careful, "$(exit 1)", NULL);
  rjt_wait_until (f->answered);
  expect_token (f);
}

static void
test_literal (RjtTokenDesk *f, gconstpointer unused)
{
  g_autoptr (RjTokenSource) source = rj_token_source_new_literal (TOKEN);

  g_assert_cmpstr (rj_token_source_get_kind (source), ==, "literal");
  fetch (f, g_object_ref (source));
  expect_token (f);
  fetch (f, g_object_ref (source));
  expect_error (f, RJ_ERROR, RJ_ERROR_USAGE, "one join");
  fetch (f, rj_token_source_new_literal ("nonsense"));
  expect_error (f, RJ_ERROR, RJ_ERROR_PROTOCOL, "--token");
}

static void
test_cancel (RjtTokenDesk *f, gconstpointer unused)
{
  g_autoptr (RjTokenSource) app = new_app (f, "", RJ_APP_FAULT_TOLERANCE);
  g_autoptr (RjTokenSource) command = new_command (f, "sleep 1000");
  RjTokenSource *const sources[] = { app, command };

  rjt_server_set_http (f->server, "/api/get-token", 0, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++) {
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();

    rjt_token_desk_start (f, sources[i], "bot-1", cancellable);
    g_cancellable_cancel (cancellable);
    rjt_wait_until (f->answered);
    g_assert_error (f->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  }
}

int
main (int argc, char **argv)
{
  /* proxies do not matter to loopback */
  g_setenv ("http_proxy", "http://127.0.0.1:1", TRUE);
  g_setenv ("https_proxy", "http://127.0.0.1:1", TRUE);
  g_setenv ("no_proxy", "no.such.host.invalid", TRUE);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func)                                                                            \
  g_test_add (path, RjtTokenDesk, NULL, rjt_token_desk_set_up, func, rjt_token_desk_tear_down)
  ADD ("/tokens/app", test_app);
  ADD ("/tokens/app-sessions", test_app_sessions);
  ADD ("/tokens/app-refuses", test_app_refuses);
  ADD ("/tokens/codec", test_a_codec_is_forced);
  ADD ("/tokens/rest", test_rest);
  ADD ("/tokens/rest-refuses", test_rest_refuses);
  ADD ("/tokens/odd-answers", test_odd_answers);
  ADD ("/tokens/slow", test_slow);
  ADD ("/tokens/unreachable", test_unreachable);
  ADD ("/tokens/tls", test_tls);
  ADD ("/tokens/bad-ca", test_bad_ca);
  ADD ("/tokens/command", test_command);
  ADD ("/tokens/command-fails", test_command_fails);
  ADD ("/tokens/command-slow", test_command_slow);
  ADD ("/tokens/command-is-safe", test_command_is_safe);
  ADD ("/tokens/literal", test_literal);
  ADD ("/tokens/cancel", test_cancel);
  return g_test_run ();
}
