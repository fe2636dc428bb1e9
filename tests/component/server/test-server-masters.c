/* A server that is one of several masters: life, sessionStatus, and which media node it prefers. OpenVidu 2
 * protocol, sections 4.7 and 8.6. */
#include "rj-json.h"
#include "rj-server-core.h"
#include "rjt-stage.h"

#define LIFE 7

static void
set_up (RjtStage *s, gconstpointer life)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (RJT_SECRET);

  config->life = GPOINTER_TO_INT (life);
  config->index = 1;
  rjt_stage_set_up_with (s, 2, config);
}

/* Returns: (transfer none): the result of joinRoom */
static JsonObject *
join (RjtStage *s)
{
  g_autofree char *token = rjt_rest_token (s->url, RJT_SECRET, "room", "PUBLISHER");
  RjtGuest *guest = rjt_guest_new (s->url);

  g_ptr_array_add (s->guests, guest);
  return rj_json_get_object (
    rjt_guest_call (guest, "joinRoom",
                    rj_json_build ("token", 's', token, "session", 's', "room", "platform", 's',
                                   "x", "metadata", 's', "", "secret", 's', "", NULL)),
    "result");
}

static JsonObject *
ask (RjtGuest *guest, const char *session)
{
  return rjt_guest_call (guest, "sessionStatus", rj_json_build ("sessionId", 's', session, NULL));
}

static void
test_life (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  g_autoptr (RjtGuest) stranger = rjt_guest_new (s->url);

  g_assert_cmpint (rj_json_get_int (join (s), "life", -1), ==, LIFE);
  /* also about a session that another master has, and on a socket that nobody has joined through */
  g_assert_cmpint (rj_json_get_int (rj_json_get_object (ask (ann, "room"), "result"), "life", -1),
                   ==, LIFE);
  g_assert_cmpint (
    rj_json_get_int (rj_json_get_object (ask (stranger, "elsewhere"), "result"), "life", -1), ==,
    LIFE);
  /* it has hijacked nothing */
  g_assert_cmpint (rjt_guest_try (ann, "echo", NULL), ==, 0);
  g_assert_cmpint (rjt_guest_try (stranger, "echo", NULL), ==, 803);
}

static void
test_refused_then_asked (RjtStage *s, gconstpointer unused)
{
  g_autoptr (RjtGuest) lost = rjt_guest_new (s->url);

  g_assert_cmpint (
    rjt_guest_try (lost, "connect", rj_json_build ("sessionId", 's', "of-another-master", NULL)),
    ==, 40007);
  g_assert_cmpint (rj_json_get_int (rj_json_get_object (ask (lost, "room"), "result"), "life", -1),
                   ==, LIFE);
}

/* Masters do not know each other's load: with the same order all would fill the first node */
static void
test_each_prefers_another_node (RjtStage *s, gconstpointer unused)
{
  JsonObject *placed;

  rjt_stage_join (s, "room", "ann");
  placed = rjt_stage_get_data (s, RJ_EVENT_SESSION_PLACED);
  g_assert_cmpint (rj_json_get_int (placed, "node", -1), ==, 1);
  g_assert_cmpint (rj_json_get_int (placed, "master", -1), ==, 1);
}

static void
test_all_know_a_node_by_the_same_id (RjtStage *s, gconstpointer unused)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (RJT_SECRET);
  RjServerCore *cores[2];

  rj_server_config_add_media_node (config, "ws://127.0.0.1:8888/kurento");
  rj_server_config_add_media_node (config, "ws://127.0.0.1:8889/kurento");
  for (config->life = 1; config->life <= 2; config->life++)
    cores[config->life - 1] = rj_server_core_new (config, s->clock, NULL);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpstr (rj_node_watcher_get_id (g_ptr_array_index (cores[0]->nodes, i)), ==,
                     rj_node_watcher_get_id (g_ptr_array_index (cores[1]->nodes, i)));
  g_assert_cmpstr (rj_node_watcher_get_id (g_ptr_array_index (cores[0]->nodes, 0)), !=,
                   rj_node_watcher_get_id (g_ptr_array_index (cores[0]->nodes, 1)));
  g_object_unref (cores[0]);
  g_object_unref (cores[1]);
}

static void
test_the_only_one_says_nothing (RjtStage *s, gconstpointer unused)
{
  g_autoptr (RjtGuest) stranger = rjt_guest_new (s->url);

  g_assert_false (rj_json_has (join (s), "life"));
  g_assert_false (rj_json_has (rjt_stage_get_data (s, RJ_EVENT_SESSION_PLACED), "master"));
  g_assert_cmpint (
    rjt_guest_try (stranger, "sessionStatus", rj_json_build ("sessionId", 's', "room", NULL)), ==,
    803);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, life, func)                                                                      \
  g_test_add (name, RjtStage, GINT_TO_POINTER (life), set_up, func, rjt_stage_tear_down)
  ADD ("/server-49/masters/life", LIFE, test_life);
  ADD ("/server-49/masters/refused", LIFE, test_refused_then_asked);
  ADD ("/masters/nodes", LIFE, test_each_prefers_another_node);
  ADD ("/masters/node-ids", LIFE, test_all_know_a_node_by_the_same_id);
  ADD ("/masters/only-one", 0, test_the_only_one_says_nothing);
  return g_test_run ();
}
