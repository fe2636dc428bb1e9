#include "rjt-bot.h"

static RjtBot *
start_in_room_of_three (void)
{
  RjtBot *bot = rjt_bot_new ();

  rjt_bot_add (bot, "bot-2");
  rjt_bot_add (bot, "bot-3");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_bot_run (bot, RJT_SECOND);
  rjt_history_clear (bot->history);
  return bot;
}

static char *
copy_requests (RjtBot *bot)
{
  return g_strdup (rjt_fake_signaller_get_log (bot->signaller));
}

/* (a) */
static void
test_one_edge_is_reconnected_once (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  const RjEvent *event;

  rjt_fake_peers_set_publisher_silent (bot->peers, 2, TRUE);
  rjt_bot_run (bot, 900000);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_DETECTOR_FIRED), ==, 0);
  rjt_bot_run (bot, 200000);
  event = rjt_history_find (bot->history, RJ_EVENT_DETECTOR_FIRED, 0);
  g_assert_cmpstr (rjt_event_get_text (event, "detector"), ==, "rtp-silence");
  g_assert_cmpstr (event->edge, ==, "bot-2>bot-1");
  g_assert_cmpint (event->mono_us - json_object_get_int_member (event->data, "last_packet_us"), ==,
                   RJT_SECOND);
  g_assert_true (json_object_get_boolean_member (event->data, "acted"));
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "resubscribe:s-bot-2"), ==, 1);

  rjt_fake_peers_set_publisher_silent (bot->peers, 2, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

static void
test_one_edge_never_ends_the_stay (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_set_publisher_silent (bot->peers, 2, TRUE);
  rjt_bot_run (bot, 60 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "resubscribe:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_PEER_FAILED), ==, 1);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  rjt_bot_assert_state (bot, "joined");
  /* it comes back by itself, and may then fall silent again */
  rjt_fake_peers_set_publisher_silent (bot->peers, 2, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_fake_peers_set_publisher_silent (bot->peers, 2, TRUE);
  rjt_bot_run (bot, 2 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "resubscribe:s-bot-2"), ==, 2);
}

/* (b) */
static void
test_all_silent_and_back_in_time (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autofree char *before = copy_requests (bot);

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 6500000);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_DETECTOR_FIRED, "detector", "rtp-silence"), ==,
    2);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run (bot, 10 * RJT_SECOND);
  g_assert_cmpstr (rjt_fake_signaller_get_log (bot->signaller), ==, before); /* nothing was sent */
  g_assert_true (rj_participant_is_flowing (bot->participant));
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 0);
}

static void
test_all_silent_leave_and_rejoin (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autoptr (RjtFakeSignaller) first = g_object_ref (bot->signaller);
  const RjEvent *event, *silent;

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 6900000);
  g_assert_cmpuint (rjt_fake_signaller_count (first, "leave"), ==, 0);
  rjt_bot_run (bot, 150000);
  g_assert_cmpuint (rjt_fake_signaller_count (first, "leave"), ==, 1);
  rjt_bot_assert_state (bot, "waiting");
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);

  g_assert_cmpuint (bot->n_signallers, ==, 2);
  rjt_history_expect_order (bot->history, RJ_EVENT_DETECTOR_FIRED, RJ_EVENT_REJOIN_STARTED,
                            RJ_EVENT_ATTEMPT_CLOSED, RJ_EVENT_WAIT_STARTED,
                            RJ_EVENT_ATTEMPT_STARTED, RJ_EVENT_REJOIN_ENDED, NULL);
  silent = rjt_history_find (bot->history, RJ_EVENT_DETECTOR_FIRED, 0);
  event = rjt_history_find (bot->history, RJ_EVENT_REJOIN_STARTED, 0);
  g_assert_cmpstr (rjt_event_get_text (event, "cause"), ==, "silence");
  g_assert_cmpstr (rjt_event_get_text (event, "detected_by"), ==, "rtp-silence");
  g_assert_cmpint (event->mono_us - silent->mono_us, ==, 6 * RJT_SECOND);
  event = rjt_history_find (bot->history, RJ_EVENT_WAIT_STARTED, 0);
  g_assert_cmpstr (rjt_event_get_text (event, "because"), ==, "silence");
  g_assert_cmpfloat (json_object_get_double_member (event->data, "delay_ms"), >=, 140);
  g_assert_cmpfloat (json_object_get_double_member (event->data, "delay_ms"), <=, 260);
}

static void
test_the_servers_word_comes_first (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 3600000);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 1);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_REJOIN_STARTED, "cause", "nodeCrashed"), ==, 1);
  rjt_bot_run (bot, 20 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
}

