/* One of several master nodes dies: how a participant learns of it. OpenVidu 2 protocol, section 8.6. */
#include "rj-error.h"
#include "rj-json.h"
#include "rjt-stay.h"

#define JOINED(life)                                                                               \
  "{'id':'" RJT_SELF "','createdAt':1,'metadata':'','value':[],'session':'room',"                  \
  "'version':'2.32.2','mediaServer':'kurento','role':'PUBLISHER','life':" life "}"

/* A stay that was let in by a master of life 7, and whose rpc session the next one does not know */
static RjtStay *
stay_new (void)
{
  RjtStay *stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED ("7"));
  rjt_server_script (stay->server, "connect", RJT_THROW, 40007, "reconnection error");
  rjt_stay_join (stay);
  return stay;
}

static void
check_ended (RjtStay *stay, guint code)
{
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
  g_assert_cmpuint (rjt_server_get_close_code (stay->server), ==, code);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_LOST);
  rjt_stay_settle (stay);
  g_assert_cmpuint (rjt_stay_count (stay, "lost"), ==, 1);
}

static void
test_told (void)
{
  g_autoptr (RjtStay) stay = stay_new ();

  rjt_server_notify (stay->server, "masterNodeCrashedNotification", "{}");
  rjt_stay_expect (stay, "lost nodeCrashed server-event\n");
  check_ended (stay, 4103);
  g_assert_cmpstr (rjt_server_get_close_reason (stay->server), ==, "Master Node has crashed");
  g_assert_null (strstr (stay->told->str, "suspended"));
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (stay->clock), 20 * G_USEC_PER_SEC);
  rjt_stay_settle (stay);
  g_assert_cmpuint (rjt_server_count_opened (stay->server), ==, 1);
}

/* The master that takes the new socket tells at once, before it answers connect or instead */
static void
test_told_while_resuming (void)
{
  g_autoptr (RjtStay) stay = stay_new ();

  rjt_server_script (stay->server, "connect", RJT_SILENT, 0, NULL);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_wait_until (rjt_server_count (stay->server, "connect") == 1);
  rjt_server_notify (stay->server, "masterNodeCrashedNotification", "{}");
  rjt_stay_expect (stay, "lost nodeCrashed server-event\n");
  check_ended (stay, 4103);
  g_assert_cmpuint (rjt_server_count_opened (stay->server), ==, 2);
}

static void
test_told_while_joining (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_SILENT, 0, NULL);
  rjt_stay_start (stay);
  rjt_wait_until (rjt_server_count (stay->server, "joinRoom") == 1);
  rjt_server_notify (stay->server, "masterNodeCrashedNotification", "{}");
  rjt_wait_until (stay->join_answered); /* without the 10 s of an answer that never comes */
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_UNREACHABLE);
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
  g_assert_cmpuint (rjt_server_get_close_code (stay->server), ==, 4103);
}

static void
test_other_life (void)
{
  g_autoptr (RjtStay) stay = stay_new ();
  JsonObject *params;

  rjt_server_script (stay->server, "sessionStatus", RJT_ANSWER, 0, "{'life':8}");
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_stay_expect (stay, "lost nodeCrashed websocket-closed\n");
  rjt_stay_expect (stay, "detector-fired {\"detector\":\"resume-failed\"");
  check_ended (stay, 4101);
  g_assert_cmpstr (rjt_server_get_methods (stay->server), ==,
                   "ping joinRoom connect sessionStatus");
  params = rjt_server_get_params (stay->server, "sessionStatus", 0);
  g_assert_cmpstr (rj_json_get_string (params, "sessionId", NULL), ==, "room");
  g_assert_nonnull (strstr (stay->error->message, "master node"));
}

static void
test_same_life (gconstpointer answer)
{
  g_autoptr (RjtStay) stay = stay_new ();

  if (answer == NULL)
    rjt_server_script (stay->server, "sessionStatus", RJT_THROW, 803, "No connection found");
  else
    rjt_server_script (stay->server, "sessionStatus", RJT_ANSWER, 0, answer);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_stay_expect (stay, "lost networkDisconnect websocket-closed\n");
  check_ended (stay, 4101);
}

static void
test_status_unanswered (void)
{
  g_autoptr (RjtStay) stay = stay_new ();

  rjt_server_script (stay->server, "sessionStatus", RJT_SILENT, 0, NULL);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_wait_until (rjt_server_count (stay->server, "sessionStatus") == 1);
  rjt_stay_settle (stay);
  rjt_server_script (stay->server, "sessionStatus", RJT_ANSWER, 0, "{'life':8}");
  rjt_stay_run_until (stay, "lost nodeCrashed websocket-closed\n", 5 * G_USEC_PER_SEC);
  check_ended (stay, 4101);
}

static void
test_cut_before_the_status (void)
{
  g_autoptr (RjtStay) stay = stay_new ();

  rjt_server_script (stay->server, "sessionStatus", RJT_CLOSE, 0, NULL);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_wait_until (rjt_server_count (stay->server, "sessionStatus") == 1);
  rjt_stay_settle (stay);
  rjt_server_script (stay->server, "sessionStatus", RJT_ANSWER, 0, "{'life':8}");
  rjt_stay_run_until (stay, "lost nodeCrashed websocket-closed\n", 5 * G_USEC_PER_SEC);
  check_ended (stay, 4101);
}

/* Where the front still sends to the dead master, it answers 503 */
static void
test_refused_for_a_while (void)
{
  g_autoptr (RjtStay) stay = stay_new ();

  rjt_server_script (stay->server, "sessionStatus", RJT_ANSWER, 0, "{'life':8}");
  rjt_server_refuse_upgrades (stay->server, TRUE);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_stay_expect (stay, "suspended\n");
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (stay->clock), 100 * 1000);
  rjt_stay_settle (stay);
  rjt_server_refuse_upgrades (stay->server, FALSE);
  rjt_stay_run_until (stay, "lost nodeCrashed websocket-closed\n", G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-49/masters/told", test_told);
  g_test_add_func ("/client-49/masters/told-while-resuming", test_told_while_resuming);
  g_test_add_func ("/client-49/masters/told-while-joining", test_told_while_joining);
  g_test_add_func ("/client-39/masters/other-life", test_other_life);
  g_test_add_data_func ("/client-39/masters/same-life", "{'life':7}", test_same_life);
  g_test_add_data_func ("/client-39/masters/no-life", "{}", test_same_life);
  g_test_add_data_func ("/client-39/masters/status-refused", NULL, test_same_life);
  g_test_add_func ("/client-39/masters/status-unanswered", test_status_unanswered);
  g_test_add_func ("/client-39/masters/cut-before-the-status", test_cut_before_the_status);
  g_test_add_func ("/client-39/masters/refused-for-a-while", test_refused_for_a_while);
  return g_test_run ();
}
