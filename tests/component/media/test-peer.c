/* Peers against a bare webrtcbin on the loopback: what is sent arrives, and what arrives is told. */
#include "rjt-call.h"

#include <string.h>

#include "rj-error.h"

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
  RjTapCounts counts = read_counts (data);

  /* the very first key frame may come before the other side is ready for it */
  return counts.frames >= 45 && counts.key_frames >= 2;
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
  g_assert_cmpstr (call->local_type, ==, "host/udp");
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
  g_assert_null (strstr (call->offer, " rtx/"));
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

/* Frames that were left out: only a jump to a key frame leaves any out */
static guint64
count_skipped (RjTap *tap)
{
  RjTapCounts counts = read_counts (tap);

  return counts.last_frame_number + 1 - counts.frames;
}

typedef struct {
  RjtCall *call;
  gboolean fir;
  guint64 skipped_before;
  gint64 asked_us;
} KeyRequest;

/* Asks again where the request fell on a key frame that was due anyway */
static gboolean
has_jumped (gpointer data)
{
  KeyRequest *request = data;
  gint64 now_us = g_get_monotonic_time ();

  if (count_skipped (rjt_counterpart_get_tap (request->call->counterpart)) !=
      request->skipped_before)
    return TRUE;
  if (now_us - request->asked_us > G_USEC_PER_SEC * 7 / 10) {
    request->asked_us = now_us;
    rjt_counterpart_ask_for_key (request->call->counterpart, request->fir);
  }
  return FALSE;
}

static void
test_a_key_frame_follows_a_request (gconstpointer data)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_SEND });
  RjTap *tap = rjt_counterpart_get_tap (call->counterpart);
  KeyRequest request = { .call = call, .fir = GPOINTER_TO_INT (data) };

  rjt_call_negotiate (call);
  rjt_wait_until (has_enough_frames, tap, "frames arrive");
  g_assert_cmpuint (read_counts (tap).lost_packets, ==, 0);
  request.skipped_before = count_skipped (tap);
  rjt_wait_until (has_jumped, &request, "a key frame comes");
  g_assert_cmpuint (read_counts (tap).lost_packets, ==, 0);
}

static gboolean
has_enough_packets (gpointer data)
{
  return read_counts (data).packets >= 50;
}

static void
test_audio_alone_flows (gconstpointer data)
{
  RjDirection direction = GPOINTER_TO_INT (data);
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ direction, .no_video = TRUE });
  RjTap *tap = direction == RJ_DIRECTION_SEND ? rjt_counterpart_get_tap (call->counterpart)
                                              : rj_peer_get_tap (call->peer);

  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  g_assert_null (strstr (call->offer, "m=video"));
  rjt_wait_until (has_enough_packets, tap, "audio arrives");
  g_assert_cmpuint (read_counts (tap).frames, ==, 0);
  g_assert_cmpint (read_counts (tap).first_key_frame_us, ==, read_counts (tap).first_packet_us);
}

static void
test_video_alone_flows (gconstpointer data)
{
  RjDirection direction = GPOINTER_TO_INT (data);
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ direction, .no_audio = TRUE });
  RjTap *tap = direction == RJ_DIRECTION_SEND ? rjt_counterpart_get_tap (call->counterpart)
                                              : rj_peer_get_tap (call->peer);

  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  g_assert_null (strstr (call->offer, "m=audio"));
  rjt_wait_until (has_enough_frames, tap, "video arrives");
  g_assert_cmpuint (read_counts (tap).stamped_frames, ==, read_counts (tap).frames);
}

static void
test_a_wrong_publisher_is_noticed (void)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .publisher = 8 });
  RjTapCounts counts;

  rjt_call_negotiate (call);
  rjt_wait_until (has_enough_frames, rj_peer_get_tap (call->peer), "frames arrive");
  counts = read_counts (rj_peer_get_tap (call->peer));
  g_assert_cmpuint (counts.wrong_frames, ==, counts.frames);
  g_assert_cmpuint (counts.foreign_frames, ==, 0);
}

static void
test_another_run_is_foreign (void)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .foreign = TRUE });
  RjTapCounts counts;

  rjt_call_negotiate (call);
  rjt_wait_until (has_enough_frames, rj_peer_get_tap (call->peer), "frames arrive");
  counts = read_counts (rj_peer_get_tap (call->peer));
  g_assert_cmpuint (counts.foreign_frames, ==, counts.frames);
  /* and as the publisher is said to be one of ours, they are not what they ought to be */
  g_assert_cmpuint (counts.wrong_frames, ==, counts.frames);
}

