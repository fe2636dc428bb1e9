/* One run with everything that belongs to it and to no other: id, dice, deployment, media engine, runner, measure.
 * A series makes one after the other. Main thread; runs the default main context. */
#pragma once

#include "rj-event.h"
#include "rj-measure.h"
#include "rj-run-options.h"

G_BEGIN_DECLS

typedef struct _RjOneRun RjOneRun;

/* @number: of the run in its series, from 1. @series: (nullable): id of the series' first run, NULL for that itself.
 * A seed that was given grows by one from run to run, so that each can be repeated alone. */
RjOneRun *rj_one_run_new (const RjRunOptions *options, guint number, const char *series);
void rj_one_run_free (RjOneRun *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOneRun, rj_one_run_free)

const char *rj_one_run_get_id (const RjOneRun *self);
guint rj_one_run_get_seed (const RjOneRun *self);

/* @log: (nullable): gets every event. @tapes: (nullable): gets the last messages of each participant. Comes back when the run has ended and is torn down. Errors: what kept it from
 * beginning: RJ_ERROR_ENVIRONMENT or those of the deployment */
gboolean rj_one_run_do (RjOneRun *self, RjEventSink *log, GHashTable *tapes, GError **error);
/* From a signal source while that goes on: everybody leaves. */
void rj_one_run_interrupt (RjOneRun *self, int signal_number);

/* There are events of it: it can be reported. */
gboolean rj_one_run_has_begun (const RjOneRun *self);
/* Returns: (transfer full) */
RjResult *rj_one_run_conclude (RjOneRun *self);

G_END_DECLS
