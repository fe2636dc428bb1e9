/* What a participant does on purpose, and what it still wishes after it was thrown back. */
#include "rj-error.h"
#include "rjt-bot.h"

typedef struct {
  gboolean is_there;
  GError *error;
} Outcome;

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Outcome *outcome = user_data;

  rj_participant_do_finish (RJ_PARTICIPANT (source), result, &outcome->error);
  outcome->is_there = TRUE;
}

/* Returns: (transfer full) (nullable): the error */
static GError *
try_deed (RjtBot *bot, const RjDeed *deed)
{
  Outcome outcome = { 0 };

  rj_participant_do_async (bot->participant, deed, on_done, &outcome);
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_true (outcome.is_there);
  return outcome.error;
}

static void
do_deed (RjtBot *bot, RjDeedKind kind, const char *text)
{
  GError *error = try_deed (bot, &(RjDeed){ .kind = kind, .text = text });

  g_assert_no_error (error);
}

static void
mute (RjtBot *bot, gboolean video, gboolean muted)
{
  GError *error = try_deed (bot, &(RjDeed){ .kind = RJ_DEED_MUTE, .video = video, .muted = muted });

  g_assert_no_error (error);
}

static void
publish (RjtBot *bot)
{
  g_autoptr (GError) error = NULL;

  rj_participant_publish (bot->participant, &error);
  g_assert_no_error (error);
}

static RjtBot *
start_in_room_of_three (void)
{
  RjtBot *bot = rjt_bot_new ();

  rjt_bot_add (bot, "bot-2");
  rjt_bot_add (bot, "bot-3");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_history_clear (bot->history);
  return bot;
}

static void
crash (RjtBot *bot)
{
  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
}

static void
test_unpublishes_and_publishes_again (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  do_deed (bot, RJ_DEED_UNPUBLISH, NULL);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "unpublish"), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 2);
  g_assert_true (rj_participant_is_flowing (bot->participant)); /* all that it wants flows */
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_OWN_UNPUBLISHED, "reason", "unpublish"), ==, 1);

  publish (bot);
  g_assert_false (rj_participant_is_flowing (bot->participant));
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 2);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "republish"), ==, 0);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 0);
}

static void
test_what_was_unpublished_stays_so (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  do_deed (bot, RJ_DEED_UNPUBLISH, NULL);
  crash (bot);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 0);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "subscribe:s-bot-2"), ==, 1);
  publish (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  crash (bot);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 1);
}

/* A peer that broke before is not mended when nothing is wanted */
static void
test_a_broken_stream_that_was_unpublished_is_not_mended (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_break (bot->peers, RJ_DIRECTION_SEND);
  do_deed (bot, RJ_DEED_UNPUBLISH, NULL);
  rjt_fake_signaller_suspend (bot->signaller);
  rjt_bot_run (bot, RJT_SECOND);
  rjt_fake_signaller_resume (bot->signaller);
  rjt_bot_run (bot, 10 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "republish"), ==, 0);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 2);
}

static void
test_a_moderator_s_unpublish_can_be_undone (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_signaller_own_unpublish (bot->signaller, "forceUnpublishByUser");
  rjt_bot_run (bot, 5 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 1);
  g_assert_true (rj_participant_is_flowing (bot->participant));
  publish (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 2);
}

static void
test_mutes_and_stays_muted (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  mute (bot, TRUE, TRUE);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "mute:video-off"), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_muted (bot->peers, TRUE), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_muted (bot->peers, FALSE), ==, 0);
  g_assert_true (rj_participant_is_flowing (bot->participant));
  crash (bot);
  g_assert_cmpuint (rjt_fake_peers_count_muted (bot->peers, TRUE), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "mute:video-off"), ==, 0);
  mute (bot, TRUE, FALSE);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "mute:video-on"), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_muted (bot->peers, TRUE), ==, 0);
  mute (bot, FALSE, TRUE);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "mute:audio-off"), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_muted (bot->peers, FALSE), ==, 1);
}

static void
test_what_is_wished_while_away_is_done_later (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autoptr (GError) error = NULL;
  Outcome outcome = { 0 };

  rjt_fake_signaller_lose (bot->signaller, "networkDisconnect", "websocket-closed");
  rj_participant_do_async (bot->participant, &(RjDeed){ .kind = RJ_DEED_UNPUBLISH }, on_done,
                           &outcome);
  error = try_deed (bot, &(RjDeed){ .kind = RJ_DEED_SIGNAL, .text = "too early" });
  g_assert_true (outcome.is_there);
  g_assert_no_error (outcome.error);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 0);
}

