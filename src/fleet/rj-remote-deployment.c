#include "rj-remote-deployment.h"

#include "rj-duration.h"
#include "rj-error.h"

#define PROBE_PAUSE_US (500 * 1000)

struct _RjRemoteDeployment {
  GObject parent_instance;

  SoupSession *http;
  RjClock *clock;
  char *app_url;
  char *server_url;
  char *secret;
  gint64 wait_for_us;
  gint64 give_up_us;
};

static void rj_remote_deployment_iface_init (RjDeploymentInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjRemoteDeployment,
                               rj_remote_deployment,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_DEPLOYMENT,
                                                      rj_remote_deployment_iface_init))

static void probe (GTask *task);

static void
on_pause_over (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (!g_task_return_error_if_cancelled (task))
    probe (g_steal_pointer (&task));
}

static void
on_probed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RjRemoteDeployment *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream =
    soup_session_send_finish (SOUP_SESSION (source), result, &error);
  g_autofree char *waited = NULL;

  if (stream != NULL) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  if (g_task_return_error_if_cancelled (task))
    return;
  if (rj_clock_now_us (self->clock) < self->give_up_us) {
    rj_clock_start_timer (self->clock, PROBE_PAUSE_US, on_pause_over, g_steal_pointer (&task));
    return;
  }
  waited = rj_duration_format (self->wait_for_us);
  g_task_return_new_error (
    task, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
    "%s did not answer within %s: %s; is it running, and is the address right?",
    self->app_url != NULL ? self->app_url : self->server_url, waited, error->message);
}

/* @task: (transfer full) */
static void
probe (GTask *task)
{
  RjRemoteDeployment *self = g_task_get_source_object (task);
  const char *url = self->app_url != NULL ? self->app_url : self->server_url;
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, url);

  soup_session_send_async (self->http, message, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                           on_probed, task);
}

static void
rj_remote_deployment_start_async (RjDeployment *deployment,
                                  RjEventSink *events,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  RjRemoteDeployment *self = RJ_REMOTE_DEPLOYMENT (deployment);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, rj_remote_deployment_start_async);
  if (self->wait_for_us < 0 || (self->app_url == NULL && self->server_url == NULL)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  self->give_up_us = rj_clock_now_us (self->clock) + self->wait_for_us;
  probe (g_steal_pointer (&task));
}

static gboolean
finish (RjDeployment *deployment, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static const char *
rj_remote_deployment_get_app_url (RjDeployment *deployment)
{
  return RJ_REMOTE_DEPLOYMENT (deployment)->app_url;
}

static const char *
rj_remote_deployment_get_server_url (RjDeployment *deployment)
{
  return RJ_REMOTE_DEPLOYMENT (deployment)->server_url;
}

static const char *
rj_remote_deployment_get_secret (RjDeployment *deployment)
{
  return RJ_REMOTE_DEPLOYMENT (deployment)->secret;
}

static gboolean
rj_remote_deployment_is_embedded (RjDeployment *deployment)
{
  return FALSE;
}

static void
rj_remote_deployment_fault_async (RjDeployment *deployment,
                                  const char *what,
                                  const char *target,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (deployment, cancellable, callback, user_data);

  g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_USAGE,
                           "%s: only the embedded cluster can do that; give run:COMMAND", what);
}

static void
rj_remote_deployment_stop (RjDeployment *deployment)
{
}

static void
rj_remote_deployment_iface_init (RjDeploymentInterface *iface)
{
  iface->start_async = rj_remote_deployment_start_async;
  iface->start_finish = finish;
  iface->get_app_url = rj_remote_deployment_get_app_url;
  iface->get_server_url = rj_remote_deployment_get_server_url;
  iface->get_secret = rj_remote_deployment_get_secret;
  iface->is_embedded = rj_remote_deployment_is_embedded;
  iface->fault_async = rj_remote_deployment_fault_async;
  iface->fault_finish = finish;
  iface->stop = rj_remote_deployment_stop;
}

static void
rj_remote_deployment_finalize (GObject *object)
{
  RjRemoteDeployment *self = RJ_REMOTE_DEPLOYMENT (object);

  g_clear_object (&self->http);
  g_clear_object (&self->clock);
  g_free (self->app_url);
  g_free (self->server_url);
  g_free (self->secret);
  G_OBJECT_CLASS (rj_remote_deployment_parent_class)->finalize (object);
}

static void
rj_remote_deployment_class_init (RjRemoteDeploymentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_remote_deployment_finalize;
}

static void
rj_remote_deployment_init (RjRemoteDeployment *self)
{
}

RjRemoteDeployment *
rj_remote_deployment_new (SoupSession *http,
                          RjClock *clock,
                          const char *app_url,
                          const char *server_url,
                          const char *secret,
                          gint64 wait_for_us)
{
  RjRemoteDeployment *self = g_object_new (RJ_TYPE_REMOTE_DEPLOYMENT, NULL);

  self->http = g_object_ref (http);
  self->clock = g_object_ref (clock);
  self->app_url = g_strdup (app_url);
  self->server_url = g_strdup (server_url);
  self->secret = g_strdup (secret);
  self->wait_for_us = wait_for_us;
  return self;
}
