#include "rj-summary.h"

#include <math.h>

#include "rj-expectation.h"
#include "rj-figures.h"
#include "rj-json-text.h"
#include "rj-json.h"
#include "rj-phases.h"
#include "rj-reason.h"
#include "rj-report.h"

void
rj_summary_set_number (JsonObject *object, const char *name, double value)
{
  if (value < 0)
    json_object_set_null_member (object, name);
  else
    json_object_set_double_member (object, name, value);
}

/* NAN: not bounded */
static void
set_bound (JsonObject *object, const char *name, double ms)
{
  if (isnan (ms))
    json_object_set_null_member (object, name);
  else
    json_object_set_double_member (object, name, ms);
}

static void
set_text (JsonObject *object, const char *name, const char *text)
{
  if (text == NULL)
    json_object_set_null_member (object, name);
  else
    json_object_set_string_member (object, name, text);
}

/* A moment, as milliseconds since the start of the run; 0: has not come. Where a clock was wrong (there is a
 * warning then) something may seem to be from before it. */
static void
set_moment (JsonObject *object, const char *name, const RjResult *result, gint64 us)
{
  if (us == 0)
    json_object_set_null_member (object, name);
  else
    json_object_set_double_member (object, name, MAX (0, us - result->started_us) / 1000.0);
}

static void
set_doubles (JsonObject *object, const char *name, const GArray *values)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < values->len; i++)
    json_array_add_double_element (array, g_array_index (values, double, i));
  json_object_set_array_member (object, name, array);
}

static void
set_texts (JsonObject *object, const char *name, const GPtrArray *texts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < texts->len; i++)
    json_array_add_string_element (array, g_ptr_array_index (texts, i));
  json_object_set_array_member (object, name, array);
}

static JsonObject *
build_detectors (const RjRejoin *rejoin)
{
  JsonObject *object = json_object_new ();
  g_autoptr (GList) names = g_hash_table_get_keys (rejoin->detectors);

  names = g_list_sort (names, (GCompareFunc) g_strcmp0);
  for (GList *i = names; i != NULL; i = i->next) {
    const gint64 *stamp = g_hash_table_lookup (rejoin->detectors, i->data);

    json_object_set_double_member (object, i->data, (*stamp - rejoin->lost_at_us) / 1000.0);
  }
  return object;
}

static JsonObject *
build_rejoin (const RjResult *result, const RjRejoin *rejoin)
{
  JsonObject *object =
    rj_json_build ("cause", 's', rejoin->cause, "detected_by", 's', rejoin->detected_by, "tries",
                   'i', (gint64) rejoin->tries, NULL);

  set_text (object, "last_edge", rejoin->last_edge);
  for (guint i = 0; i < RJ_N_PHASE_ROWS; i++)
    rj_summary_set_number (object, rj_phase_rows[i].member, rj_phase_get (rejoin, i));
  rj_summary_set_number (object, "own_ms", rejoin->own_ms);
  rj_summary_set_number (object, "server_ms", rj_rejoin_get_server_ms (rejoin));
  rj_summary_set_number (object, "total_ms", rejoin->total_ms);
  json_object_set_boolean_member (object, "back", rejoin->flowing_at_us > 0);
  set_text (object, "stuck_in", rejoin->stuck_in);
  set_moment (object, "lost_at_ms", result, rejoin->lost_at_us);
  set_moment (object, "detected_at_ms", result, rejoin->detected_at_us);
  set_moment (object, "evicted_at_ms", result, rejoin->evicted_at_us);
  set_moment (object, "flowing_at_ms", result, rejoin->flowing_at_us);
  set_text (object, "node_before", rejoin->node_before);
  set_text (object, "node_after", rejoin->node_after);
  set_text (object, "master_before", rejoin->master_before);
  set_text (object, "master_after", rejoin->master_after);
  json_object_set_object_member (object, "detectors_ms", build_detectors (rejoin));
  return object;
}

static void
set_candidates (JsonObject *object, const RjCandidatePair *pair)
{
  if (pair->local == NULL)
    json_object_set_null_member (object, "candidates");
  else
    json_object_set_object_member (
      object, "candidates",
      rj_json_build ("local", 's', pair->local, "remote", 's', pair->remote, NULL));
}