static void
refuse_leave (RjtFakeSignaller *signaller,
              const char *request,
              const char *detail,
              RjtAnswer *answer,
              gpointer unused)
{
  if (g_str_equal (request, "leave"))
    rjt_answer_timeout (answer);
}

static void
test_leaving_a_frozen_session_is_bounded (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_signaller_set_decide (bot->signaller, refuse_leave, NULL);
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 7 * RJT_SECOND + 100000);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, 2 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
}

/* Some return, some do not: (b) becomes (a) */
static void
test_some_return (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 3 * RJT_SECOND);
  rjt_fake_peers_set_publisher_silent (bot->peers, 2, TRUE);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "resubscribe:s-bot-2"), ==, 1);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "resubscribe:s-bot-3"), ==, 0);
  rjt_bot_run (bot, 30 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

/* (c): peers that break in quiet, and what is tried again when it ends */
static void
test_nothing_is_sent_in_quiet (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autofree char *before = copy_requests (bot);

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_fake_peers_break (bot->peers, RJ_DIRECTION_SEND);
  rjt_bot_run (bot, 2 * RJT_SECOND);
  rjt_bot_run (bot, 4 * RJT_SECOND);
  g_assert_cmpstr (rjt_fake_signaller_get_log (bot->signaller), ==, before);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "republish"), ==, 1);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

static void
test_suspended_silence_waits (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_signaller_suspend (bot->signaller);
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 8500000);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "leave"), ==, 0);
  rjt_fake_signaller_lose (bot->signaller, "networkDisconnect", "websocket-closed");
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 1);
}

static void
test_suspended_silence_resumed (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_signaller_suspend (bot->signaller);
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 8500000);
  rjt_fake_signaller_resume (bot->signaller);
  rjt_bot_run (bot, 300000);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
}

static void
test_suspended_edge_is_reconnected_when_resumed (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_signaller_suspend (bot->signaller);
  rjt_fake_peers_set_publisher_silent (bot->peers, 2, TRUE);
  rjt_bot_run (bot, 3 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "resubscribe:s-bot-2"), ==, 0);
  rjt_fake_signaller_resume (bot->signaller);
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "resubscribe:s-bot-2"), ==, 1);
  rjt_fake_signaller_suspend (bot->signaller);
  rjt_fake_signaller_resume (bot->signaller);
  rjt_bot_run (bot, 30 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "resubscribe:s-bot-2"), ==, 1);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

/* (d): joins succeed, nothing flows */
static void
refuse_publish (RjtFakeSignaller *signaller,
                const char *request,
                const char *detail,
                RjtAnswer *answer,
                gpointer dead)
{
  if (*(gboolean *) dead && g_str_equal (request, "publish"))
    rjt_answer_refuse (answer, -1);
}

static void
test_a_dead_session_is_deleted_once (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  gboolean dead = FALSE;

  bot->allow_delete = TRUE;
  bot->decide = refuse_publish;
  bot->decide_data = &dead;
  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  dead = TRUE;
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 7 * RJT_SECOND + 100000);
  g_assert_cmpuint (bot->n_deletes, ==, 0);
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_cmpuint (bot->n_deletes, ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_WARNING), ==, 1);
  rjt_bot_run (bot, 5 * RJT_SECOND);
  g_assert_cmpuint (bot->n_deletes, ==, 1);
  dead = FALSE;
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, 5 * RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_ENDED), ==, 1);
}

static void
test_a_session_that_we_delete (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rj_participant_expect_close (bot->participant);
  rjt_fake_signaller_lose (bot->signaller, "sessionClosedByServer", "server-event");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_fake_signaller_lose (bot->signaller, "sessionClosedByServer", "server-event");
  rjt_bot_assert_state (bot, "failed"); /* once */
}

static void
no_answer (RjtFakeSignaller *signaller,
           const char *request,
           const char *detail,
           RjtAnswer *answer,
           gpointer frozen)
{
  if (*(gboolean *) frozen && !g_str_equal (request, "join"))
    rjt_answer_timeout (answer);
}

/* A frozen media server: joins succeed, publishing is never answered. We are impatient then. */
static void
test_a_frozen_node_that_goes_on (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  gboolean frozen = FALSE;

  bot->decide = no_answer;
  bot->decide_data = &frozen;
  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  frozen = TRUE;
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 20 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, >=, 3);
  frozen = FALSE;
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, 6 * RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 1);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_ENDED), ==, 1);
}

