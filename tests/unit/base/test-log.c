#include "rj-log.h"

static void
say (const char *domain, GLogLevelFlags level, const char *text)
{
  g_log_structured (domain, level, "MESSAGE", "%s", text);
}

static void
say_all (void)
{
  say ("rj-media", G_LOG_LEVEL_DEBUG, "media-debug");
  say ("rj-media", G_LOG_LEVEL_INFO, "media-info");
  say ("rj-media", G_LOG_LEVEL_WARNING, "media-warning");
  say ("rj-session", G_LOG_LEVEL_DEBUG, "session-debug");
  say ("rj-session", G_LOG_LEVEL_INFO, "session-info");
  say ("GStreamer", G_LOG_LEVEL_DEBUG, "foreign-debug");
  say ("GStreamer", G_LOG_LEVEL_WARNING, "foreign-warning");
}

typedef struct {
  const char *selection;
  const char *shown;
  const char *hidden;
} Row;

static const Row rows[] = {
  { NULL, "*media-warning*foreign-warning*", "*debug*" },
  { NULL, "*media-warning*", "*info*" },
  { "media:debug", "*media-debug*media-info*media-warning*", "*session*" },
  { "media", "*media-debug*", "*foreign-debug*" },
  { "session:info", "*session-info*", "*session-debug*" },
  { "session:info,media:debug", "*media-debug*session-info*", "*session-debug*" },
  { "all:debug", "*media-debug*session-debug*foreign-debug*", "*nothing*" },
  { "all:debug,media:warning", "*session-debug*", "*media-debug*" },
  { ",,:", "*media-warning*", "*info*" },
};

static void
test_the_selection_decides (gconstpointer data)
{
  const Row *row = data;

  if (g_test_subprocess ()) {
    g_setenv ("G_DEBUG", "", TRUE);
    g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
    rj_log_init (row->selection);
    say_all ();
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr (row->shown);
  g_test_trap_assert_stderr_unmatched (row->hidden);
}

static void
test_texts_are_scrubbed (void)
{
  if (g_test_subprocess ()) {
    rj_log_init ("all:debug");
    say ("rj-media", G_LOG_LEVEL_DEBUG, "ws://h?sessionId=a&token=tok_uvwxyz end");
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*sessionId=a&token=<*> end*");
  g_test_trap_assert_stderr_unmatched ("*uvwxyz*");
}

static void
test_criticals_stay_fatal (void)
{
  if (g_test_subprocess ()) {
    g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
    rj_log_init (NULL);
    say ("rj-media", G_LOG_LEVEL_CRITICAL, "our bug");
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*critical: our bug*");
}

static void
test_what_is_known_of_gstreamer (gconstpointer selection)
{
  if (g_test_subprocess ()) {
    g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
    rj_log_init (selection);
    say ("GLib", G_LOG_LEVEL_CRITICAL,
         "g_hash_table_foreach: assertion 'version == hash_table->version' failed");
    return;
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  if (selection == NULL)
    g_test_trap_assert_stderr_unmatched ("*version*");
  else
    g_test_trap_assert_stderr ("*GLib debug: *version*");
}

static void
test_long_texts_can_be_spared (void)
{
  rj_log_init ("media:debug,session:info");
  g_assert_true (rj_log_wants_debug ("rj-media"));
  g_assert_false (rj_log_wants_debug ("rj-session"));
  g_assert_false (rj_log_wants_debug ("rj-node"));
  g_assert_false (rj_log_wants_debug (NULL));
}

static gpointer
ask_elsewhere (gpointer unused)
{
  return GINT_TO_POINTER (rj_home_is_here ());
}

static void
test_home_is_the_thread_that_claimed_it (void)
{
  g_assert_true (rj_home_is_here ()); /* nobody has claimed it yet */
  rj_home_claim ();
  g_assert_true (rj_home_is_here ());
  g_assert_false (GPOINTER_TO_INT (g_thread_join (g_thread_new ("other", ask_elsewhere, NULL))));
  RJ_ASSERT_HOME ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *name = g_strdup_printf ("/base/log/selection/%u", i);

    g_test_add_data_func (name, &rows[i], test_the_selection_decides);
  }
  g_test_add_func ("/base/log/scrub", test_texts_are_scrubbed);
  g_test_add_func ("/base/log/fatal", test_criticals_stay_fatal);
  g_test_add_data_func ("/base/log/known/hidden", NULL, test_what_is_known_of_gstreamer);
  g_test_add_data_func ("/base/log/known/shown", "all:debug", test_what_is_known_of_gstreamer);
  g_test_add_func ("/base/log/wants-debug", test_long_texts_can_be_spared);
  g_test_add_func ("/base/log/home", test_home_is_the_thread_that_claimed_it);
  return g_test_run ();
}
