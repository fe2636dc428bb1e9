#include "rj-token-sources.h"

#include <signal.h>
#include <unistd.h>

#include "rj-error.h"
#include "rj-http-call.h"

#define DEFAULT_LIMIT_US (10 * G_USEC_PER_SEC)

#define RJ_TYPE_COMMAND_TOKEN_SOURCE (rj_command_token_source_get_type ())
G_DECLARE_FINAL_TYPE (
  RjCommandTokenSource, rj_command_token_source, RJ, COMMAND_TOKEN_SOURCE, GObject)

struct _RjCommandTokenSource {
  GObject parent_instance;

  RjClock *clock;
  char *command;
  gint64 limit_us;
};

/* One run of the command */
typedef struct {
  RjClock *clock;
  RjTimer *timer;
  gint64 limit_us;
  gboolean is_late;
  GSubprocess *process;
  pid_t group;               /* the process leads a group of its own */
  GCancellable *cancellable; /* (nullable) */
  gulong cancelled_id;
} Run;

static void rj_command_token_source_iface_init (RjTokenSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjCommandTokenSource,
                               rj_command_token_source,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_TOKEN_SOURCE,
                                                      rj_command_token_source_iface_init))

static const char *
rj_command_token_source_get_kind (RjTokenSource *source)
{
  return "command";
}

static void
run_free (Run *self)
{
  rj_clock_cancel_timer (self->clock, &self->timer);
  if (self->cancellable != NULL)
    g_cancellable_disconnect (self->cancellable, self->cancelled_id);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->process);
  g_clear_object (&self->clock);
  g_free (self);
}

static void
run_kill (Run *self)
{
  if (self->group > 0)
    kill (-self->group, SIGKILL);
}

static void
on_late (gpointer user_data)
{
  Run *run = user_data;

  run->timer = NULL;
  run->is_late = TRUE;
  run_kill (run);
}

static void
on_cancelled (GCancellable *cancellable, Run *run)
{
  run_kill (run);
}

/* A word that means the same to a shell, however it is quoted */
static gboolean
is_harmless (const char *value)
{
  return value[0] != '\0' &&
         value[strspn (value, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.:@%+=,/-")] == '\0';
}

static gboolean
replace (GString *line, const char *mark, const char *variable, const char *value, GError **error)
{
  if (strstr (line->str, mark) == NULL)
    return TRUE;
  if (!is_harmless (value)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "token command: \"%s\" means something to a shell and cannot stand for %s: use "
                 "\"$%s\" in the command instead",
                 value, mark, variable);
    return FALSE;
  }
  g_string_replace (line, mark, value, 0);
  return TRUE;
}

static GError *
explain_exit (Run *run, const char *complaint)
{
  g_autofree char *excerpt = rj_http_excerpt (complaint == NULL ? "" : complaint, NULL);
  g_autofree char *end = NULL;

  if (run->is_late)
    return g_error_new (RJ_ERROR, RJ_ERROR_TIMEOUT,
                        "the token command did not end within %.0f s and was killed",
                        run->limit_us / 1e6);
  if (g_subprocess_get_if_signaled (run->process))
    end = g_strdup_printf ("was ended by signal %d", g_subprocess_get_term_sig (run->process));
  else
    end = g_strdup_printf ("ended with exit code %d", g_subprocess_get_exit_status (run->process));
  return g_error_new (RJ_ERROR, RJ_ERROR_REJECTED,
                      "the token command %s%s%s: run it by hand to see why", end,
                      excerpt[0] == '\0' ? "" : ", saying: ", excerpt);
}

static void
on_ended (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Run *run = g_task_get_task_data (task);
  g_autofree char *output = NULL;
  g_autofree char *complaint = NULL;
  GError *error = NULL;
  char *token;

  run->group = 0;
  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &output, &complaint,
                                             &error)) {
    g_task_return_error (task, error);
    return;
  }
  if (g_task_return_error_if_cancelled (task))
    return;
  if (run->is_late || !g_subprocess_get_successful (run->process)) {
    g_task_return_error (task, explain_exit (run, complaint));
    return;
  }
  output[strcspn (output, "\r\n")] = '\0';
  token = rj_token_read (output, "the token command", &error);
  if (token == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, token, g_free);
}

