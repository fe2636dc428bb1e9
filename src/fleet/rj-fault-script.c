#include "rj-fault-script.h"

#include "rj-command.h"
#include "rj-error.h"
#include "rj-measure.h"

/* A fault on its way. Lives as long as the script. */
typedef struct {
  RjFaultScript *script;
  const RjFault *fault;
  guint index;
  RjTimer *timer; /* (nullable) until it begins; of what lasts, until it ends */
  gboolean lasts; /* it is going on */
} Step;

struct _RjFaultScript {
  GObject parent_instance;

  GPtrArray *faults; /* of RjFault */
  GPtrArray *steps;  /* of Step */
  char *session;
  RjDeployment *deployment;
  RjClock *clock;
  RjEventSink *events;
  RjFaultFuncs funcs;
  gpointer user_data;
  GCancellable *lifetime;
  guint n_begun, n_ended;
  gint64 ended_us;
  gint64 harm_us;
};

enum {
  ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjFaultScript, rj_fault_script, G_TYPE_OBJECT)

static void
step_free (Step *step)
{
  rj_clock_cancel_timer (step->script->clock, &step->timer);
  g_free (step);
}

static RjEvent *
new_event (const Step *step, const char *type)
{
  RjEvent *event = rj_event_new (type);

  rj_event_set_int (event, "fault", step->index);
  rj_event_set_string (event, "what", step->fault->what);
  return event;
}

static void
end_step (Step *step, RjEvent *event, gboolean ok)
{
  RjFaultScript *self = step->script;

  rj_event_set_bool (event, "ok", ok);
  rj_event_sink_emit (self->events, event);
  self->ended_us = rj_clock_now_us (self->clock);
  self->n_ended++;
  if (self->n_ended == self->steps->len)
    g_signal_emit (self, signals[ENDED], 0);
}

static void
on_deployment_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Step *step = user_data;
  g_autoptr (RjFaultScript) self = step->script; /* referenced when it was asked */
  g_autoptr (GError) error = NULL;
  gboolean ok = rj_deployment_fault_finish (RJ_DEPLOYMENT (source), result, &error);
  RjEvent *event;

  if (g_cancellable_is_cancelled (self->lifetime))
    return;
  event = new_event (step, RJ_EVENT_FAULT_ENDED);
  if (!ok)
    rj_event_set_error (event, error);
  end_step (step, event, ok);
}

static void
on_acted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Step *step = user_data;
  g_autoptr (RjFaultScript) self = step->script;
  g_autoptr (GError) error = NULL;
  gboolean ok = g_task_propagate_boolean (G_TASK (result), &error);
  RjEvent *event;

  if (g_cancellable_is_cancelled (self->lifetime))
    return;
  event = new_event (step, RJ_EVENT_FAULT_ENDED);
  if (!ok)
    rj_event_set_error (event, error);
  end_step (step, event, ok);
}

static void
on_command_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Step *step = user_data;
  g_autoptr (RjFaultScript) self = step->script;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjCommandResult) answer = rj_command_run_finish (result, &error);
  RjEvent *event;

  if (g_cancellable_is_cancelled (self->lifetime))
    return;
  event = new_event (step, RJ_EVENT_FAULT_ENDED);
  if (answer == NULL) {
    rj_event_set_error (event, error);
  } else {
    rj_event_set_string (event, "output", answer->output);
    rj_event_set_bool (event, "timed_out", answer->timed_out);
    if (!answer->timed_out)
      rj_event_set_int (event, "exit_code", answer->exit_code);
  }
  end_step (step, event, answer != NULL && answer->exit_code == 0);
}

static gboolean
is_thaw (const Step *step)
{
  return step->fault->kind == RJ_FAULT_THAW_MEDIA_NODE || step->fault->kind == RJ_FAULT_THAW_MASTER;
}

