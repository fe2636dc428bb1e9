#include "rj-states.h"

#define TO(state) RJ_STATE_BIT (state)

enum { IDLE, BUSY, DONE };

static const RjStateRow good[] = {
  [IDLE] = { "idle", TO (BUSY) },
  [BUSY] = { "busy", TO (IDLE) | TO (DONE) },
  [DONE] = { "done", 0 },
};

static void
test_only_listed_successors_may_follow (void)
{
  g_assert_true (rj_states_allow (good, G_N_ELEMENTS (good), IDLE, BUSY));
  g_assert_true (rj_states_allow (good, G_N_ELEMENTS (good), BUSY, IDLE));
  g_assert_true (rj_states_allow (good, G_N_ELEMENTS (good), BUSY, DONE));
  g_assert_false (rj_states_allow (good, G_N_ELEMENTS (good), IDLE, DONE));
  g_assert_false (rj_states_allow (good, G_N_ELEMENTS (good), IDLE, IDLE));
  g_assert_false (rj_states_allow (good, G_N_ELEMENTS (good), DONE, IDLE));
}

static void
test_a_good_table_passes (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rj_states_check (good, G_N_ELEMENTS (good), &error));
  g_assert_no_error (error);
}

static void
expect_fault (const RjStateRow *rows, guint n_rows, const char *sentence)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (rj_states_check (rows, n_rows, &error));
  g_assert_cmpstr (error->message, ==, sentence);
}

static void
test_each_fault_of_a_table_is_named (void)
{
  const RjStateRow unreached[] = { { "a", TO (1) }, { "b", 0 }, { "c", TO (0) } };
  const RjStateRow twins[] = { { "a", TO (1) }, { "a", 0 } };
  const RjStateRow hole[] = { { "a", TO (1) | TO (2) }, { NULL, 0 }, { "c", 0 } };
  const RjStateRow trap[] = { { "a", TO (1) }, { "b", TO (1) } };
  const RjStateRow outside[] = { { "a", TO (1) }, { "b", TO (2) } };

  expect_fault (unreached, 3, "state c is never reached");
  expect_fault (twins, 2, "two states are called a");
  expect_fault (hole, 3, "state 1 has no row");
  expect_fault (trap, 2, "state b leads nowhere");
  expect_fault (outside, 2, "state b leads nowhere");
}

/* the largest table that has a bit for each state */
static void
test_a_long_chain_passes (void)
{
  RjStateRow rows[31];
  char names[31][4];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_snprintf (names[i], sizeof names[i], "s%u", i);
    rows[i].name = names[i];
    rows[i].next = i + 1 < G_N_ELEMENTS (rows) ? TO (i + 1) : 0;
  }
  g_assert_true (rj_states_check (rows, G_N_ELEMENTS (rows), &error));
  g_assert_no_error (error);
  g_assert_true (rj_states_allow (rows, G_N_ELEMENTS (rows), 29, 30));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/states/successors", test_only_listed_successors_may_follow);
  g_test_add_func ("/base/states/good", test_a_good_table_passes);
  g_test_add_func ("/base/states/faults", test_each_fault_of_a_table_is_named);
  g_test_add_func ("/base/states/chain", test_a_long_chain_passes);
  return g_test_run ();
}
