/* The server makes the offers of subscriptions (mediasoup): prepareReceiveVideoFrom, our answer, and the same with
 * reconnectStream. */
#include "rj-error.h"
#include "rjt-bot.h"

static RjtBot *
make_bot (void)
{
  RjtBot *bot = rjt_bot_new ();

  bot->server_offers = TRUE;
  rjt_bot_add (bot, "bot-2");
  rjt_bot_add (bot, "bot-3");
  return bot;
}

static RjtBot *
start_in_room_of_three (void)
{
  RjtBot *bot = make_bot ();

  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_bot_run (bot, RJT_SECOND);
  rjt_history_clear (bot->history);
  return bot;
}

static void
test_subscribes_by_the_servers_offer (void)
{
  g_autoptr (RjtBot) bot = make_bot ();
  const RjEvent *event;

  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "publish"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "subscribe:s-bot-2"), ==, 0);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "prepare:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "accept:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "candidate:c-bot-2"), ==, 1);
  /* candidates after the answer, never before */
  g_assert_true (strstr (rjt_fake_signaller_get_log (bot->signaller), "accept:s-bot-2") <
                 strstr (rjt_fake_signaller_get_log (bot->signaller), "candidate:c-bot-2"));
  rjt_history_expect_order (bot->history, RJ_EVENT_OFFER_REQUESTED, RJ_EVENT_OFFER_RECEIVED,
                            RJ_EVENT_ANSWER_SENT, RJ_EVENT_ANSWER_ACCEPTED,
                            RJ_EVENT_FIRST_KEY_FRAME, NULL);
  event = rjt_history_find (bot->history, RJ_EVENT_ANSWER_ACCEPTED, 0);
  g_assert_nonnull (event->edge);
}