static void
test_muted_is_not_silent (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_signaller_mute (bot->signaller, "c-bot-2", "s-bot-2", "bot-2", FALSE, FALSE);
  rjt_fake_peers_set_publisher_silent (bot->peers, 2, TRUE);
  rjt_bot_run (bot, 10 * RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_DETECTOR_FIRED), ==, 0);
  /* unmuted, but nothing comes: judged from then */
  rjt_fake_signaller_mute (bot->signaller, "c-bot-2", "s-bot-2", "bot-2", TRUE, TRUE);
  rjt_bot_run (bot, 900000);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_DETECTOR_FIRED), ==, 0);
  rjt_bot_run (bot, 200000);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_DETECTOR_FIRED, "detector", "rtp-silence"), ==,
    1);
}

static void
test_no_media_on_the_only_edge (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run (bot, 10500000);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "resubscribe:s-bot-2"), ==, 1);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  rjt_bot_run (bot, 4 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
}

/* What we publish: the media server's RTCP is the only sign of its life */

static void
test_rtcp_silence_is_stamped (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  const RjEvent *event = NULL;
  gint64 silent_us;

  rjt_bot_run (bot, 20 * RJT_SECOND);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_DETECTOR_FIRED), ==, 0);
  silent_us = rj_clock_now_us (bot->clock);
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 6 * RJT_SECOND);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_DETECTOR_FIRED, "detector", "rtcp-silence"), ==,
    1);
  for (guint i = 0;
       event == NULL || !g_str_equal (rjt_event_get_text (event, "detector"), "rtcp-silence"); i++)
    event = rjt_history_find (bot->history, RJ_EVENT_DETECTOR_FIRED, i);
  g_assert_cmpstr (event->peer, ==, "publish");
  g_assert_false (json_object_get_boolean_member (event->data, "acted"));
  g_assert_cmpint (event->mono_us, >, silent_us + 2500000 - RJT_RTCP_US);
  g_assert_cmpint (event->mono_us, <=, silent_us + 2500000);
  g_assert_cmpint (event->mono_us - json_object_get_int_member (event->data, "last_packet_us"), ==,
                   2500000);
  /* told again only after it was heard again */
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run (bot, 5 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 4 * RJT_SECOND);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_DETECTOR_FIRED, "detector", "rtcp-silence"), ==,
    2);
}

/* A closed port and silence on every edge: the media server's process is gone, and nobody waits for the
 * server to notice */
static void
close_all_ports (RjtBot *bot)
{
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_fake_peers_close_port (bot->peers, RJ_DIRECTION_SEND);
  rjt_fake_peers_close_port (bot->peers, RJ_DIRECTION_RECEIVE);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_DETECTOR_FIRED, "detector", "icmp"), ==, 3);
}

static void
check_left_because_of_icmp (RjtBot *bot, RjtFakeSignaller *first)
{
  const RjEvent *event;

  g_assert_cmpuint (rjt_fake_signaller_count (first, "leave"), ==, 1);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED), ==, 1);
  event = rjt_history_find (bot->history, RJ_EVENT_REJOIN_STARTED, 0);
  g_assert_cmpstr (rjt_event_get_text (event, "cause"), ==, "portClosed");
  g_assert_cmpstr (rjt_event_get_text (event, "detected_by"), ==, "icmp");
}

static void
test_icmp_of_everybody_leaves_at_once (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autoptr (RjtFakeSignaller) first = g_object_ref (bot->signaller);
  g_autofree char *before = copy_requests (bot);

  close_all_ports (bot);
  rjt_bot_run (bot, 200000);
  g_assert_cmpstr (rjt_fake_signaller_get_log (first), ==, before);
  rjt_bot_run (bot, 250000);
  check_left_because_of_icmp (bot, first);
}

/* They leave because of it, and do not take the silence with them */
static void
test_icmp_while_the_others_leave (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autoptr (RjtFakeSignaller) first = g_object_ref (bot->signaller);

  close_all_ports (bot);
  rjt_bot_run (bot, 200000);
  rjt_bot_remove (bot, "bot-2");
  rjt_bot_remove (bot, "bot-3");
  rjt_fake_signaller_remote_left (first, "c-bot-2", "disconnect");
  rjt_fake_signaller_remote_left (first, "c-bot-3", "disconnect");
  rjt_bot_run (bot, 250000);
  rjt_bot_add (bot, "bot-2");
  rjt_bot_add (bot, "bot-3");
  check_left_because_of_icmp (bot, first);
}

/* Whoever has no signalling cannot leave */
static void
test_icmp_while_suspended_waits (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autoptr (RjtFakeSignaller) first = g_object_ref (bot->signaller);

  rjt_fake_signaller_suspend (first);
  close_all_ports (bot);
  rjt_bot_run (bot, 2 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (first, "leave"), ==, 0);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  rjt_fake_signaller_lose (first, "networkDisconnect", "websocket-closed");
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
}

