/* The reaper buries pipelines, and is not held up by one that hangs. */
#include "rj-reaper.h"

#include <string.h>
#include <unistd.h>

/* ---- an element whose way to NULL can be held up ---- */

#define RJT_TYPE_SNAG (rjt_snag_get_type ())
G_DECLARE_FINAL_TYPE (RjtSnag, rjt_snag, RJT, SNAG, GstElement)

struct _RjtSnag {
  GstElement parent_instance;
};

G_DEFINE_FINAL_TYPE (RjtSnag, rjt_snag, GST_TYPE_ELEMENT)

static GMutex snag_mutex;
static GCond snag_freed;
static gboolean snag_holds; /* protected by snag_mutex */

static GstStateChangeReturn
rjt_snag_change_state (GstElement *element, GstStateChange transition)
{
  g_mutex_lock (&snag_mutex);
  while (transition == GST_STATE_CHANGE_READY_TO_NULL && snag_holds)
    g_cond_wait (&snag_freed, &snag_mutex);
  g_mutex_unlock (&snag_mutex);
  return GST_ELEMENT_CLASS (rjt_snag_parent_class)->change_state (element, transition);
}

static void
rjt_snag_class_init (RjtSnagClass *klass)
{
  GST_ELEMENT_CLASS (klass)->change_state = rjt_snag_change_state;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Snag", "Test", "Hangs",
                                         "rejoin");
}

static void
rjt_snag_init (RjtSnag *self)
{
}

static void
hold_snags (gboolean hold)
{
  g_mutex_lock (&snag_mutex);
  snag_holds = hold;
  g_cond_broadcast (&snag_freed);
  g_mutex_unlock (&snag_mutex);
}

/* ---- tests ---- */

static void
on_gone (gpointer n_gone, GObject *unused)
{
  g_atomic_int_inc ((int *) n_gone);
}

static GstElement *
make_pipeline (gboolean with_snag, int *n_gone)
{
  GstElement *pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  GstElement *element =
    with_snag ? g_object_new (RJT_TYPE_SNAG, NULL) : gst_element_factory_make ("identity", NULL);

  gst_bin_add (GST_BIN (pipeline), element);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  g_object_weak_ref (G_OBJECT (pipeline), on_gone, n_gone);
  return pipeline;
}

#define PATIENCE_US (10 * G_USEC_PER_SEC)

static void
test_pipelines_are_buried (void)
{
  g_autoptr (RjReaper) reaper = rj_reaper_new (PATIENCE_US);
  int n_gone = 0;

  g_assert_true (rj_reaper_wait (reaper, PATIENCE_US));
  for (guint i = 0; i < 20; i++)
    rj_reaper_take (reaper, make_pipeline (FALSE, &n_gone));
  g_assert_true (rj_reaper_wait (reaper, PATIENCE_US));
  g_assert_cmpint (g_atomic_int_get (&n_gone), ==, 20);
}

static guint
count_hung (void)
{
  guint hung;

  rj_peer_census_get (NULL, NULL, &hung);
  return hung;
}

static void
test_a_hung_one_is_left_behind (void)
{
  g_autoptr (RjReaper) reaper = rj_reaper_new (50 * 1000);
  int n_gone = 0;

  hold_snags (TRUE);
  rj_reaper_take (reaper, make_pipeline (TRUE, &n_gone));
  for (guint i = 0; i < 5; i++)
    rj_reaper_take (reaper, make_pipeline (FALSE, &n_gone));
  g_assert_true (rj_reaper_wait (reaper, PATIENCE_US));
  /* on a busy machine one of them may have been given up, too, for a while */
  while (g_atomic_int_get (&n_gone) < 5 || count_hung () != 1)
    g_thread_yield ();
  hold_snags (FALSE);
  while (count_hung () > 0)
    g_thread_yield ();
  g_assert_cmpint (g_atomic_int_get (&n_gone), ==, 6);
}

/* Threads may take longer to begin than the patience lasts. */
static void
test_a_slow_beginning (void)
{
  g_autoptr (RjReaper) reaper = rj_reaper_new (0);
  int n_gone = 0;

  for (guint i = 0; i < 5; i++)
    rj_reaper_take (reaper, make_pipeline (FALSE, &n_gone));
  while (g_atomic_int_get (&n_gone) < 5 || count_hung () > 0)
    g_thread_yield ();
}

static void
test_waiting_ends_in_time (void)
{
  g_autoptr (RjReaper) reaper = rj_reaper_new (PATIENCE_US);
  int n_gone = 0;

  hold_snags (TRUE);
  rj_reaper_take (reaper, make_pipeline (TRUE, &n_gone));
  g_assert_false (rj_reaper_wait (reaper, 20 * 1000));
  hold_snags (FALSE);
  g_assert_true (rj_reaper_wait (reaper, PATIENCE_US));
  g_assert_cmpint (g_atomic_int_get (&n_gone), ==, 1);
}

static void
test_what_was_taken_is_buried_after_the_owner_left (void)
{
  RjReaper *reaper = rj_reaper_new (PATIENCE_US);
  int n_gone = 0;

  for (guint i = 0; i < 5; i++)
    rj_reaper_take (reaper, make_pipeline (FALSE, &n_gone));
  rj_reaper_unref (reaper);
  while (g_atomic_int_get (&n_gone) < 5)
    g_thread_yield ();
}

/* Not with an allocator that gives nothing back */
#ifndef __SANITIZE_ADDRESS__
#define N_BLOCKS 16000
#define BLOCK    4000

static gsize
read_resident_bytes (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  words = g_strsplit (text, " ", 3);
  return (gsize) g_ascii_strtoull (words[1], NULL, 10) * (gsize) sysconf (_SC_PAGESIZE);
}

static gpointer
make_block (void)
{
  return memset (g_malloc (BLOCK), 1, BLOCK);
}

/* Frees all but the last: glibc can shorten nothing. Returns: the last */
static gpointer
leave_holes (void)
{
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < N_BLOCKS; i++)
    g_ptr_array_add (blocks, make_block ());
  return g_ptr_array_steal_index (blocks, N_BLOCKS - 1);
}

static void
test_memory_goes_back_to_the_system (void)
{
  g_autoptr (RjReaper) reaper = rj_reaper_new (PATIENCE_US);
  g_autofree char *last = leave_holes ();
  gsize before = read_resident_bytes ();
  int n_gone = 0;

  rj_reaper_take (reaper, make_pipeline (FALSE, &n_gone));
  while (read_resident_bytes () + N_BLOCKS * BLOCK / 2 > before)
    g_thread_yield ();
  g_assert_nonnull (last);
}
#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/media/reaper/buried", test_pipelines_are_buried);
  g_test_add_func ("/media/reaper/hung", test_a_hung_one_is_left_behind);
  g_test_add_func ("/media/reaper/slow-beginning", test_a_slow_beginning);
  g_test_add_func ("/media/reaper/in-time", test_waiting_ends_in_time);
  g_test_add_func ("/media/reaper/owner-left", test_what_was_taken_is_buried_after_the_owner_left);
#ifndef __SANITIZE_ADDRESS__
  g_test_add_func ("/media/reaper/memory", test_memory_goes_back_to_the_system);
#endif
  return g_test_run ();
}
