/* The picture check finds good pictures good, and each kind of bad one bad. */
#include "rjt-call.h"

#include <string.h>

#include "rj-error.h"

static RjtStudio *studio;

static gboolean
is_checked (gpointer data)
{
  return ((const RjtCall *) data)->n_checks > 0;
}

static RjtCall *
check (const RjtCallPlan *plan)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, plan);

  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  rjt_wait_until (is_checked, call, "the picture is checked");
  g_test_message ("%u frames: %s", call->check.frames, call->check_detail);
  return g_steal_pointer (&call);
}

static RjClip *
load (RjClipPicture picture, guint width, guint height, guint fps)
{
  RjClipFormat format = { width, height, fps, 300000, picture };
  g_autoptr (GError) error = NULL;
  RjClip *clip = rj_clip_load (&format, &error);

  g_assert_no_error (error);
  return clip;
}

static void
test_a_good_picture_is_good (void)
{
  g_autoptr (RjtCall) call = check (&(RjtCallPlan){ RJ_DIRECTION_RECEIVE });

  g_assert_true (call->check.ok);
  g_assert_false (call->check.black);
  g_assert_true (call->check.moving);
  g_assert_true (call->check.counter_ok);
  g_assert_cmpuint (call->check.frames, >=, 15);
  g_assert_null (call->check_detail);
}

static void
test_a_black_picture_is_found (void)
{
  g_autoptr (RjClip) clip = load (RJ_CLIP_PICTURE_BLACK, 320, 240, 30);
  g_autoptr (RjtCall) call = check (&(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .clip = clip });

  g_assert_false (call->check.ok);
  g_assert_true (call->check.black);
  g_assert_nonnull (strstr (call->check_detail, "black"));
}

static void
test_a_frozen_picture_is_found (void)
{
  g_autoptr (RjClip) clip = load (RJ_CLIP_PICTURE_FROZEN, 320, 240, 30);
  g_autoptr (RjtCall) call = check (&(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .clip = clip });

  g_assert_false (call->check.ok);
  g_assert_false (call->check.black);
  g_assert_false (call->check.moving);
  g_assert_true (call->check.counter_ok);
  g_assert_nonnull (strstr (call->check_detail, "stands still"));
}

/* A clip of another length: its counter wraps elsewhere than the stamps say */
static void
test_a_wrong_counter_is_found (void)
{
  g_autoptr (RjClip) clip = load (RJ_CLIP_PICTURE_TEST, 320, 240, 7);
  g_autoptr (RjtCall) call =
    rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .clip = clip });
  gboolean found = FALSE;

  rjt_call_negotiate (call);
  while (!found) {
    call->n_checks = 0;
    rjt_wait_until (is_checked, call, "the picture is checked");
    found = !call->check.counter_ok;
  }
  g_assert_false (call->check.ok);
  g_assert_nonnull (strstr (call->check_detail, "where its stamp says"));
}

static void
test_pictures_of_others_need_no_counter (void)
{
  g_autoptr (RjtCall) call = check (&(RjtCallPlan){ RJ_DIRECTION_RECEIVE, .foreign = TRUE });

  g_assert_true (call->check.ok);
  g_assert_true (call->check.counter_ok);
}

static void
test_it_goes_round (void)
{
  g_autoptr (RjtCall) first = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE });
  g_autoptr (RjtCall) second = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE });

  rjt_call_negotiate (first);
  rjt_call_negotiate (second);
  rjt_wait_until (is_checked, first, "the first one's picture is checked");
  rjt_wait_until (is_checked, second, "the second one's picture is checked");
  g_assert_true (first->check.ok);
  g_assert_true (second->check.ok);
}

/* A look that is under way when the peer is closed ends with it */
static void
test_close_under_a_look (void)
{
  for (guint i = 0; i < 8; i++) {
    g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE });
    gint64 until_us;

    rjt_call_negotiate (call);
    rjt_wait_until (rjt_call_has_key_frame, call, "it sees");
    until_us = g_get_monotonic_time () + i * 40 * 1000;
    rjt_wait_until (rjt_is_time, &until_us, "a moment");
  }
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  studio = rjt_studio_new (10 * 1000);
  g_test_add_func ("/media/decoder/good", test_a_good_picture_is_good);
  g_test_add_func ("/media/decoder/black", test_a_black_picture_is_found);
  g_test_add_func ("/media/decoder/frozen", test_a_frozen_picture_is_found);
  g_test_add_func ("/media/decoder/wrong-counter", test_a_wrong_counter_is_found);
  g_test_add_func ("/media/decoder/others", test_pictures_of_others_need_no_counter);
  g_test_add_func ("/media/decoder/rotation", test_it_goes_round);
  g_test_add_func ("/media/decoder/close", test_close_under_a_look);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
