/* Losing the websocket, and being evicted. */
#include "rj-error.h"
#include "rj-json.h"
#include "rjt-stay.h"

static void
never (RjOpenvidu2Config *config)
{
  config->never_resume = TRUE;
}

static void
check_resumed (RjtStay *stay, guint tries)
{
  g_autofree char *event = g_strdup_printf ("resumed {\"tries\":%u}\n", tries);
  JsonObject *params;

  rjt_stay_expect (stay, "resumed\n");
  rjt_stay_expect (stay, event);
  g_assert_cmpuint (rjt_stay_count (stay, "suspended\n"), ==, 1);
  g_assert_cmpuint (rjt_stay_count (stay, "resumed\n"), ==, 1);
  g_assert_null (strstr (stay->told->str, "lost"));
  g_assert_cmpstr (rjt_server_get_query (stay->server), ==, "sessionId=room&reconnect=true");
  params = rjt_server_get_params (stay->server, "connect", 0);
  g_assert_cmpstr (rj_json_get_string (params, "sessionId", NULL), ==, RJT_RPC_SESSION);
  g_assert_true (rjt_server_ids_are_fine (stay->server));
}

static void
test_cut (gconstpointer with_reset)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  rj_signaller_cut (stay->signaller, with_reset != NULL);
  check_resumed (stay, 1);
  g_assert_cmpint (rjt_server_was_reset (stay->server), ==, with_reset != NULL);
  rjt_stay_expect (stay, "detector-fired {\"detector\":\"websocket-closed\"");
  rjt_stay_expect (stay, "resume-started {}\n");
  /* connect first on the new socket, then the ping with the interval, then the check */
  rjt_wait_until (rjt_server_count (stay->server, "sendMessage") == 1);
  g_assert_cmpstr (rjt_server_get_methods (stay->server), ==,
                   "ping joinRoom connect ping sendMessage");
  g_assert_cmpint (rj_json_get_int (rjt_server_get_params (stay->server, "ping", 1), "interval", 0),
                   ==, 5000);
  g_assert_nonnull (strstr (
    rj_json_get_string (rjt_server_get_params (stay->server, "sendMessage", 0), "message", NULL),
    RJT_SELF));
  rjt_stay_publish (stay, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_no_error (stay->error);
}

static void
test_closed_by_the_server (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  rjt_server_close_sockets (stay->server, 1000, "Close for not receive ping from client");
  check_resumed (stay, 1);
  rjt_stay_expect (
    stay, "resume-started {\"code\":1000,\"reason\":\"Close for not receive ping from client\"}\n");
}

static void
test_never_resumes (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new_with (never);

  rjt_stay_join (stay);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_stay_expect (stay, "lost networkDisconnect websocket-closed\n");
  g_assert_null (strstr (stay->told->str, "suspended"));
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_LOST);
  g_assert_cmpuint (rjt_server_count_opened (stay->server), ==, 1);
}

static void
test_open_requests_are_lost_and_candidates_repeated (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "publishVideo", RJT_SILENT, 0, NULL);
  rjt_server_script (stay->server, "onIceCandidate", RJT_SILENT, 0, NULL);
  rjt_stay_join (stay);
  rjt_stay_publish (stay, FALSE);
  rj_signaller_send_candidate (stay->signaller, RJT_SELF, 0, "0", "candidate:1");
  rjt_wait_until (rjt_server_count (stay->server, "onIceCandidate") == 1);
  rjt_server_refuse_upgrades (stay->server, TRUE);
  rj_signaller_cut (stay->signaller, TRUE);
  rjt_stay_expect (stay, "suspended\n");
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_LOST);
  /* what is asked while there is no socket waits for the next one */
  rjt_server_script (stay->server, "receiveVideoFrom", RJT_ANSWER, 0, NULL);
  rjt_stay_subscribe (stay, "str_CAM_BBBB_con_BOB", FALSE);
  rj_signaller_send_candidate (stay->signaller, RJT_SELF, 0, "0", "candidate:2");
  rjt_server_refuse_upgrades (stay->server, FALSE);
  rjt_stay_run_until (stay, "resumed\n", G_USEC_PER_SEC);
  rjt_wait_until (stay->n_answers == 2);
  g_assert_no_error (stay->error);
  rjt_wait_until (rjt_server_count (stay->server, "onIceCandidate") == 3);
  g_assert_cmpstr (rj_json_get_string (rjt_server_get_params (stay->server, "onIceCandidate", 1),
                                       "candidate", NULL),
                   ==, "candidate:1");
  g_assert_true (rjt_server_ids_are_fine (stay->server));
}

