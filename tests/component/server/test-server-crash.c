/* Media nodes that die, come back, freeze: who is evicted, when, and who is left alone. */
#include "rj-json.h"
#include "rjt-stage.h"

static void
kill_first (RjtStage *s)
{
  rjt_fake_kurento_kill (rjt_stage_get_node (s, 0));
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_SUSPECT) == 1);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_CONTROL_CLOSED), ==, 1);
}

/* Five attempts, half a second apart; then nothing up to 3.49 s */
static void
advance_to_the_brink (RjtStage *s)
{
  for (guint i = 0; i < 5; i++) {
    rjt_stage_advance_ms (s, 500);
    rjt_stage_wait_for_attempt (s);
  }
  rjt_stage_advance_ms (s, 990);
}

static void
test_a_dead_node_is_declared_after_3500_ms (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  const char *ann_id = rjt_guest_get_connection (ann);
  const char *bob_id = rjt_guest_get_connection (bob);

  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_PARTICIPANT_JOINED), ==, 2);
  g_assert_cmpstr (
    rj_json_get_string (rjt_stage_get_data (s, RJ_EVENT_PARTICIPANT_JOINED), "connection", NULL),
    ==, bob_id);
  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  kill_first (s);
  advance_to_the_brink (s);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_CRASHED), ==, 0);
  rjt_stage_advance_ms (s, 10);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_CRASHED), ==, 1);
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", ann_id, "nodeCrashed") == 1);
  rjt_wait_until (rjt_guest_count (bob, "participantEvicted", bob_id, "nodeCrashed") == 1);
  /* one of them goes first; the other one hears left, then evicted */
  g_assert_cmpuint (rjt_guest_count (ann, "participantLeft", bob_id, "nodeCrashed") +
                      rjt_guest_count (bob, "participantLeft", ann_id, "nodeCrashed"),
                    ==, 1);
  g_assert_cmpuint (rjt_guest_count (bob, "participantUnpublished", NULL, NULL), ==, 0);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_PARTICIPANT_EVICTED), ==, 2);
  g_assert_cmpstr (
    rj_json_get_string (rjt_stage_get_data (s, RJ_EVENT_PARTICIPANT_EVICTED), "reason", NULL), ==,
    "nodeCrashed");
}

static void
test_without_a_node_joins_get_204_and_the_session_stays (RjtStage *s, gconstpointer unused)
{
  kill_first (s);
  g_assert_cmpint (rjt_stage_try_join (s, "new"), ==, 204);
  g_assert_cmpint (rjt_stage_try_join (s, "new"), ==, 204);
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "GET", "/openvidu/api/sessions/new", NULL, NULL),
                    ==, 200);
}

/* In the 3.5 s before the declaration */
static void
test_what_works_while_a_node_is_away (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  const char *stream;

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  stream = rjt_guest_get_stream (ann);
  g_assert_cmpint (rjt_guest_receive (bob, stream), ==, 0);
  kill_first (s);
  g_assert_cmpint (rjt_guest_try (ann, "reconnectStream",
                                  rj_json_build ("stream", 's', stream, "sdpString", 's',
                                                 "v=0\r\nm=audio 9 RTP/SAVPF 0\r\n", NULL)),
                   ==, 303);
  g_assert_cmpint (rjt_guest_try (bob, "reconnectStream",
                                  rj_json_build ("stream", 's', stream, "sdpOffer", 's',
                                                 "v=0\r\nm=audio 9 RTP/SAVPF 0\r\n", NULL)),
                   ==, 303);
  g_assert_cmpint (rjt_stage_try_join (s, "new"), ==, 204);
  /* into a session that is about to die */
  g_assert_cmpint (rjt_stage_try_join (s, "room"), ==, 0);
  rjt_wait_until (rjt_guest_count (ann, "participantJoined", NULL, NULL) == 2);
  advance_to_the_brink (s);
  rjt_stage_advance_ms (s, 10);
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", NULL, "nodeCrashed") +
                    rjt_guest_count (ann, "participantLeft", NULL, "nodeCrashed") >=
                  1);
}