static JsonArray *
build_words (guint64 reasons)
{
  JsonArray *array = json_array_new ();

  for (RjReason i = 0; i < RJ_N_REASONS; i++)
    if ((reasons & RJ_REASON_BIT (i)) != 0)
      json_array_add_string_element (array, rj_reason_get_word (i));
  return array;
}

static JsonObject *
build_participant (const RjResult *result, const RjParticipantResult *p)
{
  JsonObject *object = rj_json_build ("name", 's', p->name, "session", 's', p->session, NULL);
  JsonArray *rejoins = json_array_new ();

  for (guint i = 0; i < p->rejoins->len; i++)
    json_array_add_object_element (rejoins,
                                   build_rejoin (result, g_ptr_array_index (p->rejoins, i)));
  set_text (object, "group", p->group);
  json_object_set_string_member (object, "state", p->state);
  json_object_set_boolean_member (object, "flowed", p->flowed);
  json_object_set_boolean_member (object, "affected", p->affected);
  json_object_set_boolean_member (object, "same_connection", p->same_connection);
  set_text (object, "connection", p->connection);
  json_object_set_int_member (object, "attempts", p->attempts);
  set_candidates (object, &p->candidates);
  rj_summary_set_number (object, "longest_gap_ms", p->longest_gap_ms);
  json_object_set_int_member (object, "double_events", p->n_double);
  json_object_set_int_member (object, "missing_events", p->n_missing);
  rj_summary_set_number (object, "rtt_ms", p->rtt_ms);
  rj_summary_set_number (object, "rtt_max_ms", p->rtt_max_ms);
  set_text (object, "problem", p->problem);
  json_object_set_array_member (object, "problem_words", build_words (p->problems));
  set_text (object, "failure", p->failure);
  set_text (object, "last_error", p->last_error);
  json_object_set_array_member (object, "rejoins", rejoins);
  return object;
}

/* When they began */
static JsonArray *
build_moments (const RjResult *result, const GArray *spans)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < spans->len; i++)
    json_array_add_double_element (
      array, MAX (0, g_array_index (spans, RjSpan, i).from_us - result->started_us) / 1000.0);
  return array;
}

static void
set_quality (JsonObject *object, const RjEdgeResult *edge)
{
  json_object_set_int_member (object, "lost_packets", (gint64) edge->lost_packets);
  json_object_set_int_member (object, "sequence_gaps", (gint64) edge->sequence_gaps);
  json_object_set_int_member (object, "duplicates", (gint64) edge->duplicates);
  json_object_set_int_member (object, "reordered", (gint64) edge->reordered);
  rj_summary_set_number (object, "loss_percent", edge->loss_percent);
  rj_summary_set_number (object, "jitter_ms", edge->jitter_ms);
  rj_summary_set_number (object, "jitter_max_ms", edge->jitter_max_ms);
  rj_summary_set_number (object, "latency_ms", edge->latency_ms);
  rj_summary_set_number (object, "bitrate_bps", edge->bitrate_bps);
  rj_summary_set_number (object, "fps", edge->fps);
}

static JsonObject *
build_edge (const RjResult *result, const RjEdgeResult *edge)
{
  JsonObject *object = rj_json_build (
    "session", 's', edge->session, "from", 's', edge->from, "to", 's', edge->to, "foreign", 'b',
    edge->foreign, "frames", 'i', (gint64) edge->frames, "wrong_frames", 'i',
    (gint64) edge->wrong_frames, "foreign_frames", 'i', (gint64) edge->foreign_frames, "packets",
    'i', (gint64) edge->packets, "bytes", 'i', (gint64) edge->bytes, NULL);

  set_doubles (object, "outages_ms", edge->outages_ms);
  json_object_set_array_member (object, "outages_at_ms", build_moments (result, edge->outages));
  json_object_set_boolean_member (object, "down_at_end", edge->down_at_end);
  json_object_set_boolean_member (object, "flowed", edge->flowed);
  rj_summary_set_number (object, "longest_gap_ms", edge->longest_gap_ms);
  set_moment (object, "last_outage_from_ms", result, edge->last_outage_from_us);
  set_moment (object, "last_outage_to_ms", result, edge->last_outage_to_us);
  set_quality (object, edge);
  set_candidates (object, &edge->candidates);
  json_object_set_int_member (object, "picture_checks", (gint64) edge->picture_checks);
  json_object_set_int_member (object, "picture_failures", (gint64) edge->picture_failures);
  return object;
}