static gboolean
is_silent (gpointer data)
{
  RjTapCounts counts = read_counts (data);

  return g_get_monotonic_time () - counts.last_packet_us > 700 * 1000;
}

static gboolean
has_gap (gpointer data)
{
  return ((const RjtCall *) data)->n_gaps > 0;
}

static void
test_a_gap_is_told (void)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE });
  RjTap *tap = rj_peer_get_tap (call->peer);

  rjt_call_negotiate (call);
  rjt_wait_until (has_enough_frames, tap, "frames arrive");
  g_assert_cmpuint (call->n_gaps, ==, 0);
  rjt_counterpart_stop_sending (call->counterpart);
  rjt_wait_until (is_silent, tap, "it is silent");
  g_assert_cmpuint (call->n_gaps, ==, 0);
  rjt_call_resume (call);
  rjt_wait_until (has_gap, call, "the gap is told");
  g_assert_cmpint (call->gap.next_frame_us - call->gap.last_frame_us, >, 500 * 1000);
  g_assert_cmpint (call->gap.next_key_frame_us, >=, call->gap.next_frame_us);
  g_assert_cmpint (read_counts (tap).longest_gap_at_us, ==, call->gap.last_frame_us);
}

/* ---- answers that must be refused ---- */

static char *
replace (const char *answer, const char *from, const char *to)
{
  GString *text = g_string_new (answer);

  g_string_replace (text, from, to, 0);
  return g_string_free (text, FALSE);
}

static char *
refuse_video (const char *answer)
{
  return replace (answer, "m=video 9", "m=video 0");
}

static char *
take_vp8_away (const char *answer)
{
  return replace (answer, "VP8/90000", "H264/90000");
}

static char *
cut_fingerprint (const char *answer)
{
  return replace (answer, "a=fingerprint", "a=fingertip");
}

static char *
cut_ufrag (const char *answer)
{
  return replace (answer, "a=ice-ufrag", "a=ice-cream");
}

static char *
cut_video (const char *answer)
{
  return g_strndup (answer, (gsize) (strstr (answer, "m=video") - answer));
}

static char *
make_garbage (const char *answer)
{
  return g_strdup ("Internal server error");
}

typedef struct {
  const char *name;
  char *(*edit) (const char *answer);
  RjErrorCode code;
} AnswerCase;

static const AnswerCase answer_cases[] = {
  { "video-refused", refuse_video, RJ_ERROR_NO_MEDIA },
  { "no-vp8", take_vp8_away, RJ_ERROR_NO_MEDIA },
  { "no-fingerprint", cut_fingerprint, RJ_ERROR_PROTOCOL },
  { "no-ufrag", cut_ufrag, RJ_ERROR_PROTOCOL },
  { "a-line-less", cut_video, RJ_ERROR_PROTOCOL },
  { "garbage", make_garbage, RJ_ERROR_PROTOCOL },
};

static void
test_a_bad_answer_is_an_error (gconstpointer data)
{
  const AnswerCase *c = data;

  for (guint direction = RJ_DIRECTION_SEND; direction <= RJ_DIRECTION_RECEIVE; direction++) {
    g_autoptr (RjtCall) call =
      rjt_call_new (studio, &(RjtCallPlan){ direction, .edit_answer = c->edit });

    rjt_call_negotiate (call);
    g_assert_error (call->error, RJ_ERROR, (int) c->code);
    g_assert_false (rj_peer_is_open (call->peer));
    g_assert_null (call->failure);
  }
}

/* Another certificate than the announced one: somebody in the middle */
static char *
change_fingerprint (const char *answer)
{
  GString *text = g_string_new (answer);
  const char *from = answer;

  while ((from = strstr (from, "a=fingerprint:sha-256 ")) != NULL) {
    char *digit = text->str + (from - answer) + strlen ("a=fingerprint:sha-256 ");

    *digit = *digit == 'A' ? 'B' : 'A';
    from++;
  }
  return g_string_free (text, FALSE);
}

static void
test_another_certificate_fails (void)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_SEND, .edit_answer = change_fingerprint });

  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  rjt_wait_until (rjt_call_has_failed, call, "the peer fails");
  g_assert_error (call->failure, RJ_ERROR, RJ_ERROR_PROTOCOL);
  g_assert_cmpint (call->dtls_us, ==, 0);
  g_assert_false (rj_peer_is_open (call->peer));
}

