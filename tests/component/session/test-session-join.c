#include "rjt-bot.h"

static void
test_alone_in_the_room (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_bot_start (bot);
  rjt_bot_assert_state (bot, "joining");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_bot_assert_state (bot, "joined");
  g_assert_cmpstr (rjt_fake_signaller_get_log (bot->signaller), ==, "join publish candidate:own-1");
  rjt_history_expect_order (bot->history, RJ_EVENT_PARTICIPANT_STATE, RJ_EVENT_ATTEMPT_STARTED,
                            RJ_EVENT_PEER_CREATED, RJ_EVENT_OFFER_SENT, RJ_EVENT_ANSWER_RECEIVED,
                            RJ_EVENT_ICE_CONNECTED, RJ_EVENT_DTLS_CONNECTED, RJ_EVENT_ATTEMPT_STATE,
                            NULL);
  /* nothing to hear: nothing is judged, nothing is left */
  rjt_bot_run (bot, 60 * RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_DETECTOR_FIRED), ==, 0);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

static void
test_those_present_and_those_who_come (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  const RjEvent *event;

  rjt_bot_add (bot, "bot-2");
  rjt_bot_add (bot, "a browser");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "subscribe:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "subscribe:s-a"), ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_FIRST_KEY_FRAME), ==, 2);

  rjt_fake_signaller_publish (bot->signaller, "c-bot-3", "s-bot-3", "bot-3");
  g_assert_false (rj_participant_is_flowing (bot->participant));
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REMOTE_PUBLISHED), ==, 3);
  event = rjt_history_find_last (bot->history, RJ_EVENT_FIRST_KEY_FRAME);
  g_assert_cmpstr (event->edge, ==, "bot-3>bot-1");
  g_assert_cmpstr (event->peer, ==, "subscribe:bot-3");
  g_assert_cmpuint (event->attempt, ==, 1);
}

static void
test_the_same_stream_twice_is_one (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_fake_signaller_publish (bot->signaller, "c-bot-2", "s-bot-2", "bot-2");
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "subscribe:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, 2);
}

static void
test_publisher_leaves_and_unpublishes (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_bot_add (bot, "bot-2");
  rjt_bot_add (bot, "bot-3");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_fake_signaller_remote_left (bot->signaller, "c-bot-2", "disconnect");
  rjt_fake_signaller_remote_left (bot->signaller, "c-bot-2", "disconnect");
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REMOTE_LEFT), ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_PEER_STATS), ==, 1);
  rjt_fake_signaller_unpublish (bot->signaller, "c-bot-3", "unpublish");
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REMOTE_UNPUBLISHED), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 1);
  g_assert_true (rj_participant_is_flowing (bot->participant));

  rjt_fake_signaller_publish (bot->signaller, "c-bot-3", "s-bot-3b", "bot-3");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "subscribe:s-bot-3b"), ==, 1);
}

static void
refuse_subscribe (RjtFakeSignaller *signaller,
                  const char *request,
                  const char *detail,
                  RjtAnswer *answer,
                  gpointer code)
{
  if (g_str_equal (detail, "s-bot-2"))
    rjt_answer_refuse (answer, GPOINTER_TO_INT (code));
}

static void
test_publisher_left_while_we_subscribe (void)
{
  const int codes[] = { 102, 105 };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autoptr (RjtBot) bot = rjt_bot_new ();

    bot->decide = refuse_subscribe;
    bot->decide_data = GINT_TO_POINTER (codes[i]);
    rjt_bot_add (bot, "bot-2");
    rjt_bot_start (bot);
    rjt_bot_run_until_flowing (bot, RJT_SECOND);
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_PEER_FAILED), ==, 0);
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_ATTEMPT_FAILED), ==, 0);
    g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 1);
  }
}

static void
test_muted_streams_flow_when_connected (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_fake_peers_set_publisher_silent (bot->peers, 2, TRUE);
  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_false (rj_participant_is_flowing (bot->participant));
  rjt_fake_signaller_mute (bot->signaller, "c-bot-2", "s-bot-2", "bot-2", FALSE, FALSE);
  g_assert_true (rj_participant_is_flowing (bot->participant));
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REMOTE_PROPERTY), ==, 2);
  rjt_bot_run (bot, 30 * RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_DETECTOR_FIRED), ==, 0);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

static void
test_a_ghost_of_the_same_name_gives_way (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_fake_signaller_publish (bot->signaller, "c-new", "s-new", "bot-2");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "unsubscribe:c-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 2);
  rjt_fake_signaller_remote_left (bot->signaller, "c-bot-2", "networkDisconnect");
  g_assert_true (rj_participant_is_flowing (bot->participant));
}

