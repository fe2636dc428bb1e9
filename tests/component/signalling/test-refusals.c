/* Joins that come to nothing: what the error says and what becomes of the websocket. */
#include <glib/gstdio.h>

#include "rj-error.h"
#include "rj-http-session.h"
#include "rj-token-sources.h"
#include "rjt-certificate.h"
#include "rjt-stay.h"

typedef struct {
  int code;
  RjtReaction shape;
  const char *text;
} Refusal;

static const Refusal refusals[] = {
  { 202, RJT_THROW, "Session 'room' does not exist. Code: 202" },
  { 203, RJT_THROW, "'bot-1' is trying to join the session 'room', but it is closing. Code: 203" },
  { 203, RJT_REPLY, "Session 'room' is closed. Code: 203" },
  { 204, RJT_REPLY, "There is no available Media Node. Code: 204" },
  { 401, RJT_THROW, "Unable to join session. Token tok_SECRET0123456789 is not valid. Code: 401" },
  { 999, RJT_REPLY, "Timeout waiting for Session lock. Code: 999" },
  { -1, RJT_THROW, "java.lang.RuntimeException:Request element 'x' is missing" },
};

static void
expect_gone (RjtStay *stay)
{
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
  g_assert_null (rjt_server_get_close_reason (stay->server));
  g_assert_null (strstr (stay->told->str, "lost"));
}

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", refusal->shape, refusal->code, refusal->text);
  rjt_stay_fail_to_join (stay);
  g_assert_error (stay->error, RJ_RPC_ERROR, refusal->code);
  g_assert_true (g_str_has_prefix (stay->error->message, "joinRoom: "));
  g_assert_cmpint (rj_error_get_retry (stay->error), !=, RJ_RETRY_NEVER);
  expect_gone (stay);
  rjt_stay_publish (stay, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_LOST);
}

static void
test_never_answered (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_SILENT, 0, NULL);
  rjt_stay_start (stay);
  rjt_wait_until (rjt_server_count (stay->server, "joinRoom") == 1);
  g_assert_cmpint (rjt_stay_run_until (stay, "not-joined\n", 11 * G_USEC_PER_SEC), >=,
                   10 * G_USEC_PER_SEC);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_TIMEOUT);
  g_assert_nonnull (strstr (stay->error->message, "joinRoom"));
  expect_gone (stay);
  g_assert_cmpuint (rjt_server_count (stay->server, "ping"), >=, 2);
}

static void
test_a_frozen_server_is_a_timeout_of_join (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_SILENT, 0, NULL);
  rjt_server_script (stay->server, "ping", RJT_SILENT, 0, NULL);
  rjt_stay_start (stay);
  rjt_wait_until (rjt_server_count (stay->server, "joinRoom") == 1);
  rjt_stay_run_until (stay, "not-joined\n", 11 * G_USEC_PER_SEC);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_TIMEOUT);
  expect_gone (stay);
}

static void
test_closed_while_joining (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_CLOSE, 0, NULL);
  rjt_stay_fail_to_join (stay);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (stay->error->message, "code 1000"));
}

static void
test_answer_without_id (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, "{'session':'room'}");
  rjt_stay_fail_to_join (stay);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  expect_gone (stay);
}

static void
test_server_down (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_set_http (stay->server, "/api/get-token", 200,
                       "{\"token\":\"ws://127.0.0.1:1?sessionId=room&token=tok_A\"}");
  rjt_stay_fail_to_join (stay);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (stay->error->message, "ws://127.0.0.1:1/openvidu"));
  g_assert_nonnull (strstr (stay->error->message, "refused"));
}

static void
test_upgrade_refused (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_refuse_upgrades (stay->server, TRUE);
  rjt_stay_fail_to_join (stay);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (stay->error->message, "503"));
}

