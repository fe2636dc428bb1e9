/* Peers against a bare webrtcbin on the loopback: what is sent arrives, and what arrives is told. */
#include "rjt-call.h"

#include <string.h>

static RjtStudio *studio;

static RjTapCounts
read_counts (RjTap *tap)
{
  RjTapCounts counts;

  rj_tap_read (tap, &counts);
  return counts;
}

static gboolean
has_enough_frames (gpointer data)
{
  return read_counts (data).frames >= 45;
}

static void
test_a_publisher_is_seen (void)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_SEND });
  RjTap *tap = rjt_counterpart_get_tap (call->counterpart);
  RjTapCounts counts;

  g_assert_null (rj_peer_get_tap (call->peer));
  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  g_assert_nonnull (strstr (call->offer, "a=ssrc:"));
  g_assert_nonnull (strstr (call->offer, "a=sendonly"));
  g_assert_nonnull (strstr (call->offer, "OPUS/48000/2"));
  g_assert_nonnull (strstr (call->offer, "a=rtcp-fb:96 nack pli"));
  g_assert_nonnull (strstr (call->offer, "a=rtcp-fb:96 ccm fir"));
  g_assert_null (strstr (call->offer, "goog-remb"));
  g_assert_null (strstr (call->offer, "m=video 0"));
  rjt_wait_until (rjt_call_is_connected, call, "the publisher is connected");
  g_assert_cmpint (call->ice_us, >, 0);
  g_assert_cmpint (call->dtls_us, >=, call->ice_us);
  g_assert_cmpstr (call->local_type, ==, "host");
  rjt_wait_until (has_enough_frames, tap, "frames arrive");
  counts = read_counts (tap);
  g_assert_cmpuint (counts.stamped_frames, ==, counts.frames);
  g_assert_cmpuint (counts.wrong_frames, ==, 0);
  g_assert_cmpuint (counts.foreign_frames, ==, 0);
  g_assert_cmpuint (counts.key_frames, >=, 2);
  g_assert_cmpuint (counts.packets, >, counts.frames);
  g_assert_cmpfloat (counts.latency_ms, >, 0);
  g_assert_null (call->failure);
}

static void
test_a_subscriber_sees (void)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE });
  RjTap *tap = rj_peer_get_tap (call->peer);
  RjTapCounts counts;

  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  g_assert_nonnull (strstr (call->offer, "a=recvonly"));
  g_assert_nonnull (strstr (call->offer, "OPUS/48000/2"));
  g_assert_null (strstr (call->offer, "goog-remb"));
  g_assert_null (strstr (call->offer, "rtx"));
  rjt_wait_until (rjt_call_has_key_frame, call, "the subscriber sees a key frame");
  rjt_wait_until (has_enough_frames, tap, "frames arrive");
  counts = read_counts (tap);
  g_assert_cmpint (call->packet_us, ==, counts.first_packet_us);
  g_assert_cmpint (call->key_frame_us, ==, counts.first_key_frame_us);
  g_assert_cmpint (call->packet_us, >=, call->dtls_us - 100 * 1000);
  g_assert_cmpint (call->key_frame_us, >=, call->packet_us);
  g_assert_cmpuint (counts.stamped_frames, ==, counts.frames);
  g_assert_cmpuint (counts.wrong_frames, ==, 0);
  g_assert_cmpuint (counts.lost_packets, ==, 0);
  g_test_message ("ice %+.1f dtls 0 packet %+.1f key %+.1f ms, latency %.1f ms",
                  (double) (call->ice_us - call->dtls_us) / 1000,
                  (double) (call->packet_us - call->dtls_us) / 1000,
                  (double) (call->key_frame_us - call->dtls_us) / 1000, counts.latency_ms);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  studio = rjt_studio_new (0);
  g_test_add_func ("/media/peer/a-publisher-is-seen", test_a_publisher_is_seen);
  g_test_add_func ("/media/peer/a-subscriber-sees", test_a_subscriber_sees);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
