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

static gboolean
has_round_trip (gpointer data)
{
  RjRoundTrip trip;

  rj_peer_get_round_trip (data, &trip);
  return trip.n >= 2;
}

/* Both ends are in this process: it is a true one, and a short one */
static void
test_the_round_trip_is_told (void)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_SEND });
  RjRoundTrip trip;

  rj_peer_get_round_trip (call->peer, &trip);
  g_assert_cmpuint (trip.n, ==, 0);
  g_assert_cmpfloat (rj_round_trip_get_mean_ms (&trip), ==, -1);
  rjt_call_negotiate (call);
  rjt_wait_until (has_round_trip, call->peer, "reports tell the round trip");
  rj_peer_get_round_trip (call->peer, &trip);
  g_test_message ("%.2f ms, at most %.2f ms", rj_round_trip_get_mean_ms (&trip), trip.max_ms);
  g_assert_cmpfloat (rj_round_trip_get_mean_ms (&trip), <=, trip.max_ms);
  g_assert_cmpfloat (trip.max_ms, <, 5000); /* and not the hours of two clocks */
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
  g_test_add_func ("/media/life-signs/round-trip", test_the_round_trip_is_told);
  g_test_add_data_func ("/media/life-signs/icmp/send", send, test_a_closed_port_is_noticed);
  g_test_add_data_func ("/media/life-signs/icmp/receive", receive, test_a_closed_port_is_noticed);
  g_test_add_func ("/media/life-signs/silence", test_nobody_asked_nobody_is_told);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
