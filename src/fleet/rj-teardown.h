/* Waits at the end of a run until everything that carried media is gone, and says so if it is not: whoever
 * leaves something behind each time that somebody rejoins cannot run for long. Home thread only. */
#pragma once

#include <gio/gio.h>

#include "rj-clock.h"
#include "rj-event.h"

G_BEGIN_DECLS

/* For everything together. One pipeline that hangs is given up after RJ_REAPER_PATIENCE_US. */
#define RJ_TEARDOWN_LIMIT_US (6 * G_USEC_PER_SEC)

/* How many were made, are gone, and hang: rj_peer_census_get() */
typedef void (*RjTeardownCensus) (guint *made, guint *finalized, guint *hung);

/* Done when all that were made are finalized or hang, or after RJ_TEARDOWN_LIMIT_US. Before that it emits a
 * warning into @events unless all are finalized. There are no errors. */
void rj_teardown_wait_async (RjClock *clock,
                             RjEventSink *events,
                             RjTeardownCensus census,
                             GAsyncReadyCallback callback,
                             gpointer user_data);

/* Returns: whether all were finalized */
gboolean rj_teardown_wait_finish (GAsyncResult *result);

G_END_DECLS