static void
test_signals_and_orders (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  const RjEvent *event;

  do_deed (bot, RJ_DEED_SIGNAL, "hello");
  do_deed (bot, RJ_DEED_FORCE_UNPUBLISH, "bot-2");
  do_deed (bot, RJ_DEED_FORCE_DISCONNECT, "bot-3");
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "signal:hello"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "force-unpublish:bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "force-disconnect:bot-3"), ==, 1);
  g_signal_emit_by_name (bot->signaller, "signal", "bot-2", "signal:chat", "hello");
  event = rjt_history_find (bot->history, RJ_EVENT_SIGNAL_RECEIVED, 0);
  g_assert_cmpstr (rjt_event_get_text (event, "from"), ==, "bot-2");
  g_assert_cmpint (json_object_get_int_member (event->data, "bytes"), ==, 5);
}

static void
refuse (RjtFakeSignaller *signaller,
        const char *request,
        const char *detail,
        RjtAnswer *answer,
        gpointer unused)
{
  if (g_str_equal (request, "unpublish"))
    rjt_answer_refuse (answer, 105);
  else if (g_str_equal (request, "force-disconnect"))
    rjt_answer_refuse (answer, 401);
}

static void
test_what_is_refused_is_told (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) again = NULL;
  g_autoptr (GError) twice = NULL;

  rjt_fake_signaller_set_decide (bot->signaller, refuse, NULL);
  error = try_deed (bot, &(RjDeed){ .kind = RJ_DEED_FORCE_DISCONNECT, .text = "bot-2" });
  g_assert_error (error, RJ_RPC_ERROR, 401);
  do_deed (bot, RJ_DEED_UNPUBLISH, NULL); /* not published any more: as wanted */
  again = try_deed (bot, &(RjDeed){ .kind = RJ_DEED_UNPUBLISH });
  g_assert_error (again, RJ_ERROR, RJ_ERROR_USAGE);
  publish (bot);
  g_assert_false (rj_participant_publish (bot->participant, &twice));
  g_assert_error (twice, RJ_ERROR, RJ_ERROR_USAGE);
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer unused)
{
  rj_participant_leave_finish (RJ_PARTICIPANT (source), result);
}

static void
test_leaves_and_joins_under_the_same_name (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  const RjEvent *event;

  rj_participant_leave_async (bot->participant, on_left, NULL);
  rjt_bot_run (bot, RJT_SECOND);
  rjt_bot_assert_state (bot, "left");
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 0);
  rjt_history_clear (bot->history);
  rj_participant_start (bot->participant);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
  event = rjt_history_find (bot->history, RJ_EVENT_ATTEMPT_STARTED, 0);
  g_assert_cmpuint (event->attempt, ==, 2);
  g_assert_false (json_object_get_boolean_member (event->data, "rejoin"));
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 0);
  crash (bot); /* and comes back as ever */
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_ENDED), ==, 1);
}

static void
test_who_was_thrown_out_may_join_again (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_signaller_lose (bot->signaller, "forceDisconnectByUser", "server-event");
  rjt_bot_run (bot, 20 * RJT_SECOND);
  rjt_bot_assert_state (bot, "failed");
  rj_participant_start (bot->participant);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_null (rj_participant_get_failure (bot->participant));
}

#define ADD(name, func) g_test_add_func ("/session/deeds/" name, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("unpublish-publish", test_unpublishes_and_publishes_again);
  ADD ("unpublished-stays-so", test_what_was_unpublished_stays_so);
  ADD ("unpublished-is-not-mended", test_a_broken_stream_that_was_unpublished_is_not_mended);
  g_test_add_func ("/client-44/session/deeds/force-unpublish",
                   test_a_moderator_s_unpublish_can_be_undone);
  ADD ("mute", test_mutes_and_stays_muted);
  ADD ("while-away", test_what_is_wished_while_away_is_done_later);
  ADD ("signals-and-orders", test_signals_and_orders);
  ADD ("refused", test_what_is_refused_is_told);
  ADD ("leave-join", test_leaves_and_joins_under_the_same_name);
  g_test_add_func ("/client-43/session/deeds/thrown-out", test_who_was_thrown_out_may_join_again);
  return g_test_run ();
}
