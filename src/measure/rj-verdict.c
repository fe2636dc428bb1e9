#include "rj-verdict.h"

#include <math.h>
#include <signal.h>

typedef struct {
  const RjFacts *facts;
  RjResult *result;
  guint n_problems;
  guint n_early; /* of them: what may still have been on its way when the run timed out */
} RjJudge;

const char *
rj_verdict_get_name (RjVerdict verdict)
{
  switch (verdict) {
  case RJ_VERDICT_PASSED:
    return "passed";
  case RJ_VERDICT_FAILED:
    return "failed";
  case RJ_VERDICT_INCONCLUSIVE:
    return "inconclusive";
  case RJ_VERDICT_ENVIRONMENT:
    return "environment";
  }
  g_return_val_if_reached ("inconclusive");
}

int
rj_verdict_get_exit_code (RjVerdict verdict)
{
  switch (verdict) {
  case RJ_VERDICT_PASSED:
    return 0;
  case RJ_VERDICT_FAILED:
    return 1;
  case RJ_VERDICT_INCONCLUSIVE:
    return 3;
  case RJ_VERDICT_ENVIRONMENT:
    return 4;
  }
  g_return_val_if_reached (3);
}

int
rj_result_get_exit_code (const RjResult *self)
{
  return self->signal > 0 ? 128 + self->signal : rj_verdict_get_exit_code (self->verdict);
}

static const char *
plural (guint n, const char *one, const char *many)
{
  return n == 1 ? one : many;
}