/* A thaw is of what was frozen: its participants may have gone to another node meanwhile. */
static char *
find_target (const Step *step)
{
  if (step->fault->target != NULL)
    return g_strdup (step->fault->target);
  if (is_thaw (step))
    return g_strdup ("same");
  return g_strconcat ("session:", step->script->session, NULL);
}

static void
do_deployment_fault (Step *step)
{
  RjFaultScript *self = g_object_ref (step->script);
  g_autofree char *target = find_target (step);

  rj_deployment_fault_async (self->deployment, step->fault->what, target, self->lifetime,
                             on_deployment_done, step);
}

/* --- what lasts --- */

static gboolean
switch_blackhole (Step *step, gboolean on)
{
  RjFaultScript *self = step->script;

  return self->funcs.blackhole (self->session, step->fault->target,
                                step->fault->kind == RJ_FAULT_BLACKHOLE_MEDIA, on, self->user_data);
}

static void
on_length_over (gpointer user_data)
{
  Step *step = user_data;

  step->timer = NULL;
  step->lasts = FALSE;
  switch_blackhole (step, FALSE);
  end_step (step, new_event (step, RJ_EVENT_FAULT_ENDED), TRUE);
}

static void
do_blackhole (Step *step)
{
  g_autoptr (GError) error = NULL;
  RjEvent *event;

  step->lasts = switch_blackhole (step, TRUE);
  if (step->lasts) {
    step->timer =
      rj_clock_start_timer (step->script->clock, step->fault->length_us, on_length_over, step);
    return;
  }
  event = new_event (step, RJ_EVENT_FAULT_ENDED);
  error = g_error_new (RJ_ERROR, RJ_ERROR_USAGE, "there is no participant %s", step->fault->target);
  rj_event_set_error (event, error);
  end_step (step, event, FALSE);
}

static void
on_due (gpointer user_data)
{
  Step *step = user_data;
  RjFaultScript *self = step->script;
  RjEvent *event = new_event (step, RJ_EVENT_FAULT_STARTED);

  step->timer = NULL;
  self->n_begun++;
  if (step->fault->kind != RJ_FAULT_RUN)
    rj_event_set_string (event, "target", step->fault->target);
  if (step->fault->kind != RJ_FAULT_CUT_WEBSOCKET)
    rj_event_set_string (event, "medium", step->fault->detail);
  rj_event_set_double (event, "at_ms", step->fault->delay_us / 1e3);
  if (step->fault->length_us != 0)
    rj_event_set_double (event, "length_ms", step->fault->length_us / 1e3);
  rj_event_sink_emit (self->events, event);
  if (!rj_fault_is_harmless (step->fault->what))
    self->harm_us = rj_clock_now_us (self->clock);

  switch (step->fault->kind) {
  case RJ_FAULT_KILL_MEDIA_NODE:
  case RJ_FAULT_FREEZE_MEDIA_NODE:
  case RJ_FAULT_THAW_MEDIA_NODE:
  case RJ_FAULT_RESTART_MEDIA_NODE:
  case RJ_FAULT_STOP_MEDIA_NODE:
  case RJ_FAULT_ROLL_MEDIA_NODE:
  case RJ_FAULT_KILL_MASTER:
  case RJ_FAULT_FREEZE_MASTER:
  case RJ_FAULT_THAW_MASTER:
  case RJ_FAULT_RESTART_MASTER:
  case RJ_FAULT_ROLL_MASTER:
    do_deployment_fault (step);
    break;
  case RJ_FAULT_CUT_WEBSOCKET:
    self->funcs.cut (self->session, g_strcmp0 (step->fault->detail, "fin") != 0, self->user_data);
    end_step (step, new_event (step, RJ_EVENT_FAULT_ENDED), TRUE);
    break;
  case RJ_FAULT_BLACKHOLE_MEDIA:
  case RJ_FAULT_BLACKHOLE_SIGNALLING:
    do_blackhole (step);
    break;
  case RJ_FAULT_FREEZE_PARTICIPANT:
  case RJ_FAULT_MARK:
  case RJ_FAULT_EXPECT_RECOVERED:
    g_assert_not_reached ();
  case RJ_FAULT_LEAVE:
  case RJ_FAULT_JOIN:
  case RJ_FAULT_PUBLISH:
  case RJ_FAULT_UNPUBLISH:
  case RJ_FAULT_MUTE:
  case RJ_FAULT_UNMUTE:
  case RJ_FAULT_SIGNAL:
  case RJ_FAULT_FORCE_UNPUBLISH:
  case RJ_FAULT_FORCE_DISCONNECT:
    g_object_ref (self);
    self->funcs.act (step->fault, on_acted, step, self->user_data);
    break;
  case RJ_FAULT_RUN:
    g_object_ref (self);
    rj_command_run_async (step->fault->target, step->fault->limit_us, self->clock, self->lifetime,
                          on_command_done, step);
    break;
  }
}

