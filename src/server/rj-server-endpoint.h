/* One WebRtcEndpoint on a media node, driven in the order in which the real server does it. Home thread.
 *
 * A publisher has a PassThrough ("hub") beside it, to which subscribers are connected, so that they keep
 * flowing when the publisher's endpoint is replaced. Errors of the operations: RJ_SERVER_ERROR with the
 * code that the client gets (303 when nothing could be created), or the node's own error where the client
 * gets another one per method. A released endpoint ends its operation with G_IO_ERROR_CANCELLED. */
#pragma once

#include "rj-media-node-client.h"

G_BEGIN_DECLS

/* The server's own refusals; the code is the number of the OpenVidu 2 protocol, 4.8 */
#define RJ_SERVER_ERROR (rj_server_error_quark ())
GQuark rj_server_error_quark (void);

#define RJ_TYPE_SERVER_ENDPOINT (rj_server_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (RjServerEndpoint, rj_server_endpoint, RJ, SERVER_ENDPOINT, GObject)

/* Signal "candidate" (const char *candidate, const char *mid, int mline): found by the node */

/* @name: stream id of a publisher, "<own connection>_<stream>" of a subscriber. Candidates may be added at
 * once; they are kept until the endpoint can take them. */
RjServerEndpoint *rj_server_endpoint_new (const char *name);
void rj_server_endpoint_set_name (RjServerEndpoint *self, const char *name);

/* @hub: (nullable): id of the PassThrough to keep; NULL makes one. _finish returns the answer. */
void rj_server_endpoint_publish_async (RjServerEndpoint *self,
                                       RjMediaNodeClient *client,
                                       const char *pipeline,
                                       const char *hub,
                                       const char *offer,
                                       gboolean loopback,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/* @hub: of the publisher. _finish returns the answer. */
void rj_server_endpoint_subscribe_async (RjServerEndpoint *self,
                                         RjMediaNodeClient *client,
                                         const char *pipeline,
                                         const char *hub,
                                         const char *offer,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data);
/* The same with an offer of the node. _finish returns that offer. */
void rj_server_endpoint_prepare_async (RjServerEndpoint *self,
                                       RjMediaNodeClient *client,
                                       const char *pipeline,
                                       const char *hub,
                                       gboolean audio,
                                       gboolean video,
                                       GAsyncReadyCallback callback,
                                       gpointer user_data);
/* After prepare. _finish returns an empty text. */
void rj_server_endpoint_answer_async (RjServerEndpoint *self,
                                      const char *answer,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/* Returns: (transfer full) (nullable): SDP */
char *
rj_server_endpoint_negotiate_finish (RjServerEndpoint *self, GAsyncResult *result, GError **error);

/* Returns: (nullable): id of the PassThrough, once published */
const char *rj_server_endpoint_get_hub (RjServerEndpoint *self);
const char *rj_server_endpoint_get_name (RjServerEndpoint *self); /* (nullable) */
/* Adds its statistics, for REST */
void rj_server_endpoint_describe (RjServerEndpoint *self, JsonObject *object);

void rj_server_endpoint_add_candidate (RjServerEndpoint *self,
                                       const char *candidate,
                                       const char *mid,
                                       gint64 mline);

/* Fire and forget. @with_hub: the PassThrough too. @remote: FALSE when the node is gone. Idempotent. */
void rj_server_endpoint_release (RjServerEndpoint *self, gboolean with_hub, gboolean remote);

G_END_DECLS
