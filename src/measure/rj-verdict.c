#include "rj-verdict.h"

#include <math.h>
#include <signal.h>

#include "rj-expectation-result.h"
#include "rj-fault-result.h"
#include "rj-judge.h"
#include "rj-overload.h"
#include "rj-problem-text.h"
#include "rj-reason.h"
#include "rj-shards.h"

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

static void conclude (RjJudge *j, RjReason why, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
conclude (RjJudge *j, RjReason why, const char *format, ...)
{
  va_list arguments;

  j->result->why = why;
  j->result->verdict = rj_reason_get_verdict (why);
  g_free (j->result->reason);
  va_start (arguments, format);
  j->result->reason = g_strdup_vprintf (format, arguments);
  va_end (arguments);
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
  gboolean joined = has_anybody_joined (j->result);

  if (error == NULL)
    error = j->facts->ended_error;
  conclude (j, joined ? RJ_REASON_NO_MEDIA : RJ_REASON_NOBODY_JOINED, "%s%s%s%s",
            joined ? "Participants joined, but no media flowed to anybody" : "Nobody could join",
            error != NULL ? ": " : "", error != NULL ? error : "",
            error != NULL ? rj_sentence_get_stop (error) : ".");
}

/* Returns: (nullable) */
static const RjEdgeResult *
find_uncounted (const RjResult *result)
{
  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    if (edge->uncounted)
      return edge;
  }
  return NULL;
}

/* What is missing may be just what would have told of a failure. */
static gboolean
conclude_uncounted (RjJudge *j)
{
  const RjEdgeResult *edge = find_uncounted (j->result);

  if (edge != NULL)
    conclude (j, RJ_REASON_LOG_INCOMPLETE,
              "The event log does not say how much %s got from %s in the end.", edge->to,
              edge->from);
  return edge != NULL;
}

/* Of those that were dark, or of all */
static void
count_pictures (const GPtrArray *edges, gboolean of_dark, guint *n_due, guint *n_checked)
{
  *n_due = *n_checked = 0;
  for (guint i = 0; i < edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (edges, i);

    if (!edge->picture_due || (of_dark && edge->outages->len == 0))
      continue;
    ++*n_due;
    *n_checked += edge->picture_checked;
  }
}

gboolean
rj_verdict_has_pictures (const GPtrArray *edges)
{
  guint n_due, n_checked;

  count_pictures (edges, TRUE, &n_due, &n_checked);
  if (n_due == 0)
    count_pictures (edges, FALSE, &n_due, &n_checked);
  return n_due == 0 || n_checked > 0;
}

static gboolean
conclude_no_picture (RjJudge *j)
{
  guint n_due, n_checked;

  if (!j->facts->wants_pictures)
    return FALSE;
  if (!rj_verdict_has_pictures (j->result->edges)) {
    conclude (j, RJ_REASON_NO_PICTURE,
              "No picture was decoded after everybody was back, though that was asked for.");
    return TRUE;
  }
  count_pictures (j->result->edges, TRUE, &n_due, &n_checked);
  if (n_checked < n_due)
    g_ptr_array_add (
      j->result->warnings,
      g_strdup_printf ("pictures of only %u of the %u edges that were dark have been "
                       "decoded since",
                       n_checked, n_due));
  return FALSE;
}

static gboolean
is_known_end (const char *reason)
{
  static const char *const known[] = {
    "duration", "recovered", "timeout", "join-deadline", "failed", "signal", "error", NULL,
  };

  return g_strv_contains (known, reason);
}

/* @why_not: (transfer full) (nullable): a sentence; NULL: nothing is wrong. Returns: whether that decides */
static gboolean
conclude_shards (RjJudge *j, RjReason reason, char *why_not)
{
  g_autofree char *sentence = why_not;

  if (sentence == NULL)
    return FALSE;
  conclude (j, reason, "%s", sentence);
  return TRUE;
}

