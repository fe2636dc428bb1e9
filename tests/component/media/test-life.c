/* Peers come and go: threads, descriptors and webrtcbins with them. */
#include "rjt-call.h"

#include "rj-dice.h"
#include "rj-error.h"

#define N_CYCLES 30

static RjtStudio *studio;

static guint
count_entries (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  g_assert_nonnull (dir);
  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

typedef struct {
  guint threads, descriptors;
} Usage;

static Usage
read_usage (void)
{
  return (Usage){ count_entries ("/proc/self/task"), count_entries ("/proc/self/fd") };
}

static gboolean
is_everything_gone (gpointer unused)
{
  guint made, finalized;

  rj_peer_census_get (&made, &finalized, NULL);
  return made == finalized;
}

/* Threads that GStreamer keeps for the next pipeline end after a moment */
static gboolean
is_quiet (gpointer unused)
{
  return is_everything_gone (NULL) && read_usage ().threads <= 16;
}

static Usage
read_usage_in_peace (void)
{
  rjt_wait_until (is_quiet, NULL, "every webrtcbin is gone, and their threads");
  return read_usage ();
}

static gboolean
is_usage_back (gpointer data)
{
  const Usage *before = data;
  Usage now = read_usage ();

  return now.threads <= before->threads && now.descriptors <= before->descriptors;
}

static void
call_once (RjDirection direction)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ direction });

  rjt_call_negotiate (call);
  g_assert_no_error (call->error);
  rjt_wait_until (rjt_call_is_connected, call, "it connects");
  if (direction == RJ_DIRECTION_RECEIVE)
    rjt_wait_until (rjt_call_has_key_frame, call, "it sees");
}

static void
test_cycles_leave_nothing (gconstpointer data)
{
  Usage before;

  /* what is made once per process: pools of threads, tables */
  for (guint i = 0; i < 3; i++)
    call_once (GPOINTER_TO_INT (data));
  before = read_usage_in_peace ();
  for (guint i = 0; i < N_CYCLES; i++)
    call_once (GPOINTER_TO_INT (data));
  rjt_wait_until (is_everything_gone, NULL, "every webrtcbin is gone");
  rjt_wait_until (is_usage_back, &before, "threads and descriptors are as before");
  g_test_message ("%u threads, %u descriptors before and after %u calls", before.threads,
                  before.descriptors, N_CYCLES);
}

/* Closes somewhere between the offer and the first frames */
static void
test_close_at_any_moment (void)
{
  g_autoptr (RjDice) dice = rj_dice_new (4711);
  Usage before;

  call_once (RJ_DIRECTION_RECEIVE);
  before = read_usage_in_peace ();
  for (guint i = 0; i < 60; i++) {
    RjtCall *call = rjt_call_new (studio, &(RjtCallPlan){ i % 2 });
    gint64 until_us = g_get_monotonic_time () + (gint64) (rj_dice_roll (dice) * 60000);

    rjt_call_request_offer (call);
    rjt_wait_until (rjt_is_time, &until_us, "a moment");
    rjt_call_free (call);
  }
  rjt_wait_until (is_everything_gone, NULL, "every webrtcbin is gone");
  rjt_wait_until (is_usage_back, &before, "threads and descriptors are as before");
}

static void
test_close_answers_who_waits (void)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_SEND });
  g_autoptr (RjtOutcome) outcome = rjt_outcome_new ();

  rj_peer_create_offer_async (call->peer, NULL, rjt_outcome_take_offer, outcome);
  rj_peer_close (call->peer);
  g_assert_false (outcome->is_there);
  g_assert_false (rj_peer_is_open (call->peer));
  rjt_wait_until (rjt_outcome_is_there, outcome, "the offer is answered");
  g_assert_error (outcome->error, RJ_ERROR, RJ_ERROR_CLOSED);
  rj_peer_close (call->peer);
}

static void
count_signal (RjPeer *peer, gint64 at_us, guint *n)
{
  (*n)++;
}

static void
close_peer (RjPeer *peer, gint64 at_us, gpointer unused)
{
  rj_peer_close (peer);
}

/* The owner closes in the middle of a signal, and hears nothing more */
static void
test_close_in_a_signal (void)
{
  g_autoptr (RjtCall) call = rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE });
  gint64 until_us;
  guint n_later = 0;

  g_signal_connect (call->peer, "dtls-connected", G_CALLBACK (close_peer), NULL);
  g_signal_connect_after (call->peer, "first-packet", G_CALLBACK (count_signal), &n_later);
  g_signal_connect_after (call->peer, "first-key-frame", G_CALLBACK (count_signal), &n_later);
  rjt_call_negotiate (call);
  rjt_wait_until (rjt_call_is_connected, call, "it connects");
  n_later = 0;
  until_us = g_get_monotonic_time () + 200 * 1000;
  rjt_wait_until (rjt_is_time, &until_us, "a moment");
  g_assert_cmpuint (n_later, ==, 0);
}

static void
test_many_at_once (void)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) rjt_call_free);

  for (guint i = 0; i < 16; i++)
    g_ptr_array_add (calls, rjt_call_new (studio, &(RjtCallPlan){ RJ_DIRECTION_RECEIVE }));
  for (guint i = 0; i < calls->len; i++)
    rjt_call_request_offer (calls->pdata[i]);
  for (guint i = 0; i < calls->len; i++)
    rjt_wait_until (rjt_call_has_key_frame, calls->pdata[i], "everybody sees");
  g_test_message ("pacing lag up to %.1f ms",
                  (double) rj_pacer_take_lag_us (studio->pacer) / 1000.0);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  studio = rjt_studio_new (0);
  g_test_add_data_func ("/media/life/cycles/send", GINT_TO_POINTER (RJ_DIRECTION_SEND),
                        test_cycles_leave_nothing);
  g_test_add_data_func ("/media/life/cycles/receive", GINT_TO_POINTER (RJ_DIRECTION_RECEIVE),
                        test_cycles_leave_nothing);
  g_test_add_func ("/media/life/close-at-any-moment", test_close_at_any_moment);
  g_test_add_func ("/media/life/close-answers-who-waits", test_close_answers_who_waits);
  g_test_add_func ("/media/life/close-in-a-signal", test_close_in_a_signal);
  g_test_add_func ("/media/life/many-at-once", test_many_at_once);
  result = g_test_run ();
  rjt_studio_free (studio);
  return result;
}
