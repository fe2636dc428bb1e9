/* The supervisor over processes that only pretend: stopped while it starts, faults to nodes that are not there.
 * This program is its own child: with an argument it plays a media node that never becomes ready. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "rj-error.h"
#include "rj-hang.h"
#include "rj-json.h"
#include "rj-supervisor.h"

#define DEADLINE_US (10 * G_USEC_PER_SEC)

static gboolean G_GNUC_NORETURN
on_deadline (gpointer unused)
{
  g_error ("nothing happened in time");
}

static void
wait_for (GAsyncResult **result)
{
  guint guard = g_timeout_add (DEADLINE_US / 1000, on_deadline, NULL);

  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (guard);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_null (*(GAsyncResult **) data);
  *(GAsyncResult **) data = g_object_ref (result);
}

static RjSupervisor *
make_supervisor (guint n_nodes)
{
  g_autoptr (RjClock) clock = rj_real_clock_new ();
  RjSupervisorConfig *config = rj_supervisor_config_new ();

  config->n_nodes = n_nodes;
  config->secret = g_strdup ("secret");
  return rj_supervisor_new (config, clock, NULL);
}

static void
test_stopped_while_it_starts (void)
{
  g_autoptr (RjSupervisor) supervisor = make_supervisor (2);
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GAsyncResult) stopped = NULL;
  g_autoptr (GError) error = NULL;

  rj_supervisor_start_async (supervisor, on_done, &started);
  rj_supervisor_stop_async (supervisor, on_done, &stopped);
  wait_for (&stopped);
  wait_for (&started);
  g_assert_true (rj_supervisor_stop_finish (supervisor, stopped, NULL));
  g_assert_false (rj_supervisor_start_finish (supervisor, started, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_no_such_node (void)
{
  static const char *const targets[] = { "0", "1", "-1", "x", "", "4294967295" };

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++) {
    g_autoptr (RjSupervisor) supervisor = make_supervisor (0);
    g_autoptr (GError) error = NULL;

    g_assert_false (
      rj_supervisor_do_fault (supervisor, "kill-media-node", targets[i], NULL, &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, "no media node"));
  }
}

/* The state of a process as the kernel tells it: 'T' is stopped */
static char
get_state (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  const char *parenthesis;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  parenthesis = strrchr (text, ')');
  return parenthesis[2];
}

/* The quirk frozen-media-server: once, for a while, the node of the first session */
static void
test_a_media_server_that_hangs (void)
{
  g_autoptr (RjClock) clock = rj_fake_clock_new (0);
  g_autoptr (RjChild) first = rj_child_new ("internal-media-node", "media-node", 0, NULL);
  g_autoptr (RjChild) second = rj_child_new ("internal-media-node", "media-node", 1, NULL);
  RjHang *hang = rj_hang_new (clock);

  g_assert_true (rj_child_start (first, rj_json_build ("port", 'i', (gint64) 1, NULL), NULL));
  g_assert_true (rj_child_start (second, rj_json_build ("port", 'i', (gint64) 2, NULL), NULL));
  rj_hang_note_placed (hang, first);
  rj_hang_note_placed (hang, second);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (clock), RJ_HANG_AFTER_US - 1);
  g_assert_cmpint (get_state (rj_child_get_pid (first)), !=, 'T');
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (clock), 1);
  while (get_state (rj_child_get_pid (first)) != 'T')
    g_thread_yield ();
  g_assert_cmpint (get_state (rj_child_get_pid (second)), !=, 'T');
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (clock), RJ_HANG_FOR_US);
  while (get_state (rj_child_get_pid (first)) == 'T')
    g_thread_yield ();
  g_assert_cmpint (rj_fake_clock_get_next_us (RJ_FAKE_CLOCK (clock)), ==, -1);
  rj_hang_free (hang);
  rj_child_send_signal (first, SIGKILL, NULL);
  rj_child_send_signal (second, SIGKILL, NULL);
  while (rj_child_is_running (first) || rj_child_is_running (second))
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "internal-media-node") == 0) {
    pause (); /* until SIGTERM */
    return 0;
  }
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cluster/supervisor/stopped", test_stopped_while_it_starts);
  g_test_add_func ("/cluster/supervisor/no-node", test_no_such_node);
  g_test_add_func ("/cluster/supervisor/hang", test_a_media_server_that_hangs);
  return g_test_run ();
}