static void
test_server_away_for_a_while (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  rjt_server_refuse_upgrades (stay->server, TRUE);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_stay_expect (stay, "suspended\n");
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (stay->clock), 100 * 1000);
  rjt_stay_settle (stay);
  rjt_server_refuse_upgrades (stay->server, FALSE);
  rjt_stay_run_until (stay, "resumed\n", G_USEC_PER_SEC);
  g_assert_null (strstr (stay->told->str, "lost"));
}

static void
test_server_gone (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  gint64 took_us;

  rjt_stay_join (stay);
  rjt_server_stop (stay->server);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_stay_expect (stay, "suspended\n");
  took_us =
    rjt_stay_run_until (stay, "lost networkDisconnect websocket-closed\n", 11 * G_USEC_PER_SEC);
  g_assert_cmpint (took_us, >=, 8900 * 1000);
  g_assert_cmpint (took_us, <=, 10000 * 1000);
  rjt_stay_expect (stay, "detector-fired {\"detector\":\"resume-failed\"");
  g_assert_nonnull (strstr (stay->error->message, "refused"));
  rjt_stay_publish (stay, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_LOST);
}

static void
test_session_unknown (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "connect", RJT_THROW, 40007, "reconnection error");
  rjt_stay_join (stay);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_stay_expect (stay, "lost networkDisconnect websocket-closed\n");
  rjt_stay_expect (stay, "detector-fired {\"detector\":\"resume-failed\"");
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
  g_assert_cmpuint (rjt_server_get_close_code (stay->server), ==, 4101);
  g_assert_cmpstr (rjt_server_get_close_reason (stay->server), ==,
                   "Reconnection fault: connect: reconnection error");
  g_assert_cmpstr (rjt_server_get_methods (stay->server), ==, "ping joinRoom connect");
}

static void
test_zombie (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  gint64 took_us;

  rjt_server_script (stay->server, "sendMessage", RJT_SILENT, 0, NULL);
  rjt_stay_join (stay);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_wait_until (rjt_server_count (stay->server, "sendMessage") == 1);
  took_us = rjt_stay_run_until (stay, "lost networkDisconnect zombie\n", 4 * G_USEC_PER_SEC);
  g_assert_cmpint (took_us, >=, 3 * G_USEC_PER_SEC);
  rjt_stay_expect (stay, "detector-fired {\"detector\":\"zombie\"");
  g_assert_null (strstr (stay->told->str, "resumed"));
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
  g_assert_null (rjt_server_get_close_reason (stay->server));
}

static void
test_connect_unanswered (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "connect", RJT_SILENT, 0, NULL);
  rjt_stay_join (stay);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_wait_until (rjt_server_count (stay->server, "connect") == 1);
  rjt_stay_run_until (stay, "lost networkDisconnect websocket-closed\n", 11 * G_USEC_PER_SEC);
  g_assert_cmpuint (rjt_server_count (stay->server, "connect"), >=, 3);
}

static void
test_cut_while_resuming (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "connect", RJT_CLOSE, 0, NULL);
  rjt_stay_join (stay);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_wait_until (rjt_server_count (stay->server, "connect") == 1);
  rjt_stay_settle (stay);
  rjt_server_script (stay->server, "connect", RJT_ANSWER, 0, NULL);
  rjt_stay_run_until (stay, "resumed\n", G_USEC_PER_SEC);
  check_resumed (stay, 2);
}

static void
test_ping_unanswered (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  gint64 took_us;

  rjt_stay_join (stay);
  rjt_server_script (stay->server, "ping", RJT_SILENT, 0, NULL);
  rjt_wait_until (rjt_server_count (stay->server, "ping") == 1);
  /* the next ping at 5 s, 5 s for its answer */
  took_us = rjt_stay_run_until (stay, "suspended\n", 11 * G_USEC_PER_SEC);
  g_assert_cmpint (took_us, >=, 9900 * 1000);
  rjt_stay_expect (stay, "detector-fired {\"detector\":\"ping-unanswered\"");
  rjt_server_script (stay->server, "ping", RJT_ANSWER, 0, NULL);
  check_resumed (stay, 1);
  g_assert_cmpuint (rjt_server_get_close_code (stay->server), ==, 4104);
  g_assert_cmpstr (rjt_server_get_close_reason (stay->server), ==,
                   "Connection closed for reconnection");
  g_assert_false (rj_json_has (rjt_server_get_params (stay->server, "ping", 1), "interval"));
}

