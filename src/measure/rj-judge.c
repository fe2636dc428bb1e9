#include "rj-judge.h"

#include <math.h>

const char *
rj_judge_plural (guint n, const char *one, const char *many)
{
  return n == 1 ? one : many;
}

static void add_problem (RjJudge *j,
                         RjParticipantResult *participant,
                         RjReason why,
                         gboolean early,
                         const char *format,
                         ...) G_GNUC_PRINTF (5, 6);

static void
add_problem (RjJudge *j,
             RjParticipantResult *participant,
             RjReason why,
             gboolean early,
             const char *format,
             ...)
{
  g_autofree char *text = NULL;
  g_autofree char *before = participant->problem;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  participant->problem =
    before == NULL ? g_steal_pointer (&text) : g_strdup_printf ("%s; %s", before, text);
  participant->problems |= RJ_REASON_BIT (why);
  j->n_problems++;
  j->n_early += early ? 1 : 0;
}

/* Until when everything has to be back that was lost at @from_us and is back at @to_us: `within` after the
 * last fault ended that had begun by then and could cost somebody something; without any, after the loss itself. */
static gint64
find_deadline (const RjJudge *j, gint64 from_us, gint64 to_us)
{
  gint64 deadline_us = from_us;

  for (guint i = 0; i < j->result->faults->len; i++) {
    const RjFaultResult *fault = g_ptr_array_index (j->result->faults, i);

    if (fault->started_us <= to_us && rj_fault_gives_time (fault->what))
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
  for (guint i = 0; i < j->result->faults->len; i++)
    if (rj_fault_gives_time (((RjFaultResult *) g_ptr_array_index (j->result->faults, i))->what))
      return "the fault ended";
  return "it was lost";
}

#define NAMES_TOLD 4

char *
rj_judge_list (const GPtrArray *names)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < MIN (names->len, NAMES_TOLD); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", (char *) names->pdata[i]);
  if (names->len > NAMES_TOLD)
    g_string_append_printf (list, " and %u more", names->len - NAMES_TOLD);
  return g_string_free (list, FALSE);
}

/* Whom it does not see at the end. Returns: (transfer full) (element-type utf8) */
static GPtrArray *
list_down (RjJudge *j, const RjParticipantResult *to, gboolean flowed, gint64 *from_us)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < j->result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (j->result->edges, i);

    if (!edge->down_at_end || edge->flowed != flowed || !g_str_equal (edge->to, to->name))
      continue;
    g_ptr_array_add (names, edge->from);
    if (from_us != NULL && (*from_us == 0 || edge->last_outage_from_us < *from_us))
      *from_us = edge->last_outage_from_us;
  }
  return names;
}

/* All that are down in one sentence. @not_back: said already, of all of them */
static void
judge_down (RjJudge *j, RjParticipantResult *to, gboolean not_back)
{
  gint64 from_us = 0, end_us = rj_facts_get_end (j->facts);
  g_autoptr (GPtrArray) never = list_down (j, to, FALSE, NULL);
  g_autoptr (GPtrArray) dark = list_down (j, to, TRUE, &from_us);
  g_autofree char *never_seen = rj_judge_list (never);
  g_autofree char *not_seen = rj_judge_list (dark);

  if (never->len > 0)
    add_problem (j, to, RJ_REASON_NEVER_SEEN, FALSE, "never saw %s%s%s%s", never_seen,
                 to->last_error != NULL ? " (last error: " : "",
                 to->last_error != NULL ? to->last_error : "", to->last_error != NULL ? ")" : "");
  if (dark->len > 0 && !not_back)
    add_problem (j, to, RJ_REASON_DARK_EDGE, end_us <= find_deadline (j, from_us, end_us),
                 "does not see %s again (dark for %.1f s at the end)", not_seen,
                 (end_us - from_us) / 1e6);
}

/* The worst in one sentence */
static void
judge_late (RjJudge *j, RjParticipantResult *to)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *seen_late = NULL;
  double worst_s = 0;

  for (guint i = 0; i < j->result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (j->result->edges, i);
    gboolean late = FALSE;

    for (guint k = 0; k < edge->outages->len && g_str_equal (edge->to, to->name); k++) {
      const RjSpan *outage = &g_array_index (edge->outages, RjSpan, k);

      if (outage->to_us <= find_deadline (j, outage->from_us, outage->to_us))
        continue;
      late = TRUE;
      worst_s = fmax (worst_s, get_seconds_late (j, outage->from_us, outage->to_us));
    }
    if (late)
      g_ptr_array_add (names, edge->from);
  }
  if (names->len == 0)
    return;
  seen_late = rj_judge_list (names);
  add_problem (j, to, RJ_REASON_SEEN_LATE, FALSE,
               "saw %s again only %.1f s after %s (allowed: %g s)", seen_late, worst_s,
               get_base_word (j), j->result->within_ms / 1000);
}

