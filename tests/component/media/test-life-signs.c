/* What a peer learns of the other side besides its media. */
#include "rjt-call.h"

#include "rj-error.h"

static RjtStudio *studio;

typedef struct {
  RjtCall *call;
  gint64 after_us;
} Rtcp;

static gboolean
has_rtcp (gpointer data)
{
  const Rtcp *rtcp = data;

  return rj_peer_get_last_rtcp_us (rtcp->call->peer) > rtcp->after_us;
}

static void
test_rtcp_is_noticed (gconstpointer data)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ GPOINTER_TO_INT (data) });
  Rtcp rtcp = { .call = call };

  g_assert_cmpint (rj_peer_get_last_rtcp_us (call->peer), ==, 0);
  rjt_call_negotiate (call);
  for (guint i = 0; i < 3; i++) {
    rjt_wait_until (has_rtcp, &rtcp, "RTCP comes");
    rtcp.after_us = rj_peer_get_last_rtcp_us (call->peer);
  }
}

static void
test_a_closed_port_is_noticed (gconstpointer data)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ GPOINTER_TO_INT (data), .detect_icmp = TRUE });
  gint64 lost_us;

  rjt_call_negotiate (call);
  rjt_wait_until (rjt_call_is_connected, call, "it connects");
  /* before the first packet came a receiver sends nothing */
  if (GPOINTER_TO_INT (data) == RJ_DIRECTION_RECEIVE)
    rjt_wait_until (rjt_call_has_key_frame, call, "it sees");
  rjt_counterpart_close_port (call->counterpart);
  lost_us = g_get_monotonic_time ();
  rjt_wait_until (rjt_call_has_failed, call, "the peer fails");
  g_assert_error (call->failure, RJ_ERROR, RJ_ERROR_UNREACHABLE);
  g_test_message ("noticed after %.1f ms", (double) (g_get_monotonic_time () - lost_us) / 1000.0);
}

/* That is why there are other detectors */
static void
test_nobody_asked_nobody_is_told (void)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_SEND });
  gint64 until_us;

  rjt_call_negotiate (call);
  rjt_wait_until (rjt_call_is_connected, call, "it connects");
  rjt_counterpart_close_port (call->counterpart);
  until_us = g_get_monotonic_time () + G_USEC_PER_SEC;
  rjt_wait_until (rjt_is_time, &until_us, "a moment");
  g_assert_null (call->failure);
  g_assert_true (rj_peer_is_open (call->peer));
}

/* --- a blackhole --- */

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
  g_test_add_data_func ("/media/life-signs/rtcp/send", send, test_rtcp_is_noticed);
  g_test_add_data_func ("/media/life-signs/rtcp/receive", receive, test_rtcp_is_noticed);
  g_test_add_data_func ("/media/life-signs/icmp/send", send, test_a_closed_port_is_noticed);
  g_test_add_data_func ("/media/life-signs/icmp/receive", receive, test_a_closed_port_is_noticed);
  g_test_add_func ("/media/life-signs/silence", test_nobody_asked_nobody_is_told);
  g_test_add_func ("/media/blackhole/receive", test_a_blackhole_swallows_what_comes);
  g_test_add_func ("/media/blackhole/send", test_a_blackhole_swallows_what_goes);
  g_test_add_data_func ("/media/blackhole/new-send", send, test_no_peer_connects_in_a_blackhole);
  g_test_add_data_func ("/media/blackhole/new-receive", receive,
                        test_no_peer_connects_in_a_blackhole);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
