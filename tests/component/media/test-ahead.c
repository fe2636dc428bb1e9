/* Peers that are made before it is known for whom. */
#include "rjt-call.h"

static RjtStudio *studio;

#define MOMENT_US (200 * 1000)

static void
let_a_moment_pass (void)
{
  gint64 until_us = g_get_monotonic_time () + MOMENT_US;

  rjt_wait_until (rjt_is_time, &until_us, "a moment");
}

static void
check_that_it_works (RjtCall *call)
{
  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  rjt_wait_until (rjt_call_is_connected, call, "it connects");
  if (rj_peer_get_tap (call->peer) != NULL) {
    RjTapCounts counts;

    rjt_wait_until (rjt_call_has_key_frame, call, "it sees");
    rj_tap_read (rj_peer_get_tap (call->peer), &counts);
    g_assert_cmpuint (counts.stamped_frames, >, 0);
    g_assert_cmpuint (counts.wrong_frames, ==, 0);
  }
  g_assert_cmpuint (call->n_candidates, >, 0);
  g_assert_no_error (call->failure);
}

static void
test_nothing_is_gathered_before (gconstpointer data)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ GPOINTER_TO_INT (data), .ahead = TRUE });
  GError *error = NULL;

  let_a_moment_pass ();
  g_assert_cmpuint (call->n_candidates, ==, 0);
  g_assert_true (rj_peer_assign (call->peer, &call->config, &error));
  g_assert_no_error (error);
  check_that_it_works (call);
}

static void
test_assigned_before_the_offer_is_ready (gconstpointer data)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ GPOINTER_TO_INT (data), .ahead = TRUE });

  g_assert_true (rj_peer_assign (call->peer, &call->config, NULL));
  check_that_it_works (call);
}

static void
test_servers_come_with_the_assignment (void)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .ahead = TRUE });
  g_autoptr (GPtrArray) servers = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (servers, (gpointer) "turn://nobody");
  call->config.turn_servers = servers;
  g_assert_false (rj_peer_assign (call->peer, &call->config, &error));
  g_assert_nonnull (error);
}

/* Every webrtcbin is finalized: rjt_studio_free() asserts it. */
static void
test_thrown_away (gconstpointer data)
{
  g_autoptr (RjtCall) early =
    rjt_call_new (studio, &(RjtCallPlan){ GPOINTER_TO_INT (data), .ahead = TRUE });
  g_autoptr (RjtCall) late =
    rjt_call_new (studio, &(RjtCallPlan){ GPOINTER_TO_INT (data), .ahead = TRUE });

  rj_peer_close (early->peer);
  g_assert_false (rj_peer_assign (early->peer, &early->config, NULL));
  let_a_moment_pass ();
  rj_peer_close (late->peer);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    GTestDataFunc func;
  } both[] = {
    { "nothing-is-gathered-before", test_nothing_is_gathered_before },
    { "assigned-before-the-offer-is-ready", test_assigned_before_the_offer_is_ready },
    { "thrown-away", test_thrown_away },
  };
  int result;

  g_test_init (&argc, &argv, NULL);
  studio = rjt_studio_new (0);
  for (guint i = 0; i < G_N_ELEMENTS (both); i++) {
    g_autofree char *send = g_strdup_printf ("/media/ahead/send/%s", both[i].name);
    g_autofree char *receive = g_strdup_printf ("/media/ahead/receive/%s", both[i].name);

    g_test_add_data_func (send, GINT_TO_POINTER (RJ_DIRECTION_SEND), both[i].func);
    g_test_add_data_func (receive, GINT_TO_POINTER (RJ_DIRECTION_RECEIVE), both[i].func);
  }
  g_test_add_func ("/media/ahead/servers", test_servers_come_with_the_assignment);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