/* A stray one, while others flow: that peer is made anew */
static void
test_icmp_of_one_peer_is_mended (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_close_port (bot->peers, RJ_DIRECTION_SEND);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_DETECTOR_FIRED, "detector", "icmp"), ==, 1);
  rjt_bot_run_until_flowing (bot, 3 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_signaller_count (bot->signaller, "republish"), ==, 1);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

/* --- a machine that sleeps --- */

static void
switch_sleep (RjtBot *bot, gboolean on)
{
  rj_participant_freeze (bot->participant, on);
  rjt_fake_peers_set_silent (bot->peers, on); /* what the holes do to real peers */
}

static void
test_a_sleeper_does_nothing_and_goes_on (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autofree char *before = copy_requests (bot);

  switch_sleep (bot, TRUE);
  g_assert_true (rj_blackhole_is_on (rj_participant_get_media_hole (bot->participant)));
  g_assert_true (rj_blackhole_is_on (rj_participant_get_signalling_hole (bot->participant)));
  rjt_bot_run (bot, 60 * RJT_SECOND); /* far longer than any limit */
  g_assert_cmpuint (rjt_history_count (bot->history, RJ_EVENT_DETECTOR_FIRED), ==, 0);
  g_assert_cmpstr (rjt_fake_signaller_get_log (bot->signaller), ==, before);
  switch_sleep (bot, FALSE);
  rjt_bot_run (bot, 10 * RJT_SECOND);
  g_assert_false (rj_blackhole_is_on (rj_participant_get_media_hole (bot->participant)));
  g_assert_true (rj_participant_is_flowing (bot->participant));
  g_assert_cmpuint (bot->n_signallers, ==, 1);
  rjt_bot_assert_state (bot, "joined");
}

/* It wakes up, and nobody is there any more: its timers run again. */
static void
test_a_sleeper_finds_out_afterwards (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  switch_sleep (bot, TRUE);
  rjt_bot_run (bot, 60 * RJT_SECOND);
  rj_participant_freeze (bot->participant, FALSE); /* the media server stays silent */
  rjt_bot_run (bot, 2 * RJT_SECOND);
  g_assert_cmpuint (
    rjt_history_count_where (bot->history, RJ_EVENT_DETECTOR_FIRED, "detector", "rtp-silence"), ==,
    2);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, 10 * RJT_SECOND);
  g_assert_cmpuint (bot->n_signallers, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func)                g_test_add_func ("/session/silence/" name, func)
#define PROVES(statements, name, func) g_test_add_func (statements "/session/silence/" name, func)
  PROVES ("/client-35", "one-edge-is-reconnected-once", test_one_edge_is_reconnected_once);
  PROVES ("/client-35", "one-edge-never-ends-the-stay", test_one_edge_never_ends_the_stay);
  PROVES ("/client-35", "all-silent-and-back-in-time", test_all_silent_and_back_in_time);
  PROVES ("/client-35", "all-silent-leave-and-rejoin", test_all_silent_leave_and_rejoin);
  ADD ("the-servers-word-comes-first", test_the_servers_word_comes_first);
  ADD ("leaving-a-frozen-session-is-bounded", test_leaving_a_frozen_session_is_bounded);
  PROVES ("/client-35", "some-return", test_some_return);
  PROVES ("/client-35", "nothing-is-sent-in-quiet", test_nothing_is_sent_in_quiet);
  ADD ("suspended-silence-waits", test_suspended_silence_waits);
  ADD ("suspended-silence-resumed", test_suspended_silence_resumed);
  ADD ("suspended-edge-is-reconnected-when-resumed",
       test_suspended_edge_is_reconnected_when_resumed);
  ADD ("a-dead-session-is-deleted-once", test_a_dead_session_is_deleted_once);
  ADD ("a-session-that-we-delete", test_a_session_that_we_delete);
  ADD ("a-frozen-node-that-goes-on", test_a_frozen_node_that_goes_on);
  ADD ("muted-is-not-silent", test_muted_is_not_silent);
  ADD ("no-media-on-the-only-edge", test_no_media_on_the_only_edge);
#undef ADD
#undef PROVES
  g_test_add_func ("/session/silence/rtcp", test_rtcp_silence_is_stamped);
  g_test_add_func ("/session/silence/icmp/everybody", test_icmp_of_everybody_leaves_at_once);
  g_test_add_func ("/session/silence/icmp/others-leave", test_icmp_while_the_others_leave);
  g_test_add_func ("/session/silence/icmp/suspended", test_icmp_while_suspended_waits);
  g_test_add_func ("/session/silence/icmp/one", test_icmp_of_one_peer_is_mended);
  g_test_add_func ("/session/silence/sleeper", test_a_sleeper_does_nothing_and_goes_on);
  g_test_add_func ("/session/silence/sleeper-wakes", test_a_sleeper_finds_out_afterwards);
  return g_test_run ();
}
