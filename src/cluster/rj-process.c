#include "rj-process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <glib-unix.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-line-reader.h"

struct _RjProcess {
  GObject parent_instance;

  GPid pid; /* 0: has ended */
  int stdin_fd;
  GSource *child_watch;
  RjLineReader *reader;
  gboolean lines_ended;
  gboolean exited;
  int wait_status;
};

enum {
  LINE,
  ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjProcess, rj_process, G_TYPE_OBJECT)

/* Runs in the child between fork and exec: only async-signal-safe calls (signal-safety(7)). */
static void
set_up_child (gpointer user_data)
{
  pid_t parent = GPOINTER_TO_INT (user_data);

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  /* the parent may have ended before the line above: then nobody would send the signal */
  if (getppid () != parent)
    _exit (127);
  setpgid (0, 0);
}

static void
maybe_end (RjProcess *self)
{
  if (!self->exited || !self->lines_ended)
    return;
  g_signal_emit (self, signals[ENDED], 0, self->wait_status);
}

static void
on_line (RjLineReader *reader, JsonObject *line, RjProcess *self)
{
  g_signal_emit (self, signals[LINE], 0, line);
}

static void
on_lines_ended (RjLineReader *reader, RjProcess *self)
{
  g_autoptr (RjProcess) alive = g_object_ref (self);

  self->lines_ended = TRUE;
  maybe_end (self);
}

static void
on_exited (GPid pid, int wait_status, gpointer user_data)
{
  g_autoptr (RjProcess) self = g_object_ref (user_data);

  self->pid = 0;
  self->exited = TRUE;
  self->wait_status = wait_status;
  g_clear_pointer (&self->child_watch, g_source_unref);
  maybe_end (self);
}

static void
watch (RjProcess *self, int events_fd)
{
  self->reader = rj_line_reader_new (events_fd);
  g_signal_connect (self->reader, "line", G_CALLBACK (on_line), self);
  g_signal_connect (self->reader, "ended", G_CALLBACK (on_lines_ended), self);
  self->child_watch = g_child_watch_source_new (self->pid);
  g_source_set_callback (self->child_watch, G_SOURCE_FUNC (on_exited), self, NULL);
  g_source_attach (self->child_watch, NULL);
}

static GPtrArray *
build_argv (const char *const *arguments, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new_with_free_func (g_free);
  char *program = g_file_read_link ("/proc/self/exe", error);

  if (program == NULL)
    return NULL;
  g_ptr_array_add (argv, program);
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (arguments[i]));
  g_ptr_array_add (argv, NULL);
  return g_steal_pointer (&argv);
}

RjProcess *
rj_process_spawn (const char *const *arguments, GError **error)
{
  g_autoptr (RjProcess) self = g_object_new (RJ_TYPE_PROCESS, NULL);
  g_autoptr (GPtrArray) argv = build_argv (arguments, error);
  int pipe_fds[2] = { -1, -1 };
  int target_fd = RJ_PROCESS_EVENTS_FD;
  int stdout_fd;
  gboolean spawned;

  if (argv == NULL || !g_unix_open_pipe (pipe_fds, FD_CLOEXEC, error))
    return NULL;
  /* the child's standard output goes to our standard error: the report has stdout for itself. A copy, for
   * GLib closes what it has put in place of another descriptor. */
  stdout_fd = fcntl (STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  spawned = g_spawn_async_with_pipes_and_fds (
    NULL, (const char *const *) argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, set_up_child,
    GINT_TO_POINTER (getpid ()), -1, stdout_fd, -1, &pipe_fds[1], &target_fd, 1, &self->pid,
    &self->stdin_fd, NULL, NULL, error);
  close (pipe_fds[1]);
  if (stdout_fd >= 0)
    close (stdout_fd);
  if (!spawned) {
    close (pipe_fds[0]);
    return NULL;
  }
  fcntl (self->stdin_fd, F_SETFD, FD_CLOEXEC);
  /* a child that hangs must not hold us up */
  g_unix_set_fd_nonblocking (self->stdin_fd, TRUE, NULL);
  watch (self, pipe_fds[0]);
  return g_steal_pointer (&self);
}

GPid
rj_process_get_pid (RjProcess *self)
{
  return self->pid;
}

gboolean
rj_process_is_running (RjProcess *self)
{
  return self->pid != 0;
}

gboolean
rj_process_send_signal (RjProcess *self, int signal_number)
{
  return self->pid != 0 && kill (self->pid, signal_number) == 0;
}

gboolean
rj_process_write_line (RjProcess *self, JsonObject *line, GError **error)
{
  g_autofree char *text = rj_json_object_to_text (line);
  g_autofree char *terminated = g_strconcat (text, "\n", NULL);
  gsize length = strlen (terminated);

  /* lines are short and the pipe is 64 KiB: a full one means that the child hangs */
  if (self->pid == 0 || write (self->stdin_fd, terminated, length) != (gssize) length) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_UNREACHABLE,
                 "the process of the embedded cluster does not take commands: %s",
                 self->pid == 0 ? "it has ended" : g_strerror (errno));
    return FALSE;
  }
  return TRUE;
}

static void
rj_process_dispose (GObject *object)
{
  RjProcess *self = RJ_PROCESS (object);

  if (self->child_watch != NULL)
    g_source_destroy (self->child_watch);
  g_clear_pointer (&self->child_watch, g_source_unref);
  if (self->reader != NULL) {
    g_signal_handlers_disconnect_by_data (self->reader, self);
    rj_line_reader_close (self->reader);
  }
  g_clear_object (&self->reader);
  if (self->stdin_fd >= 0)
    close (self->stdin_fd);
  self->stdin_fd = -1;
  G_OBJECT_CLASS (rj_process_parent_class)->dispose (object);
}

static void
rj_process_class_init (RjProcessClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rj_process_dispose;
  signals[LINE] = g_signal_new ("line", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, JSON_TYPE_OBJECT);
  signals[ENDED] = g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_INT);
}

static void
rj_process_init (RjProcess *self)
{
  self->stdin_fd = -1;
}