static void conclude (RjJudge *j, RjVerdict verdict, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
conclude (RjJudge *j, RjVerdict verdict, const char *format, ...)
{
  va_list arguments;

  j->result->verdict = verdict;
  g_free (j->result->reason);
  va_start (arguments, format);
  j->result->reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

/* --- problems of a participant --- */

static void
add_problem (RjJudge *j, RjParticipantResult *participant, gboolean early, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

static void
add_problem (RjJudge *j, RjParticipantResult *participant, gboolean early, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *before = participant->problem;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  participant->problem =
    before == NULL ? g_steal_pointer (&text) : g_strdup_printf ("%s; %s", before, text);
  j->n_problems++;
  j->n_early += early ? 1 : 0;
}

/* Until when everything has to be back that was lost at @from_us and is back at @to_us: `within` after the
 * last fault ended that had begun by then; without any, after the loss itself. */
static gint64
find_deadline (const RjJudge *j, gint64 from_us, gint64 to_us)
{
  gint64 deadline_us = from_us;

  for (guint i = 0; i < j->result->faults->len; i++) {
    const RjFaultResult *fault = g_ptr_array_index (j->result->faults, i);

    if (fault->started_us <= to_us)
      deadline_us = MAX (deadline_us, MAX (fault->started_us, fault->ended_us));
  }
  return deadline_us + (gint64) (j->result->within_ms * 1000);
}

static double
get_seconds_late (const RjJudge *j, gint64 from_us, gint64 to_us)
{
  gint64 base_us = find_deadline (j, from_us, to_us) - (gint64) (j->result->within_ms * 1000);

  return (to_us - base_us) / 1e6;
}

static const char *
get_base_word (const RjJudge *j)
{
  return j->result->faults->len > 0 ? "the fault ended" : "it was lost";
}

static gint64
get_end (const RjJudge *j)
{
  return j->facts->ended_us > 0 ? j->facts->ended_us : j->facts->last_us;
}

static void
judge_down (RjJudge *j, RjParticipantResult *to, const RjEdgeResult *edge)
{
  gint64 from_us = edge->last_outage_from_us;
  gint64 end_us = get_end (j);

  if (!edge->flowed) {
    add_problem (j, to, FALSE, "never saw %s", edge->from);
    return;
  }
  add_problem (j, to, end_us <= find_deadline (j, from_us, end_us),
               "does not see %s again (dark for %.1f s at the end)", edge->from,
               (end_us - from_us) / 1e6);
}

static void
judge_edge (RjJudge *j, RjParticipantResult *to, const RjEdgeResult *edge)
{
  if (edge->wrong_frames > 0)
    add_problem (j, to, FALSE, "got %" G_GUINT64_FORMAT " %s of somebody else as the stream of %s",
                 edge->wrong_frames, plural (edge->wrong_frames, "frame", "frames"), edge->from);
  if (edge->picture_bad_at_end)
    add_problem (j, to, FALSE, "decodes no good picture of %s", edge->from);
  for (guint i = 0; i < edge->outages->len; i++) {
    const RjSpan *outage = &g_array_index (edge->outages, RjSpan, i);

    if (outage->to_us <= find_deadline (j, outage->from_us, outage->to_us))
      continue;
    add_problem (j, to, FALSE, "saw %s again only %.1f s after %s (allowed: %g s)", edge->from,
                 get_seconds_late (j, outage->from_us, outage->to_us), get_base_word (j),
                 j->result->within_ms / 1000);
  }
  if (edge->down_at_end)
    judge_down (j, to, edge);
}

static void
judge_open_rejoin (RjJudge *j, RjParticipantResult *p, const RjRejoin *rejoin)
{
  gint64 end_us = get_end (j);

  add_problem (j, p, end_us <= find_deadline (j, rejoin->lost_at_us, end_us),
               "is not back after %.1f s: it stopped at \"%s\"%s%s",
               (end_us - rejoin->lost_at_us) / 1e6, rejoin->stuck_in,
               p->last_error != NULL ? ", last error: " : "",
               p->last_error != NULL ? p->last_error : "");
}

static void
judge_rejoins (RjJudge *j, RjParticipantResult *p)
{
  for (guint i = 0; i < p->rejoins->len; i++) {
    const RjRejoin *rejoin = g_ptr_array_index (p->rejoins, i);
    gint64 back_us = rejoin->flowing_at_us;

    if (back_us == 0) {
      if (i + 1 == p->rejoins->len && p->failure == NULL)
        judge_open_rejoin (j, p, rejoin);
      continue;
    }
    if (back_us > find_deadline (j, rejoin->lost_at_us, back_us))
      add_problem (j, p, FALSE, "was back only %.1f s after %s (allowed: %g s)",
                   get_seconds_late (j, rejoin->lost_at_us, back_us), get_base_word (j),
                   j->result->within_ms / 1000);
  }
}

static void
judge_participant (RjJudge *j, RjParticipantResult *p)
{
  if (p->failure != NULL)
    add_problem (j, p, FALSE, "gave up: %s", p->failure);
  else if (!p->flowed && !g_str_equal (p->state, "left"))
    add_problem (j, p, FALSE, "never got all its media (state: %s%s%s)", p->state,
                 p->last_error != NULL ? ", last error: " : "",
                 p->last_error != NULL ? p->last_error : "");
  judge_rejoins (j, p);
  for (guint i = 0; i < j->result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (j->result->edges, i);

    if (g_str_equal (edge->to, p->name))
      judge_edge (j, p, edge);
  }
}

/* --- the run --- */

static guint
count_flowed (const RjResult *result)
{
  guint n = 0;

  for (guint i = 0; i < result->participants->len; i++)
    n += ((RjParticipantResult *) g_ptr_array_index (result->participants, i))->flowed;
  return n;
}

/* The error that most of them met. Returns: (nullable) */
static const char *
find_common_error (const RjResult *result)
{
  const char *best = NULL;
  guint best_n = 0;

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);
    const char *error = p->failure != NULL ? p->failure : p->last_error;
    guint n = 0;

    for (guint k = 0; k < result->participants->len && error != NULL; k++) {
      const RjParticipantResult *other = g_ptr_array_index (result->participants, k);

      n += g_strcmp0 (error, other->failure != NULL ? other->failure : other->last_error) == 0;
    }
    if (n > best_n) {
      best = error;
      best_n = n;
    }
  }
  return best;
}

static gboolean
has_anybody_joined (const RjResult *result)
{
  for (guint i = 0; i < result->participants->len; i++)
    if (((RjParticipantResult *) g_ptr_array_index (result->participants, i))->connection != NULL)
      return TRUE;
  return FALSE;
}

static void
conclude_environment (RjJudge *j)
{
  const char *error = find_common_error (j->result);

  if (error == NULL)
    error = j->facts->ended_error;
  conclude (j, RJ_VERDICT_ENVIRONMENT, "%s%s%s.",
            has_anybody_joined (j->result) ? "Participants joined, but no media flowed to anybody"
                                           : "Nobody could join",
            error != NULL ? ": " : "", error != NULL ? error : "");
}

static gboolean
conclude_broken_off (RjJudge *j)
{
  if (j->facts->n_started == 0)
    conclude (j, RJ_VERDICT_INCONCLUSIVE,
              "The event log has no run-started: it is not a whole log.");
  else if (j->facts->n_ended < j->facts->n_started)
    conclude (j, RJ_VERDICT_INCONCLUSIVE, "The event log ends without run-ended.");
  else if (j->facts->signal != 0)
    conclude (j, RJ_VERDICT_INCONCLUSIVE, "The run was interrupted by %s.",
              j->facts->signal == SIGTERM ? "SIGTERM" : "SIGINT");
  else if (count_flowed (j->result) == 0)
    conclude_environment (j);
  else if (g_str_equal (j->facts->ended_reason, "error"))
    conclude (j, RJ_VERDICT_INCONCLUSIVE, "The run broke off: %s.",
              j->facts->ended_error != NULL ? j->facts->ended_error : "no reason was given");
  else
    return FALSE;
  return TRUE;
}

static char *
describe_fault (const RjFaultResult *fault)
{
  return g_strdup_printf ("%s%s%s", fault->what, fault->target != NULL ? " " : "",
                          fault->target != NULL ? fault->target : "");
}

static gboolean
conclude_bad_fault (RjJudge *j)
{
  for (guint i = 0; i < j->facts->faults->len; i++) {
    const RjFault *known = g_ptr_array_index (j->facts->faults, i);
    const RjFaultResult *fault = g_ptr_array_index (j->result->faults, i);
    g_autofree char *name = describe_fault (fault);

    if (fault->ended_us == 0)
      conclude (j, RJ_VERDICT_INCONCLUSIVE, "The fault %s did not come to an end.", name);
    else if (known->timed_out)
      conclude (j, RJ_VERDICT_INCONCLUSIVE, "The fault %s took too long and was stopped.", name);
    else if (fault->exit_code > 0)
      conclude (j, RJ_VERDICT_INCONCLUSIVE, "The fault %s failed with exit code %d%s%s.", name,
                fault->exit_code, fault->error != NULL ? ": " : "",
                fault->error != NULL ? fault->error : "");
    else if (!fault->ok)
      conclude (j, RJ_VERDICT_INCONCLUSIVE, "The fault %s could not be done%s%s.", name,
                fault->error != NULL ? ": " : "", fault->error != NULL ? fault->error : "");
    else
      continue;
    return TRUE;
  }
  return FALSE;
}

#define RJ_PROBLEMS_TOLD 2

static char *
describe_problems (const RjJudge *j)
{
  GString *text = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < j->result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (j->result->participants, i);

    if (p->problem == NULL)
      continue;
    if (n++ < RJ_PROBLEMS_TOLD)
      g_string_append_printf (text, "%s%s %s", n > 1 ? "; " : "", p->name, p->problem);
  }
  if (n > RJ_PROBLEMS_TOLD)
    g_string_append_printf (text, "; and %u more %s a problem", n - RJ_PROBLEMS_TOLD,
                            plural (n - RJ_PROBLEMS_TOLD, "participant has", "participants have"));
  return g_string_free (text, FALSE);
}

