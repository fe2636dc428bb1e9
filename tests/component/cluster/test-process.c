/* Child processes: lines both ways, one end signal, and no child that outlives its parent, however the
 * parent ends. This program is its own child: with an argument it plays that part. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rj-error.h"
#include "rj-event-log.h"
#include "rj-json.h"
#include "rj-process.h"

#define DEADLINE_US (10 * G_USEC_PER_SEC)

typedef struct {
  GPtrArray *lines; /* of JsonObject */
  guint n_ended;
  int wait_status;
} Seen;

static void
on_line (RjProcess *process, JsonObject *line, Seen *seen)
{
  g_ptr_array_add (seen->lines, json_object_ref (line));
}

static void
on_ended (RjProcess *process, int wait_status, Seen *seen)
{
  seen->n_ended++;
  seen->wait_status = wait_status;
}

static RjProcess *
spawn (const char *part, Seen *seen)
{
  const char *arguments[] = { part, NULL };
  g_autoptr (GError) error = NULL;
  RjProcess *process = rj_process_spawn (arguments, &error);

  g_assert_no_error (error);
  seen->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_signal_connect (process, "line", G_CALLBACK (on_line), seen);
  g_signal_connect (process, "ended", G_CALLBACK (on_ended), seen);
  return process;
}

static gboolean G_GNUC_NORETURN
on_deadline (gpointer unused)
{
  g_error ("nothing happened in time");
}

static void
wait_until (gboolean (*is_true) (Seen *), Seen *seen)
{
  guint guard = g_timeout_add (DEADLINE_US / 1000, on_deadline, NULL);

  while (!is_true (seen))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (guard);
}

static gboolean
has_line (Seen *seen)
{
  return seen->lines->len > 0;
}

static gboolean
has_ended (Seen *seen)
{
  return seen->n_ended > 0;
}

static void
test_lines_go_both_ways (void)
{
  Seen seen = { 0 };
  g_autoptr (RjProcess) process = spawn ("echo", &seen);
  g_autoptr (JsonObject) line = rj_json_build ("word", 's', "häuser", NULL);

  g_assert_true (rj_process_write_line (process, line, NULL));
  wait_until (has_line, &seen);
  g_assert_cmpstr (rj_json_get_string (seen.lines->pdata[0], "word", NULL), ==, "häuser");
  wait_until (has_ended, &seen);
  g_assert_cmpuint (seen.n_ended, ==, 1);
  g_assert_false (rj_process_is_running (process));
  g_assert_false (rj_process_send_signal (process, SIGKILL));
  g_assert_false (rj_process_write_line (process, line, NULL));
  g_ptr_array_unref (seen.lines);
}

static void
test_a_killed_child_is_reported_once (void)
{
  Seen seen = { 0 };
  g_autoptr (RjProcess) process = spawn ("wait", &seen);

  g_assert_true (rj_process_send_signal (process, SIGKILL));
  wait_until (has_ended, &seen);
  g_assert_true (WIFSIGNALED (seen.wait_status));
  g_assert_cmpint (WTERMSIG (seen.wait_status), ==, SIGKILL);
  g_ptr_array_unref (seen.lines);
}

/* A child that does not read must not hold up its parent. */
static void
test_a_full_pipe_is_an_error (void)
{
  Seen seen = { 0 };
  g_autoptr (RjProcess) process = spawn ("wait", &seen);
  g_autofree char *filling = g_strnfill (1024, 'x');
  g_autoptr (JsonObject) line = rj_json_build ("filling", 's', filling, NULL);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  while (n < 1000 && rj_process_write_line (process, line, &error))
    n++;
  g_assert_error (error, RJ_ERROR, RJ_ERROR_UNREACHABLE);
  g_assert_cmpuint (n, >, 0);
  g_assert_true (rj_process_send_signal (process, SIGKILL));
  wait_until (has_ended, &seen);
  g_ptr_array_unref (seen.lines);
}

static char
get_state (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 'Z'; /* gone altogether */
  return strrchr (text, ')')[2];
}

static gboolean
is_gone (Seen *seen)
{
  return get_state (rj_json_get_int (seen->lines->pdata[0], "pid", 0)) == 'Z';
}

static gboolean
on_look_again (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static void
test_a_frozen_grandchild_dies_with_its_parent (void)
{
  Seen seen = { 0 };
  g_autoptr (RjProcess) parent = spawn ("parent-of-frozen", &seen);
  guint look;

  wait_until (has_line, &seen);
  g_assert_cmpint (get_state (rj_json_get_int (seen.lines->pdata[0], "pid", 0)), ==, 'T');
  g_assert_true (rj_process_send_signal (parent, SIGKILL));
  look = g_timeout_add (5, on_look_again, NULL);
  wait_until (is_gone, &seen);
  g_source_remove (look);
  g_ptr_array_unref (seen.lines);
}

static void
say (JsonObject *line)
{
  g_autofree char *text = rj_json_object_to_text (line);
  g_autofree char *terminated = g_strconcat (text, "\n", NULL);
  gsize length = strlen (terminated);

  g_assert_true (write (RJ_PROCESS_EVENTS_FD, terminated, length) == (gssize) length);
}

static int
play_echo (void)
{
  char buffer[256];

  g_assert_nonnull (fgets (buffer, sizeof buffer, stdin));
  g_assert_true (write (RJ_PROCESS_EVENTS_FD, buffer, strlen (buffer)) > 0);
  return 0;
}

static int G_GNUC_NORETURN
play_wait (void)
{
  for (;;)
    pause ();
}

static int G_GNUC_NORETURN
play_frozen (void)
{
  raise (SIGSTOP);
  play_wait ();
}

static gboolean
is_frozen (gpointer process)
{
  g_autoptr (JsonObject) line = NULL;
  int pid = rj_process_get_pid (process);

  if (get_state (pid) != 'T')
    return G_SOURCE_CONTINUE;
  line = rj_json_build ("pid", 'i', (gint64) pid, NULL);
  say (line);
  return G_SOURCE_REMOVE;
}

static int G_GNUC_NORETURN
play_parent_of_frozen (void)
{
  Seen seen = { 0 };
  RjProcess *process = spawn ("frozen", &seen);

  g_timeout_add (5, is_frozen, process);
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char **argv)
{
  if (argc > 1 && g_str_equal (argv[1], "echo"))
    return play_echo ();
  if (argc > 1 && g_str_equal (argv[1], "wait"))
    play_wait ();
  if (argc > 1 && g_str_equal (argv[1], "frozen"))
    play_frozen ();
  if (argc > 1 && g_str_equal (argv[1], "parent-of-frozen"))
    play_parent_of_frozen ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/process/lines", test_lines_go_both_ways);
  g_test_add_func ("/process/killed", test_a_killed_child_is_reported_once);
  g_test_add_func ("/process/full-pipe", test_a_full_pipe_is_an_error);
  g_test_add_func ("/process/frozen-grandchild", test_a_frozen_grandchild_dies_with_its_parent);
  return g_test_run ();
}
