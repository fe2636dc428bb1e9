#include "rj-server-endpoint-private.h"

#include "rj-error.h"
#include "rj-json.h"
#include "rj-openvidu2-names.h"

enum { CANDIDATE, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_QUARK (rj_server_error, rj_server_error)
G_DEFINE_FINAL_TYPE (RjServerEndpoint, rj_server_endpoint, G_TYPE_OBJECT)

void
rj_server_endpoint_call (RjServerEndpoint *self,
                         const char *method,
                         JsonObject *params,
                         GAsyncReadyCallback callback)
{
  rj_media_node_client_call_async (self->client, method, params, callback,
                                   callback == NULL ? NULL : g_object_ref (self));
}

void
rj_server_endpoint_invoke_text (RjServerEndpoint *self,
                                const char *operation,
                                const char *argument,
                                const char *value,
                                GAsyncReadyCallback callback)
{
  rj_server_endpoint_call (self, RJ_KMS_INVOKE,
                           rj_kms_invoke_text (NULL, self->object, operation, argument, value),
                           callback);
}

void
rj_server_endpoint_subscribe (RjServerEndpoint *self,
                              const char *object,
                              const char *event,
                              GAsyncReadyCallback callback)
{
  rj_server_endpoint_call (self, RJ_KMS_SUBSCRIBE, rj_kms_subscribe (NULL, object, event),
                           callback);
}

void
rj_server_endpoint_send_candidate (RjServerEndpoint *self, const RjKmsCandidate *candidate)
{
  rj_server_endpoint_call (self, RJ_KMS_INVOKE,
                           rj_kms_invoke_candidate (NULL, self->object, candidate->candidate,
                                                    candidate->mid, candidate->mline),
                           NULL);
}

void
rj_server_endpoint_on_event (const RjKmsEvent *event, gpointer user_data)
{
  RjServerEndpoint *self = user_data;

  if (event->candidate != NULL)
    rj_server_stats_note_candidate (self->stats, FALSE, event->candidate->candidate,
                                    event->candidate->mid, event->candidate->mline);
  else
    rj_server_stats_note_event (self->stats, event);
  if (event->candidate != NULL && !self->released)
    g_signal_emit (self, signals[CANDIDATE], 0, event->candidate->candidate, event->candidate->mid,
                   (int) event->candidate->mline);
}

void
rj_server_endpoint_release_object (RjServerEndpoint *self, char **id, gboolean remote)
{
  if (*id == NULL)
    return;
  rj_media_node_client_watch (self->client, *id, NULL, NULL);
  if (remote)
    rj_media_node_client_release (self->client, *id);
  g_clear_pointer (id, g_free);
}

char *
rj_server_endpoint_negotiate_finish (RjServerEndpoint *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
rj_server_endpoint_get_hub (RjServerEndpoint *self)
{
  return self->hub;
}

void
rj_server_endpoint_set_name (RjServerEndpoint *self, const char *name)
{
  g_free (self->name);
  self->name = g_strdup (name);
}

void
rj_server_endpoint_add_candidate (RjServerEndpoint *self,
                                  const char *candidate,
                                  const char *mid,
                                  gint64 mline)
{
  g_autoptr (RjKmsCandidate) kept = g_new0 (RjKmsCandidate, 1);

  *kept = (RjKmsCandidate){ g_strdup (candidate), g_strdup (mid), mline };
  rj_server_stats_note_candidate (self->stats, TRUE, candidate, mid, mline);
  if (self->negotiated)
    rj_server_endpoint_send_candidate (self, kept);
  else if (!self->released)
    g_ptr_array_add (self->early, g_steal_pointer (&kept));
}

void
rj_server_endpoint_release (RjServerEndpoint *self, gboolean with_hub, gboolean remote)
{
  if (self->released)
    return;
  self->released = TRUE;
  self->released_hub = with_hub && self->work == RJ_SERVER_WORK_PUBLISH;
  self->negotiated = FALSE;
  if (self->client == NULL)
    return;
  if (self->released_hub && self->hub != NULL && remote && self->hub_subscription != NULL)
    rj_server_endpoint_call (self, RJ_KMS_UNSUBSCRIBE,
                             rj_kms_unsubscribe (NULL, self->hub, self->hub_subscription), NULL);
  if (self->released_hub)
    rj_server_endpoint_release_object (self, &self->hub, remote);
  else if (self->work == RJ_SERVER_WORK_PUBLISH && self->object != NULL && self->hub != NULL &&
           remote)
    rj_server_endpoint_invoke_text (self, RJ_KMS_UNLINK, "sink", self->hub, NULL);
  rj_server_endpoint_release_object (self, &self->object, remote);
}

RjServerEndpoint *
rj_server_endpoint_new (const char *name)
{
  RjServerEndpoint *self = g_object_new (RJ_TYPE_SERVER_ENDPOINT, NULL);

  self->name = g_strdup (name);
  return self;
}

static void
rj_server_endpoint_finalize (GObject *object)
{
  RjServerEndpoint *self = RJ_SERVER_ENDPOINT (object);

  if (self->client != NULL && self->object != NULL)
    rj_media_node_client_watch (self->client, self->object, NULL, NULL);
  g_clear_object (&self->client);
  g_ptr_array_unref (self->early);
  rj_server_stats_free (self->stats);
  g_free (self->name);
  g_free (self->pipeline);
  g_free (self->object);
  g_free (self->hub);
  g_free (self->hub_subscription);
  g_free (self->sdp);
  g_free (self->result);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (rj_server_endpoint_parent_class)->finalize (object);
}

static void
rj_server_endpoint_class_init (RjServerEndpointClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_server_endpoint_finalize;
  signals[CANDIDATE] =
    g_signal_new ("candidate", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_INT);
}

static void
rj_server_endpoint_init (RjServerEndpoint *self)
{
  self->stats = rj_server_stats_new (g_get_real_time () / 1000);
  self->early = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_kms_candidate_free);
}

void
rj_server_endpoint_describe (RjServerEndpoint *self, JsonObject *object)
{
  rj_server_stats_describe (self->stats, self->name, object);
}

const char *
rj_server_endpoint_get_name (RjServerEndpoint *self)
{
  return self->name;
}