static void
conclude_problems (RjJudge *j)
{
  g_autofree char *problems = describe_problems (j);
  gboolean timed_out = g_str_equal (j->facts->ended_reason, "timeout");

  if (j->facts->overloaded)
    conclude (j, RJ_VERDICT_INCONCLUSIVE,
              "This machine was overloaded (%s), so this may be its own fault: %s.",
              j->facts->overload != NULL ? j->facts->overload : "self-check", problems);
  else if (timed_out && j->n_early == j->n_problems)
    conclude (j, RJ_VERDICT_INCONCLUSIVE, "The run timed out too early to tell: %s.", problems);
  else
    conclude (j, RJ_VERDICT_FAILED, "%s.", problems);
}

/* --- passed --- */

typedef struct {
  guint n_affected;
  guint n_edges;
  double longest_ms;
} RjToll;

static RjToll
count_toll (const RjResult *result)
{
  RjToll toll = { 0, result->edges->len, 0 };

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    toll.n_affected += p->affected;
    for (guint k = 0; k < p->rejoins->len; k++)
      toll.longest_ms =
        fmax (toll.longest_ms, ((RjRejoin *) g_ptr_array_index (p->rejoins, k))->total_ms);
  }
  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    for (guint k = 0; k < edge->outages_ms->len; k++)
      toll.longest_ms = fmax (toll.longest_ms, g_array_index (edge->outages_ms, double, k));
  }
  return toll;
}

