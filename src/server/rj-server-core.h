/* What all parts of one server share: its configuration, clock, dice, and who is there. Home thread. */
#pragma once

#include "rj-clock.h"
#include "rj-dice.h"
#include "rj-event.h"
#include "rj-node-watcher.h"
#include "rj-server-config.h"
#include "rj-webhook.h"

G_BEGIN_DECLS

#define RJ_TYPE_SERVER_CORE (rj_server_core_get_type ())
G_DECLARE_FINAL_TYPE (RjServerCore, rj_server_core, RJ, SERVER_CORE, GObject)

struct _RjServerCore {
  GObject parent_instance;
  RjServerConfig *config;
  RjClock *clock;
  RjDice *dice;
  RjEventSink *events;  /* (nullable) */
  RjWebhook *webhook;   /* (nullable) */
  char *public_url;     /* "http://127.0.0.1:4443", no slash at the end */
  char *ws_origin;      /* the same with ws or wss */
  GHashTable *sessions; /* id -> RjServerSession */
  GHashTable *rpcs;     /* rpc session id -> RjServerRpc */
  GPtrArray *nodes;     /* of RjNodeWatcher */
  GPtrArray *removed;   /* of RjNodeWatcher: those that an operator took away */
  GHashTable *lost;     /* methods whose first answer was lost, with the quirk lost-answers */
};

RjServerCore *
rj_server_core_new (const RjServerConfig *config, RjClock *clock, RjEventSink *events);
void rj_server_core_set_public_url (RjServerCore *self, const char *url);

/* The connected node with the fewest sessions; one that does not answer, because it is frozen, comes last.
 * @wanted: (nullable): id of the only one that will do. Returns: (transfer none) (nullable) */
RjNodeWatcher *rj_server_core_choose_node (RjServerCore *self, const char *wanted);

/* Whether it began with several media nodes: then it speaks as the clustered editions do */
gboolean rj_server_core_is_cluster (RjServerCore *self);

/* @session: (nullable). Returns: (transfer full): source "cluster" */
RjEvent *rj_server_core_new_event (const char *type, const char *session);
/* @event: (transfer full) */
void rj_server_core_emit (RjServerCore *self, RjEvent *event);

/* Sessions and rpc sessions are let go. The nodes are stopped. */
void rj_server_core_close (RjServerCore *self);

gint64 rj_server_now_ms (void); /* of the wall clock */

G_END_DECLS