static void
test_the_own_ghost_is_not_subscribed (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_bot_add (bot, "bot-1");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, 1);
}

static void
test_candidates_go_to_their_peers (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "candidate:own-1"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "candidate:c-bot-2"), ==, 1);
  g_signal_emit_by_name (bot->signaller, "candidate", "own-1", 0, "0", "candidate:2");
  g_signal_emit_by_name (bot->signaller, "candidate", "c-bot-2", 0, "0", "candidate:2");
  g_signal_emit_by_name (bot->signaller, "candidate", "c-nobody", 0, "0", "candidate:2");
  g_assert_cmpuint (rjt_fake_peers_count_candidates (bot->peers), ==, 2);
}

static void
test_subscribe_only_and_publish_only (void)
{
  g_autoptr (RjtBot) viewer = rjt_bot_new ();
  g_autoptr (RjtBot) camera = rjt_bot_new ();

  viewer->config->publishes = FALSE;
  rjt_fake_peers_set_silent (camera->peers, TRUE);
  camera->config->subscribes = FALSE;
  rjt_bot_add (viewer, "bot-2");
  rjt_bot_add (camera, "bot-2");
  rjt_bot_start (viewer);
  rjt_bot_start (camera);
  rjt_bot_run_until_flowing (viewer, RJT_SECOND);
  rjt_bot_run_until_flowing (camera, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_made (viewer->peers), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_made (camera->peers), ==, 1);
  g_assert_cmpuint (rjt_history_count (camera->history, RJ_EVENT_REMOTE_PUBLISHED), ==, 0);
}

static gboolean
wants_bot_2 (const char *session, const char *name, const char *publisher, gpointer unused)
{
  g_assert_cmpstr (name, ==, "bot-1");
  return g_str_equal (publisher, "bot-2");
}

/* Those whom it is not to see are neither asked for nor waited for, before a loss and after it. */
static void
test_sees_only_whom_it_wants (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  bot->config->wants = wants_bot_2;
  rjt_bot_add (bot, "bot-2");
  rjt_bot_add (bot, "bot-3");
  rjt_bot_add (bot, "guest");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, 2);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REMOTE_PUBLISHED), ==, 1);
  rjt_bot_remove (bot, "bot-3");
  g_signal_emit_by_name (bot->signaller, "participant-left", "c-bot-3", "disconnect");
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REMOTE_LEFT), ==, 0);
  g_signal_emit_by_name (bot->signaller, "lost", "nodeCrashed", "server-event", NULL);
  rjt_bot_run_until_flowing (bot, 5 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
  g_assert_cmpuint (rjt_fake_peers_count_flowing (bot->peers), ==, 1);
}

/* After the loss the one that it wants does not come: that is waited for, whoever else is there. */
static void
test_waits_for_whom_it_wants (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  bot->config->wants = wants_bot_2;
  rjt_bot_add (bot, "bot-2");
  rjt_bot_add (bot, "bot-3");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_bot_remove (bot, "bot-2");
  g_signal_emit_by_name (bot->signaller, "lost", "nodeCrashed", "server-event", NULL);
  rjt_bot_run (bot, 5 * RJT_SECOND);
  g_assert_false (rj_participant_is_flowing (bot->participant));
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  rj_participant_leave_finish (RJ_PARTICIPANT (source), result);
  *(gboolean *) user_data = TRUE;
}

static void
test_leaving (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  gboolean left = FALSE;

  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rj_participant_leave_async (bot->participant, on_left, &left);
  rjt_bot_assert_state (bot, "leaving");
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "leave"), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 2);
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_true (left);
  rjt_bot_assert_state (bot, "left");
  rjt_history_expect_order (bot->history, RJ_EVENT_PEER_STATS, RJ_EVENT_PEER_CLOSED,
                            RJ_EVENT_ATTEMPT_CLOSED, NULL);
}

static void
answer_no_leave (RjtFakeSignaller *signaller,
                 const char *request,
                 const char *detail,
                 RjtAnswer *answer,
                 gpointer unused)
{
  if (g_str_equal (request, "leave"))
    rjt_answer_timeout (answer);
}

static void
test_leaving_is_bounded (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  gboolean left = FALSE;

  bot->decide = answer_no_leave;
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rj_participant_leave_async (bot->participant, on_left, &left);
  rjt_bot_run (bot, 900000);
  g_assert_false (left);
  rjt_bot_run (bot, 200000);
  g_assert_true (left);
}

