#include "rj-error.h"
#include "rjt-bot.h"

/* Refuses the first n requests of a kind */
typedef struct {
  const char *request;
  guint n;
  int code; /* 0: timeout */
  int http; /* instead of code */
} Refusal;

static void
refuse (RjtFakeSignaller *signaller,
        const char *request,
        const char *detail,
        RjtAnswer *answer,
        gpointer user_data)
{
  Refusal *self = user_data;

  if (self->n == 0 || !g_str_equal (request, self->request))
    return;
  self->n--;
  if (self->http != 0)
    answer->error = g_error_new (RJ_HTTP_ERROR, self->http, "the token source said no");
  else if (self->code == 0)
    rjt_answer_timeout (answer);
  else
    rjt_answer_refuse (answer, self->code);
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
test_node_crashed (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  RjtFakeSignaller *first = g_object_ref (bot->signaller);
  const RjEvent *event;

  rjt_fake_signaller_lose (first, "nodeCrashed", "server-event");
  g_assert_true (rjt_fake_signaller_is_closed (first));
  g_assert_true (first != bot->signaller); /* a fresh one, at once */
  g_assert_cmpuint (rjt_fake_signaller_count (first, "leave"), ==, 0);
  g_object_unref (first);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_history_expect_order (bot->history, RJ_EVENT_DETECTOR_FIRED, RJ_EVENT_ATTEMPT_FAILED,
                            RJ_EVENT_REJOIN_STARTED, RJ_EVENT_PEER_STATS, RJ_EVENT_ATTEMPT_CLOSED,
                            RJ_EVENT_ATTEMPT_STARTED, RJ_EVENT_FIRST_KEY_FRAME,
                            RJ_EVENT_REJOIN_ENDED, NULL);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_WAIT_STARTED), ==, 0);
  event = rjt_history_find (bot->history, RJ_EVENT_REJOIN_STARTED, 0);
  g_assert_cmpstr (rjt_event_get_text (event, "cause"), ==, "nodeCrashed");
  g_assert_cmpstr (rjt_event_get_text (event, "detected_by"), ==, "server-event");
  event = rjt_history_find (bot->history, RJ_EVENT_REJOIN_ENDED, 0);
  g_assert_cmpint (json_object_get_int_member (event->data, "tries"), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_alive (bot->peers), ==, 3);
}

static void
test_the_rejoin_ends_when_all_are_back (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_bot_remove (bot, "bot-2");
  rjt_bot_remove (bot, "bot-3");
  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_ENDED), ==, 0);
  g_assert_false (rj_participant_is_flowing (bot->participant));
  rjt_fake_signaller_publish (bot->signaller, "c2", "s2", "bot-2");
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_false (rj_participant_is_flowing (bot->participant));
  rj_participant_forget_publisher (bot->participant, "bot-3");
  g_assert_true (rj_participant_is_flowing (bot->participant));
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_ENDED), ==, 1);
}

static void
test_a_second_crash_is_a_second_rejoin (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  for (guint i = 1; i <= 3; i++) {
    rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
    rjt_bot_run_until_flowing (bot, RJT_SECOND);
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, i);
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_ENDED), ==, i);
  }
  g_assert_cmpuint (bot->n_signallers, ==, 4);
}

static void
test_refused_then_let_in (void)
{
  const int codes[] = { 204, 203, 202, 401, 999, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autoptr (RjtBot) bot = rjt_bot_new ();
    Refusal refusal = { "join", 0, codes[i], 0 };
    double waited_ms = 0;
    const RjEvent *event;

    bot->decide = refuse;
    bot->decide_data = &refusal;
    rjt_bot_add (bot, "bot-2");
    rjt_bot_start (bot);
    rjt_bot_run_until_flowing (bot, RJT_SECOND);
    refusal.n = 3;
    rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
    rjt_bot_run (bot, 20000);
    rjt_bot_run_until_flowing (bot, 35 * RJT_SECOND);

    g_assert_cmpuint (bot->n_signallers, ==, 5);
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 1);
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_WAIT_STARTED), ==, 3);
    for (guint k = 0; k < 3; k++) {
      double delay_ms;

      event = rjt_history_find (bot->history, RJ_EVENT_WAIT_STARTED, k);
      delay_ms = json_object_get_double_member (event->data, "delay_ms");
      g_assert_cmpfloat (delay_ms, >, 139 * (k == 0 ? 1 : k == 1 ? 1.6 : 2.56));
      g_assert_cmpfloat (delay_ms, <, 261 * (k == 0 ? 1 : k == 1 ? 1.6 : 2.56));
      waited_ms += delay_ms;
    }
    if (codes[i] == 204)
      g_assert_cmpstr (rjt_event_get_text (event, "because"), ==, "rpc-204");
    g_assert_cmpfloat (waited_ms, <, 1400);
    event = rjt_history_find (bot->history, RJ_EVENT_REJOIN_ENDED, 0);
    g_assert_cmpint (json_object_get_int_member (event->data, "tries"), ==, 4);
  }
}

