/* A media engine that fails once. What messages do is swept in tests/sweep. */
#include "rjt-bot.h"

/* At each moment of the join. */
static void
test_next_call_fails (gconstpointer what)
{
  for (guint ms = 0; ms < 60; ms += 5) {
    g_autoptr (RjtBot) bot = rjt_bot_new ();

    rjt_bot_add (bot, "bot-2");
    rjt_bot_start (bot);
    rjt_bot_run (bot, ms * 1000);
    rjt_fake_peers_fail_next (bot->peers, what);
    rjt_bot_run_until_flowing (bot, 20 * RJT_SECOND);
    rjt_bot_assert_nothing_left (bot);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/session/engine/create", "create", test_next_call_fails);
  g_test_add_data_func ("/session/engine/offer", "offer", test_next_call_fails);
  g_test_add_data_func ("/session/engine/answer", "answer", test_next_call_fails);
  return g_test_run ();
}
