/* A peer whose packets vanish, and what it learns of that. */
#include "rjt-call.h"

#include "rj-error.h"

static RjtStudio *studio;

static gint64
read_last_packet_us (RjTap *tap)
{
  RjTapCounts counts;

  rj_tap_read (tap, &counts);
  return counts.last_packet_us;
}

static gboolean
has_gap (gpointer data)
{
  return ((RjtCall *) data)->n_gaps > 0;
}

static void
test_a_blackhole_swallows_what_comes (void)
{
  g_autoptr (RjBlackhole) hole = rj_blackhole_new ();
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .blackhole = hole });
  gint64 until_us;

  rjt_call_negotiate (call);
  rjt_wait_until (rjt_call_has_key_frame, call, "it sees");
  rj_blackhole_switch (hole, TRUE);
  until_us = g_get_monotonic_time () + G_USEC_PER_SEC;
  rjt_wait_until (rjt_is_time, &until_us, "a moment");
  g_assert_cmpint (read_last_packet_us (rj_peer_get_tap (call->peer)), <,
                   until_us - G_USEC_PER_SEC / 2);
  g_assert_cmpuint (call->n_gaps, ==, 0);
  rj_blackhole_switch (hole, FALSE);
  rjt_wait_until (has_gap, call, "it sees again");
  g_assert_null (call->failure);
}

typedef struct {
  RjtCall *call;
  gint64 after_us;
} Arrival;

static gboolean
has_arrived (gpointer data)
{
  const Arrival *arrival = data;

  return read_last_packet_us (rjt_counterpart_get_tap (arrival->call->counterpart)) >
         arrival->after_us;
}

static void
test_a_blackhole_swallows_what_goes (void)
{
  g_autoptr (RjBlackhole) hole = rj_blackhole_new ();
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_SEND, .blackhole = hole });
  Arrival arrival = { .call = call };
  gint64 until_us;

  rjt_call_negotiate (call);
  rjt_wait_until (has_arrived, &arrival, "media arrives");
  rj_blackhole_switch (hole, TRUE);
  until_us = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
  rjt_wait_until (rjt_is_time, &until_us, "what was on its way arrives");
  arrival.after_us = read_last_packet_us (rjt_counterpart_get_tap (call->counterpart));
  until_us += G_USEC_PER_SEC / 2;
  rjt_wait_until (rjt_is_time, &until_us, "a moment");
  g_assert_false (has_arrived (&arrival));
  rj_blackhole_switch (hole, FALSE);
  rjt_wait_until (has_arrived, &arrival, "media arrives again");
}

static void
take_detector (RjPeer *peer, const char *detector, gint64 at_us, const char **found)
{
  *found = g_intern_string (detector);
}

/* It takes libnice ten seconds from the last answer */
static void
test_consent_expires (void)
{
  g_autoptr (RjBlackhole) hole = rj_blackhole_new ();
  g_autoptr (RjtCall) call = rjt_call_new (
    studio, &(RjtCallPlan){ RJ_DIRECTION_SEND, .blackhole = hole, .detect_consent = TRUE });
  const char *detector = NULL;

  g_signal_connect (call->peer, "detected", G_CALLBACK (take_detector), &detector);
  rjt_call_negotiate (call);
  rjt_wait_until (rjt_call_is_connected, call, "it connects");
  rj_blackhole_switch (hole, TRUE);
  rjt_wait_until (rjt_call_has_failed, call, "the peer fails");
  g_assert_cmpstr (detector, ==, "consent");
  g_assert_error (call->failure, RJ_ERROR, RJ_ERROR_NO_MEDIA);
}

static void
test_no_peer_connects_in_a_blackhole (gconstpointer data)
{
  g_autoptr (RjBlackhole) hole = rj_blackhole_new ();
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ GPOINTER_TO_INT (data), .blackhole = hole });
  gint64 until_us;

  rj_blackhole_switch (hole, TRUE);
  rjt_call_negotiate (call);
  until_us = g_get_monotonic_time () + G_USEC_PER_SEC / 2;
  rjt_wait_until (rjt_is_time, &until_us, "a moment");
  g_assert_cmpint (call->ice_us, ==, 0);
  rj_blackhole_switch (hole, FALSE);
  rjt_wait_until (rjt_call_is_connected, call, "it connects");
}

int
main (int argc, char **argv)
{
  gpointer send = GINT_TO_POINTER (RJ_DIRECTION_SEND);
  gpointer receive = GINT_TO_POINTER (RJ_DIRECTION_RECEIVE);
  int result;

  g_test_init (&argc, &argv, NULL);
  studio = rjt_studio_new (0);
  g_test_add_func ("/media/blackhole/receive", test_a_blackhole_swallows_what_comes);
  g_test_add_func ("/media/blackhole/send", test_a_blackhole_swallows_what_goes);
  g_test_add_func ("/media/blackhole/consent", test_consent_expires);
  g_test_add_data_func ("/media/blackhole/new-send", send, test_no_peer_connects_in_a_blackhole);
  g_test_add_data_func ("/media/blackhole/new-receive", receive,
                        test_no_peer_connects_in_a_blackhole);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
