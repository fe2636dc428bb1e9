/* Takes media nodes out of service in order, and back, as an operator does: the OpenVidu servers are told to let
 * go of the node (DELETE media-nodes, so that its sessions are closed with mediaServerDisconnect), its process
 * gets SIGTERM; and the other way round it is started, the servers are told of it (POST media-nodes), and
 * everything goes on when they are connected. A server with a single media node cannot be told and sees only that
 * the node goes. Home thread. */
#pragma once

#include <gio/gio.h>

#include "rj-child.h"
#include "rj-clock.h"

G_BEGIN_DECLS

/* Between two nodes, so that whoever was thrown out can settle */
#define RJ_ROLL_PAUSE_US (3 * G_USEC_PER_SEC)

#define RJ_TYPE_ROLL (rj_roll_get_type ())
G_DECLARE_FINAL_TYPE (RjRoll, rj_roll, RJ, ROLL, GObject)

RjRoll *rj_roll_new (const char *secret, RjClock *clock);

/* @servers: (transfer full): URLs of OpenVidu servers. One that does not answer is passed over.
 * @nodes: (transfer full): of RjChild, one after the other. @again: FALSE: they stay away */
void rj_roll_async (RjRoll *self,
                    char **servers,
                    GPtrArray *nodes,
                    gboolean again,
                    GAsyncReadyCallback callback,
                    gpointer user_data);
gboolean rj_roll_finish (RjRoll *self, GAsyncResult *result, GError **error);

/* Whether the end of @node's process is wanted: it is under way, or was taken out for good */
gboolean rj_roll_expects_end (RjRoll *self, RjChild *node);

/* What is under way ends with G_IO_ERROR_CANCELLED. */
void rj_roll_stop (RjRoll *self);

G_END_DECLS