static void
test_only_an_attempt_notices_that_a_node_is_back (RjtStage *s, gconstpointer unused)
{
  rjt_stage_join (s, "room", "ann");
  kill_first (s);
  advance_to_the_brink (s);
  rjt_fake_kurento_revive (rjt_stage_get_node (s, 0));
  rjt_stage_advance_ms (s, 10);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_CRASHED), ==, 1);
  g_assert_cmpint (rjt_stage_try_join (s, "room"), ==, 204);
  rjt_stage_advance_ms (s, 490);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_RECOVERED), ==, 0);
  rjt_stage_advance_ms (s, 10);
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_RECOVERED) == 1);
  g_assert_false (
    rj_json_get_bool (rjt_stage_get_data (s, RJ_EVENT_NODE_RECOVERED), "same_process", TRUE));
  g_assert_cmpint (rjt_stage_try_join (s, "room"), ==, 0);
}

static void
test_a_dead_node_is_looked_for_for_ever (RjtStage *s, gconstpointer unused)
{
  kill_first (s);
  for (guint cycle = 0; cycle < 3; cycle++) {
    advance_to_the_brink (s);
    rjt_stage_advance_ms (s, 10);
  }
  rjt_fake_kurento_revive (rjt_stage_get_node (s, 0));
  rjt_stage_advance_ms (s, 500);
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_RECOVERED) == 1);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_CRASHED), ==, 1);
}

/* Also after the declaration: five attempts, then none for a second and a half */
static void
test_every_cycle_has_a_hole (RjtStage *s, gconstpointer unused)
{
  kill_first (s);
  for (guint cycle = 0; cycle < 2; cycle++) {
    advance_to_the_brink (s);
    if (cycle == 1)
      rjt_fake_kurento_revive (rjt_stage_get_node (s, 0));
    rjt_stage_advance_ms (s, 10);
  }
  rjt_stage_advance_ms (s, 490);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_RECOVERED), ==, 0);
  g_assert_cmpint (rjt_stage_try_join (s, "room"), ==, 204);
  rjt_stage_advance_ms (s, 10);
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_RECOVERED) == 1);
}

static void
test_a_restarted_node_takes_streams_and_nobody (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  const char *ann_id = rjt_guest_get_connection (ann);
  RjtFakeKurento *node = rjt_stage_get_node (s, 0);

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  g_assert_cmpint (rjt_guest_receive (bob, rjt_guest_get_stream (ann)), ==, 0);
  kill_first (s);
  rjt_fake_kurento_revive (node);
  rjt_stage_advance_ms (s, 500);
  rjt_wait_until (rjt_guest_count (ann, "participantUnpublished", ann_id, "mediaServerReconnect") ==
                  1);
  rjt_wait_until (rjt_guest_count (bob, "participantUnpublished", ann_id, "mediaServerReconnect") ==
                  1);
  rjt_wait_until (rjt_fake_kurento_count_objects (node) == 1);
  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  g_assert_cmpint (rjt_guest_receive (bob, rjt_guest_get_stream (ann)), ==, 0);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_PARTICIPANT_EVICTED), ==, 0);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_CRASHED), ==, 0);
}