void
rj_fault_script_start (RjFaultScript *self)
{
  for (guint i = 0; i < self->faults->len; i++) {
    Step *step = g_new0 (Step, 1);

    step->script = self;
    step->fault = g_ptr_array_index (self->faults, i);
    step->index = i;
    g_ptr_array_add (self->steps, step);
  }
  for (guint i = 0; i < self->steps->len; i++) {
    Step *step = g_ptr_array_index (self->steps, i);

    step->timer = rj_clock_start_timer (self->clock, step->fault->delay_us, on_due, step);
  }
}

void
rj_fault_script_stop (RjFaultScript *self)
{
  g_cancellable_cancel (self->lifetime);
  for (guint i = 0; i < self->steps->len; i++) {
    Step *step = g_ptr_array_index (self->steps, i);

    rj_clock_cancel_timer (self->clock, &step->timer);
    if (step->lasts)
      switch_blackhole (step, FALSE);
    step->lasts = FALSE;
  }
}

gboolean
rj_fault_script_is_harmless (RjFaultScript *self)
{
  for (guint i = 0; i < self->faults->len; i++) {
    if (!rj_fault_is_harmless (((RjFault *) g_ptr_array_index (self->faults, i))->what))
      return FALSE;
  }
  return TRUE;
}

gboolean
rj_fault_script_is_done (RjFaultScript *self)
{
  return self->n_ended == self->faults->len;
}

gboolean
rj_fault_script_is_busy (RjFaultScript *self)
{
  return self->n_begun > self->n_ended;
}

gint64
rj_fault_script_get_ended_us (RjFaultScript *self)
{
  return self->ended_us;
}

gint64
rj_fault_script_get_harm_us (RjFaultScript *self)
{
  return self->harm_us;
}

static void
rj_fault_script_finalize (GObject *object)
{
  RjFaultScript *self = RJ_FAULT_SCRIPT (object);

  g_ptr_array_unref (self->steps);
  g_ptr_array_unref (self->faults);
  g_clear_object (&self->deployment);
  g_clear_object (&self->clock);
  g_clear_object (&self->events);
  g_clear_object (&self->lifetime);
  g_free (self->session);
  G_OBJECT_CLASS (rj_fault_script_parent_class)->finalize (object);
}

static void
rj_fault_script_class_init (RjFaultScriptClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_fault_script_finalize;
  signals[ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
rj_fault_script_init (RjFaultScript *self)
{
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) step_free);
  self->lifetime = g_cancellable_new ();
}

RjFaultScript *
rj_fault_script_new (GPtrArray *faults,
                     const char *session,
                     RjDeployment *deployment,
                     RjClock *clock,
                     RjEventSink *events,
                     const RjFaultFuncs *funcs,
                     gpointer user_data)
{
  RjFaultScript *self = g_object_new (RJ_TYPE_FAULT_SCRIPT, NULL);

  self->faults = faults;
  self->session = g_strdup (session);
  self->deployment = g_object_ref (deployment);
  self->clock = g_object_ref (clock);
  self->events = g_object_ref (events);
  self->funcs = *funcs;
  self->user_data = user_data;
  return self;
}