static void
test_the_first_join_retries_too (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  Refusal refusal = { "join", 4, 204, 0 };

  bot->decide = refuse;
  bot->decide_data = &refusal;
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, 10 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 5);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 0);
}

static void
test_a_token_source_that_refuses (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  Refusal refusal = { "join", 1, 0, 403 };

  bot->decide = refuse;
  bot->decide_data = &refusal;
  rjt_bot_start (bot);
  rjt_bot_run (bot, RJT_SECOND);
  rjt_bot_assert_state (bot, "failed");
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

static void
test_the_deadline (void)
{
  const int codes[] = { 204, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autoptr (RjtBot) bot = rjt_bot_new ();
    Refusal refusal = { "join", 0, codes[i], 0 };

    bot->decide = refuse;
    bot->decide_data = &refusal;
    rjt_bot_start (bot);
    rjt_bot_run_until_flowing (bot, RJT_SECOND);
    refusal.n = G_MAXUINT;
    rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
    rjt_bot_run (bot, 57 * RJT_SECOND);
    g_assert_true (rj_participant_get_state (bot->participant) != RJ_PARTICIPANT_FAILED);
    rjt_bot_run (bot, 4 * RJT_SECOND);
    rjt_bot_assert_state (bot, "failed");
    g_assert_nonnull (
      strstr (rj_participant_get_failure (bot->participant), "not back within 60 s"));
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_PARTICIPANT_FAILED), ==, 1);
    g_assert_cmpuint (rjt_fake_peers_count_alive (bot->peers), ==, 0);
  }
}

static void
test_reasons_to_give_up (void)
{
  const char *const reasons[] = { "forceDisconnectByUser", "forceDisconnectByServer",
                                  "sessionClosedByServer", "lastParticipantLeft" };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++) {
    g_autoptr (RjtBot) bot = start_in_room_of_three ();

    rjt_fake_signaller_lose (bot->signaller, reasons[i], "server-event");
    rjt_bot_assert_state (bot, "failed");
    rjt_bot_run (bot, 60 * RJT_SECOND);
    g_assert_cmpuint (bot->n_signallers, ==, 1);
    g_assert_nonnull (strstr (rj_participant_get_failure (bot->participant), reasons[i]));
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 0);
  }
}

static void
test_reasons_to_come_back (void)
{
  const char *const reasons[] = { "networkDisconnect", "mediaServerDisconnect", "",
                                  "of the future" };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++) {
    g_autoptr (RjtBot) bot = start_in_room_of_three ();

    rjt_fake_signaller_lose (bot->signaller, reasons[i], "websocket-closed");
    rjt_bot_run_until_flowing (bot, RJT_SECOND);
    g_assert_cmpuint (bot->n_signallers, ==, 2);
    /* this one is stamped by the signaller */
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_DETECTOR_FIRED), ==, 0);
    g_assert_cmpuint (rjt_history_count_where (bot->history, RJ_EVENT_REJOIN_STARTED, "detected_by",
                                               "websocket-closed"),
                      ==, 1);
  }
}

static void
test_the_server_stopped (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_signaller_lose (bot->signaller, "openviduServerStopped", "server-event");
  rjt_bot_run (bot, 1300000);
  rjt_bot_assert_state (bot, "waiting"); /* 2 s - 30 % at least */
  rjt_bot_run_until_flowing (bot, 2 * RJT_SECOND);
}

static void
test_evicted_before_anything_flowed (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_fake_peers_set_connects (bot->peers, FALSE);
  rjt_bot_start (bot);
  rjt_bot_run (bot, RJT_SECOND);
  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  rjt_bot_assert_state (bot, "waiting");
  rjt_fake_peers_set_connects (bot->peers, TRUE);
  rjt_bot_run (bot, 100000);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
}

