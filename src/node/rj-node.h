/* A media node: serves the Kurento protocol on ws://127.0.0.1:<port>/kurento and forwards media.
 *
 * Stands where a Kurento Media Server stands: towards an OpenVidu server (ours or a real one) and towards browsers
 * and native participants. A killed process is simply gone; a new one on the same port knows nothing and says so
 * (40007, 40101). Home thread only; media run in a bounded number of threads of its own. */
#pragma once

#include <glib-object.h>

#include "rj-node-config.h"

G_BEGIN_DECLS

#define RJ_TYPE_NODE (rj_node_get_type ())
G_DECLARE_FINAL_TYPE (RjNode, rj_node, RJ, NODE, GObject)

/* Returns: (transfer full) */
RjNode *rj_node_new (const RjNodeConfig *config);

/* Warms DTLS, then listens on 127.0.0.1. Errors: RJ_ERROR_ENVIRONMENT (port in use, no crypto) */
gboolean rj_node_listen (RjNode *self, GError **error);
/* Returns: 0 before it listens */
guint rj_node_get_port (RjNode *self);

/* Closes all connections, releases everything, ends the media threads. */
void rj_node_close (RjNode *self);

guint rj_node_count_connections (RjNode *self);
guint rj_node_count_objects (RjNode *self);

/* --- as a process of its own --- */

/* Called once, when it listens */
typedef void (*RjNodeReadyFunc) (guint port, gpointer user_data);

/* Runs a node until SIGTERM or SIGINT. Claims the home thread. Errors go to stderr.
 * Returns: exit code: 0 stopped by a signal, 4 could not start */
int rj_node_main (const RjNodeConfig *config, RjNodeReadyFunc ready, gpointer user_data);

G_END_DECLS
