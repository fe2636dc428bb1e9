/* One run from its first event to its last: deployment, participants, faults, end. What came of it is for
 * the measure to say. Home thread only. */
#pragma once

#include "rj-clock.h"
#include "rj-deployment.h"
#include "rj-dice.h"
#include "rj-event.h"
#include "rj-media-engine.h"
#include "rj-measure.h"
#include "rj-run-options.h"

G_BEGIN_DECLS

typedef struct {
  const RjRunOptions *options;
  const char *run;                /* id */
  const RjRepetition *repetition; /* series NULL: of none */
  RjClock *clock;
  RjDice *dice;
  RjEventSink *events; /* where @measure listens too */
  RjMeasure *measure;
  RjDeployment *deployment;
  RjMediaEngine *engine;
  GHashTable *tapes; /* (nullable) participant → RjTape: gets the last messages of each */
} RjRunnerConfig;

#define RJ_TYPE_RUNNER (rj_runner_get_type ())
G_DECLARE_FINAL_TYPE (RjRunner, rj_runner, RJ, RUNNER, GObject)

/* What @config points to outlives the runner. */
RjRunner *rj_runner_new (const RjRunnerConfig *config);

/* Done after run-ended was emitted and everything was stopped. Errors: what kept the run from beginning,
 * RJ_ERROR_ENVIRONMENT or those of the deployment. */
void rj_runner_run_async (RjRunner *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean rj_runner_run_finish (RjRunner *self, GAsyncResult *result, GError **error);

/* Everyone leaves, the report is still written. @signal_number: for the log */
void rj_runner_interrupt (RjRunner *self, int signal_number);

/* Returns: static: "idle", "preparing", "joining", "watching", "leaving", "ended" */
const char *rj_runner_get_state (RjRunner *self);

/* From outside, while it is watching; at other times RJ_ERROR_REJECTED. @by: who says so, for the event log */
/* Somebody else has done something to the deployment at @us. @text: (nullable) */
gboolean
rj_runner_mark (RjRunner *self, const char *text, gint64 us, const char *by, GError **error);
/* Does a fault now. @what: its text without a time, or the name of a step of the plan; a command only by such a name,
 * else RJ_ERROR_REJECTED. Errors: RJ_ERROR_USAGE with the remedy. @index: (out): of the fault in the event log */
gboolean
rj_runner_do_fault (RjRunner *self, const char *what, const char *by, guint *index, GError **error);

G_END_DECLS
