/* Events of the run, of faults and of the cluster, into facts. */
#include "rj-facts.h"

#include <signal.h>

#include "rj-ghosts.h"
#include "rj-json.h"

/* Returns: (nullable): a name that may be written as number or text, interned */
static const char *
read_word (JsonObject *data, const char *name)
{
  g_autofree char *number = NULL;
  const char *text = rj_json_get_string (data, name, NULL);

  if (text != NULL)
    return *text != '\0' ? g_intern_string (text) : NULL;
  if (!rj_json_has (data, name) || rj_json_get_int (data, name, -1) < 0)
    return NULL;
  number = g_strdup_printf ("%" G_GINT64_FORMAT, rj_json_get_int (data, name, -1));
  return g_intern_string (number);
}

/* Whom it subscribes to; without a list to everybody */
static void
take_sees (RjMember *member, JsonArray *names)
{
  if (names == NULL || member->sees != NULL)
    return;
  member->sees = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < json_array_get_length (names); i++) {
    const char *name = json_node_get_string (json_array_get_element (names, i));

    if (name != NULL)
      g_hash_table_add (member->sees, g_strdup (name));
  }
}

static void
take_planned (RjFacts *self, JsonArray *participants)
{
  guint n = participants == NULL ? 0 : json_array_get_length (participants);

  for (guint i = 0; i < n; i++) {
    JsonObject *planned = rj_json_array_get_object (participants, i);
    const char *name = rj_json_get_string (planned, "name", NULL);
    const char *told = rj_json_get_string (planned, "client_data", NULL);
    RjMember *member;

    if (name == NULL)
      continue;
    member = rj_facts_ensure_member (self, name);
    if (member->planned)
      self->twice = g_intern_string (name);
    member->planned = TRUE;
    self->n_planned++;
    member->rank = rj_json_get_int (planned, "number", self->n_planned);
    if (member->session == NULL)
      member->session = g_intern_string (rj_json_get_string (planned, "session", ""));
    if (rj_json_get_string (planned, "group", NULL) != NULL)
      member->group = g_intern_string (rj_json_get_string (planned, "group", NULL));
    if (told != NULL)
      rj_names_add (self->names, member->session, told, NULL);
    take_sees (member, rj_json_get_array (planned, "sees"));
    if (rj_json_has (planned, "publishes"))
      member->publishes = rj_json_get_bool (planned, "publishes", TRUE);
  }
}

void
rj_facts_expect (RjFacts *self, const char *text)
{
  if (!g_ptr_array_find_with_equal_func (self->expectations, text, g_str_equal, NULL))
    g_ptr_array_add (self->expectations, g_strdup (text));
}

static void
take_expectations (RjFacts *self, JsonArray *texts)
{
  guint n = texts == NULL ? 0 : json_array_get_length (texts);

  for (guint i = 0; i < n; i++) {
    const char *text = json_node_get_string (json_array_get_element (texts, i));

    if (text != NULL)
      rj_facts_expect (self, text);
  }
}

static void
take_repetition (RjFacts *self, JsonObject *series)
{
  const char *id = rj_json_get_string (series, "id", NULL);

  if (id == NULL || self->repetition.series != NULL)
    return;
  self->repetition.series = g_strdup (id);
  self->repetition.number = rj_json_get_int (series, "number", 0);
  self->repetition.wanted = rj_json_get_int (series, "of", 0);
}

static void
take_shard (RjFacts *self, JsonObject *described)
{
  RjShardFacts shard = {
    .number = rj_json_get_int (described, "number", 0),
    .of = rj_json_get_int (described, "of", 0),
  };

  if (shard.of > 0)
    g_array_append_val (self->shards, shard);
}

static void
take_run_started (RjFacts *self, const RjEvent *event)
{
  JsonObject *expectations = rj_json_get_object (event->data, "expectations");

  self->n_started++;
  if (self->started_us == 0 || event->mono_us < self->started_us)
    self->started_us = event->mono_us;
  if (self->name == NULL)
    self->name = g_strdup (rj_json_get_string (event->data, "name", NULL));
  self->within_ms = rj_json_get_double (expectations, "within_ms", self->within_ms);
  self->n_marks_expected += rj_json_get_int (expectations, "marks", 0);
  if (rj_json_get_bool (expectations, "pictures", FALSE))
    self->wants_pictures = TRUE;
  if (g_strcmp0 (rj_json_get_string (expectations, "on_overload", NULL), "warn") != 0)
    self->overload_spoils = TRUE;
  take_expectations (self, rj_json_get_array (expectations, "expect"));
  take_planned (self, rj_json_get_array (event->data, "participants"));
  take_repetition (self, rj_json_get_object (event->data, "series"));
  take_shard (self, rj_json_get_object (event->data, "shard"));
}

