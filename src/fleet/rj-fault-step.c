#include "rj-fault-step.h"

#include "rj-command.h"
#include "rj-error.h"
#include "rj-secret.h"

struct _RjFaultStep {
  const RjFault *fault;
  guint index;
  const RjFaultTools *tools;
  RjFaultEndedFunc ended;
  gpointer user_data;

  RjTimer *timer; /* (nullable): until the next one's turn; of what lasts, until it ends */
  gboolean lasts; /* it is going on */
  GStrv names;    /* (nullable): whom it is done to */
  guint n_names, n_begun, n_done;
  GError *error; /* the first one */
};

static RjEvent *
new_event (const RjFaultStep *self, const char *type, gint64 us)
{
  RjEvent *event = rj_event_new_at (type, us);

  rj_event_set_int (event, "fault", self->index);
  rj_event_set_string (event, "what", self->fault->what);
  return event;
}

/* @event: (transfer full) */
static void
end_with (RjFaultStep *self, RjEvent *event, gboolean ok)
{
  rj_event_set_bool (event, "ok", ok);
  rj_event_sink_emit (self->tools->events, event);
  self->ended (self->user_data);
}

/* @error: (nullable) */
static void
end (RjFaultStep *self, const GError *error)
{
  RjEvent *event = new_event (self, RJ_EVENT_FAULT_ENDED, 0);

  if (error != NULL)
    rj_event_set_error (event, error);
  end_with (self, event, error == NULL);
}

/* --- to the deployment --- */

static void
on_deployment_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RjFaultStep *self = user_data;
  g_autoptr (GObject) alive = self->tools->owner; /* referenced when it was asked */
  g_autoptr (GError) error = NULL;

  rj_deployment_fault_finish (RJ_DEPLOYMENT (source), result, &error);
  if (!g_cancellable_is_cancelled (self->tools->lifetime))
    end (self, error);
}

static void
on_command_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RjFaultStep *self = user_data;
  g_autoptr (GObject) alive = self->tools->owner;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjCommandResult) answer = rj_command_run_finish (result, &error);
  g_autofree char *output = NULL;
  RjEvent *event;

  if (g_cancellable_is_cancelled (self->tools->lifetime))
    return;
  if (answer == NULL) {
    end (self, error);
    return;
  }
  event = new_event (self, RJ_EVENT_FAULT_ENDED, 0);
  output = rj_secret_scrub (answer->output);
  rj_event_set_string (event, "output", output);
  rj_event_set_bool (event, "timed_out", answer->timed_out);
  if (!answer->timed_out)
    rj_event_set_int (event, "exit_code", answer->exit_code);
  end_with (self, event, answer->exit_code == 0);
}

/* A thaw is of what was frozen: its participants may have gone to another node meanwhile. */
static char *
find_target (const RjFaultStep *self)
{
  gboolean thaw =
    self->fault->kind == RJ_FAULT_THAW_MEDIA_NODE || self->fault->kind == RJ_FAULT_THAW_MASTER;

  if (self->fault->target != NULL)
    return g_strdup (self->fault->target);
  return thaw ? g_strdup ("same") : g_strconcat ("session:", self->tools->session, NULL);
}

static void
do_deployment_fault (RjFaultStep *self)
{
  g_autofree char *target = find_target (self);

  g_object_ref (self->tools->owner);
  rj_deployment_fault_async (self->tools->deployment, self->fault->what, target,
                             self->tools->lifetime, on_deployment_done, self);
}

static void
do_command (RjFaultStep *self)
{
  g_object_ref (self->tools->owner);
  rj_command_run_async (self->fault->target, self->fault->limit_us, self->tools->clock,
                        self->tools->lifetime, on_command_done, self);
}

/* --- to participants --- */

static gboolean
does_last (const RjFaultStep *self)
{
  return self->fault->kind == RJ_FAULT_BLACKHOLE_MEDIA ||
         self->fault->kind == RJ_FAULT_BLACKHOLE_SIGNALLING ||
         self->fault->kind == RJ_FAULT_FREEZE_PARTICIPANT;
}

static void
switch_all (RjFaultStep *self, gboolean on)
{
  const RjFaultTools *tools = self->tools;

  self->lasts = on;
  for (guint i = 0; i < self->n_names; i++) {
    if (self->fault->kind == RJ_FAULT_FREEZE_PARTICIPANT)
      tools->funcs.freeze (self->names[i], on, tools->user_data);
    else
      tools->funcs.blackhole (self->names[i], self->fault->kind == RJ_FAULT_BLACKHOLE_MEDIA, on,
                              tools->user_data);
  }
}

static void
on_length_over (gpointer user_data)
{
  RjFaultStep *self = user_data;

  self->timer = NULL;
  switch_all (self, FALSE);
  end (self, NULL);
}

static void
one_done (RjFaultStep *self)
{
  if (++self->n_done == self->n_names)
    end (self, self->error);
}

static void
on_acted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RjFaultStep *self = user_data;
  g_autoptr (GObject) alive = self->tools->owner;
  g_autoptr (GError) error = NULL;

  g_task_propagate_boolean (G_TASK (result), &error);
  if (g_cancellable_is_cancelled (self->tools->lifetime))
    return;
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  one_done (self);
}

