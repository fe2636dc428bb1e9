#include "rj-embedded-deployment.h"

#include <signal.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-process.h"

#define STOP_LIMIT_US (4 * G_USEC_PER_SEC)

struct _RjEmbeddedDeployment {
  GObject parent_instance;

  RjSupervisorConfig *config;
  RjClock *clock;
  RjEventSink *events;
  RjProcess *process;
  GTask *starting;
  GHashTable *commands; /* id -> GTask */
  guint last_id;
  char *app_url;
  char *server_url;
  gboolean stop_limit_reached;
};

static void rj_embedded_deployment_iface_init (RjDeploymentInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjEmbeddedDeployment,
                               rj_embedded_deployment,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_DEPLOYMENT,
                                                      rj_embedded_deployment_iface_init))

static GHashTable *
new_commands (void)
{
  return g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
}

static void
fail_all (RjEmbeddedDeployment *self, const char *message)
{
  g_autoptr (GTask) starting = g_steal_pointer (&self->starting);
  /* an answer may bring the next command */
  g_autoptr (GHashTable) commands = g_steal_pointer (&self->commands);
  GHashTableIter iter;
  gpointer task;

  self->commands = new_commands ();
  if (starting != NULL)
    g_task_return_new_error (starting, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "%s", message);
  g_hash_table_iter_init (&iter, commands);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "%s", message);
}

/* Nothing that the run has asked for has ended it */
static void
take_loss (RjEmbeddedDeployment *self, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (RJ_ERROR, RJ_ERROR_ENVIRONMENT, message);

  fail_all (self, message);
  rj_deployment_tell_lost (RJ_DEPLOYMENT (self), error);
}

static void
take_ready (RjEmbeddedDeployment *self, const RjEvent *line)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->starting);

  self->app_url = g_strdup (rj_json_get_string (line->data, "app_url", NULL));
  self->server_url = g_strdup (rj_json_get_string (line->data, "server_url", NULL));
  g_task_return_boolean (task, TRUE);
}

static void
take_command_done (RjEmbeddedDeployment *self, const RjEvent *line)
{
  gpointer id = GUINT_TO_POINTER ((guint) rj_json_get_int (line->data, "id", 0));
  GTask *task = g_hash_table_lookup (self->commands, id);

  if (task == NULL)
    return;
  if (rj_json_get_bool (line->data, "ok", FALSE))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_REJECTED, "%s",
                             rj_json_get_string (line->data, "error", "?"));
  g_hash_table_remove (self->commands, id);
}

static void
on_line (RjProcess *process, JsonObject *line, RjEmbeddedDeployment *self)
{
  g_autoptr (RjEvent) event = rj_event_parse (line, NULL);

  if (event == NULL)
    return;
  if (g_str_equal (event->type, "ready")) {
    take_ready (self, event);
  } else if (g_str_equal (event->type, "command-done")) {
    take_command_done (self, event);
  } else if (g_str_equal (event->type, "failed")) {
    take_loss (self, rj_json_get_string (event->data, "error", "?"));
  } else {
    event->source = g_intern_static_string ("cluster");
    rj_event_sink_emit (self->events, g_steal_pointer (&event));
  }
}

static void
on_ended (RjProcess *process, int wait_status, RjEmbeddedDeployment *self)
{
  take_loss (self, "the embedded cluster has ended");
}