static void
test_pings_go_on (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  for (guint n = 2; n < 6; n++) {
    rj_fake_clock_advance_us (RJ_FAKE_CLOCK (stay->clock), 5 * G_USEC_PER_SEC);
    rjt_wait_until (rjt_server_count (stay->server, "ping") == n);
    rjt_stay_settle (stay);
  }
  g_assert_null (strstr (stay->told->str, "suspended"));
}

static void
test_leaving_while_resuming (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  rjt_server_stop (stay->server);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_stay_expect (stay, "suspended\n");
  rjt_stay_leave (stay, G_USEC_PER_SEC);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_LOST);
}

static void
test_cut_while_leaving (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "leaveRoom", RJT_SILENT, 0, NULL);
  rjt_stay_join (stay);
  rjt_stay_leave (stay, G_USEC_PER_SEC);
  rj_signaller_cut (stay->signaller, TRUE);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_LOST);
  g_assert_null (strstr (stay->told->str, "suspended"));
}

static void
test_evicted (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "publishVideo", RJT_SILENT, 0, NULL);
  rjt_stay_join (stay);
  rjt_stay_publish (stay, FALSE);
  rjt_wait_until (rjt_server_count (stay->server, "publishVideo") == 1);
  rjt_server_notify (stay->server, "participantEvicted",
                     "{'connectionId':'con_SELF','reason':'nodeCrashed'}");
  rjt_server_notify (stay->server, "participantEvicted",
                     "{'connectionId':'con_SELF','reason':'nodeCrashed'}");
  rjt_stay_expect (stay, "lost nodeCrashed server-event\n");
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_LOST);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_LOST);
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
  g_assert_cmpuint (rjt_server_get_close_code (stay->server), ==, 4102);
  g_assert_cmpstr (rjt_server_get_close_reason (stay->server), ==, "Connection closed by client");
  g_assert_cmpuint (rjt_server_count (stay->server, "leaveRoom"), ==, 0);
  g_assert_cmpuint (rjt_stay_count (stay, "lost"), ==, 1);
}

static void
close_at_once (
  RjSignaller *signaller, const char *reason, const char *d, const GError *e, gpointer unused)
{
  rj_signaller_close (signaller);
}

static void
test_closed_in_the_handler (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  g_signal_connect (stay->signaller, "lost", G_CALLBACK (close_at_once), NULL);
  rjt_server_notify (stay->server, "participantEvicted", "{'connectionId':'con_SELF','reason':''}");
  rjt_server_notify (stay->server, "participantJoined", "{'id':'con_EVE','createdAt':1}");
  rjt_stay_expect (stay, "lost  server-event\n");
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
  g_assert_null (strstr (stay->told->str, "con_EVE"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/client-4/client-7/client-36/client-37/client-38/resume/cut-by-fin", NULL,
                        test_cut);
  g_test_add_data_func ("/client-4/client-7/client-36/client-37/client-38/resume/cut-by-rst", "rst",
                        test_cut);
  g_test_add_func ("/resume/closed-by-the-server", test_closed_by_the_server);
  g_test_add_func ("/resume/never", test_never_resumes);
  g_test_add_func ("/client-4/client-18/resume/open-requests",
                   test_open_requests_are_lost_and_candidates_repeated);
  g_test_add_func ("/client-36/resume/server-away", test_server_away_for_a_while);
  g_test_add_func ("/client-36/resume/server-gone", test_server_gone);
  g_test_add_func ("/client-39/resume/session-unknown", test_session_unknown);
  g_test_add_func ("/client-40/resume/zombie", test_zombie);
  g_test_add_func ("/client-18/client-36/resume/connect-unanswered", test_connect_unanswered);
  g_test_add_func ("/client-36/resume/cut-while-resuming", test_cut_while_resuming);
  g_test_add_func ("/client-8/client-36/resume/ping-unanswered", test_ping_unanswered);
  g_test_add_func ("/client-7/resume/pings-go-on", test_pings_go_on);
  g_test_add_func ("/resume/leaving-while-resuming", test_leaving_while_resuming);
  g_test_add_func ("/resume/cut-while-leaving", test_cut_while_leaving);
  g_test_add_func ("/client-41/lost/evicted", test_evicted);
  g_test_add_func ("/lost/closed-in-the-handler", test_closed_in_the_handler);
  return g_test_run ();
}
