#include "rj-fault-script.h"

#include "rj-measure.h"

typedef enum {
  WAITING, /* for the step before, or until everybody is back */
  COUNTING,
  GOING,
  ENDED,
} Stage;

/* A step in its place. Lives as long as the script. */
typedef struct {
  RjFaultScript *script;
  RjFault *fault; /* own copy */
  guint index;
  gboolean outside; /* asked for: no place in the order of the others */
  Stage stage;
  RjTimer *timer; /* (nullable): its delay; of an expectation, its limit */
  gint64 begun_us;
  RjFaultStep *step; /* (nullable): not begun, or an expectation */
} Place;

struct _RjFaultScript {
  GObject parent_instance;

  GPtrArray *faults; /* of RjFault: the plan's, also those on demand */
  GPtrArray *places; /* of Place */
  char *session;
  RjFaultTools tools;
  guint n_marks, n_marks_expected;
  gboolean over; /* nothing further begins */
  gint64 started_us;
  gint64 back_us; /* since when everybody has been back; 0: not */
  gboolean sure;  /* for long enough */
  gint64 ended_us;
  gint64 harm_us;
};

G_DEFINE_FINAL_TYPE (RjFaultScript, rj_fault_script, G_TYPE_OBJECT)

static void begin (Place *place);

static void
place_free (Place *place)
{
  rj_clock_cancel_timer (place->script->tools.clock, &place->timer);
  rj_fault_step_free (place->step);
  rj_fault_free (place->fault);
  g_free (place);
}

static gboolean
is_expectation (const Place *place)
{
  return place->fault->kind == RJ_FAULT_EXPECT_RECOVERED;
}

static gboolean
is_harmless (const RjFault *fault)
{
  return fault->kind == RJ_FAULT_EXPECT_RECOVERED || rj_fault_is_harmless (fault->what);
}

static gint64
now_us (RjFaultScript *self)
{
  return rj_clock_now_us (self->tools.clock);
}

/* --- one after the other --- */

static void
on_due (gpointer user_data)
{
  Place *place = user_data;

  place->timer = NULL;
  begin (place);
}

static void
count (Place *place)
{
  place->stage = COUNTING;
  place->timer =
    rj_clock_start_timer (place->script->tools.clock, place->fault->delay_us, on_due, place);
}

/* Whether the steps before @index have ended; @all: not only the last one of them */
static gboolean
have_ended (RjFaultScript *self, guint index, gboolean all)
{
  for (guint i = index; i > 0; i--) {
    const Place *before = g_ptr_array_index (self->places, i - 1);

    if (before->outside)
      continue;
    if (before->stage != ENDED)
      return FALSE;
    if (!all)
      return TRUE;
  }
  return TRUE;
}

/* Something has ended, or everybody is back. */
static void
advance (RjFaultScript *self)
{
  for (guint i = 0; i < self->places->len && !self->over; i++) {
    Place *place = g_ptr_array_index (self->places, i);
    gboolean back = place->fault->when == RJ_FAULT_RECOVERED;

    if (place->stage == WAITING && have_ended (self, i, back) && (!back || self->sure))
      count (place);
  }
}

static void
stop_counting (RjFaultScript *self)
{
  self->over = TRUE;
  for (guint i = 0; i < self->places->len; i++) {
    Place *place = g_ptr_array_index (self->places, i);

    rj_clock_cancel_timer (self->tools.clock, &place->timer);
  }
}

/* What was told before is of what was done before. */
static void
forget_back (RjFaultScript *self)
{
  self->back_us = 0;
  self->sure = FALSE;
}

static void
on_ended (gpointer user_data)
{
  Place *place = user_data;

  place->stage = ENDED;
  place->script->ended_us = now_us (place->script);
  forget_back (place->script);
  advance (place->script);
}

/* --- expectations --- */

/* What it counts from, for sentences. Returns: (transfer full) (nullable) */
static char *
describe_before (const Place *place)
{
  for (guint i = place->index; i > 0; i--) {
    const Place *before = g_ptr_array_index (place->script->places, i - 1);

    if (!before->outside && !is_expectation (before))
      return rj_fault_to_text (before->fault);
  }
  return NULL;
}