static gboolean
conclude_broken_off (RjJudge *j)
{
  if (j->facts->n_started == 0)
    conclude (j, RJ_REASON_LOG_WITHOUT_START,
              "The event log has no run-started: it is not a whole log.");
  else if (j->facts->n_ended < j->facts->n_started)
    conclude (j, RJ_REASON_LOG_WITHOUT_END, "The event log ends without run-ended.");
  else if (j->facts->n_missing > 0)
    conclude (j, RJ_REASON_LOG_INCOMPLETE,
              "The event log is not whole: %" G_GUINT64_FORMAT " of its events %s missing.",
              j->facts->n_missing,
              rj_judge_plural ((guint) MIN (j->facts->n_missing, 2), "is", "are"));
  else if (conclude_shards (j, RJ_REASON_SHARD_MISSING, rj_shards_find_missing (j->facts)))
    return TRUE;
  else if (j->facts->signal != 0)
    conclude (j, RJ_REASON_INTERRUPTED, "The run was interrupted by %s.",
              j->facts->signal == SIGTERM ? "SIGTERM" : "SIGINT");
  else if (count_flowed (j->result) == 0)
    conclude_environment (j);
  else if (g_str_equal (j->facts->ended_reason, "error"))
    conclude (j, RJ_REASON_BROKE_OFF, "The run broke off: %s%s",
              j->facts->ended_error != NULL ? j->facts->ended_error : "no reason was given",
              rj_sentence_get_stop (j->facts->ended_error != NULL ? j->facts->ended_error : ""));
  else if (!is_known_end (j->facts->ended_reason))
    conclude (j, RJ_REASON_BROKE_OFF,
              "The run ended for a reason that this version does not know: %s.",
              j->facts->ended_reason);
  else
    return FALSE;
  return TRUE;
}

static gboolean
conclude_bad_fault (RjJudge *j)
{
  for (guint i = 0; i < j->facts->faults->len; i++) {
    const RjFaultFacts *known = g_ptr_array_index (j->facts->faults, i);
    const RjFaultResult *fault = g_ptr_array_index (j->result->faults, i);
    g_autofree char *name = rj_fault_describe (fault);

    if (fault->ended_us == 0)
      conclude (j, RJ_REASON_FAULT_UNFINISHED, "The fault %s did not come to an end.", name);
    else if (known->timed_out)
      conclude (j, RJ_REASON_FAULT_TIMED_OUT, "The fault %s took too long and was stopped.", name);
    else if (fault->exit_code > 0)
      conclude (j, RJ_REASON_FAULT_EXIT_CODE, "The fault %s failed with exit code %d%s%s.", name,
                fault->exit_code, fault->error != NULL ? ": " : "",
                fault->error != NULL ? fault->error : "");
    else if (!fault->ok)
      conclude (j, RJ_REASON_FAULT_FAILED, "The fault %s could not be done%s%s.", name,
                fault->error != NULL ? ": " : "", fault->error != NULL ? fault->error : "");
    else
      continue;
    return TRUE;
  }
  return FALSE;
}