static void
judge_content (RjJudge *j, RjParticipantResult *to)
{
  for (guint i = 0; i < j->result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (j->result->edges, i);

    if (!g_str_equal (edge->to, to->name))
      continue;
    if (edge->wrong_frames > 0)
      add_problem (j, to, RJ_REASON_WRONG_FRAMES, FALSE,
                   "got %" G_GUINT64_FORMAT " %s of somebody else as the stream of %s",
                   edge->wrong_frames, rj_judge_plural (edge->wrong_frames, "frame", "frames"),
                   edge->from);
    if (edge->picture_bad_at_end)
      add_problem (j, to, RJ_REASON_BAD_PICTURE, FALSE, "decodes no good picture of %s",
                   edge->from);
  }
}

/* Returns: (transfer full) */
static char *
describe_stuck (RjJudge *j, const RjParticipantResult *p, const char *phase)
{
  static const struct {
    const char *phase, *words;
  } rows[] = {
    { "wait", "it was about to try again" },
    { "token", "it was waiting for a token" },
    { "connect", "it was opening the websocket" },
    { "join", "it was waiting for the answer to the join" },
    { "publish", "its own stream was not up" },
    { "subscribe", "streams of others were missing" },
  };

  if (g_str_equal (phase, "subscribe")) {
    g_autoptr (GPtrArray) dark = list_down (j, p, TRUE, NULL);
    g_autofree char *not_seen = rj_judge_list (dark);

    if (dark->len > 0)
      return g_strdup_printf ("it does not see %s again", not_seen);
  }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_str_equal (rows[i].phase, phase))
      return g_strdup (rows[i].words);
  return g_strdup (phase);
}

/* Returns: whether there is one that did not end */
static gboolean
judge_last_rejoin (RjJudge *j, RjParticipantResult *p)
{
  const RjRejoin *rejoin =
    p->rejoins->len == 0 ? NULL : g_ptr_array_index (p->rejoins, p->rejoins->len - 1);
  gint64 end_us = rj_facts_get_end (j->facts);
  g_autofree char *stuck = NULL;

  if (rejoin == NULL || rejoin->flowing_at_us > 0)
    return FALSE;
  stuck = describe_stuck (j, p, rejoin->stuck_in);
  add_problem (j, p, RJ_REASON_NOT_BACK, end_us <= find_deadline (j, rejoin->lost_at_us, end_us),
               "is not back after %.1f s, %s%s%s", (end_us - rejoin->lost_at_us) / 1e6, stuck,
               p->last_error != NULL ? "; last error: " : "",
               p->last_error != NULL ? p->last_error : "");
  return TRUE;
}

/* Returns: whether one was */
static gboolean
judge_late_rejoins (RjJudge *j, RjParticipantResult *p)
{
  for (guint i = 0; i < p->rejoins->len; i++) {
    const RjRejoin *rejoin = g_ptr_array_index (p->rejoins, i);
    gint64 back_us = rejoin->flowing_at_us;

    if (back_us == 0 || back_us <= find_deadline (j, rejoin->lost_at_us, back_us))
      continue;
    add_problem (j, p, RJ_REASON_BACK_LATE, FALSE, "was back only %.1f s after %s (allowed: %g s)",
                 get_seconds_late (j, rejoin->lost_at_us, back_us), get_base_word (j),
                 j->result->within_ms / 1000);
    return TRUE;
  }
  return FALSE;
}

void
rj_judge_participant (RjJudge *j, RjParticipantResult *p)
{
  gboolean not_back;

  if (p->strayed_to != NULL)
    add_problem (j, p, RJ_REASON_WRONG_SESSION, FALSE, "is in the session %s instead of %s",
                 p->strayed_to, p->belongs_to);
  judge_content (j, p);
  if (p->failure != NULL) {
    add_problem (j, p, RJ_REASON_GAVE_UP, FALSE, "gave up: %s", p->failure);
    return;
  }
  not_back = judge_last_rejoin (j, p);
  if (!judge_late_rejoins (j, p))
    judge_late (j, p);
  judge_down (j, p, not_back);
  if (p->problem == NULL && p->flowed && p->sends_nothing)
    add_problem (j, p, RJ_REASON_SENDS_NOTHING, FALSE, "sends nothing any more%s%s",
                 p->last_error != NULL ? "; last error: " : "",
                 p->last_error != NULL ? p->last_error : "");
  if (p->problem == NULL && !p->flowed && p->connection == NULL)
    add_problem (j, p, RJ_REASON_NEVER_JOINED, FALSE, "never joined%s%s",
                 p->last_error != NULL ? ": " : "", p->last_error != NULL ? p->last_error : "");
  else if (p->problem == NULL && !p->flowed)
    add_problem (j, p, RJ_REASON_NEVER_FLOWED, FALSE,
                 "never got all its media (it was %s at the end%s%s)", p->state,
                 p->last_error != NULL ? ", last error: " : "",
                 p->last_error != NULL ? p->last_error : "");
}
