#include "rj-command.h"

#include <signal.h>
#include <unistd.h>

#include "rj-error.h"

#define OUTPUT_LIMIT (16 * 1024)

typedef struct {
  GSubprocess *process;
  GCancellable *cancellable; /* (nullable) */
  gulong cancelled_id;
  GPollableInputStream *stream;
  GSource *readable;
  GString *output;
  RjClock *clock;
  RjTimer *timer;
  gboolean timed_out;
} Job;

static void
job_free (Job *job)
{
  rj_clock_cancel_timer (job->clock, &job->timer);
  g_cancellable_disconnect (job->cancellable, job->cancelled_id);
  g_clear_object (&job->cancellable);
  if (job->readable != NULL)
    g_source_destroy (job->readable);
  g_clear_pointer (&job->readable, g_source_unref);
  g_clear_object (&job->process);
  g_clear_object (&job->clock);
  g_string_free (job->output, TRUE);
  g_free (job);
}

void
rj_command_result_free (RjCommandResult *self)
{
  if (self == NULL)
    return;
  g_free (self->output);
  g_free (self);
}

/* Returns: whether there may be more later */
static gboolean
read_available (Job *job)
{
  char buffer[4096];
  gssize n;

  do {
    n = g_pollable_input_stream_read_nonblocking (job->stream, buffer, sizeof buffer, NULL, NULL);
    if (n > 0 && job->output->len < OUTPUT_LIMIT)
      g_string_append_len (job->output, buffer,
                           MIN (n, (gssize) (OUTPUT_LIMIT - job->output->len)));
  } while (n > 0);
  return n < 0; /* would block; 0 is the end */
}

static gboolean
on_readable (GObject *stream, gpointer user_data)
{
  Job *job = user_data;

  if (read_available (job))
    return G_SOURCE_CONTINUE;
  g_clear_pointer (&job->readable, g_source_unref);
  return G_SOURCE_REMOVE;
}

static void
kill_group (Job *job)
{
  const char *pid = g_subprocess_get_identifier (job->process);

  if (pid != NULL) /* else it has ended */
    kill (-(pid_t) g_ascii_strtoll (pid, NULL, 10), SIGKILL);
}

static void
on_limit (gpointer user_data)
{
  Job *job = user_data;

  job->timer = NULL;
  job->timed_out = TRUE;
  kill_group (job);
}

static void
on_cancelled (GCancellable *cancellable, gpointer user_data)
{
  kill_group (user_data);
}

static void
on_exited (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  RjCommandResult *answer;

  if (!g_subprocess_wait_finish (job->process, result, &error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  if (g_task_return_error_if_cancelled (task))
    return;
  read_available (job);
  answer = g_new0 (RjCommandResult, 1);
  answer->timed_out = job->timed_out;
  answer->output = g_utf8_make_valid (job->output->str, job->output->len);
  if (job->timed_out)
    answer->exit_code = -1;
  else if (g_subprocess_get_if_exited (job->process))
    answer->exit_code = g_subprocess_get_exit_status (job->process);
  else
    answer->exit_code = 128 + g_subprocess_get_term_sig (job->process);
  g_task_return_pointer (task, answer, (GDestroyNotify) rj_command_result_free);
}

/* Between fork and exec: a group of its own, so that the limit ends all of it. */
static void
set_up_child (gpointer unused)
{
  setpgid (0, 0);
}

void
rj_command_run_async (const char *command,
                      gint64 limit_us,
                      RjClock *clock,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  const char *const argv[] = { "/bin/sh", "-c", command, NULL };
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GError) error = NULL;
  Job *job = g_new0 (Job, 1);

  g_task_set_source_tag (task, rj_command_run_async);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  job->clock = g_object_ref (clock);
  job->output = g_string_new (NULL);
  g_subprocess_launcher_set_child_setup (launcher, set_up_child, NULL, NULL);
  job->process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  if (job->process == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  job->stream = G_POLLABLE_INPUT_STREAM (g_subprocess_get_stdout_pipe (job->process));
  job->readable = g_pollable_input_stream_create_source (job->stream, NULL);
  g_source_set_callback (job->readable, G_SOURCE_FUNC (on_readable), job, NULL);
  g_source_attach (job->readable, NULL);
  job->timer = rj_clock_start_timer (clock, limit_us, on_limit, job);
  if (cancellable != NULL) {
    job->cancellable = g_object_ref (cancellable);
    job->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), job, NULL);
  }
  g_subprocess_wait_async (job->process, NULL, on_exited, g_steal_pointer (&task));
}

RjCommandResult *
rj_command_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
