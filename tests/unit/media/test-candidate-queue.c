#include "rj-candidate-queue.h"

static void
on_candidate (guint mline, const char *text, gpointer user_data)
{
  g_string_append_printf (user_data, "%u:%s ", mline, text);
}

static void
test_they_wait_and_keep_their_order (void)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  RjCandidateQueue *queue = rj_candidate_queue_new (on_candidate, seen);

  rj_candidate_queue_push (queue, 0, "a");
  rj_candidate_queue_push (queue, 1, "b");
  g_assert_cmpstr (seen->str, ==, "");
  rj_candidate_queue_open (queue);
  g_assert_cmpstr (seen->str, ==, "0:a 1:b ");
  rj_candidate_queue_push (queue, 0, "c");
  g_assert_cmpstr (seen->str, ==, "0:a 1:b 0:c ");
  rj_candidate_queue_open (queue);
  g_assert_cmpstr (seen->str, ==, "0:a 1:b 0:c ");
  rj_candidate_queue_free (queue);
}

static void
test_each_passes_once (void)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  RjCandidateQueue *queue = rj_candidate_queue_new (on_candidate, seen);

  rj_candidate_queue_push (queue, 0, "a");
  rj_candidate_queue_push (queue, 1, "a");
  rj_candidate_queue_push (queue, 1, "");
  rj_candidate_queue_open (queue);
  rj_candidate_queue_push (queue, 1, "a");
  g_assert_cmpstr (seen->str, ==, "0:a ");
  rj_candidate_queue_free (queue);
}

static void
test_what_waits_is_freed (void)
{
  RjCandidateQueue *queue = rj_candidate_queue_new (on_candidate, NULL);

  rj_candidate_queue_push (queue, 0, "a");
  rj_candidate_queue_free (queue);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/candidate-queue/order", test_they_wait_and_keep_their_order);
  g_test_add_func ("/media/candidate-queue/once", test_each_passes_once);
  g_test_add_func ("/media/candidate-queue/freed", test_what_waits_is_freed);
  return g_test_run ();
}
