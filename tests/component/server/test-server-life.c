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

static void
test_a_lost_client_is_evicted_after_10_s (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  const char *bob_id = rjt_guest_get_connection (bob);

  rjt_guest_close (bob, 1000, NULL);
  rjt_stage_advance_ms (s, 9990);
  g_assert_cmpint (rjt_guest_try (ann, "echo", NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantLeft", NULL, NULL), ==, 0);
  rjt_stage_advance_ms (s, 10);
  rjt_wait_until (rjt_guest_count (ann, "participantLeft", bob_id, "networkDisconnect") == 1);
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", bob_id, "networkDisconnect") == 1);
}

static void
test_a_reason_text_makes_a_ghost (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  const char *bob_id = rjt_guest_get_connection (bob);

  rjt_guest_close (bob, 4102, "Connection closed by client");
  rjt_stage_advance_ms (s, 60 * 1000);
  g_assert_cmpint (rjt_guest_try (ann, "echo", NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantLeft", NULL, NULL), ==, 0);
  /* the next notification for it is its end */
  rjt_guest_call (ann, "sendMessage", rj_json_build ("message", 's', "{\"type\":\"x\"}", NULL));
  rjt_wait_until (rjt_guest_count (ann, "participantLeft", bob_id, "") == 1);
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", bob_id, "") == 1);
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
  gint64 id;

  rjt_guest_close (bob, 1000, NULL);
  rjt_guest_call (ann, "sendMessage", rj_json_build ("message", 's', "{\"type\":\"x\"}", NULL));
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", NULL, "") == 1);
  again = rjt_guest_new (s->url);
  g_assert_cmpint (rjt_guest_try (again, "connect", connect_params (bob)), ==, 0);
  id = rjt_guest_send (again, "leaveRoom", NULL);
  g_assert_cmpint (rjt_guest_try (again, "echo", NULL), ==, 0);
  g_assert_null (rjt_guest_get_answer (again, id));
  rjt_stage_advance_ms (s, 10 * 1000);
  rjt_wait_until (rjt_guest_is_closed (again));
  g_assert_cmpuint (rjt_guest_get_close_code (again), ==, 1000);
}

static void
test_silence_closes_the_socket_after_three_intervals (RjtStage *s, gconstpointer unused)
{
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  JsonObject *interval = rj_json_build ("interval", 'i', (gint64) 1000, NULL);

  g_assert_cmpint (rjt_guest_try (bob, "ping", interval), ==, 0);
  rjt_stage_advance_ms (s, 2900);
  g_assert_cmpint (rjt_guest_try (bob, "ping", NULL), ==, 0);
  rjt_stage_advance_ms (s, 2990);
  g_assert_cmpint (rjt_guest_try (bob, "echo", NULL), ==, 0);
  rjt_stage_advance_ms (s, 10);
  rjt_wait_until (rjt_guest_is_closed (bob));
}

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
  add ("/server/life/lost", test_a_lost_client_is_evicted_after_10_s);
  add ("/server/life/ghost", test_a_reason_text_makes_a_ghost);
  add ("/server/life/resume", test_a_resumed_client_goes_on);
  add ("/server/life/late", test_who_comes_too_late_is_not_known);
  add ("/server/life/zombie", test_a_zombie_gets_echo_and_nothing_else);
  add ("/server/life/watchdog", test_silence_closes_the_socket_after_three_intervals);
  add ("/server/life/garbage", test_unused_sessions_are_collected);
  add ("/server/life/stop", test_the_end_of_the_server_is_told);
  add ("/server/life/port", test_a_taken_port_is_an_error);
  add ("/server/life/certificate", test_a_missing_certificate_is_an_error);
  add ("/server/life/no-node", test_without_a_node_the_start_fails_after_10_s);
  return g_test_run ();
}