static void
test_publishing_waits_for_the_media_server (void)
{
  const int codes[] = { -1, 303 };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autoptr (RjtBot) bot = rjt_bot_new ();
    Refusal refusal = { "publish", 3, codes[i], 0 };

    bot->decide = refuse;
    bot->decide_data = &refusal;
    rjt_bot_start (bot);
    rjt_bot_run_until_flowing (bot, 5 * RJT_SECOND);
    g_assert_cmpuint (bot->n_signallers, ==, 1);
    g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 4);
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_PEER_FAILED), ==, 3);
  }
}

static void
test_a_try_that_cannot_publish_is_thrown_away (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  Refusal refusal = { "publish", 12, -1, 0 };
  RjtFakeSignaller *first;

  bot->decide = refuse;
  bot->decide_data = &refusal;
  rjt_bot_start (bot);
  rjt_bot_run (bot, 0);
  first = g_object_ref (bot->signaller);
  rjt_bot_run (bot, 5 * RJT_SECOND);
  rjt_bot_run_until_flowing (bot, 20 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
  g_assert_cmpuint (rjt_fake_signaller_count (first, "leave"), ==, 1); /* no ghost */
  g_object_unref (first);
}

static void
test_publish_timeout_and_106 (void)
{
  const int codes[] = { 0, 106 };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autoptr (RjtBot) bot = rjt_bot_new ();
    Refusal refusal = { "publish", 1, codes[i], 0 };

    bot->decide = refuse;
    bot->decide_data = &refusal;
    rjt_bot_start (bot);
    rjt_bot_run_until_flowing (bot, 12 * RJT_SECOND);
    g_assert_cmpuint (bot->n_signallers, ==, 2);
    g_assert_cmpuint (
      rjt_history_count_where (bot->history, RJ_EVENT_ATTEMPT_FAILED, "step", "publish"), ==, 1);
  }
}

static void
test_subscribing_fails_alone (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  Refusal refusal = { "subscribe", 1, 0, 0 };

  rjt_fake_signaller_set_decide (bot->signaller, refuse, &refusal);
  rjt_fake_signaller_publish (bot->signaller, "c4", "s4", "bot-4");
  rjt_bot_run_until_flowing (bot, 13 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "resubscribe:s4"), ==, 1);
}

static void
test_media_server_reconnect (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  Refusal refusal = { "publish", 2, -1, 0 };
  const RjEvent *event;

  rjt_fake_signaller_set_decide (bot->signaller, refuse, &refusal);
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 1500000);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_fake_signaller_unpublish (bot->signaller, "c-bot-2", "mediaServerReconnect");
  rjt_fake_signaller_own_unpublish (bot->signaller, "mediaServerReconnect");
  rjt_fake_signaller_unpublish (bot->signaller, "c-bot-3", "mediaServerReconnect");
  rjt_bot_run (bot, 500000);
  rjt_fake_signaller_publish (bot->signaller, "c-bot-2", "s2", "bot-2");
  rjt_bot_run (bot, 3 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 4);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_ENDED), ==, 0);
  rjt_fake_signaller_publish (bot->signaller, "c-bot-3", "s3", "bot-3");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);

  g_assert_cmpuint (bot->n_signallers, ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 1);
  event = rjt_history_find (bot->history, RJ_EVENT_REJOIN_STARTED, 0);
  g_assert_cmpstr (rjt_event_get_text (event, "cause"), ==, "mediaServerReconnect");
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_ENDED), ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_OWN_UNPUBLISHED), ==, 1);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_PEER_CREATED, "why", "republish"), >=, 3);
  rjt_bot_run (bot, 30 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

static void
test_forced_to_unpublish (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_signaller_own_unpublish (bot->signaller, "forceUnpublishByServer");
  rjt_bot_run (bot, 10 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 1);
  g_assert_true (rj_participant_is_flowing (bot->participant));
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 2);
}

static void
test_resumed_media_is_untouched (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rj_participant_cut_websocket (bot->participant, TRUE);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "cut:rst"), ==, 1);
  rjt_fake_signaller_suspend (bot->signaller);
  rjt_bot_run (bot, 3 * RJT_SECOND);
  rjt_fake_signaller_resume (bot->signaller);
  rjt_bot_run (bot, 10 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, 3);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 0);
}

static void
test_requests_are_sent_again_after_resuming (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run (bot, 7000);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 1);
  rjt_fake_signaller_suspend (bot->signaller);
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_false (rj_participant_is_flowing (bot->participant));
  rjt_fake_signaller_resume (bot->signaller);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 2);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  rjt_bot_run (bot, 20 * RJT_SECOND);
  g_assert_true (rj_participant_is_flowing (bot->participant));
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

