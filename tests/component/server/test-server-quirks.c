/* What the real server does wrong, done on demand: each quirk as clients see it. */
#include "rj-json.h"
#include "rjt-stage.h"

static void
set_up (RjtStage *self, gconstpointer quirks)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (RJT_SECRET);

  config->quirks = GPOINTER_TO_UINT (quirks);
  rjt_stage_set_up_with (self, 1, config);
}

static guint
get_session_status (RjtStage *s)
{
  return rjt_rest (s->url, RJT_SECRET, "GET", "/openvidu/api/sessions/room", NULL, NULL);
}

static void
restart_node (RjtStage *s)
{
  RjtFakeKurento *node = rjt_stage_get_node (s, 0);

  rjt_fake_kurento_kill (node);
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_SUSPECT) == 1);
  rjt_fake_kurento_revive (node);
  rjt_stage_advance_ms (s, 500);
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_RECOVERED) == 1);
  rjt_wait_until (rjt_fake_kurento_count (node, "invoke getName") == 1);
}

static void
test_a_dead_session (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  RjtGuest *cid;

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  restart_node (s);
  g_assert_cmpint (rjt_guest_publish (ann), ==, 106);
  g_assert_cmpint (rjt_guest_publish (bob), ==, -1);
  cid = rjt_stage_join (s, "room", "cid");
  g_assert_cmpint (rjt_guest_publish (cid), ==, -1);
  g_assert_cmpuint (rjt_guest_count (ann, "participantUnpublished", NULL, NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantEvicted", NULL, NULL), ==, 0);
  /* when all have left, the next one makes it new */
  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
  g_assert_cmpint (rjt_guest_try (bob, "leaveRoom", NULL), ==, 0);
  g_assert_cmpint (rjt_guest_try (cid, "leaveRoom", NULL), ==, 0);
  g_assert_cmpuint (get_session_status (s), ==, 404);
  g_assert_cmpint (rjt_guest_publish (rjt_stage_join (s, "room", "dan")), ==, 0);
}

static void
test_an_undying_session (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");

  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
  g_assert_cmpuint (get_session_status (s), ==, 200);
  rjt_stage_join (s, "room", "bob");
  g_assert_cmpuint (
    rjt_rest (s->url, RJT_SECRET, "DELETE", "/openvidu/api/sessions/room", NULL, NULL), ==, 204);
  g_assert_cmpuint (get_session_status (s), ==, 404);
}

static void
test_ghosts (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  const char *bob_id = rjt_guest_get_connection (bob);

  rjt_guest_close (bob, 1000, NULL);
  rjt_stage_advance_ms (s, 60 * 1000);
  g_assert_cmpint (rjt_guest_try (ann, "echo", NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantLeft", NULL, NULL), ==, 0);
  rjt_stage_join (s, "room", "cid");
  rjt_wait_until (rjt_guest_count (ann, "participantLeft", bob_id, "") == 1);
}

static void
test_early_leavers (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  g_autofree char *told = rjt_guest_tell (ann);
  g_auto (GStrv) words = g_strsplit (told, " ", -1);
  g_autofree char *sender = NULL;

  /* "participantLeft con_X ; participantEvicted con_X " */
  g_assert_cmpstr (words[0], ==, "participantLeft");
  sender = g_strdup (words[1]);
  g_assert_true (g_str_has_prefix (sender, "con_"));
  g_assert_cmpuint (rjt_guest_count (ann, "participantEvicted", sender, ""), ==, 1);
  g_assert_cmpint (rjt_guest_receive (ann, sender), ==, 102);
}

static void
test_lost_answers (RjtStage *s, gconstpointer unused)
{
  g_autofree char *token = rjt_rest_token (s->url, RJT_SECRET, "room", "PUBLISHER");
  g_autoptr (RjtGuest) lost = rjt_guest_new (s->url);
  RjtGuest *ann;
  gint64 id;

  id = rjt_guest_send (lost, "joinRoom",
                       rj_json_build ("token", 's', token, "session", 's', "room", "platform", 's',
                                      "", "metadata", 's', "", "secret", 's', "", NULL));
  g_assert_cmpint (rjt_guest_try (lost, "echo", NULL), ==, 0);
  g_assert_null (rjt_guest_get_answer (lost, id)); /* but it is in */
  id = rjt_guest_send (lost, "leaveRoom", NULL);
  g_assert_cmpint (rjt_guest_try (lost, "echo", NULL), ==, 0);
  g_assert_null (rjt_guest_get_answer (lost, id)); /* but it has left */
  ann = rjt_stage_join (s, "room", "ann");
  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
}

static void
test_double_answers (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
  rjt_wait_until (rjt_guest_count_answers (ann) == 6);
}

static void
add (const char *path, guint quirks, void (*func) (RjtStage *, gconstpointer))
{
  g_test_add (path, RjtStage, GUINT_TO_POINTER (quirks), set_up, func, rjt_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/server/quirks/dead-session", RJ_QUIRK_DEAD_SESSION, test_a_dead_session);
  add ("/server/quirks/undying-session", RJ_QUIRK_UNDYING_SESSION, test_an_undying_session);
  add ("/server/quirks/ghosts", RJ_QUIRK_GHOSTS, test_ghosts);
  add ("/server/quirks/early-leavers", RJ_QUIRK_EARLY_LEAVERS, test_early_leavers);
  add ("/server/quirks/lost-answers", RJ_QUIRK_LOST_ANSWERS, test_lost_answers);
  add ("/server/quirks/double-answers", RJ_QUIRK_DOUBLE_ANSWERS, test_double_answers);
  return g_test_run ();
}