static void
test_a_cut_control_socket_harms_nobody (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  rjt_fake_kurento_cut (rjt_stage_get_node (s, 0));
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_RECOVERED) == 1);
  g_assert_true (
    rj_json_get_bool (rjt_stage_get_data (s, RJ_EVENT_NODE_RECOVERED), "same_process", FALSE));
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_SUSPECT), ==, 0);
  rjt_wait_until (rjt_fake_kurento_count (rjt_stage_get_node (s, 0), "invoke getName") == 1);
  g_assert_cmpint (rjt_guest_try (ann, "echo", NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantUnpublished", NULL, NULL), ==, 0);
}

static void
test_the_other_node_s_session_hears_nothing (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "one", "ann");
  RjtGuest *bob = rjt_stage_join (s, "two", "bob");
  g_autofree char *told = NULL;

  g_assert_cmpuint (rjt_fake_kurento_count (rjt_stage_get_node (s, 1), "create MediaPipeline"), ==,
                    1);
  kill_first (s);
  advance_to_the_brink (s);
  rjt_stage_advance_ms (s, 10);
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", NULL, NULL) == 1);
  g_assert_cmpint (rjt_guest_try (bob, "echo", NULL), ==, 0);
  told = rjt_guest_tell (bob);
  g_assert_cmpstr (told, ==, "");
  /* and the way back leads to the node that is left */
  g_assert_cmpint (rjt_stage_try_join (s, "one"), ==, 0);
}

static void
test_new_sessions_go_to_the_node_with_the_least_load (RjtStage *s, gconstpointer unused)
{
  rjt_stage_join (s, "one", "ann");
  rjt_stage_join (s, "two", "bob");
  rjt_stage_join (s, "three", "cid");
  rjt_stage_join (s, "four", "dan");
  g_assert_cmpuint (rjt_fake_kurento_count (rjt_stage_get_node (s, 0), "create MediaPipeline"), ==,
                    2);
  g_assert_cmpuint (rjt_fake_kurento_count (rjt_stage_get_node (s, 1), "create MediaPipeline"), ==,
                    2);
}

static void
test_a_frozen_node_is_avoided_and_holds_nobody_up (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "one", "ann");
  RjtGuest *bob = rjt_stage_join (s, "two", "bob");
  RjtFakeKurento *frozen = rjt_stage_get_node (s, 0);
  gint64 id;

  rjt_fake_kurento_freeze (frozen);
  id = rjt_guest_send (ann, "publishVideo",
                       rj_json_build ("sdpOffer", 's', "v=0\r\n", "hasAudio", 'b', TRUE, "hasVideo",
                                      'b', FALSE, "doLoopback", 'b', FALSE, NULL));
  g_assert_cmpint (rjt_guest_try (bob, "echo", NULL), ==, 0);
  rjt_stage_advance_ms (s, 1500);
  /* a request has hung: new sessions go to the other one, though it has as many already */
  rjt_stage_join (s, "three", "cid");
  g_assert_cmpuint (rjt_fake_kurento_count (rjt_stage_get_node (s, 1), "create MediaPipeline"), ==,
                    2);
  g_assert_null (rjt_guest_get_answer (ann, id));
  rjt_stage_advance_ms (s, 8500);
  rjt_wait_until (rjt_guest_get_answer (ann, id) != NULL);
  g_assert_cmpint (
    rj_json_get_int (rj_json_get_object (rjt_guest_get_answer (ann, id), "error"), "code", 0), ==,
    303);
  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
  /* now it has no session at all, and no request that is still waited for, but has not answered either */
  rjt_stage_join (s, "four", "dan");
  g_assert_cmpuint (rjt_fake_kurento_count (rjt_stage_get_node (s, 1), "create MediaPipeline"), ==,
                    3);
}

static void
test_a_join_that_hangs_is_given_up_and_others_go_elsewhere (RjtStage *s, gconstpointer unused)
{
  g_autofree char *token = rjt_rest_token (s->url, RJT_SECRET, "one", "PUBLISHER");
  g_autofree char *other = rjt_rest_token (s->url, RJT_SECRET, "one", "PUBLISHER");
  g_autoptr (RjtGuest) ann = rjt_guest_new (s->url);
  g_autoptr (RjtGuest) bob = rjt_guest_new (s->url);
  gint64 first, second;

  rjt_fake_kurento_freeze (rjt_stage_get_node (s, 0));
  first = rjt_guest_send (ann, "joinRoom",
                          rj_json_build ("token", 's', token, "session", 's', "one", "platform",
                                         's', "", "metadata", 's', "", "secret", 's', "", NULL));
  g_assert_cmpint (rjt_guest_try (ann, "ping", NULL), ==, 0);
  second = rjt_guest_send (bob, "joinRoom",
                           rj_json_build ("token", 's', other, "session", 's', "one", "platform",
                                          's', "", "metadata", 's', "", "secret", 's', "", NULL));
  g_assert_cmpint (rjt_guest_try (bob, "ping", NULL), ==, 0);
  rjt_stage_advance_ms (s, 10000);
  rjt_wait_until (rjt_guest_get_answer (ann, first) != NULL);
  g_assert_cmpint (
    rj_json_get_int (rj_json_get_object (rjt_guest_get_answer (ann, first), "error"), "code", 0),
    ==, 204);
  rjt_fake_kurento_thaw (rjt_stage_get_node (s, 0));
  rjt_wait_until (rjt_guest_get_answer (bob, second) != NULL);
  g_assert_true (json_object_has_member (rjt_guest_get_answer (bob, second), "result"));
}

