/* One membership of a session: somebody who joined. Home thread. Known by its connection id. */
#pragma once

#include "rj-openvidu2-stream.h"
#include "rj-server-endpoint.h"
#include "rj-server-rpc.h"
#include "rj-server-tokens.h"

G_BEGIN_DECLS

#define RJ_TYPE_SERVER_PARTICIPANT (rj_server_participant_get_type ())
G_DECLARE_FINAL_TYPE (RjServerParticipant, rj_server_participant, RJ, SERVER_PARTICIPANT, GObject)

typedef struct {
  RjServerEndpoint *endpoint;
  char *stream; /* (nullable): NULL as long as there are only early candidates */
  gint64 created_ms;
  RjOv2Stream
    *told; /* (nullable): the stream as it was when the webhook was told of the subscription */
} RjServerSubscription;

struct _RjServerParticipant {
  GObject parent_instance;
  char *connection;
  RjServerToken *token;
  gboolean has_record; /* FALSE for joins with the secret */
  gboolean is_special; /* RECORDER, SPEECH_TO_TEXT: never announced, never listed */
  char *metadata;      /* of client and token */
  char *client_data;
  char *platform;
  char *ip;
  char *user_id; /* (nullable) */
  gint64 active_ms;
  RjServerRpc *rpc;                 /* where its notifications go */
  struct _RjServerSession *session; /* (unowned) (nullable): NULL after it left */
  RjOv2Stream *stream;              /* (nullable): what it publishes */
  gint64 published_ms;              /* since when; a reconnection leaves it */
  RjServerEndpoint *publisher;      /* (nullable): NULL for SUBSCRIBERs; keeps early candidates */
  GHashTable *subscriptions;        /* connection of the publisher -> RjServerSubscription */
};

/* @token: (transfer full) */
RjServerParticipant *rj_server_participant_new (RjServerToken *token,
                                                const char *client_data,
                                                const char *platform,
                                                RjServerRpc *rpc);

gboolean rj_server_participant_has_role (RjServerParticipant *self, const char *role);
/* Returns: (transfer full) (nullable): name in its client data */
char *rj_server_participant_dup_name (RjServerParticipant *self);

/* A publisher that can take candidates, but is nothing yet; what was there must have been released.
 * Nothing for a SUBSCRIBER. */
void rj_server_participant_renew_publisher (RjServerParticipant *self);

/* Returns: (transfer none): made if it is not there */
RjServerSubscription *rj_server_participant_want_subscription (RjServerParticipant *self,
                                                               const char *connection);
/* Releases and forgets it. @reason: (nullable): for the webhook; NULL: nothing that anybody was told of ends */
void rj_server_participant_drop_subscription (RjServerParticipant *self,
                                              const char *connection,
                                              const char *reason,
                                              gboolean remote);

/* The stream and all that hangs on it; @remote: FALSE when the node is gone */
void rj_server_participant_release_media (RjServerParticipant *self,
                                          const char *reason,
                                          gboolean remote);
void rj_server_participant_release_publisher (RjServerParticipant *self,
                                              const char *reason,
                                              gboolean remote);

/* Sends a notification. @params: (transfer none). A participant whose socket is closed is evicted at once
 * with the notification's reason or "" (OpenVidu 2 protocol, 8.2). Nobody there: nothing happens. */
void
rj_server_participant_notify (RjServerParticipant *self, const char *method, JsonObject *params);

G_END_DECLS
