/* An endpoint, shared by its two files: what it is (rj-server-endpoint.c) and the steps of its operations
 * (rj-server-negotiation.c). */
#pragma once

#include "rj-server-endpoint.h"
#include "rj-server-stats.h"

G_BEGIN_DECLS

typedef enum {
  RJ_SERVER_WORK_PUBLISH,
  RJ_SERVER_WORK_SUBSCRIBE,
  RJ_SERVER_WORK_PREPARE,
  RJ_SERVER_WORK_ANSWER,
} RjServerWork;

struct _RjServerEndpoint {
  GObject parent_instance;
  char *name;
  RjMediaNodeClient *client; /* (nullable): before the first operation */
  char *pipeline;
  char *object; /* (nullable): id on the node */
  char *hub;    /* (nullable) */
  char *hub_subscription;
  GPtrArray *early; /* RjKmsCandidate: those that came before the endpoint could take them */
  RjServerStats *stats;
  gboolean negotiated;
  gboolean released;
  gboolean released_hub;

  /* the operation under way */
  GTask *task;
  RjServerWork work;
  char *sdp;    /* of the client */
  char *result; /* of the node */
  gboolean loopback;
  gboolean audio;
  gboolean video;
  guint n_creating;
  GError *failure;
};

/* @params: (transfer full). @callback: (nullable): gets a reference of its own on @self */
void rj_server_endpoint_call (RjServerEndpoint *self,
                              const char *method,
                              JsonObject *params,
                              GAsyncReadyCallback callback);
void rj_server_endpoint_invoke_text (RjServerEndpoint *self,
                                     const char *operation,
                                     const char *argument,
                                     const char *value,
                                     GAsyncReadyCallback callback);
void rj_server_endpoint_subscribe (RjServerEndpoint *self,
                                   const char *object,
                                   const char *event,
                                   GAsyncReadyCallback callback);
void rj_server_endpoint_send_candidate (RjServerEndpoint *self, const RjKmsCandidate *candidate);

/* Releases what @id names on the node, unless @remote is FALSE, and forgets it */
void rj_server_endpoint_release_object (RjServerEndpoint *self, char **id, gboolean remote);

/* Of the node, about this endpoint */
void rj_server_endpoint_on_event (const RjKmsEvent *event, gpointer user_data);

G_END_DECLS
