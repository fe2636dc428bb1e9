/* Shell commands with a limit: what they say, and that nothing of them is left when they are ended. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gstdio.h>

#include "rj-command.h"
#include "rjt-wait.h"

#define HOUR_US G_TIME_SPAN_HOUR

typedef struct {
  gboolean done;
  RjCommandResult *result;
  GError *error;
} Answer;

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  answer->done = TRUE;
  answer->result = rj_command_run_finish (result, &answer->error);
}

static void
run (const char *command, RjClock *clock, GCancellable *cancellable, Answer *answer)
{
  rj_command_run_async (command, HOUR_US, clock, cancellable, on_done, answer);
}

static void
test_output_and_exit_code (void)
{
  g_autoptr (RjClock) clock = rj_fake_clock_new (0);
  Answer answer = { 0 };

  run ("echo out; echo err >&2; exit 7", clock, NULL, &answer);
  rjt_wait_until (answer.done);
  g_assert_no_error (answer.error);
  g_assert_cmpstr (answer.result->output, ==, "out\nerr\n");
  g_assert_cmpint (answer.result->exit_code, ==, 7);
  g_assert_false (answer.result->timed_out);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (clock)), ==, 0);
  rj_command_result_free (answer.result);
}

/* The shell waits for a child of its own; @path gets the child's pid. */
static char *
make_nested_command (const char *path)
{
  return g_strdup_printf ("sleep 1000 & echo $! > '%s.new'; mv '%s.new' '%s'; wait", path, path,
                          path);
}

static gboolean
keep_looking (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static pid_t
wait_for_pid (const char *path)
{
  g_autofree char *text = NULL;
  guint look = g_timeout_add (5, keep_looking, NULL);

  rjt_wait_until (g_file_get_contents (path, &text, NULL, NULL));
  g_source_remove (look);
  return atoi (text);
}

/* Gone, or a zombie that nobody has collected yet */
static gboolean
is_gone (pid_t pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;

  return !g_file_get_contents (path, &text, NULL, NULL) || strrchr (text, ')')[2] == 'Z';
}

static void
assert_ends (pid_t pid)
{
  guint look = g_timeout_add (5, keep_looking, NULL);

  rjt_wait_until (is_gone (pid));
  g_source_remove (look);
}

static void
test_the_limit_ends_all_of_it (void)
{
  g_autoptr (RjClock) clock = rj_fake_clock_new (0);
  g_autofree char *folder = g_dir_make_tmp ("rejoin-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pid", NULL);
  g_autofree char *command = make_nested_command (path);
  Answer answer = { 0 };
  pid_t pid;

  rj_command_run_async (command, 60 * G_USEC_PER_SEC, clock, NULL, on_done, &answer);
  pid = wait_for_pid (path);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (clock), 60 * G_USEC_PER_SEC);
  rjt_wait_until (answer.done);
  g_assert_no_error (answer.error);
  g_assert_true (answer.result->timed_out);
  g_assert_cmpint (answer.result->exit_code, ==, -1);
  assert_ends (pid);
  rj_command_result_free (answer.result);
  g_remove (path);
  g_rmdir (folder);
}

static void
test_cancelling_ends_all_of_it (void)
{
  g_autoptr (RjClock) clock = rj_fake_clock_new (0);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *folder = g_dir_make_tmp ("rejoin-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "pid", NULL);
  g_autofree char *command = make_nested_command (path);
  Answer answer = { 0 };
  pid_t pid;

  run (command, clock, cancellable, &answer);
  pid = wait_for_pid (path);
  g_cancellable_cancel (cancellable);
  rjt_wait_until (answer.done);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_ends (pid);
  g_clear_error (&answer.error);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/command/output", test_output_and_exit_code);
  g_test_add_func ("/command/limit", test_the_limit_ends_all_of_it);
  g_test_add_func ("/command/cancel", test_cancelling_ends_all_of_it);
  return g_test_run ();
}
