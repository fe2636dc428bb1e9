/* The media nodes of a server: what follows from their fate; adding and removing them by an operator's word. Home
 * thread. Source: OpenVidu 2 protocol, sections 8.4, 8.5 and 8.7. */
#pragma once

#include "rj-server-session.h"

G_BEGIN_DECLS

/* Starts watching a node of core->nodes */
void rj_server_watch_node (RjServerCore *core, RjNodeWatcher *node);

/* @url: of its control socket. It becomes usable when it is connected; a node that was there before gets its old
 * number. Returns: (transfer none) */
RjNodeWatcher *rj_server_add_node (RjServerCore *core, const char *url);

/* Closes its sessions with mediaServerDisconnect and forgets it */
void rj_server_remove_node (RjServerCore *core, RjNodeWatcher *node);

/* @name: id or URL. Returns: (transfer none) (nullable) */
RjNodeWatcher *rj_server_find_node (RjServerCore *core, const char *name);
guint rj_server_count_sessions (RjServerCore *core, RjNodeWatcher *node);

G_END_DECLS