static void
judge (Place *place, gboolean met)
{
  RjFaultScript *self = place->script;
  RjEvent *event = rj_event_new (RJ_EVENT_STEP_CHECKED);
  g_autofree char *before = describe_before (place);

  rj_clock_cancel_timer (self->tools.clock, &place->timer);
  place->stage = ENDED;
  rj_event_set_int (event, "fault", place->index);
  rj_event_set_string (event, "expect", "recovered");
  rj_event_set_string (event, "after", before);
  rj_event_set_double (event, "within_ms", place->fault->length_us / 1e3);
  rj_event_set_bool (event, "ok", met);
  if (met)
    rj_event_set_double (event, "found_ms", MAX (0, self->back_us - place->begun_us) / 1e3);
  rj_event_sink_emit (self->tools.events, event);
  if (met)
    advance (self);
  else
    stop_counting (self);
}

/* Who is back by now may still turn out not to be. */
static void
on_limit (gpointer user_data)
{
  Place *place = user_data;

  place->timer = NULL;
  if (place->script->back_us == 0)
    judge (place, FALSE);
}

/* Returns: whether one was judged */
static gboolean
look (Place *place)
{
  RjFaultScript *self = place->script;
  gint64 limit_us = place->begun_us + place->fault->length_us;

  if (place->stage != GOING || !is_expectation (place))
    return FALSE;
  if (self->back_us == 0 ? now_us (self) > limit_us : self->back_us > limit_us)
    judge (place, FALSE);
  else if (self->sure)
    judge (place, TRUE);
  else
    return FALSE;
  return TRUE;
}

void
rj_fault_script_tell_back (RjFaultScript *self, gint64 since_us, gboolean sure)
{
  self->back_us = since_us;
  self->sure = since_us != 0 && sure;
  for (guint i = 0; i < self->places->len && !self->over; i++)
    look (g_ptr_array_index (self->places, i));
  if (self->sure)
    advance (self);
}

/* --- */

static void
begin_at (Place *place, gint64 us, const char *by)
{
  RjFaultScript *self = place->script;
  gboolean planned = place->fault->when == RJ_FAULT_AT && !place->outside;
  gint64 at_us = planned ? place->fault->delay_us : us - self->started_us;

  place->stage = GOING;
  place->begun_us = us;
  if (!is_harmless (place->fault))
    self->harm_us = us;
  forget_back (self);
  place->step = rj_fault_step_new (place->fault, place->index, &self->tools, on_ended, place);
  rj_fault_step_begin (place->step, us, MAX (0, at_us) / 1e3, by);
}

static void
begin (Place *place)
{
  RjFaultScript *self = place->script;

  if (!is_expectation (place)) {
    begin_at (place, now_us (self), NULL);
    return;
  }
  place->stage = GOING;
  place->begun_us = now_us (self);
  place->timer = rj_clock_start_timer (self->tools.clock, place->fault->length_us, on_limit, place);
}

static Place *
add_place (RjFaultScript *self, const RjFault *fault, gboolean outside)
{
  Place *place = g_new0 (Place, 1);

  place->script = self;
  place->fault = rj_fault_copy (fault);
  place->index = self->places->len;
  place->outside = outside;
  g_ptr_array_add (self->places, place);
  return place;
}

void
rj_fault_script_start (RjFaultScript *self)
{
  self->started_us = now_us (self);
  for (guint i = 0; i < self->faults->len; i++) {
    const RjFault *fault = g_ptr_array_index (self->faults, i);

    if (fault->when != RJ_FAULT_ON_DEMAND)
      add_place (self, fault, FALSE);
  }
  for (guint i = 0; i < self->places->len; i++) {
    Place *place = g_ptr_array_index (self->places, i);

    if (place->fault->when == RJ_FAULT_AT)
      count (place);
  }
  advance (self);
}