static void
test_token_refused (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_set_http (stay->server, "/api/get-token", 500, "{\"error\":\"boom\"}");
  rjt_stay_fail_to_join (stay);
  g_assert_error (stay->error, RJ_HTTP_ERROR, 500);
  g_assert_cmpstr (stay->told->str, ==, "not-joined\n");
  g_assert_cmpstr (stay->events->str, ==, "token-requested {\"source\":\"app\"}\n");
}

static void
test_cancelled (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_set_http (stay->server, "/api/get-token", 0, NULL);
  rjt_stay_start (stay);
  rjt_wait_until (rjt_server_count_http (stay->server, "/api/get-token") == 1);
  rj_signaller_close (stay->signaller);
  rjt_wait_until (stay->join_answered);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_CLOSED);
}

static void
test_untrusted (void)
{
  g_autofree char *pem = NULL;
  g_autoptr (GTlsCertificate) certificate = rjt_certificate_new (&pem);
  g_autoptr (RjtServer) secure = rjt_server_new (certificate);
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  g_autofree char *answer = g_strdup_printf ("{\"token\":\"%s\"}", rjt_server_get_token (secure));

  rjt_server_set_http (stay->server, "/api/get-token", 200, answer);
  rjt_stay_fail_to_join (stay);
  g_assert_error (stay->error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_nonnull (strstr (stay->error->message, "--ca"));
  g_assert_nonnull (strstr (stay->error->message, "--insecure"));
}

static const char *ca_file;
static SoupSession *trusting;

static void
trust (RjOpenvidu2Config *config)
{
  g_autoptr (GError) error = NULL;

  trusting = rj_http_session_new (4, ca_file, ca_file == NULL, NULL, &error);
  g_assert_no_error (error);
  config->http = trusting;
}

static void
check_trusted (const char *file)
{
  g_autofree char *pem = NULL;
  g_autoptr (GTlsCertificate) certificate = rjt_certificate_new (&pem);
  g_autoptr (RjtServer) secure = rjt_server_new (certificate);
  g_autofree char *answer = g_strdup_printf ("{\"token\":\"%s\"}", rjt_server_get_token (secure));
  RjtStay *stay;

  if (file != NULL)
    g_assert_true (g_file_set_contents (file, pem, -1, NULL));
  ca_file = file;
  stay = rjt_stay_new_with (trust);
  rjt_server_set_http (stay->server, "/api/get-token", 200, answer);
  rjt_stay_join (stay);
  rj_signaller_cut (stay->signaller, TRUE); /* below TLS */
  rjt_stay_expect (stay, "resumed\n");
  g_assert_cmpuint (rjt_server_count_opened (secure), ==, 2);
  rjt_stay_free (stay);
  g_clear_object (&trusting);
}

static void
test_trusted_by_ca (void)
{
  g_autofree char *file = NULL;
  int fd = g_file_open_tmp ("rejoin-ca-XXXXXX.pem", &file, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  check_trusted (file);
  g_unlink (file);
}

static void
test_trusted_insecurely (void)
{
  check_trusted (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autofree char *path = g_strdup_printf ("/client-17/refusals/%d-%u", refusals[i].code, i);

    g_test_add_data_func (path, &refusals[i], test_refused);
  }
  g_test_add_func ("/client-18/refusals/never-answered", test_never_answered);
  g_test_add_func ("/client-18/refusals/frozen-server", test_a_frozen_server_is_a_timeout_of_join);
  g_test_add_func ("/refusals/closed-while-joining", test_closed_while_joining);
  g_test_add_func ("/refusals/answer-without-id", test_answer_without_id);
  g_test_add_func ("/refusals/server-down", test_server_down);
  g_test_add_func ("/refusals/upgrade-refused", test_upgrade_refused);
  g_test_add_func ("/refusals/token-refused", test_token_refused);
  g_test_add_func ("/refusals/closed-by-owner", test_cancelled);
  g_test_add_func ("/refusals/untrusted", test_untrusted);
  g_test_add_func ("/refusals/trusted-by-ca", test_trusted_by_ca);
  g_test_add_func ("/refusals/trusted-insecurely", test_trusted_insecurely);
  return g_test_run ();
}
