/* The part of the app server that talks to the OpenVidu server's REST API: makes sessions and connections,
 * with the repetitions of the fault-tolerance tutorial. Home thread only.
 *
 * All calls end in rj_token_broker_finish(); errors are RJ_HTTP_ERROR with the status, or those of GIO. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "rj-clock.h"

G_BEGIN_DECLS

#define RJ_TYPE_TOKEN_BROKER (rj_token_broker_get_type ())
G_DECLARE_FINAL_TYPE (RjTokenBroker, rj_token_broker, RJ, TOKEN_BROKER, GObject)

RjTokenBroker *rj_token_broker_new (const char *openvidu_url, const char *secret, RjClock *clock);

/* Session (an existing one is fine), then connection. Result: the token */
void rj_token_broker_get_token_async (RjTokenBroker *self,
                                      const char *session,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/* @body: as for POST /openvidu/api/sessions. Result: the session id */
void rj_token_broker_create_session_async (RjTokenBroker *self,
                                           JsonObject *body,
                                           GCancellable *cancellable,
                                           GAsyncReadyCallback callback,
                                           gpointer user_data);
/* @body: as for POST …/connection. Result: the token */
void rj_token_broker_create_connection_async (RjTokenBroker *self,
                                              const char *session,
                                              JsonObject *body,
                                              GCancellable *cancellable,
                                              GAsyncReadyCallback callback,
                                              gpointer user_data);
/* Returns: (transfer full) (nullable) */
char *rj_token_broker_finish (RjTokenBroker *self, GAsyncResult *result, GError **error);

G_END_DECLS