void
rj_fault_script_stop (RjFaultScript *self)
{
  g_cancellable_cancel (self->tools.lifetime);
  stop_counting (self);
  for (guint i = 0; i < self->places->len; i++) {
    Place *place = g_ptr_array_index (self->places, i);

    if (place->stage == GOING && place->step != NULL)
      rj_fault_step_stop (place->step);
  }
}

guint
rj_fault_script_do (RjFaultScript *self, const RjFault *fault, const char *by)
{
  Place *place = add_place (self, fault, TRUE);

  begin_at (place, now_us (self), by);
  return place->index;
}

void
rj_fault_script_mark (RjFaultScript *self, const char *text, gint64 us, const char *by)
{
  g_autofree char *words = g_strconcat ("mark", text != NULL ? ":" : "", text, NULL);
  g_autoptr (RjFault) fault = rj_fault_parse_bare (words, NULL);

  self->n_marks++;
  begin_at (add_place (self, fault, TRUE), us, by);
}

const RjFault *
rj_fault_script_find (RjFaultScript *self, const char *name)
{
  for (guint i = 0; i < self->faults->len; i++) {
    const RjFault *fault = g_ptr_array_index (self->faults, i);

    if (g_strcmp0 (fault->name, name) == 0)
      return fault;
  }
  return NULL;
}

void
rj_fault_script_expect_marks (RjFaultScript *self, guint n)
{
  self->n_marks_expected = n;
}

guint
rj_fault_script_count_marks (RjFaultScript *self)
{
  return self->n_marks;
}

/* --- what is asked about it --- */

gboolean
rj_fault_script_is_harmless (RjFaultScript *self)
{
  for (guint i = 0; i < self->faults->len; i++) {
    const RjFault *fault = g_ptr_array_index (self->faults, i);

    if (fault->when != RJ_FAULT_ON_DEMAND && !is_harmless (fault))
      return FALSE;
  }
  return self->harm_us == 0 && self->n_marks_expected == 0;
}

gboolean
rj_fault_script_is_done (RjFaultScript *self)
{
  for (guint i = 0; i < self->places->len; i++) {
    const Place *place = g_ptr_array_index (self->places, i);

    if (place->stage == GOING || (place->stage != ENDED && !self->over))
      return FALSE;
  }
  return self->started_us != 0 && (self->over || self->n_marks >= self->n_marks_expected);
}

gboolean
rj_fault_script_is_busy (RjFaultScript *self)
{
  for (guint i = 0; i < self->places->len; i++) {
    const Place *place = g_ptr_array_index (self->places, i);

    if (place->stage == GOING && !is_expectation (place))
      return TRUE;
  }
  return FALSE;
}

gboolean
rj_fault_script_is_waiting (RjFaultScript *self)
{
  gboolean waits = FALSE;

  for (guint i = 0; i < self->places->len; i++) {
    const Place *place = g_ptr_array_index (self->places, i);

    if (place->stage == COUNTING || place->stage == GOING)
      return FALSE;
    waits |= place->stage == WAITING;
  }
  return waits && !self->over;
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

  g_ptr_array_unref (self->places);
  g_ptr_array_unref (self->faults);
  g_clear_object (&self->tools.deployment);
  g_clear_object (&self->tools.clock);
  g_clear_object (&self->tools.events);
  g_clear_object (&self->tools.lifetime);
  g_free (self->session);
  G_OBJECT_CLASS (rj_fault_script_parent_class)->finalize (object);
}

static void
rj_fault_script_class_init (RjFaultScriptClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_fault_script_finalize;
}

static void
rj_fault_script_init (RjFaultScript *self)
{
  self->places = g_ptr_array_new_with_free_func ((GDestroyNotify) place_free);
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

  self->faults = g_ptr_array_ref (faults);
  self->session = g_strdup (session);
  self->tools = (RjFaultTools){ G_OBJECT (self),
                                self->session,
                                g_object_ref (deployment),
                                g_object_ref (clock),
                                g_object_ref (events),
                                *funcs,
                                user_data,
                                g_cancellable_new () };
  return self;
}
