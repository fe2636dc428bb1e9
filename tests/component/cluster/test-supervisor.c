/* The supervisor over processes that only pretend: stopped while it starts, faults to nodes that are not there.
 * This program is its own child: with an argument it plays a media node that never becomes ready. */
#include <string.h>
#include <unistd.h>

#include "rj-error.h"
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
  return g_test_run ();
}