static void
lead_group (gpointer unused)
{
  setpgid (0, 0);
}

static GSubprocess *
spawn (const char *line, const char *session, const char *name, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);

  g_subprocess_launcher_setenv (launcher, "REJOIN_SESSION", session, TRUE);
  g_subprocess_launcher_setenv (launcher, "REJOIN_NAME", name, TRUE);
  g_subprocess_launcher_set_child_setup (launcher, lead_group, NULL, NULL);
  return g_subprocess_launcher_spawn (launcher, error, "/bin/sh", "-c", line, NULL);
}

static Run *
run_new (RjCommandTokenSource *self, GSubprocess *process, GCancellable *cancellable)
{
  Run *run = g_new0 (Run, 1);
  const char *identifier = g_subprocess_get_identifier (process);

  run->clock = g_object_ref (self->clock);
  run->limit_us = self->limit_us;
  run->process = g_object_ref (process);
  run->group = identifier == NULL ? 0 : g_ascii_strtoll (identifier, NULL, 10);
  run->timer = rj_clock_start_timer (self->clock, self->limit_us, on_late, run);
  if (cancellable != NULL) {
    run->cancellable = g_object_ref (cancellable);
    run->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), run, NULL);
  }
  return run;
}

static void
rj_command_token_source_fetch_async (RjTokenSource *source,
                                     const RjTokenRequest *request,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  RjCommandTokenSource *self = RJ_COMMAND_TOKEN_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GString) line = g_string_new (self->command);
  g_autoptr (GSubprocess) process = NULL;
  GError *error = NULL;

  g_task_set_source_tag (task, rj_command_token_source_fetch_async);
  if (!replace (line, "{session}", "REJOIN_SESSION", request->session, &error) ||
      !replace (line, "{name}", "REJOIN_NAME", request->name, &error)) {
    g_task_return_error (task, error);
    return;
  }
  process = spawn (line->str, request->session, request->name, &error);
  if (process == NULL) {
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
                             "the token command cannot be started: %s", error->message);
    g_error_free (error);
    return;
  }
  g_task_set_task_data (task, run_new (self, process, cancellable), (GDestroyNotify) run_free);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_ended, g_steal_pointer (&task));
}

static char *
rj_command_token_source_fetch_finish (RjTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
rj_command_token_source_finalize (GObject *object)
{
  RjCommandTokenSource *self = RJ_COMMAND_TOKEN_SOURCE (object);

  g_clear_object (&self->clock);
  g_clear_pointer (&self->command, g_free);
  G_OBJECT_CLASS (rj_command_token_source_parent_class)->finalize (object);
}

static void
rj_command_token_source_iface_init (RjTokenSourceInterface *iface)
{
  iface->get_kind = rj_command_token_source_get_kind;
  iface->fetch_async = rj_command_token_source_fetch_async;
  iface->fetch_finish = rj_command_token_source_fetch_finish;
}

static void
rj_command_token_source_class_init (RjCommandTokenSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_command_token_source_finalize;
}

static void
rj_command_token_source_init (RjCommandTokenSource *self)
{
}

RjTokenSource *
rj_token_source_new_command (RjClock *clock, const char *command, gint64 limit_us)
{
  RjCommandTokenSource *self = g_object_new (RJ_TYPE_COMMAND_TOKEN_SOURCE, NULL);

  self->clock = g_object_ref (clock);
  self->command = g_strdup (command);
  self->limit_us = limit_us > 0 ? limit_us : DEFAULT_LIMIT_US;
  return RJ_TOKEN_SOURCE (self);
}
