#include "rj-server-participant.h"

#include "rj-json.h"
#include "rj-openvidu2-candidate.h"
#include "rj-openvidu2-metadata.h"
#include "rj-openvidu2-names.h"
#include "rj-server-evict.h"
#include "rj-server-record.h"

G_DEFINE_FINAL_TYPE (RjServerParticipant, rj_server_participant, G_TYPE_OBJECT)

static void
subscription_free (gpointer data)
{
  RjServerSubscription *subscription = data;

  g_object_unref (subscription->endpoint);
  g_free (subscription->stream);
  g_clear_pointer (&subscription->told, rj_ov2_stream_free);
  g_free (subscription);
}

RjServerParticipant *
rj_server_participant_new (RjServerToken *token,
                           const char *client_data,
                           const char *platform,
                           RjServerRpc *rpc)
{
  RjServerParticipant *self = g_object_new (RJ_TYPE_SERVER_PARTICIPANT, NULL);

  self->connection = g_strdup (token->connection);
  self->token = token;
  self->has_record = TRUE;
  self->client_data = g_strdup (client_data);
  self->metadata = rj_ov2_metadata_join (client_data, token->server_data);
  self->platform = g_strdup (platform);
  self->active_ms = rj_server_now_ms ();
  self->rpc = g_object_ref (rpc);
  self->ip = g_strdup (rj_server_rpc_get_ip (rpc));
  rj_server_participant_renew_publisher (self);
  return self;
}

gboolean
rj_server_participant_has_role (RjServerParticipant *self, const char *role)
{
  return g_str_equal (self->token->role, role);
}

char *
rj_server_participant_dup_name (RjServerParticipant *self)
{
  return rj_ov2_metadata_get_name (self->client_data);
}

static void
send_candidate (RjServerParticipant *self,
                RjServerEndpoint *endpoint,
                const char *sender,
                const char *candidate,
                const char *mid,
                int mline)
{
  RjOv2Candidate message = { (char *) sender, (char *) rj_server_endpoint_get_name (endpoint),
                             (char *) candidate, (char *) mid, mline };
  g_autoptr (JsonObject) params = rj_ov2_candidate_build (&message);

  rj_server_participant_notify (self, RJ_OV2_ICE_CANDIDATE, params);
}

static void
on_publisher_candidate (RjServerEndpoint *endpoint,
                        const char *candidate,
                        const char *mid,
                        int mline,
                        RjServerParticipant *self)
{
  send_candidate (self, endpoint, self->connection, candidate, mid, mline);
}

static void
on_subscriber_candidate (RjServerEndpoint *endpoint,
                         const char *candidate,
                         const char *mid,
                         int mline,
                         RjServerParticipant *self)
{
  const char *sender = rj_ov2_stream_get_connection (rj_server_endpoint_get_name (endpoint));

  send_candidate (self, endpoint, sender, candidate, mid, mline);
}

void
rj_server_participant_renew_publisher (RjServerParticipant *self)
{
  g_clear_object (&self->publisher);
  if (rj_server_participant_has_role (self, "SUBSCRIBER"))
    return;
  self->publisher = rj_server_endpoint_new (NULL);
  g_signal_connect_object (self->publisher, "candidate", G_CALLBACK (on_publisher_candidate), self,
                           0);
}

RjServerSubscription *
rj_server_participant_want_subscription (RjServerParticipant *self, const char *connection)
{
  RjServerSubscription *subscription = g_hash_table_lookup (self->subscriptions, connection);

  if (subscription != NULL)
    return subscription;
  subscription = g_new0 (RjServerSubscription, 1);
  subscription->endpoint = rj_server_endpoint_new (NULL);
  g_signal_connect_object (subscription->endpoint, "candidate",
                           G_CALLBACK (on_subscriber_candidate), self, 0);
  g_hash_table_insert (self->subscriptions, g_strdup (connection), subscription);
  return subscription;
}

void
rj_server_participant_drop_subscription (RjServerParticipant *self,
                                         const char *connection,
                                         const char *reason,
                                         gboolean remote)
{
  RjServerSubscription *subscription = g_hash_table_lookup (self->subscriptions, connection);

  if (subscription == NULL)
    return;
  rj_server_endpoint_release (subscription->endpoint, FALSE, remote);
  if (reason != NULL)
    rj_server_record_unsubscribed (self, connection, subscription, reason);
  g_hash_table_remove (self->subscriptions, connection);
}

void
rj_server_participant_release_publisher (RjServerParticipant *self,
                                         const char *reason,
                                         gboolean remote)
{
  if (self->publisher != NULL)
    rj_server_endpoint_release (self->publisher, TRUE, remote);
  if (reason != NULL)
    rj_server_record_unpublished (self, reason);
  rj_server_participant_renew_publisher (self);
  g_clear_pointer (&self->stream, rj_ov2_stream_free);
}

void
rj_server_participant_release_media (RjServerParticipant *self, const char *reason, gboolean remote)
{
  g_autofree gpointer *keys = g_hash_table_get_keys_as_array (self->subscriptions, NULL);
  g_auto (GStrv) publishers = g_strdupv ((char **) keys);

  for (guint i = 0; publishers[i] != NULL; i++)
    rj_server_participant_drop_subscription (self, publishers[i], reason, remote);
  rj_server_participant_release_publisher (self, reason, remote);
}

void
rj_server_participant_notify (RjServerParticipant *self, const char *method, JsonObject *params)
{
  if (self->rpc == NULL)
    return;
  if (rj_server_rpc_notify (self->rpc, method, params) || self->session == NULL)
    return;
  g_debug ("%s: %s found no socket", self->connection, method);
  rj_server_evict (self, rj_json_get_string (params, "reason", ""));
}

static void
rj_server_participant_finalize (GObject *object)
{
  RjServerParticipant *self = RJ_SERVER_PARTICIPANT (object);

  g_hash_table_unref (self->subscriptions);
  g_clear_object (&self->publisher);
  g_clear_pointer (&self->stream, rj_ov2_stream_free);
  g_clear_object (&self->rpc);
  rj_server_token_free (self->token);
  g_free (self->connection);
  g_free (self->metadata);
  g_free (self->client_data);
  g_free (self->platform);
  g_free (self->ip);
  g_free (self->user_id);
  G_OBJECT_CLASS (rj_server_participant_parent_class)->finalize (object);
}

static void
rj_server_participant_class_init (RjServerParticipantClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_server_participant_finalize;
}

static void
rj_server_participant_init (RjServerParticipant *self)
{
  self->subscriptions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, subscription_free);
}
