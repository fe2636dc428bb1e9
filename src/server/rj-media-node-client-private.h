/* The media node client, shared by its two files: calls (rj-media-node-client.c) and opening
 * (rj-media-node-opening.c). */
#pragma once

#include <libsoup/soup.h>

#include "rj-media-node-client.h"

G_BEGIN_DECLS

struct _RjMediaNodeClient {
  GObject parent_instance;
  char *url;
  RjClock *clock;
  gint64 open_limit_us;
  SoupSession *http;
  SoupWebsocketConnection *socket; /* (nullable) */
  GCancellable *opening;           /* (nullable): while open_async runs without a socket */
  RjTimer *limit;                  /* of opening */
  RjTimer *heartbeat;
  char *session; /* (nullable): of the node, kept across sockets and processes */
  gint64 last_id;
  gint64 unheard_us;   /* when the first request was sent that nothing has followed; -1: none */
  GHashTable *pending; /* gint64* (in Pending) -> Pending */
  GHashTable *watches; /* object id -> Watch */
  gboolean ready;
  gboolean same_process; /* as before the last opening */
  gboolean closed;
};

/* Sends also while the node is being greeted, and without a session of its own accord */
void rj_media_node_client_call_raw (RjMediaNodeClient *self,
                                    const char *method,
                                    JsonObject *params,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data);

/* @socket: (transfer full) */
void rj_media_node_client_adopt (RjMediaNodeClient *self, SoupWebsocketConnection *socket);
void rj_media_node_client_start_heartbeat (RjMediaNodeClient *self);

/* Pending calls fail. _lose_ also tells the owner, if the node had been greeted. */
void rj_media_node_client_drop_socket (RjMediaNodeClient *self, const char *why);
void rj_media_node_client_lose_socket (RjMediaNodeClient *self, const char *why);

G_END_DECLS