/* Closed at any moment of a rejoin with waits, nothing is left. */
static void
test_disposed_at_every_step (void)
{
  for (gint64 us = 0; us < 900000; us += 7000) {
    g_autoptr (RjtBot) bot = start_in_room_of_three ();
    Refusal refusal = { "join", 2, 204, 0 };

    bot->decide = refuse;
    bot->decide_data = &refusal;
    rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
    rjt_bot_run (bot, us);
    rjt_bot_assert_nothing_left (bot);
  }
}

/* The same between two turns of the loop. */
static void
test_disposed_at_every_turn (void)
{
  for (guint turns = 0; turns < 30; turns++) {
    g_autoptr (RjtBot) bot = start_in_room_of_three ();
    gpointer participant = bot->participant;

    rjt_fake_signaller_own_unpublish (bot->signaller, "mediaServerReconnect");
    rjt_fake_signaller_publish (bot->signaller, "c4", "s4", "bot-4");
    for (guint i = 0; i < turns; i++) {
      if (!g_main_context_iteration (NULL, FALSE))
        rjt_bot_run (bot, 1000);
    }
    g_object_add_weak_pointer (participant, &participant);
    rj_participant_close (bot->participant);
    g_clear_object (&bot->participant);
    g_clear_object (&bot->signaller);
    g_assert_cmpuint (rj_steps_count (bot->steps), ==, 0);
    rjt_bot_run (bot, RJT_SECOND);
    g_assert_null (participant);
    g_assert_cmpuint (rjt_fake_peers_count_alive (bot->peers), ==, 0);
  }
}

static void
test_the_own_peer_breaks (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_break (bot->peers, RJ_DIRECTION_SEND);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_DETECTOR_FIRED, "detector", "ice-failed"), ==,
    1);
  rjt_bot_run (bot, 900000);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "republish"), ==, 0);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "republish"), ==, 1);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

static void
test_a_peer_without_an_offer (void)
{
  const char *const what[] = { "create", "offer", "answer" };

  for (guint i = 0; i < G_N_ELEMENTS (what); i++) {
    g_autoptr (RjtBot) bot = rjt_bot_new ();

    rjt_fake_peers_fail_next (bot->peers, what[i]);
    rjt_bot_start (bot);
    rjt_bot_run_until_flowing (bot, 5 * RJT_SECOND);
    g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_PEER_FAILED), ==, 1);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                g_test_add_func ("/session/rejoin/" name, func)
#define PROVES(statements, name, func) g_test_add_func (statements "/session/rejoin/" name, func)
  PROVES ("/client-43", "node-crashed", test_node_crashed);
  ADD ("ends-when-all-are-back", test_the_rejoin_ends_when_all_are_back);
  ADD ("a-second-crash-is-a-second-rejoin", test_a_second_crash_is_a_second_rejoin);
  PROVES ("/client-21", "refused-then-let-in", test_refused_then_let_in);
  ADD ("the-first-join-retries-too", test_the_first_join_retries_too);
  PROVES ("/client-20", "a-token-source-that-refuses", test_a_token_source_that_refuses);
  ADD ("the-deadline", test_the_deadline);
  PROVES ("/client-43", "reasons-to-give-up", test_reasons_to_give_up);
  ADD ("reasons-to-come-back", test_reasons_to_come_back);
  ADD ("the-server-stopped", test_the_server_stopped);
  ADD ("evicted-before-anything-flowed", test_evicted_before_anything_flowed);
  PROVES ("/client-45", "publishing-waits-for-the-media-server",
          test_publishing_waits_for_the_media_server);
  ADD ("a-try-that-cannot-publish-is-thrown-away", test_a_try_that_cannot_publish_is_thrown_away);
  ADD ("publish-timeout-and-106", test_publish_timeout_and_106);
  ADD ("subscribing-fails-alone", test_subscribing_fails_alone);
  PROVES ("/client-44/client-45", "media-server-reconnect", test_media_server_reconnect);
  PROVES ("/client-44", "forced-to-unpublish", test_forced_to_unpublish);
  PROVES ("/client-38", "resumed-media-is-untouched", test_resumed_media_is_untouched);
  ADD ("requests-are-sent-again-after-resuming", test_requests_are_sent_again_after_resuming);
  ADD ("disposed-at-every-step", test_disposed_at_every_step);
  ADD ("disposed-at-every-turn", test_disposed_at_every_turn);
  ADD ("the-own-peer-breaks", test_the_own_peer_breaks);
  ADD ("a-peer-without-an-offer", test_a_peer_without_an_offer);
#undef ADD
#undef PROVES
  return g_test_run ();
}