static void
test_joins_wait_15_s_at_most (RjtStage *s, gconstpointer unused)
{
  g_autofree char *token = rjt_rest_token (s->url, RJT_SECRET, "one", "PUBLISHER");
  g_autofree char *other = rjt_rest_token (s->url, RJT_SECRET, "one", "PUBLISHER");
  g_autoptr (RjtGuest) ann = rjt_guest_new (s->url);
  g_autoptr (RjtGuest) bob = rjt_guest_new (s->url);
  gint64 second;

  rjt_fake_kurento_freeze (rjt_stage_get_node (s, 0));
  rjt_guest_send (ann, "joinRoom",
                  rj_json_build ("token", 's', token, "session", 's', "one", "platform", 's', "",
                                 "metadata", 's', "", "secret", 's', "", NULL));
  g_assert_cmpint (rjt_guest_try (ann, "ping", NULL), ==, 0);
  second = rjt_guest_send (bob, "joinRoom",
                           rj_json_build ("token", 's', other, "session", 's', "one", "platform",
                                          's', "", "metadata", 's', "", "secret", 's', "", NULL));
  g_assert_cmpint (rjt_guest_try (bob, "ping", NULL), ==, 0);
  rjt_stage_advance_ms (s, 15000);
  rjt_wait_until (rjt_guest_get_answer (bob, second) != NULL);
  g_assert_cmpint (
    rj_json_get_int (rj_json_get_object (rjt_guest_get_answer (bob, second), "error"), "code", 0),
    ==, 204);
}

static void
add (const char *path, guint n_nodes, void (*func) (RjtStage *, gconstpointer))
{
  g_test_add (path, RjtStage, GUINT_TO_POINTER (n_nodes), rjt_stage_set_up, func,
              rjt_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/server-46/declared", 1, test_a_dead_node_is_declared_after_3500_ms);
  add ("/server-46/server-22/no-node", 1, test_without_a_node_joins_get_204_and_the_session_stays);
  add ("/real-20/away", 1, test_what_works_while_a_node_is_away);
  add ("/real-2/real-24/attempts", 1, test_only_an_attempt_notices_that_a_node_is_back);
  add ("/real-24/for-ever", 1, test_a_dead_node_is_looked_for_for_ever);
  add ("/real-24/hole", 1, test_every_cycle_has_a_hole);
  add ("/server-47/real-2/restarted", 1, test_a_restarted_node_takes_streams_and_nobody);
  add ("/server/crash/cut", 1, test_a_cut_control_socket_harms_nobody);
  add ("/server/crash/other-node", 2, test_the_other_node_s_session_hears_nothing);
  add ("/server/crash/least-load", 2, test_new_sessions_go_to_the_node_with_the_least_load);
  add ("/server/crash/frozen", 2, test_a_frozen_node_is_avoided_and_holds_nobody_up);
  add ("/server/crash/hanging-join", 1, test_a_join_that_hangs_is_given_up_and_others_go_elsewhere);
  add ("/server/crash/lock", 1, test_joins_wait_15_s_at_most);
  return g_test_run ();
}
