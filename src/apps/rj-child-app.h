/* What the internal subcommands share, the child processes of the embedded cluster: the configuration comes
 * as the first line of standard input, events go to a descriptor. Main thread. */
#pragma once

#include "rj-event-log.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Blocks until the line is there. Returns: (transfer full) (nullable): NULL after a message on stderr, when
 * somebody started the subcommand by hand */
JsonObject *rj_child_app_read_config (void);

/* Returns: (transfer full): where the parent listens */
RjEventSink *rj_child_app_open_events (void);

/* Tells the parent that this process listens on @port. */
void rj_child_app_say_ready (RjEventSink *events, guint port);

G_END_DECLS