static void
test_stats_at_the_end (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  const RjEvent *event;

  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_bot_run (bot, RJT_SECOND);
  rj_participant_emit_stats (bot->participant);
  event = rjt_history_find_last (bot->history, RJ_EVENT_PEER_STATS);
  g_assert_nonnull (event);
  g_assert_true (json_object_get_boolean_member (event->data, "open"));
  g_assert_cmpint (json_object_get_int_member (event->data, "frames"), >=, 18);
  g_assert_cmpstr (event->edge, ==, "bot-2>bot-1");
}

/* Closed at any moment, nothing is left. */
static void
test_disposed_at_every_step (void)
{
  for (gint64 us = 0; us < 150000; us += 1000) {
    g_autoptr (RjtBot) bot = rjt_bot_new ();

    rjt_bot_add (bot, "bot-2");
    rjt_bot_start (bot);
    rjt_bot_run (bot, us);
    if (us % 2000 == 0)
      rj_participant_close (bot->participant);
    rjt_bot_assert_nothing_left (bot);
  }
}

static void
test_left_at_every_step (void)
{
  for (gint64 us = 0; us < 150000; us += 1000) {
    g_autoptr (RjtBot) bot = rjt_bot_new ();
    gboolean left = FALSE;

    rjt_bot_add (bot, "bot-2");
    rjt_bot_start (bot);
    rjt_bot_run (bot, us);
    rj_participant_leave_async (bot->participant, on_left, &left);
    rjt_bot_run (bot, 2 * RJT_SECOND);
    g_assert_true (left);
    rjt_bot_assert_state (bot, "left");
    rjt_bot_assert_nothing_left (bot);
  }
}

static void
test_no_ports_open (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  const char *error;

  rjt_fake_peers_set_connects (bot->peers, FALSE);
  rjt_bot_start (bot);
  rjt_bot_run (bot, 11 * RJT_SECOND);
  error = rjt_event_get_text (rjt_history_find (bot->history, RJ_EVENT_PEER_FAILED, 0), "error");
  g_assert_nonnull (strstr (error, "40000-57000"));
  g_assert_nonnull (strstr (error, "3478"));
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "republish"), ==, 1);
  rjt_bot_run (bot, 120 * RJT_SECOND);
  rjt_bot_assert_state (bot, "failed");
  g_assert_nonnull (strstr (rj_participant_get_failure (bot->participant), "40000-57000"));
}

static void
test_the_role_forbids_publishing (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_bot_start (bot);
  rjt_fake_signaller_forbid_publishing (bot->signaller);
  rjt_bot_run (bot, RJT_SECOND);
  rjt_bot_assert_state (bot, "failed");
  g_assert_nonnull (strstr (rj_participant_get_failure (bot->participant), "--no-publish"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                g_test_add_func ("/session/join/" name, func)
#define PROVES(statements, name, func) g_test_add_func (statements "/session/join/" name, func)
  ADD ("alone-in-the-room", test_alone_in_the_room);
  ADD ("those-present-and-those-who-come", test_those_present_and_those_who_come);
  PROVES ("/client-14", "the-same-stream-twice-is-one", test_the_same_stream_twice_is_one);
  PROVES ("/client-42", "publisher-leaves-and-unpublishes", test_publisher_leaves_and_unpublishes);
  ADD ("publisher-left-while-we-subscribe", test_publisher_left_while_we_subscribe);
  ADD ("muted-streams-flow-when-connected", test_muted_streams_flow_when_connected);
  ADD ("a-ghost-of-the-same-name-gives-way", test_a_ghost_of_the_same_name_gives_way);
  ADD ("the-own-ghost-is-not-subscribed", test_the_own_ghost_is_not_subscribed);
  PROVES ("/client-27/client-28", "candidates-go-to-their-peers",
          test_candidates_go_to_their_peers);
  ADD ("subscribe-only-and-publish-only", test_subscribe_only_and_publish_only);
  ADD ("sees-only-whom-it-wants", test_sees_only_whom_it_wants);
  ADD ("waits-for-whom-it-wants", test_waits_for_whom_it_wants);
  ADD ("leaving", test_leaving);
  PROVES ("/client-46", "leaving-is-bounded", test_leaving_is_bounded);
  ADD ("stats-at-the-end", test_stats_at_the_end);
  ADD ("disposed-at-every-step", test_disposed_at_every_step);
  ADD ("left-at-every-step", test_left_at_every_step);
  ADD ("no-ports-open", test_no_ports_open);
  ADD ("the-role-forbids-publishing", test_the_role_forbids_publishing);
#undef ADD
#undef PROVES
  return g_test_run ();
}
