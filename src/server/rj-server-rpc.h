/* An rpc session: what survives the loss of a websocket for 10 s, and runs a client's requests one after the
 * other. Home thread. Source: OpenVidu 2 protocol, sections 4.1, 4.6, 4.7 and 8.2. */
#pragma once

#include <json-glib/json-glib.h>

#include "rj-server-socket.h"

G_BEGIN_DECLS

struct _RjServerParticipant;
struct _RjServerCall;

#define RJ_TYPE_SERVER_RPC (rj_server_rpc_get_type ())
G_DECLARE_FINAL_TYPE (RjServerRpc, rj_server_rpc, RJ, SERVER_RPC, GObject)

struct _RjServerRpc {
  GObject parent_instance;
  RjServerCore *core;
  char *id;
  RjServerSocket *socket;        /* where its notifications go; perhaps closed already */
  char *close_text;              /* of the socket that was lost */
  RjTimer *grace;                /* while it has no socket */
  RjTimer *farewell;             /* after a leave or an eviction */
  GPtrArray *orphans;            /* of RjServerWatchdog: left behind by a ping before connect */
  GQueue queue;                  /* of RjServerCall */
  struct _RjServerCall *running; /* (nullable) */
  gboolean in_run;
  gboolean tried;                           /* a joinRoom came: other words in 803 */
  gboolean joined;                          /* one succeeded */
  struct _RjServerParticipant *participant; /* (nullable): of the last join; NULL when it left */
  gboolean is_gone;                         /* out of core->rpcs */
};

/* A new one that belongs to @socket. Returns: (transfer none) */
RjServerRpc *rj_server_rpc_new (RjServerSocket *socket);
const char *rj_server_rpc_get_ip (RjServerRpc *self);

/* connect: goes on with @socket, which takes over the watchdog */
void rj_server_rpc_resume (RjServerRpc *self, RjServerSocket *socket);

/* Returns: FALSE when there is no open socket */
gboolean rj_server_rpc_notify (RjServerRpc *self, const char *method, JsonObject *params);

void rj_server_rpc_set_participant (RjServerRpc *self, struct _RjServerParticipant *participant);
void rj_server_rpc_forget (RjServerRpc *self, struct _RjServerParticipant *participant);

/* @call: (transfer full): runs when those before it are over */
void rj_server_rpc_enqueue (RjServerRpc *self, struct _RjServerCall *call);
/* The running call is over */
void rj_server_rpc_proceed (RjServerRpc *self);

/* The socket is closed and the rpc session ends in 10 s, unless that is under way */
void rj_server_rpc_close_later (RjServerRpc *self);
void rj_server_rpc_close_socket (RjServerRpc *self, gushort code, const char *text);
/* Ends it now. Whoever is joined through it stays in the session, without a socket. */
void rj_server_rpc_destroy (RjServerRpc *self);
/* At the end of the server */
void rj_server_rpc_abandon (RjServerRpc *self);

/* For all that use @socket: the grace time starts */
void rj_server_rpc_lose_socket (RjServerCore *core, RjServerSocket *socket, const char *text);

G_END_DECLS
