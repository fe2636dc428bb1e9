#include <string.h>

#include "rj-backoff.h"
#include "rj-dice.h"

enum { ROLLS = 20000 };

static void
test_the_same_seed_gives_the_same_run (void)
{
  g_autoptr (RjDice) one = rj_dice_new (7);
  g_autoptr (RjDice) two = rj_dice_new (7);
  g_autoptr (RjDice) other = rj_dice_new (8);
  guint n_equal = 0;

  for (guint i = 0; i < 100; i++) {
    guint32 value = rj_dice_roll_u32 (one);

    g_assert_cmpuint (value, ==, rj_dice_roll_u32 (two));
    n_equal += value == rj_dice_roll_u32 (other);
  }
  g_assert_cmpuint (n_equal, <, 3);
  g_assert_cmpuint (rj_dice_get_seed (one), ==, 7);
}

static void
check_range (RjDice *dice)
{
  double sum = 0;

  for (guint i = 0; i < ROLLS; i++) {
    double value = rj_dice_roll (dice);

    g_assert_cmpfloat (value, >=, 0.0);
    g_assert_cmpfloat (value, <, 1.0);
    sum += value;
  }
  /* a mean of 20,000 rolls strays less than 8 standard deviations (0.0163) */
  g_assert_cmpfloat (ABS (sum / ROLLS - 0.5), <, 0.0163);
}

static void
test_rolls_lie_between_nought_and_one (void)
{
  g_autoptr (RjDice) seeded = rj_dice_new (1);
  g_autoptr (RjDice) kernel = rj_dice_new_from_kernel ();

  check_range (seeded);
  check_range (kernel);
}

static void
test_texts_use_the_whole_alphabet_and_nothing_else (void)
{
  g_autoptr (RjDice) dice = rj_dice_new (3);
  g_autofree char *text = rj_dice_roll_text (dice, RJ_ALPHABET_HEX, 2000);
  g_autofree char *none = rj_dice_roll_text (dice, RJ_ALPHABET_UPPER, 0);

  g_assert_cmpuint (strlen (text), ==, 2000);
  g_assert_cmpuint (strspn (text, RJ_ALPHABET_HEX), ==, 2000);
  for (const char *c = RJ_ALPHABET_HEX; *c != '\0'; c++)
    g_assert_nonnull (strchr (text, *c));
  g_assert_cmpstr (none, ==, "");
}

static void
test_the_kernel_never_repeats_itself (void)
{
  g_autoptr (RjDice) one = rj_dice_new_from_kernel ();
  g_autoptr (RjDice) two = rj_dice_new_from_kernel ();
  g_autofree char *a = rj_dice_roll_text (one, RJ_ALPHABET_ALNUM, 32);
  g_autofree char *b = rj_dice_roll_text (two, RJ_ALPHABET_ALNUM, 32);

  g_assert_cmpstr (a, !=, b);
}

static void
test_backoff_grows_to_its_cap (void)
{
  const RjBackoff plain = { 200000, 1.6, 2000000, 0.0 };

  g_assert_cmpint (rj_backoff_delay_us (&plain, 1, 0.5), ==, 200000);
  g_assert_cmpint (rj_backoff_delay_us (&plain, 2, 0.5), ==, 320000);
  g_assert_cmpint (rj_backoff_delay_us (&plain, 3, 0.5), ==, 512000);
  g_assert_cmpint (rj_backoff_delay_us (&plain, 6, 0.5), ==, 2000000);
  g_assert_cmpint (rj_backoff_delay_us (&plain, G_MAXUINT, 0.5), ==, 2000000);
  g_assert_cmpint (rj_backoff_delay_us (&plain, 0, 0.5), ==, 200000);
}

static void
test_backoff_strays_by_its_jitter (void)
{
  const RjBackoff rejoin = RJ_BACKOFF_REJOIN;

  g_assert_cmpint (rj_backoff_delay_us (&rejoin, 1, 0.0), ==, 140000);
  g_assert_cmpint (rj_backoff_delay_us (&rejoin, 1, 0.5), ==, 200000);
  g_assert_cmpint (rj_backoff_delay_us (&rejoin, 1, 0.999999), <=, 260000);
  g_assert_cmpint (rj_backoff_delay_us (&rejoin, 1, 0.999999), >, 259000);
  for (guint n = 1; n < 40; n++) {
    g_assert_cmpint (rj_backoff_delay_us (&rejoin, n, 0.0), >=, 140000);
    g_assert_cmpint (rj_backoff_delay_us (&rejoin, n, 0.999999), <=, 2600000);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/dice/seed", test_the_same_seed_gives_the_same_run);
  g_test_add_func ("/base/dice/range", test_rolls_lie_between_nought_and_one);
  g_test_add_func ("/base/dice/text", test_texts_use_the_whole_alphabet_and_nothing_else);
  g_test_add_func ("/base/dice/kernel", test_the_kernel_never_repeats_itself);
  g_test_add_func ("/base/backoff/growth", test_backoff_grows_to_its_cap);
  g_test_add_func ("/base/backoff/jitter", test_backoff_strays_by_its_jitter);
  return g_test_run ();
}