static int
read_signal (JsonObject *data)
{
  const char *name = rj_json_get_string (data, "signal", NULL);

  if (name == NULL)
    return rj_json_get_int (data, "signal", SIGINT);
  return strstr (name, "TERM") != NULL ? SIGTERM : SIGINT;
}

/* Of several machines the worst end counts: what went well elsewhere does not make up for it. */
static guint
rank_end (const char *reason)
{
  static const char *const ranks[] = {
    "duration", "recovered", "failed", "join-deadline", "timeout", "error", "signal",
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranks); i++)
    if (g_str_equal (ranks[i], reason))
      return i;
  return G_N_ELEMENTS (ranks); /* of a newer version */
}

static void
take_run_ended (RjFacts *self, const RjEvent *event)
{
  const char *reason = rj_json_get_string (event->data, "reason", "duration");

  self->n_ended++;
  self->ended_us = MAX (self->ended_us, event->mono_us);
  if (self->first_end_us == 0 || event->mono_us < self->first_end_us)
    self->first_end_us = event->mono_us;
  if (self->ended_reason != NULL && rank_end (reason) <= rank_end (self->ended_reason))
    return;
  g_free (self->ended_reason);
  g_free (self->ended_error);
  self->ended_reason = g_strdup (reason);
  self->ended_error = g_strdup (rj_json_get_string (event->data, "error", NULL));
  self->signal = g_str_equal (self->ended_reason, "signal") ? read_signal (event->data) : 0;
}

/* of several machines: the last one */
static void
take_everyone_flowing (RjFacts *self, const RjEvent *event)
{
  self->flowing_us = MAX (self->flowing_us, event->mono_us);
}

/* Which fault begins or ends with the event? Each machine counts its own, so there may be several of one number. */
static RjFaultFacts *
ensure_fault (RjFacts *self, const RjEvent *event)
{
  guint index = rj_json_get_int (event->data, "fault", 0);
  gboolean begins = g_str_equal (event->type, RJ_EVENT_FAULT_STARTED);
  RjFaultFacts *fault;

  for (guint i = 0; i < self->faults->len; i++) {
    fault = g_ptr_array_index (self->faults, i);
    if (fault->index == index && !(begins ? fault->has_started : fault->ended_us > 0))
      return fault;
  }
  fault = rj_store_take (self->store, sizeof *fault);
  fault->index = index;
  fault->us = event->mono_us;
  fault->exit_code = -1;
  fault->what = g_intern_string (rj_json_get_string (event->data, "what", "fault"));
  rj_stamped_insert_pointer (self->faults, fault);
  return fault;
}

/* A moderator of ours throws somebody out */
static void
note_removal (RjFacts *self, const RjFaultFacts *fault)
{
  RjMember *member;

  if (g_strcmp0 (fault->what, "force-disconnect") != 0 || fault->target == NULL)
    return;
  member = rj_facts_ensure_member (self, fault->target);
  rj_stamped_insert (member->removals, &fault->us);
  rj_member_settle_presence (member);
}

static void
take_fault_started (RjFacts *self, const RjEvent *event)
{
  RjFaultFacts *fault = ensure_fault (self, event);

  fault->us = event->mono_us;
  fault->has_started = TRUE;
  fault->target = read_word (event->data, "target");
  self->n_marks += g_str_equal (fault->what, "mark") && rj_json_has (event->data, "by");
  note_removal (self, fault);
}

static void
take_fault_ended (RjFacts *self, const RjEvent *event)
{
  RjFaultFacts *fault = ensure_fault (self, event);

  fault->ended_us = event->mono_us;
  fault->ok = rj_json_get_bool (event->data, "ok", FALSE);
  fault->timed_out = rj_json_get_bool (event->data, "timed_out", FALSE);
  fault->exit_code = rj_json_get_int (event->data, "exit_code", -1);
  fault->node = read_word (event->data, "node");
  fault->error = g_strdup (rj_json_get_string (event->data, "error", NULL));
  fault->output = g_strdup (rj_json_get_string (event->data, "output", NULL));
  fault->hit_session = g_strdup (rj_json_get_string (event->data, "hit_session", NULL));
}

static void
take_step_checked (RjFacts *self, const RjEvent *event)
{
  const char *after = rj_json_get_string (event->data, "after", NULL);
  RjStepCheck check = {
    .us = event->mono_us,
    .index = rj_json_get_int (event->data, "fault", 0),
    .after = after == NULL ? NULL : g_intern_string (after),
    .ok = rj_json_get_bool (event->data, "ok", FALSE),
    .within_ms = rj_json_get_double (event->data, "within_ms", 0),
    .found_ms = rj_json_get_double (event->data, "found_ms", RJ_MS_UNKNOWN),
  };

  rj_stamped_insert (self->checks, &check);
}

