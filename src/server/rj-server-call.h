/* One request of a client on its way through the server. Home thread.
 *
 * Whoever handles it ends it with exactly one of _return, _throw, _reply_error, _crash, _drop; the call is
 * freed by that. The answer goes out on the socket on which the request came. */
#pragma once

#include "rj-jsonrpc.h"
#include "rj-server-participant.h"
#include "rj-server-session.h"

G_BEGIN_DECLS

typedef struct _RjServerCall {
  RjServerRpc *rpc;
  RjServerSocket *socket;
  RjFrame *frame;
  RjServerParticipant *participant; /* (nullable): joinRoom, and those that need none */
  char *note;                       /* (nullable): something that a method keeps across its steps */
} RjServerCall;

/* @frame: (transfer full) */
RjServerCall *rj_server_call_new (RjServerRpc *rpc, RjServerSocket *socket, RjFrame *frame);
void rj_server_call_free (RjServerCall *self);

/* @result: (transfer full) (nullable) */
void rj_server_call_return (RjServerCall *self, JsonObject *result);
/* The answer without the end: something comes after it */
void rj_server_call_send_result (RjServerCall *self, JsonObject *result);

/* Shape (a): the text gets ". Code: @code" */
void rj_server_call_throw (RjServerCall *self, int code, const char *format, ...)
  G_GNUC_PRINTF (3, 4);
/* Shape (b). @data: (nullable) "{}" */
void
rj_server_call_reply_error (RjServerCall *self, int code, const char *data, const char *format, ...)
  G_GNUC_PRINTF (4, 5);
/* Code -1: what would be an exception in the real server */
void rj_server_call_crash (RjServerCall *self, const char *text);

/* No answer at all */
void rj_server_call_drop (RjServerCall *self);

/* Whether the participant is still in a session; a call of one that is gone is dropped here. */
gboolean rj_server_call_is_alive (RjServerCall *self);

G_END_DECLS
