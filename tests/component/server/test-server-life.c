/* Sockets that end, resumes, ghosts, the end of the server; starting it. */
#include "rj-error.h"
#include "rj-json.h"
#include "rjt-stage.h"

#define MS 1000

static JsonObject *
connect_params (RjtGuest *guest)
{
  return rj_json_build ("sessionId", 's', rjt_guest_get_rpc (guest), NULL);
}

/* Closed by the server with 1000 and that text */
static void
check_end (RjtGuest *guest, const char *text)
{
  rjt_wait_until (rjt_guest_is_closed (guest));
  g_assert_cmpuint (rjt_guest_get_close_code (guest), ==, 1000);
  g_assert_cmpstr (rjt_guest_get_close_text (guest), ==, text);
}

/* Closed with such a code and text, or cut off: evicted after 10 s? */
static void
check_close (RjtStage *s, const char *session, gushort code, const char *text, gboolean evicted)
{
  RjtGuest *ann = rjt_stage_join (s, session, "ann");
  RjtGuest *bob = rjt_stage_join (s, session, "bob");
  const char *bob_id = rjt_guest_get_connection (bob);

  if (code == 0)
    rjt_guest_cut (bob);
  else
    rjt_guest_close (bob, code, text);
  rjt_stage_advance_ms (s, 9990);
  g_assert_cmpint (rjt_guest_try (ann, "echo", NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantLeft", NULL, NULL), ==, 0);
  rjt_stage_advance_ms (s, evicted ? 10 : 60 * 1000);
  g_assert_cmpint (rjt_guest_try (ann, "echo", NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantLeft", NULL, NULL), ==, evicted);
  if (!evicted) /* the next notification for the ghost is its end */
    rjt_guest_call (ann, "sendMessage", rj_json_build ("message", 's', "{\"type\":\"x\"}", NULL));
  rjt_wait_until (
    rjt_guest_count (ann, "participantLeft", bob_id, evicted ? "networkDisconnect" : "") == 1);
  rjt_wait_until (
    rjt_guest_count (ann, "participantEvicted", bob_id, evicted ? "networkDisconnect" : "") == 1);
}

static void
test_a_lost_client_is_evicted_after_10_s (RjtStage *s, gconstpointer unused)
{
  check_close (s, "plain", 1000, NULL, TRUE);
  check_close (s, "any-code", 4000, NULL, TRUE);
  check_close (s, "reconnection", 4104, "Connection closed for reconnection", TRUE);
  check_close (s, "cut", 0, NULL, TRUE);
}

static void
test_a_reason_text_makes_a_ghost (RjtStage *s, gconstpointer unused)
{
  check_close (s, "left", 4102, "Connection closed by client", FALSE);
  check_close (s, "fault", 4101, "Reconnection fault: x", FALSE);
  check_close (s, "own", 1000, "anything", FALSE);
}

/* The server's own closes have texts as well */
static void
test_a_refused_frame_makes_a_ghost (RjtStage *s, gconstpointer unused)
{
  g_autofree char *big = g_strnfill (51300, 'y');
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");

  rjt_guest_send_text (bob, big);
  rjt_wait_until (rjt_guest_is_closed (bob));
  g_assert_cmpuint (rjt_guest_get_close_code (bob), ==, 1009);
  g_assert_nonnull (rjt_guest_get_close_text (bob));
  rjt_stage_advance_ms (s, 60 * 1000);
  g_assert_cmpint (rjt_guest_try (ann, "echo", NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantLeft", NULL, NULL), ==, 0);
  rjt_stage_join (s, "room", "cid");
  rjt_wait_until (rjt_guest_count (ann, "participantLeft", NULL, "") == 1);
}

static void
test_a_resumed_client_goes_on (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  g_autoptr (RjtGuest) again = NULL;

  rjt_guest_close (bob, 1000, NULL);
  rjt_stage_advance_ms (s, 9000);
  again = rjt_guest_new (s->url);
  g_assert_cmpint (rjt_guest_try (again, "connect", connect_params (bob)), ==, 0);
  rjt_stage_advance_ms (s, 30 * 1000);
  rjt_guest_call (ann, "sendMessage", rj_json_build ("message", 's', "{\"type\":\"x\"}", NULL));
  rjt_wait_until (rjt_guest_count (again, "sendMessage", NULL, NULL) == 1);
  g_assert_cmpuint (rjt_guest_count (ann, "participantLeft", NULL, NULL), ==, 0);
}

static void
test_who_comes_too_late_is_not_known (RjtStage *s, gconstpointer unused)
{
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  g_autoptr (RjtGuest) again = NULL;

  rjt_guest_close (bob, 1000, NULL);
  rjt_stage_advance_ms (s, 10 * 1000);
  again = rjt_guest_new (s->url);
  g_assert_cmpint (rjt_guest_try (again, "connect", connect_params (bob)), ==, 40007);
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "GET", "/openvidu/api/sessions/room", NULL, NULL),
                    ==, 404);
}

static void
test_a_zombie_gets_echo_and_nothing_else (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  g_autoptr (RjtGuest) again = NULL;
  g_autoptr (RjtGuest) third = NULL;
  gint64 id;

  rjt_guest_close (bob, 1000, NULL);
  rjt_guest_call (ann, "sendMessage", rj_json_build ("message", 's', "{\"type\":\"x\"}", NULL));
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", NULL, "") == 1);
  again = rjt_guest_new (s->url);
  g_assert_cmpint (rjt_guest_try (again, "connect", connect_params (bob)), ==, 0);
  id = rjt_guest_send (again, "leaveRoom", NULL);
  g_assert_cmpint (rjt_guest_try (again, "echo", NULL), ==, 0);
  g_assert_null (rjt_guest_get_answer (again, id));
  g_assert_cmpuint (rjt_guest_count (again, "participantEvicted", NULL, NULL), ==, 0);
  rjt_stage_advance_ms (s, 9990);
  g_assert_cmpint (rjt_guest_try (again, "echo", NULL), ==, 0);
  rjt_stage_advance_ms (s, 10);
  check_end (again, NULL);
  third = rjt_guest_new (s->url);
  g_assert_cmpint (rjt_guest_try (third, "connect", connect_params (bob)), ==, 40007);
}

/* The socket that is resumed is the one that is heard: also when the old one still stands */
static void
test_all_traffic_follows_a_resume (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  g_autoptr (RjtGuest) again = rjt_guest_new (s->url);
  JsonObject *answer = rjt_guest_call (again, "connect", connect_params (bob));
  JsonObject *result = rj_json_get_object (answer, "result");

  g_assert_cmpstr (rj_json_get_string (result, "value", NULL), ==, "reconnection successful");
  g_assert_cmpstr (rj_json_get_string (result, "sessionId", NULL), ==, rjt_guest_get_rpc (bob));
  rjt_guest_call (ann, "sendMessage", rj_json_build ("message", 's', "{\"type\":\"x\"}", NULL));
  rjt_wait_until (rjt_guest_count (again, "sendMessage", NULL, NULL) == 1);
  rjt_guest_close (bob, 1000, NULL); /* of no consequence any more */
  rjt_stage_advance_ms (s, 30 * 1000);
  g_assert_cmpint (rjt_guest_publish (again), ==, 0);
  rjt_wait_until (rjt_guest_count (ann, "participantPublished", NULL, NULL) == 1);
  g_assert_cmpuint (rjt_guest_count (bob, "sendMessage", NULL, NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantLeft", NULL, NULL), ==, 0);
}

/* --- leaving and being thrown out --- */

static void
test_who_leaves_loses_the_socket_after_10_s (RjtStage *s, gconstpointer unused)
{
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");

  g_assert_cmpint (rjt_guest_try (bob, "leaveRoom", NULL), ==, 0);
  rjt_stage_advance_ms (s, 9990);
  g_assert_cmpint (rjt_guest_try (bob, "echo", NULL), ==, 0);
  rjt_stage_advance_ms (s, 10);
  check_end (bob, NULL);
}

static void
throw_out (RjtStage *s, RjtGuest *guest)
{
  g_autofree char *path =
    g_strconcat ("/openvidu/api/sessions/room/connection/", rjt_guest_get_connection (guest), NULL);

  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "DELETE", path, NULL, NULL), ==, 204);
  rjt_wait_until (rjt_guest_count (guest, "participantEvicted", rjt_guest_get_connection (guest),
                                   "forceDisconnectByServer") == 1);
}

static void
test_who_is_evicted_gets_echo_and_nothing_else (RjtStage *s, gconstpointer unused)
{
  static const char *const methods[] = { "leaveRoom", "publishVideo", "sendMessage", "videoData",
                                         "unpublishVideo" };
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  gint64 ids[G_N_ELEMENTS (methods)];

  rjt_stage_join (s, "room", "ann");
  throw_out (s, bob);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    ids[i] = rjt_guest_send (bob, methods[i], NULL);
  g_assert_cmpint (rjt_guest_try (bob, "echo", NULL), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    g_assert_null (rjt_guest_get_answer (bob, ids[i]));
  rjt_stage_advance_ms (s, 9990);
  g_assert_cmpint (rjt_guest_try (bob, "echo", NULL), ==, 0);
  rjt_stage_advance_ms (s, 10);
  check_end (bob, NULL);
}

static void
test_a_join_after_an_eviction_does_not_save_the_socket (RjtStage *s, gconstpointer unused)
{
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  g_autofree char *token = NULL;

  throw_out (s, bob);
  rjt_stage_advance_ms (s, 5000);
  token = rjt_rest_token (s->url, RJT_SECRET, "room", "PUBLISHER");
  g_assert_cmpint (rjt_guest_join (bob, "room", token, "bob"), ==, 0);
  rjt_wait_until (
    rjt_guest_count (ann, "participantJoined", rjt_guest_get_connection (bob), NULL) == 1);
  rjt_stage_advance_ms (s, 4990);
  g_assert_cmpint (rjt_guest_publish (bob), ==, 0);
  rjt_stage_advance_ms (s, 10);
  check_end (bob, NULL);
}

/* --- watchdogs --- */

static JsonObject *
interval (gint64 ms)
{
  return rj_json_build ("interval", 'i', ms, NULL);
}

static void
test_silence_closes_the_socket_after_three_intervals (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");

  g_assert_cmpint (rjt_guest_try (bob, "ping", interval (1000)), ==, 0);
  rjt_stage_advance_ms (s, 2900);
  /* an interval that comes later counts for nothing */
  g_assert_cmpint (rjt_guest_try (bob, "ping", interval (60 * 1000)), ==, 0);
  rjt_stage_advance_ms (s, 2990);
  g_assert_cmpint (rjt_guest_try (bob, "echo", NULL), ==, 0);
  rjt_stage_advance_ms (s, 10);
  check_end (bob, "Close for not receive ping from client");
  rjt_stage_advance_ms (s, 10 * 1000);
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", NULL, "networkDisconnect") == 1);
}

/* The first ping names none: 20 s, so 60 s */
static void
test_without_an_interval_it_is_20_s (RjtStage *s, gconstpointer unused)
{
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");

  g_assert_cmpint (rjt_guest_try (bob, "ping", NULL), ==, 0);
  rjt_stage_advance_ms (s, 59990);
  g_assert_cmpint (rjt_guest_try (bob, "echo", NULL), ==, 0);
  rjt_stage_advance_ms (s, 10);
  check_end (bob, "Close for not receive ping from client");
}

static void
test_nobody_watches_before_the_first_ping (RjtStage *s, gconstpointer unused)
{
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  g_autoptr (RjtGuest) stranger = rjt_guest_new (s->url);

  g_assert_cmpint (rjt_guest_try (stranger, "ping", interval (1000)), ==, 0);
  rjt_stage_advance_ms (s, 3600 * 1000);
  g_assert_cmpint (rjt_guest_try (bob, "echo", NULL), ==, 0);
  /* the timer of somebody without an rpc session has come and gone; the next ping arms it anew */
  g_assert_cmpint (rjt_guest_try (stranger, "echo", NULL), ==, 803);
  rjt_stage_advance_ms (s, 3600 * 1000);
  g_assert_cmpint (rjt_guest_try (stranger, "ping", NULL), ==, 0);
  rjt_stage_advance_ms (s, 3000);
  check_end (stranger, "Close for not receive ping from client");
}

static void
test_a_ping_before_connect_leaves_an_orphan (RjtStage *s, gconstpointer unused)
{
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  g_autoptr (RjtGuest) again = NULL;

  g_assert_cmpint (rjt_guest_try (bob, "ping", interval (5000)), ==, 0);
  rjt_guest_close (bob, 1000, NULL);
  again = rjt_guest_new (s->url);
  g_assert_cmpint (rjt_guest_try (again, "ping", interval (5000)), ==, 0);
  g_assert_cmpint (rjt_guest_try (again, "connect", connect_params (bob)), ==, 0);
  for (guint i = 0; i < 2; i++) { /* as lively as can be */
    rjt_stage_advance_ms (s, 5000);
    g_assert_cmpint (rjt_guest_try (again, "ping", NULL), ==, 0);
  }
  rjt_stage_advance_ms (s, 4990);
  g_assert_cmpint (rjt_guest_try (again, "ping", NULL), ==, 0);
  rjt_stage_advance_ms (s, 10);
  check_end (again, "Close for not receive ping from client");
}

/* --- sessions, and the end of all --- */

static void
test_unused_sessions_are_collected (RjtStage *s, gconstpointer unused)
{
  g_autofree char *token = rjt_rest_token (s->url, RJT_SECRET, "room", "PUBLISHER");

  g_assert_nonnull (token);
  rjt_stage_join (s, "used", "ann");
  rjt_stage_advance_ms (s, 3599 * MS);
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "GET", "/openvidu/api/sessions/room", NULL, NULL),
                    ==, 200);
  rjt_stage_advance_ms (s, 902 * MS);
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "GET", "/openvidu/api/sessions/room", NULL, NULL),
                    ==, 404);
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "GET", "/openvidu/api/sessions/used", NULL, NULL),
                    ==, 200);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