static void
conclude_problems (RjJudge *j)
{
  RjReason worst;
  g_autofree char *problems = rj_problems_describe (j->result, &worst);
  gboolean timed_out = g_str_equal (j->facts->ended_reason, "timeout");

  if (timed_out && j->n_early == j->n_problems)
    conclude (j, RJ_REASON_TIMED_OUT_EARLY, "The run timed out too early to tell: %s%s", problems,
              rj_sentence_get_stop (problems));
  else
    conclude (j, worst, "%s%s", problems, rj_sentence_get_stop (problems));
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

/* @all: (out): whether none of those that should do harm has. Returns: (transfer full) (nullable): the
 * names of those that have not, NULL: none */
static char *
describe_without_effect (const RjResult *result, gboolean *all)
{
  g_autoptr (GString) names = g_string_new (NULL);

  *all = TRUE;
  for (guint i = 0; i < result->faults->len; i++) {
    const RjFaultResult *fault = g_ptr_array_index (result->faults, i);
    g_autofree char *name = rj_fault_describe_with_time (result, fault);

    if (!rj_fault_should_harm (fault))
      continue;
    if (fault->took_effect)
      *all = FALSE;
    else
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
  }
  return names->len > 0 ? g_string_free (g_steal_pointer (&names), FALSE) : NULL;
}

/* Returns: whether that decides */
static gboolean
conclude_without_effect (RjJudge *j)
{
  gboolean all = FALSE;
  g_autofree char *names = describe_without_effect (j->result, &all);

  if (names == NULL)
    return FALSE;
  if (all)
    conclude (j, RJ_REASON_NO_EFFECT,
              "Nobody lost anything: the fault has hit none of the participants (%s).", names);
  else
    conclude (j, RJ_REASON_NO_EFFECT,
              "A fault had no effect: nobody lost anything between it and the next one (%s).",
              names);
  return TRUE;
}

static void
conclude_passed_quietly (RjJudge *j, const RjToll *toll)
{
  guint n = j->result->participants->len;

  if (toll->n_edges == 0) {
    conclude (j, RJ_REASON_NOBODY_TO_SEE, "%s %u %s joined; there was nobody to see.",
              n == 1 ? "The" : "All", n, rj_judge_plural (n, "participant", "participants"));
    return;
  }
  conclude (j, RJ_REASON_ALL_FLOWED, "%s %u %s joined, and %u %s of media flowed until the end.",
            n == 1 ? "The" : "All", n, rj_judge_plural (n, "participant", "participants"),
            toll->n_edges, rj_judge_plural (toll->n_edges, "edge", "edges"));
}

static void
conclude_passed (RjJudge *j)
{
  RjToll toll = count_toll (j->result);
  guint n = j->result->participants->len;
  guint n_others = n - toll.n_affected;
  g_autofree char *longest = rj_duration_to_text (toll.longest_ms);

  if (toll.n_affected == 0) {
    conclude_passed_quietly (j, &toll);
    return;
  }
  conclude (j, RJ_REASON_ALL_BACK, "%u of %u %s lost something, for %s at most, and %s back%s.",
            toll.n_affected, n, rj_judge_plural (n, "participant", "participants"), longest,
            toll.n_affected == 1 ? "is" : "all are",
            n_others > 0 ? "; the others noticed nothing" : "");
}

/* --- what the user expected --- */

/* Returns: whether one of them decides */
static gboolean
conclude_expectations (RjJudge *j)
{
  g_autofree char *unmet = rj_expectations_describe (j->result, RJ_EXPECTATION_UNMET);
  g_autofree char *undecided = rj_expectations_describe (j->result, RJ_EXPECTATION_UNDECIDED);

  if (unmet != NULL)
    conclude (j, RJ_REASON_UNMET, "Not as expected: %s.", unmet);
  else if (undecided != NULL)
    conclude (j, RJ_REASON_UNDECIDED, "It cannot be told whether this is met: %s.", undecided);
  return unmet != NULL || undecided != NULL;
}

/* A media server that transcodes takes our stamps away, and then any picture would do. */
static void
warn_of_unstamped (RjJudge *j)
{
  guint n = 0, n_unstamped = 0;

  for (guint i = 0; i < j->result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (j->result->edges, i);

    if (edge->foreign || edge->frames == 0)
      continue;
    n++;
    n_unstamped += edge->foreign_frames == edge->frames;
  }
  if (n_unstamped > 0 && j->result->verdict == RJ_VERDICT_PASSED)
    g_ptr_array_add (
      j->result->warnings,
      g_strdup_printf ("on %u of %u edges no frame bears the stamp of its publisher, "
                       "so nobody knows whose they were; does the server transcode?",
                       n_unstamped, n));
}

/* By what was measured; the first that applies */
static void
conclude_measured (RjJudge *j)
{
  const RjFacts *facts = j->facts;

  if (j->n_problems > 0)
    conclude_problems (j);
  else if (g_str_equal (facts->ended_reason, "join-deadline"))
    conclude (j, RJ_REASON_JOIN_DEADLINE,
              "The time to join was over before everybody saw everybody who was waited for.");
  else if (facts->n_marks < facts->n_marks_expected)
    conclude (j, RJ_REASON_MARK_MISSING, "%u of %u %s came before the run was over.",
              facts->n_marks, facts->n_marks_expected,
              rj_judge_plural (facts->n_marks_expected, "mark", "marks"));
  else if (conclude_shards (j, RJ_REASON_SHARDS_APART, rj_shards_find_apart (j->facts)) ||
           conclude_without_effect (j))
    ;
  else if (g_str_equal (facts->ended_reason, "timeout"))
    conclude (j, RJ_REASON_TIMED_OUT, "The run timed out.");
  else if (!conclude_uncounted (j) && !conclude_no_picture (j) && !conclude_expectations (j))
    conclude_passed (j);
}

void
rj_verdict_find (const RjFacts *facts, RjResult *result)
{
  RjJudge judge = { .facts = facts, .result = result };
  RjJudge *j = &judge;
  g_autofree char *overloaded = NULL;

  for (guint i = 0; i < result->participants->len; i++)
    rj_judge_participant (j, g_ptr_array_index (result->participants, i));
  if (!conclude_broken_off (j) && !conclude_bad_fault (j)) {
    conclude_measured (j);
    overloaded = rj_overload_judge (facts, result);
  }
  result->otherwise = result->why;
  if (overloaded != NULL)
    conclude (j, RJ_REASON_OVERLOADED, "%s", overloaded);
  warn_of_unstamped (j);
}
