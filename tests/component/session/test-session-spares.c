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
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, 3);
  return bot;
}

static void
test_silence_prepares (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();
  g_autofree char *before = g_strdup (rjt_fake_signaller_get_log (bot->signaller));

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 900000);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 3);
  rjt_bot_run (bot, 2 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 6);
  g_assert_cmpstr (rjt_fake_signaller_get_log (bot->signaller), ==, before);

  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, 6);
  g_assert_cmpuint (rjt_fake_peers_count_alive (bot->peers), ==, 3);
}

static void
test_packets_return (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 2 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 6);
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_alive (bot->peers), ==, 3);
  g_assert_cmpuint (bot->n_signallers, ==, 1);
}

/* One silent edge is no sign that all will be needed */
static void
test_one_silent_edge_prepares_nothing (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_set_publisher_silent (bot->peers, 2, TRUE);
  rjt_bot_run (bot, 10 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, 4);
}

static void
test_a_loss_prepares (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_alive (bot->peers), ==, 3);
}

/* They look the same, whoever sends them */
static void
test_foreign_streams_count (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  rjt_bot_add (bot, "witness");
  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  for (guint i = 0; i < 20 && g_main_context_iteration (NULL, FALSE); i++)
    continue;
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, 6);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_alive (bot->peers), ==, 3);
}

static void
test_what_nobody_needs_is_thrown_away (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 2 * RJT_SECOND);
  rjt_bot_remove (bot, "bot-3");
  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run (bot, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_open (bot->peers), ==, 3); /* one of them for bot-3 */
  rj_participant_forget_publisher (bot->participant, "bot-3");
  rjt_bot_run (bot, 0);
  g_assert_true (rj_participant_is_flowing (bot->participant));
  g_assert_cmpuint (rjt_fake_peers_count_alive (bot->peers), ==, 2);
}

static void
test_the_participant_ends (void)
{
  g_autoptr (RjtBot) bot = start_in_room_of_three ();

  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 2 * RJT_SECOND);
  rjt_bot_assert_nothing_left (bot);
}

/* What cannot be made ahead is tried again by who needs it */
static void
test_no_spare_can_be_made (void)
{
  const char *const what[] = { "create", "offer" };

  for (guint i = 0; i < G_N_ELEMENTS (what); i++) {
    g_autoptr (RjtBot) bot = start_in_room_of_three ();

    rjt_fake_peers_set_silent (bot->peers, TRUE);
    rjt_fake_peers_fail_next (bot->peers, what[i]);
    rjt_bot_run (bot, 2 * RJT_SECOND);
    rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
    rjt_fake_peers_set_silent (bot->peers, FALSE);
    rjt_bot_run_until_flowing (bot, 3 * RJT_SECOND);
    g_assert_cmpuint (rjt_fake_peers_count_alive (bot->peers), ==, 3);
  }
}

static gboolean
find_h264 (const char *session, const char *name, RjKnownPublisher *found, gpointer unused)
{
  static const RjClipFormat h264 = { 640, 480, 30, 500000, .codec = RJ_VIDEO_H264 };

  found->number = (guint16) g_ascii_strtoull (name + strlen ("bot-"), NULL, 10);
  found->format = &h264;
  return TRUE;
}

/* The offer of a spare receiver prefers a codec: it is of no use for a publisher that sends another one. */
static void
test_another_codec_needs_another_peer (void)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();

  bot->config->find_publisher = find_h264;
  bot->config->has_format = TRUE;
  bot->config->format = RJ_CLIP_FORMAT_DEFAULT;
  rjt_bot_add (bot, "bot-2");
  rjt_bot_start (bot);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_fake_peers_set_silent (bot->peers, TRUE);
  rjt_bot_run (bot, 2 * RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, 4); /* two and their spares */
  rjt_fake_signaller_lose (bot->signaller, "nodeCrashed", "server-event");
  rjt_fake_peers_set_silent (bot->peers, FALSE);
  rjt_bot_run_until_flowing (bot, RJT_SECOND);
  rjt_bot_run (bot, 0);
  g_assert_cmpuint (rjt_fake_peers_count_made (bot->peers), ==, 5);
  g_assert_cmpuint (rjt_fake_peers_count_alive (bot->peers), ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/session/spares/" name, func)
  ADD ("silence-prepares", test_silence_prepares);
  ADD ("packets-return", test_packets_return);
  ADD ("one-silent-edge-prepares-nothing", test_one_silent_edge_prepares_nothing);
  ADD ("a-loss-prepares", test_a_loss_prepares);
  ADD ("foreign-streams-count", test_foreign_streams_count);
  ADD ("what-nobody-needs-is-thrown-away", test_what_nobody_needs_is_thrown_away);
  ADD ("the-participant-ends", test_the_participant_ends);
  ADD ("no-spare-can-be-made", test_no_spare_can_be_made);
  ADD ("another-codec-needs-another-peer", test_another_codec_needs_another_peer);
#undef ADD
  return g_test_run ();
}
