/* Does the steps of a run's script, each at its time or after what it waits for, and what is asked for from
 * outside meanwhile; records each with its start, end and outcome. Home thread.
 *
 *   step:  waiting → counting → going → ended        what is asked for from outside: going → ended
 *
 * A step waits for the end of the step before, or until everybody is back; counts its delay; and goes on until it
 * is done. An expectation that is not met stops the script: nothing further begins. */
#pragma once

#include "rj-fault-step.h"

G_BEGIN_DECLS

#define RJ_TYPE_FAULT_SCRIPT (rj_fault_script_get_type ())
G_DECLARE_FINAL_TYPE (RjFaultScript, rj_fault_script, RJ, FAULT_SCRIPT, GObject)

/* @faults: of RjFault (shared). @session: the first session, which a fault without target means. @funcs:
 * copied. */
RjFaultScript *rj_fault_script_new (GPtrArray *faults,
                                    const char *session,
                                    RjDeployment *deployment,
                                    RjClock *clock,
                                    RjEventSink *events,
                                    const RjFaultFuncs *funcs,
                                    gpointer user_data);

/* So many marks are to come from outside before the script is done. */
void rj_fault_script_expect_marks (RjFaultScript *self, guint n);

/* Times count from now. */
void rj_fault_script_start (RjFaultScript *self);
/* No further step begins; what lasts, ends. */
void rj_fault_script_stop (RjFaultScript *self);

/* News from who watches: @since_us: since when everybody has been back from all that was done, 0: not.
 * @sure: for long enough. To be told often. */
void rj_fault_script_tell_back (RjFaultScript *self, gint64 since_us, gboolean sure);

/* Somebody else has done something to the deployment at @us. @text: (nullable). @by: who says so. Between start
 * and stop. */
void rj_fault_script_mark (RjFaultScript *self, const char *text, gint64 us, const char *by);
/* Does it now. @by: who asked. Between start and stop. Returns: its index in the events */
guint rj_fault_script_do (RjFaultScript *self, const RjFault *fault, const char *by);
/* The step of that name. Returns: (transfer none) (nullable) */
const RjFault *rj_fault_script_find (RjFaultScript *self, const char *name);

gboolean rj_fault_script_is_harmless (RjFaultScript *self); /* nobody should lose anything by it */
/* Every step has ended, or will not begin any more, and every mark has come. */
gboolean rj_fault_script_is_done (RjFaultScript *self);
/* One has begun and not ended; expectations do not count. */
gboolean rj_fault_script_is_busy (RjFaultScript *self);
/* Nothing goes on until everybody is back. */
gboolean rj_fault_script_is_waiting (RjFaultScript *self);
guint rj_fault_script_count_marks (RjFaultScript *self);

/* Returns: when the last fault ended, or when the last one that should do harm started (a thaw does none);
 * 0: none yet */
gint64 rj_fault_script_get_ended_us (RjFaultScript *self);
gint64 rj_fault_script_get_harm_us (RjFaultScript *self);

G_END_DECLS