static void
test_odd_candidates_do_no_harm (void)
{
  static const char *const odd[] = {
    "",
    "nonsense",
    "candidate:",
    "candidate:1 1 UDP 2122 5f6c.local 5000 typ host",
    "candidate:1 2 UDP 2122 127.0.0.1 9 typ host",
    "candidate:2 1 TCP 1518 127.0.0.1 9 typ host tcptype active",
    "candidate:3 1 UDP 2122 256.1.1.1 99999 typ host",
  };
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE });

  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    rj_peer_add_candidate (call->peer, i % 3, "x", odd[i]);
  rjt_call_negotiate (call);
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++) {
    g_autofree char *text = g_strconcat (odd[i], " ", NULL);

    rj_peer_add_candidate (call->peer, i % 3, "x", text);
  }
  rjt_wait_until (rjt_call_has_key_frame, call, "it connects all the same");
}

static void
test_calls_out_of_turn_are_refused (void)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE });
  g_autoptr (RjtOutcome) early = rjt_outcome_new ();
  g_autoptr (RjtOutcome) twice = rjt_outcome_new ();
  g_autoptr (RjtOutcome) cancelled = rjt_outcome_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  rj_peer_set_answer_async (call->peer, "v=0\r\n", NULL, rjt_outcome_take_answer, early);
  rjt_wait_until (rjt_outcome_is_there, early, "refused");
  g_assert_error (early->error, RJ_ERROR, RJ_ERROR_CLOSED);
  g_cancellable_cancel (cancellable);
  rj_peer_create_offer_async (call->peer, cancellable, rjt_outcome_take_offer, cancelled);
  rjt_wait_until (rjt_outcome_is_there, cancelled, "cancelled");
  g_assert_error (cancelled->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  rj_peer_create_offer_async (call->peer, NULL, rjt_outcome_take_offer, twice);
  rjt_wait_until (rjt_outcome_is_there, twice, "refused");
  g_assert_error (twice->error, RJ_ERROR, RJ_ERROR_CLOSED);
  rjt_wait_until (rjt_call_has_key_frame, call, "the call goes on");
}

static void
add_answer_cases (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (answer_cases); i++) {
    g_autofree char *path = g_strconcat ("/media/peer/answer/", answer_cases[i].name, NULL);

    g_test_add_data_func (path, &answer_cases[i], test_a_bad_answer_is_an_error);
  }
}

static void
add_flow_cases (void)
{
  gpointer send = GINT_TO_POINTER (RJ_DIRECTION_SEND);
  gpointer receive = GINT_TO_POINTER (RJ_DIRECTION_RECEIVE);

  g_test_add_func ("/client-24/media/peer/a-publisher-is-seen", test_a_publisher_is_seen);
  g_test_add_func ("/client-24/real-25/media/peer/a-subscriber-sees", test_a_subscriber_sees);
  g_test_add_data_func ("/client-52/media/peer/pli", GINT_TO_POINTER (0),
                        test_a_key_frame_follows_a_request);
  g_test_add_data_func ("/client-52/media/peer/fir", GINT_TO_POINTER (1),
                        test_a_key_frame_follows_a_request);
  g_test_add_data_func ("/media/peer/audio-alone/send", send, test_audio_alone_flows);
  g_test_add_data_func ("/media/peer/audio-alone/receive", receive, test_audio_alone_flows);
  g_test_add_data_func ("/media/peer/video-alone/send", send, test_video_alone_flows);
  g_test_add_data_func ("/media/peer/video-alone/receive", receive, test_video_alone_flows);
  g_test_add_func ("/media/peer/wrong-publisher", test_a_wrong_publisher_is_noticed);
  g_test_add_func ("/media/peer/another-run", test_another_run_is_foreign);
  g_test_add_func ("/media/peer/gap", test_a_gap_is_told);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  studio = rjt_studio_new (0);
  add_flow_cases ();
  add_answer_cases ();
  g_test_add_func ("/media/peer/another-certificate", test_another_certificate_fails);
  g_test_add_func ("/media/peer/odd-candidates", test_odd_candidates_do_no_harm);
  g_test_add_func ("/media/peer/out-of-turn", test_calls_out_of_turn_are_refused);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
