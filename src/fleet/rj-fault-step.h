/* One step of a script that goes on: does it, to one participant after the other where it is to, and emits
 * fault-started and fault-ended. A plain struct of the script, which outlives it. Home thread. */
#pragma once

#include "rj-clock.h"
#include "rj-deployment.h"
#include "rj-fault.h"

G_BEGIN_DECLS

/* What is done to ourselves. @name: of a participant that select has named */
typedef struct {
  /* Who is meant by @target: a name, "all", a group; NULL: all of the first session. Returns: (transfer full)
   * (nullable): names; NULL or none: there is nobody of that name */
  GStrv (*select) (const char *target, gpointer user_data);
  /* the websocket breaks */
  void (*cut) (const char *name, gboolean with_reset, gpointer user_data);
  /* packets vanish. @media: of the media, else of the websocket */
  void (*blackhole) (const char *name, gboolean media, gboolean on, gpointer user_data);
  /* it stands still */
  void (*freeze) (const char *name, gboolean on, gpointer user_data);
  /* what it does on purpose. @callback: gets a GTask that returns a boolean */
  void (*act) (const RjFault *step,
               const char *name,
               GAsyncReadyCallback callback,
               gpointer callback_data,
               gpointer user_data);
} RjFaultFuncs;

/* What all steps of a script share */
typedef struct {
  GObject *owner;      /* of the steps: kept alive while one waits for somebody's answer */
  const char *session; /* the first one: its node is meant by a fault without target */
  RjDeployment *deployment;
  RjClock *clock;
  RjEventSink *events;
  RjFaultFuncs funcs;
  gpointer user_data;
  GCancellable *lifetime; /* cancelled: nothing is told any more */
} RjFaultTools;

typedef struct _RjFaultStep RjFaultStep;
typedef void (*RjFaultEndedFunc) (gpointer user_data);

/* @fault, @tools: outlive it. @ended: called once, perhaps before rj_fault_step_begin() has returned */
RjFaultStep *rj_fault_step_new (const RjFault *fault,
                                guint index,
                                const RjFaultTools *tools,
                                RjFaultEndedFunc ended,
                                gpointer user_data);
void rj_fault_step_free (RjFaultStep *self);

/* @us: when it began, for a mark perhaps a while ago. @at_ms: since everybody flowed. @by: (nullable): who asked
 * for it, NULL: the script */
void rj_fault_step_begin (RjFaultStep *self, gint64 us, double at_ms, const char *by);
/* What lasts, ends; nothing is told. */
void rj_fault_step_stop (RjFaultStep *self);

G_END_DECLS