static void
do_to (RjFaultStep *self, const char *name)
{
  const RjFaultTools *tools = self->tools;

  if (self->fault->kind == RJ_FAULT_CUT_WEBSOCKET) {
    tools->funcs.cut (name, g_strcmp0 (self->fault->detail, "fin") != 0, tools->user_data);
    one_done (self);
    return;
  }
  g_object_ref (tools->owner);
  tools->funcs.act (self->fault, name, on_acted, self, tools->user_data);
}

static void
do_to_next (gpointer user_data)
{
  RjFaultStep *self = user_data;

  self->timer = NULL;
  do {
    const char *name = self->names[self->n_begun++];

    if (self->n_begun < self->n_names && self->fault->stagger_us > 0)
      self->timer =
        rj_clock_start_timer (self->tools->clock, self->fault->stagger_us, do_to_next, self);
    do_to (self, name);
  } while (self->timer == NULL && self->n_begun < self->n_names);
}

static void
do_to_people (RjFaultStep *self)
{
  g_autoptr (GError) error = NULL;

  self->names = self->tools->funcs.select (self->fault->target, self->tools->user_data);
  self->n_names = self->names == NULL ? 0 : g_strv_length (self->names);
  if (self->n_names == 0) {
    error =
      g_error_new (RJ_ERROR, RJ_ERROR_USAGE, "there is no participant %s",
                   self->fault->target != NULL ? self->fault->target : "in the first session");
    end (self, error);
  } else if (does_last (self)) {
    switch_all (self, TRUE);
    self->timer =
      rj_clock_start_timer (self->tools->clock, self->fault->length_us, on_length_over, self);
  } else {
    do_to_next (self);
  }
}

/* --- */

static void
emit_started (RjFaultStep *self, gint64 us, double at_ms, const char *by)
{
  const RjFault *fault = self->fault;
  RjEvent *event = new_event (self, RJ_EVENT_FAULT_STARTED, us);

  if (!rj_fault_is_command (fault))
    rj_event_set_string (event, "target", fault->target);
  rj_event_set_string (event, fault->kind == RJ_FAULT_CUT_WEBSOCKET ? "how" : "medium",
                       fault->detail);
  rj_event_set_string (event, "name", fault->name);
  rj_event_set_string (event, "by", by);
  rj_event_set_double (event, "at_ms", at_ms);
  if (fault->length_us != 0)
    rj_event_set_double (event, "length_ms", fault->length_us / 1e3);
  if (fault->stagger_us != 0)
    rj_event_set_double (event, "stagger_ms", fault->stagger_us / 1e3);
  rj_event_sink_emit (self->tools->events, event);
}

void
rj_fault_step_begin (RjFaultStep *self, gint64 us, double at_ms, const char *by)
{
  emit_started (self, us, at_ms, by);
  switch (self->fault->kind) {
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
    do_deployment_fault (self);
    break;
  case RJ_FAULT_RUN:
  case RJ_FAULT_REPAIR:
    do_command (self);
    break;
  case RJ_FAULT_MARK:
    end_with (self, new_event (self, RJ_EVENT_FAULT_ENDED, us), TRUE);
    break;
  case RJ_FAULT_CUT_WEBSOCKET:
  case RJ_FAULT_BLACKHOLE_MEDIA:
  case RJ_FAULT_BLACKHOLE_SIGNALLING:
  case RJ_FAULT_FREEZE_PARTICIPANT:
  case RJ_FAULT_LEAVE:
  case RJ_FAULT_JOIN:
  case RJ_FAULT_PUBLISH:
  case RJ_FAULT_UNPUBLISH:
  case RJ_FAULT_MUTE:
  case RJ_FAULT_UNMUTE:
  case RJ_FAULT_SIGNAL:
  case RJ_FAULT_FORCE_UNPUBLISH:
  case RJ_FAULT_FORCE_DISCONNECT:
    do_to_people (self);
    break;
  case RJ_FAULT_EXPECT_RECOVERED:
    g_assert_not_reached (); /* the script's own */
  }
}

void
rj_fault_step_stop (RjFaultStep *self)
{
  rj_clock_cancel_timer (self->tools->clock, &self->timer);
  if (self->lasts)
    switch_all (self, FALSE);
}

RjFaultStep *
rj_fault_step_new (const RjFault *fault,
                   guint index,
                   const RjFaultTools *tools,
                   RjFaultEndedFunc ended,
                   gpointer user_data)
{
  RjFaultStep *self = g_new0 (RjFaultStep, 1);

  self->fault = fault;
  self->index = index;
  self->tools = tools;
  self->ended = ended;
  self->user_data = user_data;
  return self;
}

void
rj_fault_step_free (RjFaultStep *self)
{
  if (self == NULL)
    return;
  rj_clock_cancel_timer (self->tools->clock, &self->timer);
  g_strfreev (self->names);
  g_clear_error (&self->error);
  g_free (self);
}
