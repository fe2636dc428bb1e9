/* Slips of the pen find their word, other words find none. */
#include "rj-nearest.h"

static const char *const words[] = { "count", "session", "sessions", "name", "role", NULL };

static void
test_slips (void)
{
  g_assert_cmpstr (rj_nearest_word ("counts", words), ==, "count");
  g_assert_cmpstr (rj_nearest_word ("cuont", words), ==, "count");
  g_assert_cmpstr (rj_nearest_word ("Name", words), ==, "name");
  g_assert_cmpstr (rj_nearest_word ("rolle", words), ==, "role");
  g_assert_cmpstr (rj_nearest_word ("sesions", words), ==, "sessions");
  g_assert_cmpstr (rj_nearest_word ("sesion", words), ==, "session");
}

static void
test_strangers (void)
{
  g_autofree char *long_word = g_strnfill (500, 'n');

  g_assert_null (rj_nearest_word ("participants", words));
  g_assert_null (rj_nearest_word ("", words));
  g_assert_null (rj_nearest_word ("room", words));
  g_assert_null (rj_nearest_word (long_word, words));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nearest/slips", test_slips);
  g_test_add_func ("/nearest/strangers", test_strangers);
  return g_test_run ();
}
