/* Does the faults of a run at their times and records each with its start, end and outcome. Home thread. */
#pragma once

#include "rj-clock.h"
#include "rj-deployment.h"
#include "rj-fault.h"

G_BEGIN_DECLS

/* What the script does to ourselves. */
typedef struct {
  /* breaks every websocket of the participants of @session */
  void (*cut) (const char *session, gboolean with_reset, gpointer user_data);
  /* @media: of the media, else of the websockets. @name: (nullable): a participant of any session; NULL: all
   * of @session. Returns: FALSE: there is no such participant */
  gboolean (*blackhole) (
    const char *session, const char *name, gboolean media, gboolean on, gpointer user_data);
  /* a step. @callback: gets a GTask that returns a boolean */
  void (*act) (const RjFault *step,
               GAsyncReadyCallback callback,
               gpointer callback_data,
               gpointer user_data);
} RjFaultFuncs;

#define RJ_TYPE_FAULT_SCRIPT (rj_fault_script_get_type ())
G_DECLARE_FINAL_TYPE (RjFaultScript, rj_fault_script, RJ, FAULT_SCRIPT, GObject)

/* @faults: (element-type RjFault) (transfer container). @session: the first session, which a fault without
 * target means. @funcs: copied. Signal: "ended" () after the last fault has ended. */
RjFaultScript *rj_fault_script_new (GPtrArray *faults,
                                    const char *session,
                                    RjDeployment *deployment,
                                    RjClock *clock,
                                    RjEventSink *events,
                                    const RjFaultFuncs *funcs,
                                    gpointer user_data);

/* Times count from now. */
void rj_fault_script_start (RjFaultScript *self);
/* No further fault begins; what lasts, ends. */
void rj_fault_script_stop (RjFaultScript *self);
gboolean rj_fault_script_is_harmless (RjFaultScript *self); /* nobody should lose anything by it */
gboolean rj_fault_script_is_done (RjFaultScript *self);
/* One has begun and not ended. */
gboolean rj_fault_script_is_busy (RjFaultScript *self);

/* Returns: when the last fault ended, or when the last one that should do harm started (a thaw does none);
 * 0: none yet */
gint64 rj_fault_script_get_ended_us (RjFaultScript *self);
gint64 rj_fault_script_get_harm_us (RjFaultScript *self);

G_END_DECLS
