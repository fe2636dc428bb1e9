/* Every reason that the server can give, for everything that it can give it for: what ends a participant, what
 * brings it back, what it stays for. OpenVidu 2 protocol 6.19 and 8.8. */
#include "rj-openvidu2-names.h"
#include "rjt-bot.h"

typedef enum {
  FORGOTTEN, /* by the tables below: the test fails */
  ENDS,
  COMES_BACK,
  COMES_BACK_LATER,
  REPUBLISHES,
  STAYS, /* without what was taken */
} Outcome;

/* Said of ourselves: participantEvicted */
static const Outcome when_evicted[RJ_OV2_N_REASONS] = {
  [RJ_OV2_REASON_UNKNOWN] = COMES_BACK,
  [RJ_OV2_REASON_DISCONNECT] = ENDS,
  [RJ_OV2_REASON_FORCE_DISCONNECT_BY_USER] = ENDS,
  [RJ_OV2_REASON_FORCE_DISCONNECT_BY_SERVER] = ENDS,
  [RJ_OV2_REASON_SESSION_CLOSED_BY_SERVER] = ENDS,
  [RJ_OV2_REASON_LAST_PARTICIPANT_LEFT] = ENDS,
  [RJ_OV2_REASON_NETWORK_DISCONNECT] = COMES_BACK,
  [RJ_OV2_REASON_NODE_CRASHED] = COMES_BACK,
  [RJ_OV2_REASON_MEDIA_SERVER_DISCONNECT] = COMES_BACK,
  [RJ_OV2_REASON_OPENVIDU_SERVER_STOPPED] = COMES_BACK_LATER,
  /* never said of a participant: as unknown ones */
  [RJ_OV2_REASON_UNSUBSCRIBE] = COMES_BACK,
  [RJ_OV2_REASON_UNPUBLISH] = COMES_BACK,
  [RJ_OV2_REASON_FORCE_UNPUBLISH_BY_USER] = COMES_BACK,
  [RJ_OV2_REASON_FORCE_UNPUBLISH_BY_SERVER] = COMES_BACK,
  [RJ_OV2_REASON_RECORDING_STOPPED_BY_SERVER] = COMES_BACK,
  [RJ_OV2_REASON_BROADCAST_STOPPED_BY_SERVER] = COMES_BACK,
  [RJ_OV2_REASON_MEDIA_SERVER_RECONNECT] = COMES_BACK,
  [RJ_OV2_REASON_AUTOMATIC_STOP] = COMES_BACK,
};

/* Said of our stream: participantUnpublished */
static const Outcome when_unpublished[RJ_OV2_N_REASONS] = {
  [RJ_OV2_REASON_MEDIA_SERVER_RECONNECT] = REPUBLISHES,
  [RJ_OV2_REASON_FORCE_UNPUBLISH_BY_USER] = STAYS,
  [RJ_OV2_REASON_FORCE_UNPUBLISH_BY_SERVER] = STAYS,
  [RJ_OV2_REASON_UNKNOWN] = STAYS,
  [RJ_OV2_REASON_DISCONNECT] = STAYS,
  [RJ_OV2_REASON_FORCE_DISCONNECT_BY_USER] = STAYS,
  [RJ_OV2_REASON_FORCE_DISCONNECT_BY_SERVER] = STAYS,
  [RJ_OV2_REASON_SESSION_CLOSED_BY_SERVER] = STAYS,
  [RJ_OV2_REASON_LAST_PARTICIPANT_LEFT] = STAYS,
  [RJ_OV2_REASON_NETWORK_DISCONNECT] = STAYS,
  [RJ_OV2_REASON_NODE_CRASHED] = STAYS,
  [RJ_OV2_REASON_MEDIA_SERVER_DISCONNECT] = STAYS,
  [RJ_OV2_REASON_OPENVIDU_SERVER_STOPPED] = STAYS,
  [RJ_OV2_REASON_UNSUBSCRIBE] = STAYS,
  [RJ_OV2_REASON_UNPUBLISH] = STAYS,
  [RJ_OV2_REASON_RECORDING_STOPPED_BY_SERVER] = STAYS,
  [RJ_OV2_REASON_BROADCAST_STOPPED_BY_SERVER] = STAYS,
  [RJ_OV2_REASON_AUTOMATIC_STOP] = STAYS,
};

static const char *const words_of_the_future[] = { "", "aReasonOfTheFuture" };

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
expect_end (RjtBot *bot, const char *reason)
{
  rjt_bot_assert_state (bot, "failed");
  g_assert_nonnull (strstr (rj_participant_get_failure (bot->participant), reason));
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 0);
  rjt_bot_run (bot, 120 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 0);
}

static void
expect_return (RjtBot *bot, const char *reason)
{
  g_assert_cmpuint (bot->n_signallers, ==, 2); /* at once */
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "join"), ==, 1);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_REJOIN_STARTED, "cause", reason), ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_ENDED), ==, 1);
}

/* REST is down together with the server */
static void
expect_late_return (RjtBot *bot, const char *reason)
{
  rjt_bot_run (bot, 1300000);
  rjt_bot_assert_state (bot, "waiting");
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  rjt_bot_run_until_flowing (bot, 2 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_REJOIN_STARTED, "cause", reason), ==, 1);
}

