/* Watches one media node: connected, suspect, crashed. Home thread.
 *
 *   connecting -> connected -> suspect -> crashed        suspect -> connected, crashed -> connected
 *
 * Timing of the real server (OpenVidu 2 protocol, 8.4 and 12.2), for crash_after = 3.5 s: the control socket
 * closes, one attempt at once; then attempts at 0.5, 1.0, 1.5, 2.0 and 2.5 s, none at 3.0 s, and the crash
 * is declared at 3.5 s. Only an attempt notices that the node is back. After the declaration the same cycle
 * goes on for ever. Other values of crash_after stretch or shrink everything. */
#pragma once

#include "rj-media-node-client.h"

G_BEGIN_DECLS

typedef enum {
  RJ_NODE_CONNECTING,
  RJ_NODE_CONNECTED,
  RJ_NODE_SUSPECT,
  RJ_NODE_CRASHED,
  RJ_N_NODE_STATES,
} RjNodeState;

#define RJ_TYPE_NODE_WATCHER (rj_node_watcher_get_type ())
G_DECLARE_FINAL_TYPE (RjNodeWatcher, rj_node_watcher, RJ, NODE_WATCHER, GObject)

/* Signals:
 *   "control-closed" ()         the socket was lost
 *   "suspect" ()                and could not be opened again at once
 *   "crashed" ()                declared
 *   "connected" (gboolean again, gboolean same_process, gboolean was_crashed)   @again: not for the first
 *                               time; @was_crashed: it had been declared crashed */

/* @index: number of the node. @id: (transfer full): "media_…" */
RjNodeWatcher *
rj_node_watcher_new (guint index, char *id, const char *url, gint64 crash_after_us, RjClock *clock);

/* Starts connecting, until it works */
void rj_node_watcher_start (RjNodeWatcher *self);

RjNodeState rj_node_watcher_get_state (RjNodeWatcher *self);
guint rj_node_watcher_get_index (RjNodeWatcher *self);
const char *rj_node_watcher_get_id (RjNodeWatcher *self);  /* "media_…" */
const char *rj_node_watcher_get_url (RjNodeWatcher *self); /* of the control socket */
char *rj_node_watcher_dup_host (RjNodeWatcher *self);      /* of that URL; "" without one */
/* Wall clock, ms: when it was connected the last time; when it was lost (0: it is not) */
gint64 rj_node_watcher_get_connected_ms (RjNodeWatcher *self);
gint64 rj_node_watcher_get_lost_ms (RjNodeWatcher *self);
RjMediaNodeClient *rj_node_watcher_get_client (RjNodeWatcher *self); /* (transfer none) */

void rj_node_watcher_stop (RjNodeWatcher *self);

G_END_DECLS
