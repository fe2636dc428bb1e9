/* What tells of runs that did not pass, in one folder that can be sent to somebody else: reports, event log, plan,
 * versions, how to repeat the worst run, and for each participant that did not come back its state, the SDPs of its
 * last attempt and its last messages. The folder comes to be with the first run that did not pass. No secret is in
 * it. Main thread. */
#pragma once

#include "rj-event.h"
#include "rj-run-options.h"
#include "rj-series.h"

G_BEGIN_DECLS

typedef struct _RjBundle RjBundle;

/* Before the first run. The folder must not be there yet, or be empty. @argv: what stood behind "rejoin run". Errors:
 * RJ_ERROR_USAGE, RJ_ERROR_ENVIRONMENT: there is something already, or nothing can be written */
RjBundle *rj_bundle_new (const RjRunOptions *options, const char *const *argv, GError **error);
void rj_bundle_free (RjBundle *self);

/* Whatever the runs do goes here. @run: id of the one that begins. Returns: (transfer none) */
RjEventSink *rj_bundle_begin_run (RjBundle *self, const char *run);
/* participant → RjTape, to be filled by the run that has begun. Returns: (transfer none) */
GHashTable *rj_bundle_get_tapes (RjBundle *self);
/* After each run */
void rj_bundle_end_run (RjBundle *self, const RjResult *result, guint seed);
/* After all. Returns: FALSE: there is none, because all has passed, or with @error */
gboolean rj_bundle_end (RjBundle *self, const RjSeries *series, GError **error);

G_END_DECLS