/* Somebody who left because that was the fault has lost nothing, and nobody had to. */
static gboolean
is_harmless (const RjFaultResult *fault)
{
  return g_str_equal (fault->what, "leave");
}

static gboolean
had_real_fault (const RjResult *result)
{
  for (guint i = 0; i < result->faults->len; i++)
    if (!is_harmless (g_ptr_array_index (result->faults, i)))
      return TRUE;
  return FALSE;
}

/* Losses before the first fault are not its effect. */
static gboolean
has_taken_effect (const RjResult *result)
{
  gint64 since_us = ((RjFaultResult *) g_ptr_array_index (result->faults, 0))->started_us;

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    for (guint k = 0; k < p->rejoins->len; k++)
      if (((RjRejoin *) g_ptr_array_index (p->rejoins, k))->detected_at_us >= since_us)
        return TRUE;
  }
  for (guint i = 0; i < result->edges->len; i++)
    if (((RjEdgeResult *) g_ptr_array_index (result->edges, i))->last_outage_to_us >= since_us)
      return TRUE;
  return FALSE;
}

static void
conclude_passed_quietly (RjJudge *j, const RjToll *toll)
{
  guint n = j->result->participants->len;

  conclude (j, RJ_VERDICT_PASSED, "%s %u %s joined, and %u %s of media flowed until the end.",
            n == 1 ? "The" : "All", n, plural (n, "participant", "participants"), toll->n_edges,
            plural (toll->n_edges, "edge", "edges"));
}

static void
conclude_passed (RjJudge *j)
{
  RjToll toll = count_toll (j->result);
  guint n = j->result->participants->len;
  guint n_others = n - toll.n_affected;

  if (toll.n_affected == 0) {
    conclude_passed_quietly (j, &toll);
    return;
  }
  conclude (j, RJ_VERDICT_PASSED, "%u of %u %s lost something, for %.2f s at most, and %s back%s.",
            toll.n_affected, n, plural (n, "participant", "participants"), toll.longest_ms / 1000,
            toll.n_affected == 1 ? "is" : "all are",
            n_others > 0 ? "; the others noticed nothing" : "");
}

static void
warn_of_overload (RjJudge *j)
{
  if (j->facts->overloaded && j->result->verdict == RJ_VERDICT_PASSED)
    g_ptr_array_add (
      j->result->warnings,
      g_strdup_printf ("this machine was overloaded (%s): the times are too long "
                       "rather than too short",
                       j->facts->overload != NULL ? j->facts->overload : "self-check"));
}

void
rj_verdict_find (const RjFacts *facts, RjResult *result)
{
  RjJudge judge = { .facts = facts, .result = result };
  RjJudge *j = &judge;

  for (guint i = 0; i < result->participants->len; i++)
    judge_participant (j, g_ptr_array_index (result->participants, i));
  if (conclude_broken_off (j) || conclude_bad_fault (j))
    return;
  if (j->n_problems > 0)
    conclude_problems (j);
  else if (had_real_fault (result) && !has_taken_effect (result))
    conclude (j, RJ_VERDICT_INCONCLUSIVE,
              "Nobody lost anything: the fault has hit none of the participants.");
  else if (g_str_equal (facts->ended_reason, "timeout"))
    conclude (j, RJ_VERDICT_INCONCLUSIVE, "The run timed out.");
  else
    conclude_passed (j);
  warn_of_overload (j);
}
