/* What happens in a server, in the words of OpenVidu's webhooks. Home thread. Does nothing when the server has no
 * webhook. Names and members are those of openvidu-server's "CDR" events; members that the open sources leave to
 * other editions (nodes) follow OpenVidu's documentation. */
#pragma once

#include "rj-server-session.h"

G_BEGIN_DECLS

/* Names of all events that this server can tell; NULL at the end */
extern const char *const rj_server_record_events[];

void rj_server_record_session_created (RjServerSession *session);
/* @reason: why the last one left, or the session was closed */
void rj_server_record_session_destroyed (RjServerSession *session, const char *reason);

void rj_server_record_joined (RjServerParticipant *participant);
void rj_server_record_left (RjServerParticipant *participant, const char *reason);

/* The stream of @participant */
void rj_server_record_published (RjServerParticipant *participant);
void rj_server_record_unpublished (RjServerParticipant *participant, const char *reason);

/* The subscription of @participant to @publisher */
void rj_server_record_subscribed (RjServerParticipant *participant,
                                  const char *publisher,
                                  const RjServerSubscription *subscription);
void rj_server_record_unsubscribed (RjServerParticipant *participant,
                                    const char *publisher,
                                    const RjServerSubscription *subscription,
                                    const char *reason);

/* @from: (nullable): by REST. @to: (element-type utf8): connections, none: everybody. @type, @data: (nullable) */
void rj_server_record_signal (
  RjServerSession *session, const char *from, GPtrArray *to, const char *type, const char *data);

/* Before its sessions are closed */
void rj_server_record_node_crashed (RjServerCore *core, RjNodeWatcher *node);
void rj_server_record_node_recovered (RjServerCore *core, RjNodeWatcher *node);
/* @from: (nullable): "launching", "running", "terminating", "terminated" */
void rj_server_record_node_status (RjServerCore *core,
                                   RjNodeWatcher *node,
                                   const char *from,
                                   const char *to);

G_END_DECLS