static void
test_one_edge_is_reconnected_once (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_set_publisher_silent (bot->peers, 2, TRUE);
  rjt_bot_run (bot, 1100000);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-prepare:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-accept:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-prepare:s-bot-3"), ==, 0);
  rjt_bot_run (bot, 60 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-prepare:s-bot-2"), ==, 1);
  rjt_bot_assert_state (bot, "joined");

  rjt_fake_peers_set_publisher_silent (bot->peers, 2, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

/* The publisher is the same in both modes */
static void
test_the_own_stream_is_reconnected (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_break (bot->peers, RJ_DIRECTION_SEND);
  rjt_bot_run_until_flowing (bot, 2 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "republish"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-prepare:s-bot-2"), ==, 0);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

typedef struct {
  const char *request;
  int code; /* 0: never answered */
  guint n_left;
} Refusal;

static void
refuse (RjtFakeSignaller *signaller,
        const char *request,
        const char *detail,
        RjtAnswer *answer,
        gpointer user_data)
{
  Refusal *refusal = user_data;

  if (!g_str_equal (request, refusal->request) || !g_str_equal (detail, "s-bot-2") ||
      refusal->n_left == 0)
    return;
  refusal->n_left--;
  if (refusal->code == 0)
    rjt_answer_timeout (answer);
  else
    rjt_answer_refuse (answer, refusal->code);
}

static void
test_what_was_refused_is_asked_again (gconstpointer request)
{
  g_autoptr (RjtBot) bot = make_bot ();
  Refusal refusal = { request, -1, 1 };

  bot->decide = refuse;
  bot->decide_data = &refusal;
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, 3 * RJT_SECOND);
  g_assert_cmpuint (refusal.n_left, ==, 0);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-prepare:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-accept:s-bot-2"), ==, 1);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

static void
test_a_publisher_that_left_is_dropped (gconstpointer request)
{
  g_autoptr (RjtBot) bot = make_bot ();
  Refusal refusal = { request, 102, 1 };

  bot->decide = refuse;
  bot->decide_data = &refusal;
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_bot_run (bot, 20 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-prepare:s-bot-2"), ==, 0);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

/* A request that was under way when the websocket broke is asked again as a whole: the server may have done it */
static void
test_a_resumed_request_begins_anew (gconstpointer request)
{
  g_autoptr (RjtBot) bot = make_bot ();
  Refusal refusal = { request, 0, 1 };

  bot->decide = refuse;
  bot->decide_data = &refusal;
  rjt_bot_start (bot);
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_cmpuint (refusal.n_left, ==, 0);
  rjt_fake_signaller_suspend (bot->signaller);
  rjt_bot_run (bot, RJT_SECOND);
  rjt_fake_signaller_resume (bot->signaller);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-prepare:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-accept:s-bot-2"), ==, 1);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

static void
test_an_offer_that_cannot_be_answered (void)
{
  g_autoptr (RjtBot) bot = make_bot ();

  rjt_fake_peers_fail_next (bot->peers, "accept");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, 2 * RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_PEER_FAILED), ==, 1);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

/* forciblyReconnectSubscriber: the old peer goes, the offer is answered with reconnectStream */
static void
test_the_server_reconnects_by_itself (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  guint n_open = rjt_fake_peers_count_open (bot->peers);

  rjt_fake_signaller_offer (bot->signaller, "s-nobody");
  rjt_fake_signaller_offer (bot->signaller, "s-bot-2");
  rjt_fake_signaller_offer (bot->signaller, "s-bot-2"); /* the newest one counts */
  g_assert_false (rj_participant_is_flowing (bot->participant));
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "forced-accept:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "re-prepare:s-bot-2"), ==, 0);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "forced-accept:s-bot-3"), ==, 0);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, n_open);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 0);
}

static void
test_nothing_is_sent_in_quiet (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autofree char *before = g_strdup (rjt_fake_signaller_get_log (bot->signaller));

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 6500000);
  g_assert_cmpstr (rjt_fake_signaller_get_log (bot->signaller), ==, before);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run (bot, 2 * RJT_SECOND);
  g_assert_cmpstr (rjt_fake_signaller_get_log (bot->signaller), ==, before);
}

/* The receivers that were made ahead answer; those for the other case would be of no use */
static void
test_a_way_back_takes_what_was_made_ahead (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  guint n_made;

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 3 * RJT_SECOND);
  n_made = rjt_fake_peers_count_made (bot->peers);
  g_assert_cmpuint (n_made, ==, 6); /* three in use, three ahead */
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, n_made);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "accept:s-bot-2"), ==, 1);
}

/* Nobody knows where the next join leads to */
static void
test_the_next_server_may_be_another (gconstpointer offers_first)
{
  g_autoptr (RjtBot) bot = make_bot ();
  gboolean first = GPOINTER_TO_INT (offers_first);

  bot->server_offers = first;
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 3 * RJT_SECOND);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  bot->server_offers = !first;
  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (
    rjt_fake_signaller_count (bot->signaller, first ? "subscribe:s-bot-2" : "accept:s-bot-2"), ==,
    1);
}

#define ADD(name, func)                g_test_add_func ("/session/offers/" name, func)
#define PROVES(statements, name, func) g_test_add_func (statements "/session/offers/" name, func)
#define BOTH(name, func)                                                                           \
  g_test_add_data_func ("/session/offers/" name "/offer", "prepare", func);                        \
  g_test_add_data_func ("/session/offers/" name "/answer", "accept", func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  PROVES ("/client-30", "subscribes-by-the-servers-offer", test_subscribes_by_the_servers_offer);
  PROVES ("/client-34/client-35", "one-edge-is-reconnected-once",
          test_one_edge_is_reconnected_once);
  ADD ("the-own-stream-is-reconnected", test_the_own_stream_is_reconnected);
  BOTH ("refused", test_what_was_refused_is_asked_again);
  BOTH ("gone", test_a_publisher_that_left_is_dropped);
  BOTH ("resumed", test_a_resumed_request_begins_anew);
  ADD ("unanswerable", test_an_offer_that_cannot_be_answered);
  ADD ("forced", test_the_server_reconnects_by_itself);
  ADD ("quiet", test_nothing_is_sent_in_quiet);
  ADD ("ahead", test_a_way_back_takes_what_was_made_ahead);
  g_test_add_data_func ("/client-30/session/offers/then-subscribes", GINT_TO_POINTER (TRUE),
                        test_the_next_server_may_be_another);
  g_test_add_data_func ("/client-30/session/offers/then-offers", GINT_TO_POINTER (FALSE),
                        test_the_next_server_may_be_another);
  return g_test_run ();
}