static void
take_self_check (RjFacts *self, const RjEvent *event)
{
  RjSelfSample sample = {
    .us = event->mono_us,
    .loop_lag_ms = rj_json_get_double (event->data, "loop_lag_ms", 0),
    .pacing_lag_ms = rj_json_get_double (event->data, "pacing_lag_ms", 0),
    .cpu_percent = rj_json_get_double (event->data, "cpu_percent", -1),
    .machine_percent = rj_json_get_double (event->data, "machine_percent", -1),
    .receive_drops = rj_json_get_int (event->data, "receive_drops", -1),
    .memory_mb = rj_json_get_double (event->data, "memory_mb", -1),
    .threads = rj_json_get_int (event->data, "threads", -1),
    .files = rj_json_get_int (event->data, "files", -1),
  };

  rj_stamped_insert (self->samples, &sample);
  self->loop_lag_ms = MAX (self->loop_lag_ms, sample.loop_lag_ms);
  self->pacing_lag_ms = MAX (self->pacing_lag_ms, sample.pacing_lag_ms);
  if (!rj_json_get_bool (event->data, "overloaded", FALSE) ||
      (self->overloaded && self->overloaded_us <= sample.us))
    return;
  self->overloaded = TRUE;
  self->overloaded_us = sample.us;
  g_free (self->overload);
  self->overload = g_strdup (rj_json_get_string (event->data, "what", NULL));
}

static void
take_warning (RjFacts *self, const RjEvent *event)
{
  const char *message = rj_json_get_string (event->data, "message", NULL);

  for (guint i = 0; i < self->warnings->len && message != NULL; i++)
    if (g_str_equal (g_ptr_array_index (self->warnings, i), message))
      return;
  if (message != NULL)
    g_ptr_array_add (self->warnings, g_strdup (message));
}

static void
take_session_placed (RjFacts *self, const RjEvent *event)
{
  RjPlacement placement = {
    .us = event->mono_us,
    .session = g_intern_string (event->session != NULL ? event->session : ""),
    .node = read_word (event->data, "node"),
    .master = read_word (event->data, "master"),
  };

  rj_stamped_insert (self->placements, &placement);
}

static void
take_node_crashed (RjFacts *self, const RjEvent *event)
{
  RjCrash crash = { .us = event->mono_us, .node = read_word (event->data, "node") };

  rj_stamped_insert (self->crashes, &crash);
}

static void
take_master_lost (RjFacts *self, const RjEvent *event)
{
  RjCrash crash = { .us = event->mono_us, .of_master = TRUE };

  rj_stamped_insert (self->crashes, &crash);
}

static void
take_evicted (RjFacts *self, const RjEvent *event)
{
  const char *told = rj_json_get_string (event->data, "name", event->participant);
  const char *name = told == NULL || event->session == NULL
                       ? NULL
                       : rj_names_find (self->names, event->session, told);
  RjMember *member = told == NULL ? NULL : rj_facts_find_member (self, name != NULL ? name : told);

  if (member == NULL) /* a browser, or another tool's participant */
    return;
  rj_stamped_insert (member->evictions, &event->mono_us);
  rj_facts_note_loss (self, event->mono_us);
}

static const struct {
  const char *type;
  void (*take) (RjFacts *self, const RjEvent *event);
} run_events[] = {
  { RJ_EVENT_RUN_STARTED, take_run_started },
  { RJ_EVENT_RUN_ENDED, take_run_ended },
  { RJ_EVENT_EVERYONE_FLOWING, take_everyone_flowing },
  { RJ_EVENT_FAULT_STARTED, take_fault_started },
  { RJ_EVENT_FAULT_ENDED, take_fault_ended },
  { RJ_EVENT_STEP_CHECKED, take_step_checked },
  { RJ_EVENT_SELF_CHECK, take_self_check },
  { RJ_EVENT_WARNING, take_warning },
  { RJ_EVENT_SESSION_PLACED, take_session_placed },
  { RJ_EVENT_NODE_CRASHED, take_node_crashed },
  { RJ_EVENT_MASTER_LOST, take_master_lost },
  { RJ_EVENT_PARTICIPANT_EVICTED, take_evicted },
  { RJ_EVENT_GHOST_FOUND, rj_facts_take_ghost_found },
  { RJ_EVENT_GHOST_GONE, rj_facts_take_ghost_gone },
  { RJ_EVENT_CENSUS, rj_facts_take_census },
};

void
rj_facts_note_loss (RjFacts *self, gint64 us)
{
  self->last_loss_us = MAX (self->last_loss_us, us);
}

void
rj_facts_take (RjFacts *self, const RjEvent *event)
{
  self->last_us = MAX (self->last_us, event->mono_us);
  for (guint i = 0; i < G_N_ELEMENTS (run_events); i++)
    if (g_str_equal (run_events[i].type, event->type)) {
      run_events[i].take (self, event);
      return;
    }
  if (event->participant != NULL)
    rj_facts_take_member_event (self, rj_facts_ensure_member (self, event->participant), event);
}
