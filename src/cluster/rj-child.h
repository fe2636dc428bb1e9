/* One place in the embedded cluster that a process fills: the server, or media node N. The process may end
 * and be started again on the same port; the place remains. Home thread only. */
#pragma once

#include "rj-event.h"
#include "rj-process.h"

G_BEGIN_DECLS

#define RJ_TYPE_CHILD (rj_child_get_type ())
G_DECLARE_FINAL_TYPE (RjChild, rj_child, RJ, CHILD, GObject)

/* Signals: "ready" (), each time a process of it listens; "ended" (); "event" (RjEvent *event) (transfer
 * none): a line that the process wrote.
 *
 * @subcommand: hidden subcommand of this program, for instance "internal-media-node"
 * @role, @index: for events */
RjChild *rj_child_new (const char *subcommand, const char *role, guint index, RjEventSink *events);

/* Starts the process and hands it @config as its first line; from the second time on with the port that it
 * had. @config: (transfer full) (nullable): NULL repeats the last one */
gboolean rj_child_start (RjChild *self, JsonObject *config, GError **error);

gboolean rj_child_is_running (RjChild *self);
gboolean rj_child_is_ready (RjChild *self);
GPid rj_child_get_pid (RjChild *self);   /* 0: not running */
guint rj_child_get_port (RjChild *self); /* 0: not known yet */
guint rj_child_get_index (RjChild *self);
gboolean rj_child_send_signal (RjChild *self, int signal_number, GError **error);

G_END_DECLS