static JsonObject *
build_fault (const RjResult *result, const RjFaultResult *fault)
{
  JsonObject *object =
    rj_json_build ("fault", 'i', (gint64) fault->index, "what", 's', fault->what, NULL);

  set_text (object, "target", fault->target);
  set_moment (object, "started_at_ms", result, fault->started_us);
  set_moment (object, "ended_at_ms", result, fault->ended_us);
  json_object_set_boolean_member (object, "ok", fault->ok);
  if (fault->exit_code < 0)
    json_object_set_null_member (object, "exit_code");
  else
    json_object_set_int_member (object, "exit_code", fault->exit_code);
  set_text (object, "error", fault->error);
  set_text (object, "output", fault->output);
  set_text (object, "hit_session", fault->hit_session);
  rj_summary_set_number (object, "server_detection_ms", fault->server_detection_ms);
  rj_summary_set_number (object, "back_ms", fault->back_ms);
  json_object_set_boolean_member (object, "took_effect", fault->took_effect);
  return object;
}

typedef JsonObject *(*BuildFunc) (const RjResult *result, gconstpointer item);

static void
set_list (JsonObject *object,
          const char *name,
          const RjResult *result,
          const GPtrArray *items,
          BuildFunc build)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < items->len; i++)
    json_array_add_object_element (array, build (result, g_ptr_array_index (items, i)));
  json_object_set_array_member (object, name, array);
}

static JsonObject *
build_ghost (const RjResult *result, const RjGhostResult *ghost)
{
  JsonObject *object =
    rj_json_build ("session", 's', ghost->session, "name", 's', ghost->name, "connection", 's',
                   ghost->connection, "lifetime_ms", 'd', ghost->lifetime_ms, NULL);

  set_moment (object, "since_ms", result, ghost->since_us);
  set_moment (object, "last_seen_ms", result, ghost->last_seen_us);
  set_moment (object, "gone_ms", result, ghost->gone_us);
  return object;
}

/* Where nobody could be asked nothing was found, and that is no number */
static JsonObject *
build_census (const RjResult *result)
{
  const RjCensusResult *census = &result->census;
  JsonObject *object = rj_json_build ("asked", 'i', (gint64) census->n_asked, "answered", 'i',
                                      (gint64) census->n_answered, NULL);

  set_text (object, "error", census->error);
  if (census->n_answered == 0)
    json_object_set_null_member (object, "ghosts");
  else
    set_list (object, "ghosts", result, census->ghosts, (BuildFunc) build_ghost);
  return object;
}

/* --- over all of them --- */

static void
set_percentile (
  JsonObject *object, const char *begin, RjUnit unit, const GArray *values, double percent)
{
  g_autofree char *name = g_strdup_printf ("%s_%s", begin, rj_unit_rows[unit].suffix);

  rj_summary_set_number (object, name, rj_percentile (values, percent));
}

JsonObject *
rj_summary_build_spread (const GArray *values, RjUnit unit)
{
  JsonObject *object = rj_json_build ("count", 'i', (gint64) values->len, NULL);

  set_percentile (object, "min", unit, values, 0);
  set_percentile (object, "p50", unit, values, 50);
  set_percentile (object, "p95", unit, values, 95);
  set_percentile (object, "max", unit, values, 100);
  return object;
}

static JsonObject *
build_statistics (const RjResult *result)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < RJ_N_FIGURES; i++) {
    g_autoptr (GArray) values = rj_figure_list (result, i, NULL);

    json_object_set_object_member (object, rj_figure_rows[i].member,
                                   rj_summary_build_spread (values, rj_figure_rows[i].unit));
  }
  return object;
}