/* It is said of every stream in the room */
static void
expect_republication (RjtBot *bot, const char *reason)
{
  rjt_fake_signaller_unpublish (bot->signaller, "c-bot-2", reason);
  rjt_fake_signaller_unpublish (bot->signaller, "c-bot-3", reason);
  rjt_bot_run (bot, RJT_SECOND / 2);
  rjt_fake_signaller_publish (bot->signaller, "c-bot-2", "s2-bot-2", "bot-2");
  rjt_fake_signaller_publish (bot->signaller, "c-bot-3", "s2-bot-3", "bot-3");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 2);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "republish"), ==, 0);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 3);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

static void
expect_stay (RjtBot *bot, guint n_peers)
{
  rjt_bot_run (bot, 20 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, n_peers);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "leave"), ==, 0);
  g_assert_true (rj_participant_is_flowing (bot->participant));
  rjt_bot_assert_state (bot, "joined");
}

static void
expect (RjtBot *bot, Outcome outcome, const char *reason)
{
  switch (outcome) {
  case FORGOTTEN:
    g_error ("nobody has said what follows from \"%s\"", reason);
    break;
  case ENDS:
    expect_end (bot, reason);
    break;
  case COMES_BACK:
    expect_return (bot, reason);
    break;
  case COMES_BACK_LATER:
    expect_late_return (bot, reason);
    break;
  case REPUBLISHES:
    expect_republication (bot, reason);
    break;
  case STAYS:
    expect_stay (bot, 2);
    break;
  }
}

/* Calls @func for every word that a server may say, with what @table says of it */
static void
for_each_reason (const Outcome *table, void (*func) (const char *reason, Outcome outcome))
{
  for (guint i = RJ_OV2_REASON_UNKNOWN + 1; i < RJ_OV2_N_REASONS; i++) {
    const char *word = rj_ov2_reason_to_text (i);

    g_assert_cmpuint (rj_ov2_reason_from_text (word), ==, i);
    func (word, table == NULL ? STAYS : table[i]);
  }
  for (guint i = 0; i < G_N_ELEMENTS (words_of_the_future); i++)
    func (words_of_the_future[i], table == NULL ? STAYS : table[RJ_OV2_REASON_UNKNOWN]);
}

static void
check_evicted (const char *reason, Outcome outcome)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autoptr (RjtFakeSignaller) first = g_object_ref (bot->signaller);

  g_test_message ("evicted: %s", reason);
  rjt_fake_signaller_lose (first, reason, "server-event");
  g_assert_true (rjt_fake_signaller_is_closed (first) || outcome == COMES_BACK_LATER);
  g_assert_cmpuint (rjt_fake_signaller_count (first, "leave"), ==, 0);
  expect (bot, outcome, reason);
}

static void
test_own_evictions (void)
{
  for_each_reason (when_evicted, check_evicted);
}

static void
check_unpublished (const char *reason, Outcome outcome)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  g_test_message ("own stream: %s", reason);
  rjt_fake_signaller_own_unpublish (bot->signaller, reason);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_OWN_UNPUBLISHED, "reason", reason), ==, 1);
  expect (bot, outcome, reason);
}

static void
test_own_stream (void)
{
  for_each_reason (when_unpublished, check_unpublished);
}

static void
check_remote (const char *reason, Outcome unused)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  g_test_message ("others: %s", reason);
  rjt_fake_signaller_remote_left (bot->signaller, "c-bot-2", reason);
  g_assert_cmpuint (rjt_history_count_where (bot->history, RJ_EVENT_REMOTE_LEFT, "reason", reason),
                    ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "unsubscribe:c-bot-2"), ==, 0);
  expect_stay (bot, 2);
  rjt_fake_signaller_unpublish (bot->signaller, "c-bot-3", reason);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 1);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_REMOTE_UNPUBLISHED, "reason", reason), ==, 1);
  rjt_bot_run (bot, 20 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  rjt_bot_assert_state (bot, "joined");
  if (g_str_equal (reason, "mediaServerReconnect"))
    rjt_fake_signaller_own_unpublish (bot->signaller, reason); /* it is said of every stream */
  /* and the stream may come back, whatever was said */
  rjt_fake_signaller_publish (bot->signaller, "c-bot-3", "s2-bot-3", "bot-3");
  rjt_bot_run_until_flowing (bot, 2 * RJT_SECOND);
}

static void
test_others (void)
{
  for_each_reason (NULL, check_remote);
}

/* What tells a signaller that it was lost, is no matter for what follows: only the reason is */
static void
test_every_way_of_losing_the_server (void)
{
  static const char *const detectors[] = { "websocket-closed", "ping-unanswered", "zombie" };

  for (guint i = 0; i < G_N_ELEMENTS (detectors); i++) {
    g_autoptr (RjtBot) bot = start_in_room_of_three ();

    rjt_fake_signaller_suspend (bot->signaller);
    rjt_bot_run (bot, 3 * RJT_SECOND);
    g_assert_cmpuint (bot->n_signallers, ==, 1); /* being resumed */
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 0);
    rjt_fake_signaller_lose (bot->signaller, "networkDisconnect", detectors[i]);
    expect_return (bot, "networkDisconnect");
    g_assert_cmpuint (
      rjt_history_count_where (bot->history, RJ_EVENT_REJOIN_STARTED, "detected_by", detectors[i]),
      ==, 1);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-41/client-43/reasons/own-evictions", test_own_evictions);
  g_test_add_func ("/client-44/client-45/reasons/own-stream", test_own_stream);
  g_test_add_func ("/client-42/reasons/others", test_others);
  g_test_add_func ("/client-39/client-40/reasons/lost", test_every_way_of_losing_the_server);
  return g_test_run ();
}
