/* Both codecs of the test video against a bare webrtcbin: what the server leaves of an offer is sent and seen. */
#include <string.h>

#include "rj-error.h"
#include "rj-sdp-munge.h"
#include "rjt-call.h"

static RjtStudio *studio;

/* What OpenVidu does to an offer when the codec is forced */
static char *
force (const char *offer, const char *codec)
{
  g_autoptr (GError) error = NULL;
  char *munged = rj_sdp_munge_codec (offer, codec, &error);

  g_assert_no_error (error);
  return munged;
}

static char *
force_h264 (const char *offer)
{
  return force (offer, "H264");
}

static char *
force_vp8 (const char *offer)
{
  return force (offer, "VP8");
}

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

  return counts.frames >= 31 && counts.key_frames >= 2;
}

static void
check_frames (RjTap *tap)
{
  RjTapCounts counts;

  rjt_wait_until (has_enough_frames, tap, "frames arrive");
  counts = read_counts (tap);
  g_assert_cmpuint (counts.stamped_frames, ==, counts.frames);
  g_assert_cmpuint (counts.wrong_frames, ==, 0);
  g_assert_cmpuint (counts.foreign_frames, ==, 0);
  g_assert_cmpuint (counts.lost_packets, ==, 0);
  g_assert_cmpfloat (counts.latency_ms, >, 0);
}

typedef struct {
  const char *name;
  RjVideoCodec preferred;
  char *(*edit_offer) (const char *offer);
  const char *answered;
} Case;

static const Case cases[] = {
  { "as-preferred", RJ_VIDEO_H264, NULL, "H264/90000" },
  { "h264-forced", RJ_VIDEO_VP8, force_h264, "H264/90000" },
  { "vp8-forced", RJ_VIDEO_H264, force_vp8, "VP8/90000" },
};

static void
test_a_publisher_sends_what_is_answered (gconstpointer data)
{
  const Case *c = data;
  RjtStudio *own = rjt_studio_new_for_codec (0, c->preferred);
  g_autoptr (RjtCall) call = NULL;
  const char *preferred = c->preferred == RJ_VIDEO_VP8 ? "SAVPF 96 102" : "SAVPF 102 96";

  call = rjt_call_new (own, &(RjtCallPlan){ RJ_DIRECTION_SEND, .edit_offer = c->edit_offer });
  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  g_assert_nonnull (strstr (call->offer, preferred));
  g_assert_nonnull (strstr (call->offer, "a=rtcp-fb:102 nack pli"));
  g_assert_nonnull (strstr (call->offer, "a=rtcp-fb:102 ccm fir"));
  g_assert_nonnull (strstr (call->offer, "packetization-mode=1"));
  g_assert_nonnull (strstr (call->answer, c->answered));
  check_frames (rjt_counterpart_get_tap (call->counterpart));
  g_assert_null (call->failure);
  g_clear_pointer (&call, rjt_call_free);
  rjt_studio_free (own);
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
  guint64 skipped_before;
} KeyRequest;

static gboolean
has_jumped (gpointer data)
{
  const KeyRequest *request = data;
  RjtCounterpart *counterpart = request->call->counterpart;

  if (count_skipped (rjt_counterpart_get_tap (counterpart)) != request->skipped_before)
    return TRUE;
  rjt_counterpart_ask_for_key (counterpart, FALSE);
  return FALSE;
}

static void
test_a_key_frame_follows_a_request (void)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_SEND, .edit_offer = force_h264 });

  KeyRequest request = { .call = call };

  rjt_call_negotiate (call);
  check_frames (rjt_counterpart_get_tap (call->counterpart));
  request.skipped_before = count_skipped (rjt_counterpart_get_tap (call->counterpart));
  rjt_wait_until (has_jumped, &request, "a key frame comes");
}

static gboolean
is_checked (gpointer call)
{
  return ((RjtCall *) call)->n_checks > 0;
}

static void
test_a_subscriber_sees_h264 (void)
{
  RjClipFormat format = { 320, 240, 30, 300000, RJ_CLIP_PICTURE_TEST, RJ_VIDEO_H264 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RjClip) clip = rj_clip_load (&format, &error);
  g_autoptr (RjtCall) call = NULL;

  g_assert_no_error (error);
  call = rjt_call_new (
    studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .clip = clip, .edit_offer = force_h264 });
  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  g_assert_nonnull (strstr (call->offer, "SAVPF 96 102"));
  g_assert_nonnull (strstr (call->offer, "profile-level-id=42e01f"));
  rjt_wait_until (rjt_call_has_key_frame, call, "the subscriber sees a key frame");
  check_frames (rj_peer_get_tap (call->peer));
  rjt_wait_until (is_checked, call, "the picture is checked");
  g_assert_cmpstr (call->check_detail, ==, NULL);
  g_assert_true (call->check.ok);
  g_assert_cmpuint (call->check.frames, >, 10);
}

/* The answer comes, and the peer is closed while the other codec's clip is still being made */
static void
test_close_while_a_clip_is_made (void)
{
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_SEND, .edit_offer = force_h264 });

  rj_clip_forget_all ();
  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  rj_peer_close (call->peer);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  studio = rjt_studio_new (10 * 1000);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/media/codecs/publish/", cases[i].name, NULL);

    g_test_add_data_func (path, &cases[i], test_a_publisher_sends_what_is_answered);
  }
  g_test_add_func ("/media/codecs/pli", test_a_key_frame_follows_a_request);
  g_test_add_func ("/media/codecs/subscribe", test_a_subscriber_sees_h264);
  g_test_add_func ("/media/codecs/close", test_close_while_a_clip_is_made);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
