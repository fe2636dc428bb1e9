#include "rj-deployment.h"

G_DEFINE_INTERFACE (RjDeployment, rj_deployment, G_TYPE_OBJECT)

static guint lost_signal;

static void
rj_deployment_default_init (RjDeploymentInterface *iface)
{
  lost_signal = g_signal_new ("lost", G_TYPE_FROM_INTERFACE (iface), G_SIGNAL_RUN_LAST, 0, NULL,
                              NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

void
rj_deployment_tell_lost (RjDeployment *self, const GError *error)
{
  g_signal_emit (self, lost_signal, 0, error);
}

void
rj_deployment_start_async (RjDeployment *self,
                           RjEventSink *events,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  RJ_DEPLOYMENT_GET_IFACE (self)->start_async (self, events, cancellable, callback, user_data);
}

gboolean
rj_deployment_start_finish (RjDeployment *self, GAsyncResult *result, GError **error)
{
  return RJ_DEPLOYMENT_GET_IFACE (self)->start_finish (self, result, error);
}

const char *
rj_deployment_get_app_url (RjDeployment *self)
{
  return RJ_DEPLOYMENT_GET_IFACE (self)->get_app_url (self);
}

const char *
rj_deployment_get_server_url (RjDeployment *self)
{
  return RJ_DEPLOYMENT_GET_IFACE (self)->get_server_url (self);
}

const char *
rj_deployment_get_secret (RjDeployment *self)
{
  return RJ_DEPLOYMENT_GET_IFACE (self)->get_secret (self);
}

gboolean
rj_deployment_is_embedded (RjDeployment *self)
{
  return RJ_DEPLOYMENT_GET_IFACE (self)->is_embedded (self);
}

void
rj_deployment_fault_async (RjDeployment *self,
                           const char *what,
                           const char *target,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  RJ_DEPLOYMENT_GET_IFACE (self)->fault_async (self, what, target, cancellable, callback,
                                               user_data);
}

gboolean
rj_deployment_fault_finish (RjDeployment *self, GAsyncResult *result, GError **error)
{
  return RJ_DEPLOYMENT_GET_IFACE (self)->fault_finish (self, result, error);
}

void
rj_deployment_stop (RjDeployment *self)
{
  RJ_DEPLOYMENT_GET_IFACE (self)->stop (self);
}