static void
rj_embedded_deployment_start_async (RjDeployment *deployment,
                                    RjEventSink *events,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  static const char *const arguments[] = { "internal-cluster", NULL };
  RjEmbeddedDeployment *self = RJ_EMBEDDED_DEPLOYMENT (deployment);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (JsonObject) config = rj_supervisor_config_to_json (self->config);
  g_autoptr (GError) error = NULL;

  g_task_set_source_tag (task, rj_embedded_deployment_start_async);
  self->events = g_object_ref (events);
  self->process = rj_process_spawn (arguments, &error);
  if (self->process == NULL || !rj_process_write_line (self->process, config, &error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  g_signal_connect_object (self->process, "line", G_CALLBACK (on_line), self, 0);
  g_signal_connect_object (self->process, "ended", G_CALLBACK (on_ended), self, 0);
  self->starting = g_steal_pointer (&task);
}

static gboolean
finish (RjDeployment *deployment, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
rj_embedded_deployment_fault_async (RjDeployment *deployment,
                                    const char *what,
                                    const char *target,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  RjEmbeddedDeployment *self = RJ_EMBEDDED_DEPLOYMENT (deployment);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) line = rj_json_build ("id", 'i', (gint64) ++self->last_id, "do", 's', what,
                                               "target", 's', target, NULL);

  if (!rj_process_write_line (self->process, line, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_hash_table_insert (self->commands, GUINT_TO_POINTER (self->last_id), g_steal_pointer (&task));
}

static void
on_stop_limit (gpointer user_data)
{
  ((RjEmbeddedDeployment *) user_data)->stop_limit_reached = TRUE;
}

static void
rj_embedded_deployment_stop (RjDeployment *deployment)
{
  RjEmbeddedDeployment *self = RJ_EMBEDDED_DEPLOYMENT (deployment);
  RjTimer *limit;

  if (self->process == NULL || !rj_process_is_running (self->process))
    return;
  limit = rj_clock_start_timer (self->clock, STOP_LIMIT_US, on_stop_limit, self);
  rj_process_send_signal (self->process, SIGTERM);
  while (rj_process_is_running (self->process) && !self->stop_limit_reached)
    g_main_context_iteration (NULL, TRUE);
  if (self->stop_limit_reached)
    rj_process_send_signal (self->process, SIGKILL); /* its children die with it */
  else
    rj_clock_cancel_timer (self->clock, &limit);
}

static const char *
rj_embedded_deployment_get_app_url (RjDeployment *deployment)
{
  return RJ_EMBEDDED_DEPLOYMENT (deployment)->app_url;
}

static const char *
rj_embedded_deployment_get_server_url (RjDeployment *deployment)
{
  return RJ_EMBEDDED_DEPLOYMENT (deployment)->server_url;
}

static const char *
rj_embedded_deployment_get_secret (RjDeployment *deployment)
{
  return RJ_EMBEDDED_DEPLOYMENT (deployment)->config->secret;
}

static gboolean
rj_embedded_deployment_is_embedded (RjDeployment *deployment)
{
  return TRUE;
}

static void
rj_embedded_deployment_iface_init (RjDeploymentInterface *iface)
{
  iface->start_async = rj_embedded_deployment_start_async;
  iface->start_finish = finish;
  iface->get_app_url = rj_embedded_deployment_get_app_url;
  iface->get_server_url = rj_embedded_deployment_get_server_url;
  iface->get_secret = rj_embedded_deployment_get_secret;
  iface->is_embedded = rj_embedded_deployment_is_embedded;
  iface->fault_async = rj_embedded_deployment_fault_async;
  iface->fault_finish = finish;
  iface->stop = rj_embedded_deployment_stop;
}

static void
rj_embedded_deployment_finalize (GObject *object)
{
  RjEmbeddedDeployment *self = RJ_EMBEDDED_DEPLOYMENT (object);

  g_hash_table_unref (self->commands);
  g_clear_object (&self->process);
  g_clear_object (&self->clock);
  g_clear_object (&self->events);
  g_free (self->app_url);
  g_free (self->server_url);
  rj_supervisor_config_free (self->config);
  G_OBJECT_CLASS (rj_embedded_deployment_parent_class)->finalize (object);
}

static void
rj_embedded_deployment_class_init (RjEmbeddedDeploymentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_embedded_deployment_finalize;
}

static void
rj_embedded_deployment_init (RjEmbeddedDeployment *self)
{
  self->commands = new_commands ();
}

RjEmbeddedDeployment *
rj_embedded_deployment_new (RjSupervisorConfig *config, RjClock *clock)
{
  RjEmbeddedDeployment *self = g_object_new (RJ_TYPE_EMBEDDED_DEPLOYMENT, NULL);

  self->config = config;
  self->clock = g_object_ref (clock);
  return self;
}