static JsonObject *
build_sample (const RjResult *result, const RjSelfSample *sample)
{
  JsonObject *object =
    rj_json_build ("at_ms", 'd', MAX (0, sample->us - result->started_us) / 1000.0, "loop_lag_ms",
                   'd', sample->loop_lag_ms, "pacing_lag_ms", 'd', sample->pacing_lag_ms, NULL);

  rj_summary_set_number (object, "cpu_percent", sample->cpu_percent);
  rj_summary_set_number (object, "machine_percent", sample->machine_percent);
  rj_summary_set_number (object, "receive_drops", (double) sample->receive_drops);
  rj_summary_set_number (object, "memory_mb", sample->memory_mb);
  rj_summary_set_number (object, "threads", sample->threads);
  rj_summary_set_number (object, "files", sample->files);
  return object;
}

static JsonArray *
build_samples (const RjResult *result)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < result->samples->len; i++)
    json_array_add_object_element (
      array, build_sample (result, &g_array_index (result->samples, RjSelfSample, i)));
  return array;
}

static JsonObject *
build_self (const RjResult *result)
{
  JsonObject *object =
    rj_json_build ("overloaded", 'b', result->overloaded, "loop_lag_ms", 'd',
                   result->max_loop_lag_ms, "pacing_lag_ms", 'd', result->max_pacing_lag_ms, NULL);

  set_text (object, "overload", result->overload);
  set_moment (object, "overloaded_at_ms", result, result->overloaded_us);
  json_object_set_array_member (object, "samples", build_samples (result));
  return object;
}

static JsonObject *
build_expectation (const RjResult *result, const RjExpectationResult *e)
{
  return rj_json_build ("text", 's', e->text, "state", 's',
                        rj_expectation_state_get_name (e->state), "found", 's', e->found, NULL);
}

static JsonObject *
build_clock (const RjResult *result, const RjClockResult *clock)
{
  JsonObject *object = rj_json_build ("host", 's', clock->host, "boot_id", 's', clock->boot_id,
                                      "correction_ms", 'd', clock->correction_ms, NULL);

  set_bound (object, "error_low_ms", clock->low_ms);
  set_bound (object, "error_high_ms", clock->high_ms);
  json_object_set_int_member (object, "seen_by_both", clock->n_seen);
  json_object_set_boolean_member (object, "contradictory", clock->contradictory);
  return object;
}

static void
set_repetition (JsonObject *object, const RjRepetition *repetition)
{
  if (repetition->series == NULL)
    json_object_set_null_member (object, "repetition");
  else
    json_object_set_object_member (object, "repetition",
                                   rj_json_build ("series", 's', repetition->series, "number", 'i',
                                                  (gint64) repetition->number, "of", 'i',
                                                  (gint64) repetition->wanted, NULL));
}

JsonObject *
rj_summary_build (const RjResult *result)
{
  JsonObject *object = rj_json_build (
    "schema", 's', RJ_SUMMARY_SCHEMA, "version", 'i', (gint64) RJ_SUMMARY_VERSION, "run", 's',
    result->run, "name", 's', result->name != NULL ? result->name : "", "verdict", 's',
    rj_verdict_get_name (result->verdict), "reason_word", 's', rj_reason_get_word (result->why),
    "reason", 's', result->reason, "exit_code", 'i', (gint64) rj_result_get_exit_code (result),
    "within_ms", 'd', result->within_ms, NULL);

  set_text (object, "otherwise_word",
            result->otherwise != result->why ? rj_reason_get_word (result->otherwise) : NULL);
  set_repetition (object, &result->repetition);
  set_moment (object, "flowing_at_ms", result, result->flowing_us);
  set_moment (object, "ended_at_ms", result, result->ended_us);
  set_text (object, "ended_because", result->ended_reason);
  json_object_set_object_member (object, "statistics", build_statistics (result));
  set_list (object, "expectations", result, result->expectations, (BuildFunc) build_expectation);
  set_list (object, "participants", result, result->participants, (BuildFunc) build_participant);
  set_list (object, "edges", result, result->edges, (BuildFunc) build_edge);
  set_list (object, "faults", result, result->faults, (BuildFunc) build_fault);
  json_object_set_object_member (object, "census", build_census (result));
  json_object_set_object_member (object, "self", build_self (result));
  set_list (object, "clocks", result, result->clocks, (BuildFunc) build_clock);
  set_texts (object, "warnings", result->warnings);
  return object;
}

char *
rj_report_summary (const RjResult *result)
{
  g_autoptr (JsonObject) object = rj_summary_build (result);

  return rj_json_text (object);
}