test_the_end_of_the_server_is_told (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  g_autoptr (GAsyncResult) result = NULL;

  rj_server_stop_async (s->server, NULL, on_done, &result);
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", rjt_guest_get_connection (ann),
                                   "openviduServerStopped") == 1);
  rjt_wait_until (rjt_guest_is_closed (ann));
  rjt_stage_advance_ms (s, 1000);
  rjt_wait_until (result != NULL);
  g_assert_true (rj_server_stop_finish (s->server, result, NULL));
}

/* --- starting --- */

static gboolean
try_start (RjServerConfig *config, RjClock *clock, RjServer **server, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  *server = rj_server_new (config, clock, NULL);
  rj_server_start_async (*server, NULL, on_done, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return rj_server_start_finish (*server, result, error);
}

static void
test_a_taken_port_is_an_error (RjtStage *s, gconstpointer unused)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (RJT_SECRET);
  g_autoptr (RjServer) server = NULL;
  g_autoptr (GError) error = NULL;

  config->port = rj_server_get_port (s->server);
  g_assert_false (try_start (config, s->clock, &server, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

static void
test_a_missing_certificate_is_an_error (RjtStage *s, gconstpointer unused)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (RJT_SECRET);
  g_autoptr (RjServer) server = NULL;
  g_autoptr (GError) error = NULL;

  config->tls_cert_path = g_strdup ("/nowhere/cert.pem");
  g_assert_false (try_start (config, s->clock, &server, &error));
  g_assert_nonnull (strstr (error->message, "/nowhere/cert.pem"));
}

static void
test_without_a_node_the_start_fails_after_10_s (RjtStage *s, gconstpointer unused)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (RJT_SECRET);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (RjServer) server = NULL;
  g_autoptr (GError) error = NULL;

  rj_server_config_add_media_node (config, "ws://127.0.0.1:1/kurento");
  server = rj_server_new (config, s->clock, NULL);
  rj_server_start_async (server, NULL, on_done, &result);
  rjt_stage_advance_ms (s, 10 * 1000);
  rjt_wait_until (result != NULL);
  g_assert_false (rj_server_start_finish (server, result, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_UNREACHABLE);
}

static void
add (const char *path, void (*func) (RjtStage *, gconstpointer))
{
  g_test_add (path, RjtStage, GUINT_TO_POINTER (1), rjt_stage_set_up, func, rjt_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/server-43/real-9/lost", test_a_lost_client_is_evicted_after_10_s);
  add ("/server-43/real-9/ghost", test_a_reason_text_makes_a_ghost);
  add ("/server-43/real-9/refused-frame", test_a_refused_frame_makes_a_ghost);
  add ("/server-41/resume", test_a_resumed_client_goes_on);
  add ("/server-41/traffic", test_all_traffic_follows_a_resume);
  add ("/server-41/server-42/late", test_who_comes_too_late_is_not_known);
  add ("/server-44/server-45/zombie", test_a_zombie_gets_echo_and_nothing_else);
  add ("/server-36/socket", test_who_leaves_loses_the_socket_after_10_s);
  add ("/server-45/evicted", test_who_is_evicted_gets_echo_and_nothing_else);
  add ("/real-11/evicted", test_a_join_after_an_eviction_does_not_save_the_socket);
  add ("/server-13/silence", test_silence_closes_the_socket_after_three_intervals);
  add ("/server-13/default", test_without_an_interval_it_is_20_s);
  add ("/server-14/no-watchdog", test_nobody_watches_before_the_first_ping);
  add ("/real-19/orphan", test_a_ping_before_connect_leaves_an_orphan);
  add ("/server/life/garbage", test_unused_sessions_are_collected);
  add ("/server-52/stop", test_the_end_of_the_server_is_told);
  add ("/server/life/port", test_a_taken_port_is_an_error);
  add ("/server/life/certificate", test_a_missing_certificate_is_an_error);
  add ("/server/life/no-node", test_without_a_node_the_start_fails_after_10_s);
  return g_test_run ();
}
