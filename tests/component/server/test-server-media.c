/* What the server asks of a media node, in which order, and what it leaves behind. */
#include "rj-json.h"
#include "rjt-stage.h"

/* The recorded order of the real server (without the STUN server, which is not configured here) */
static const char *const publishing[] = {
  "create WebRtcEndpoint",
  "create PassThrough",
  "subscribe Error",
  "subscribe Error",
  "invoke setName",
  "invoke setMaxVideoRecvBandwidth",
  "invoke setMinVideoRecvBandwidth",
  "invoke setMaxVideoSendBandwidth",
  "invoke setMinVideoSendBandwidth",
  "subscribe IceGatheringDone",
  "subscribe NewCandidatePairSelected",
  "subscribe IceComponentStateChanged",
  "subscribe DataChannelOpened",
  "subscribe DataChannelClosed",
  "subscribe ConnectionStateChanged",
  "subscribe MediaStateChanged",
  "subscribe MediaFlowInStateChanged",
  "subscribe MediaFlowOutStateChanged",
  "subscribe MediaTranscodingStateChanged",
  "invoke processOffer",
  "subscribe IceCandidateFound",
  "invoke connect",
  "invoke gatherCandidates",
  NULL,
};

static void
assert_log (RjtFakeKurento *node, const char *const *wanted)
{
  GPtrArray *log = rjt_fake_kurento_get_log (node);

  for (guint i = 0; wanted[i] != NULL; i++) {
    g_assert_cmpuint (i, <, log->len);
    g_assert_cmpstr (g_ptr_array_index (log, i), ==, wanted[i]);
  }
}

static void
test_the_first_join_makes_a_pipeline (RjtStage *s, gconstpointer unused)
{
  static const char *const wanted[] = { "ping", "invoke getInfo", "create MediaPipeline",
                                        "subscribe Error", NULL };

  rjt_stage_join (s, "room", "ann");
  rjt_stage_join (s, "room", "bob");
  rjt_wait_until (rjt_fake_kurento_count (rjt_stage_get_node (s, 0), "subscribe Error") == 1);
  assert_log (rjt_stage_get_node (s, 0), wanted);
  g_assert_cmpuint (rjt_fake_kurento_count (rjt_stage_get_node (s, 0), "create MediaPipeline"), ==,
                    1);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_SESSION_PLACED), ==, 1);
}

static void
test_publishing_asks_in_the_recorded_order (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");

  rjt_wait_until (rjt_fake_kurento_count (rjt_stage_get_node (s, 0), "subscribe Error") == 1);
  rjt_fake_kurento_forget (rjt_stage_get_node (s, 0));
  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  assert_log (rjt_stage_get_node (s, 0), publishing);
  rjt_wait_until (rjt_guest_count (bob, "participantPublished", NULL, NULL) == 1);
  rjt_wait_until (rjt_guest_count (ann, "iceCandidate", NULL, NULL) == 2);
}

static void
test_early_candidates_wait_for_the_endpoint (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  JsonObject *candidate =
    rj_json_build ("endpointName", 's', rjt_guest_get_connection (ann), "candidate", 's',
                   "candidate:1 1 UDP 1 127.0.0.1 9 typ host", "sdpMid", 's', "0", "sdpMLineIndex",
                   'i', (gint64) 0, NULL);

  g_assert_cmpint (rjt_guest_try (ann, "onIceCandidate", candidate), ==, 0);
  g_assert_cmpuint (rjt_fake_kurento_count (rjt_stage_get_node (s, 0), "invoke addIceCandidate"),
                    ==, 0);
  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  rjt_wait_until (rjt_fake_kurento_count (rjt_stage_get_node (s, 0), "invoke addIceCandidate") ==
                  1);
}

static void
test_leaving_releases_everything (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  RjtFakeKurento *node = rjt_stage_get_node (s, 0);

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  g_assert_cmpint (rjt_guest_receive (bob, rjt_guest_get_stream (ann)), ==, 0);
  g_assert_cmpuint (rjt_fake_kurento_count_objects (node), ==, 4);
  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
  rjt_wait_until (rjt_fake_kurento_count_objects (node) == 1);
  g_assert_cmpint (rjt_guest_try (bob, "leaveRoom", NULL), ==, 0);
  rjt_wait_until (rjt_fake_kurento_count_objects (node) == 0);
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "GET", "/openvidu/api/sessions/room", NULL, NULL),
                    ==, 404);
}

static void
test_an_unsubscribed_stream_can_be_had_again (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  RjtFakeKurento *node = rjt_stage_get_node (s, 0);

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  g_assert_cmpint (rjt_guest_receive (bob, rjt_guest_get_stream (ann)), ==, 0);
  g_assert_cmpint (rjt_guest_receive (bob, rjt_guest_get_stream (ann)), ==, -1);
  g_assert_cmpint (
    rjt_guest_try (bob, "unsubscribeFromVideo",
                   rj_json_build ("sender", 's', rjt_guest_get_connection (ann), NULL)),
    ==, 0);
  rjt_wait_until (rjt_fake_kurento_count_objects (node) == 3);
  g_assert_cmpint (rjt_guest_receive (bob, rjt_guest_get_stream (ann)), ==, 0);
}

static void
test_a_reconnected_publisher_keeps_its_hub (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtFakeKurento *node = rjt_stage_get_node (s, 0);

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  rjt_fake_kurento_forget (node);
  g_assert_cmpint (
    rjt_guest_try (ann, "reconnectStream",
                   rj_json_build ("stream", 's', rjt_guest_get_stream (ann), "sdpString", 's',
                                  "v=0\r\nm=audio 9 RTP/SAVPF 0\r\n", NULL)),
    ==, 0);
  g_assert_cmpuint (rjt_fake_kurento_count (node, "create WebRtcEndpoint"), ==, 1);
  g_assert_cmpuint (rjt_fake_kurento_count (node, "create PassThrough"), ==, 0);
  g_assert_cmpuint (rjt_fake_kurento_count (node, "invoke disconnect"), ==, 1);
  g_assert_cmpuint (rjt_fake_kurento_count_objects (node), ==, 3);
  g_assert_cmpint (rjt_guest_try (ann, "unpublishVideo", NULL), ==, 0);
  rjt_wait_until (rjt_fake_kurento_count_objects (node) == 1);
}

static void
test_a_bad_offer_leaves_nothing_behind (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  JsonObject *bad = rj_json_build ("sdpOffer", 's', "garbage", "hasAudio", 'b', TRUE, "hasVideo",
                                   'b', FALSE, "doLoopback", 'b', FALSE, NULL);

  g_assert_cmpint (rjt_guest_try (ann, "publishVideo", bad), ==, -1);
  rjt_wait_until (rjt_fake_kurento_count_objects (rjt_stage_get_node (s, 0)) == 1);
  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
}

static void
add (const char *path, void (*func) (RjtStage *, gconstpointer))
{
  g_test_add (path, RjtStage, GUINT_TO_POINTER (1), rjt_stage_set_up, func, rjt_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/server/media/first-join", test_the_first_join_makes_a_pipeline);
  add ("/server/media/order", test_publishing_asks_in_the_recorded_order);
  add ("/server/media/early-candidates", test_early_candidates_wait_for_the_endpoint);
  add ("/server/media/leave", test_leaving_releases_everything);
  add ("/server/media/unsubscribe", test_an_unsubscribed_stream_can_be_had_again);
  add ("/server/media/reconnect", test_a_reconnected_publisher_keeps_its_hub);
  add ("/server/media/bad-offer", test_a_bad_offer_leaves_nothing_behind);
  return g_test_run ();
}
