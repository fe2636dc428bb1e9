#include "rj-fault-result.h"

void
rj_fault_result_free (RjFaultResult *self)
{
  if (self == NULL)
    return;
  g_free (self->what);
  g_free (self->target);
  g_free (self->error);
  g_free (self->output);
  g_free (self->hit_session);
  g_free (self);
}

char *
rj_fault_describe (const RjFaultResult *self)
{
  return g_strdup_printf ("%s%s%s", self->what, self->target != NULL ? " " : "",
                          self->target != NULL ? self->target : "");
}

char *
rj_fault_describe_with_time (const RjResult *result, const RjFaultResult *self)
{
  g_autofree char *name = rj_fault_describe (self);

  return g_strdup_printf ("%s at +%.2f s", name, (self->started_us - result->flowing_us) / 1e6);
}

/* Whether a fault is one to media nodes, or to a master */
static gboolean
is_for (const char *what, gboolean master)
{
  if (master)
    return g_str_has_suffix (what, "-master");
  return g_str_equal (what, "run") || g_str_equal (what, "mark") ||
         g_str_has_suffix (what, "-media-node");
}

/* Whether another fault of the kind came between: then that one's crash it is */
static gboolean
is_overtaken (const RjFacts *facts, const RjFaultFacts *fault, const RjCrash *crash)
{
  for (guint i = 0; i < facts->faults->len; i++) {
    const RjFaultFacts *other = g_ptr_array_index (facts->faults, i);

    if (other->us > fault->us && other->us <= crash->us && is_for (other->what, crash->of_master))
      return TRUE;
  }
  return FALSE;
}

gboolean
rj_fault_is_harmless (const char *what)
{
  static const char *const harmless[] = {
    "thaw-media-node", "thaw-master",      "repair", "join",   "leave",
    "publish",         "unpublish",        "mute",   "unmute", "signal",
    "force-unpublish", "force-disconnect", NULL,
  };

  return g_strv_contains (harmless, what);
}

gboolean
rj_fault_should_harm (const RjFaultResult *self)
{
  return !rj_fault_is_harmless (self->what) && g_strcmp0 (self->target, "same") != 0;
}

gboolean
rj_fault_gives_time (const char *what)
{
  return !rj_fault_is_harmless (what) || g_str_has_prefix (what, "thaw-");
}

/* The server's own detection: the first node that it declares dead from then on (the one that was hit); of a
 * master, the front's. */
static double
find_detection (const RjFacts *facts, const RjFaultFacts *fault)
{
  for (guint i = 0; i < facts->crashes->len; i++) {
    const RjCrash *crash = &g_array_index (facts->crashes, RjCrash, i);

    if (crash->us >= fault->us && (facts->ended_us == 0 || crash->us < facts->ended_us) &&
        is_for (fault->what, crash->of_master) &&
        (fault->node == NULL || crash->node == NULL || fault->node == crash->node))
      return is_overtaken (facts, fault, crash) ? RJ_MS_UNKNOWN : (crash->us - fault->us) / 1000.0;
  }
  return RJ_MS_UNKNOWN;
}

/* Later than any: what was lost is not back. */
#define RJ_NEVER_US G_MAXINT64

/* A gap is an outage only when it is longer, so what begins less than this before the next fault is that one's
 * (its last frame came just before). */
#define SHORTEST_US (500 * 1000)

static gint64
find_edge_back (const RjEdgeResult *edge, gint64 from_us, gint64 until_us)
{
  gint64 back_us = 0;

  if (edge->down_at_end && edge->last_outage_from_us < until_us - SHORTEST_US)
    return RJ_NEVER_US;
  for (guint i = 0; i < edge->outages->len; i++) {
    const RjSpan *outage = &g_array_index (edge->outages, RjSpan, i);

    if (outage->from_us < until_us - SHORTEST_US && outage->to_us > from_us)
      back_us = MAX (back_us, outage->to_us);
  }
  return back_us;
}

static gint64
find_participant_back (const RjParticipantResult *p, gint64 from_us, gint64 until_us)
{
  gint64 back_us = 0;

  for (guint i = 0; i < p->rejoins->len; i++) {
    const RjRejoin *rejoin = g_ptr_array_index (p->rejoins, i);
    gboolean last = i + 1 == p->rejoins->len;

    if (rejoin->lost_at_us < from_us || rejoin->lost_at_us >= until_us)
      continue;
    if (rejoin->flowing_at_us == 0 && last)
      return RJ_NEVER_US;
    back_us = MAX (back_us, rejoin->flowing_at_us);
  }
  return back_us;
}

/* What was lost until the next fault belongs to this one. */
static double
find_back (const RjResult *result, gint64 from_us, gint64 until_us)
{
  gint64 back_us = 0;

  for (guint i = 0; i < result->edges->len; i++)
    back_us =
      MAX (back_us, find_edge_back (g_ptr_array_index (result->edges, i), from_us, until_us));
  for (guint i = 0; i < result->participants->len; i++)
    back_us = MAX (back_us, find_participant_back (g_ptr_array_index (result->participants, i),
                                                   from_us, until_us));
  return back_us == 0 || back_us == RJ_NEVER_US ? RJ_MS_UNKNOWN : (back_us - from_us) / 1000.0;
}

/* Two that begin within this time have one effect. */
#define RJ_TOGETHER_US (1000 * 1000)

/* The next one that should do harm, and not at the same time. Returns: G_MAXINT64: none */
static gint64
find_next_harm (const RjFacts *facts, const RjFaultFacts *fault)
{
  for (guint i = 0; i < facts->faults->len; i++) {
    const RjFaultFacts *other = g_ptr_array_index (facts->faults, i);

    if (other->us > fault->us + RJ_TOGETHER_US && !rj_fault_is_harmless (other->what))
      return other->us;
  }
  return G_MAXINT64;
}

/* Whether it was dark at any time between the two moments: the last frame before may have come a little earlier */
static gboolean
is_edge_hit (const RjEdgeResult *edge, gint64 from_us, gint64 until_us)
{
  gint64 last_us = until_us == G_MAXINT64 ? until_us : until_us - SHORTEST_US;

  for (guint i = 0; i < edge->outages->len; i++) {
    const RjSpan *outage = &g_array_index (edge->outages, RjSpan, i);

    if (outage->from_us < last_us && outage->to_us > from_us)
      return TRUE;
  }
  return edge->last_outage_to_us == 0 && edge->last_outage_from_us > 0 &&
         edge->last_outage_from_us < last_us;
}

static gboolean
has_lost (const RjParticipantResult *p, gint64 from_us, gint64 until_us)
{
  for (guint i = 0; i < p->rejoins->len; i++) {
    const RjRejoin *rejoin = g_ptr_array_index (p->rejoins, i);

    if (rejoin->detected_at_us < until_us &&
        (rejoin->flowing_at_us == 0 || rejoin->flowing_at_us > from_us))
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_any_edge_been_hit (const RjResult *result, gint64 from_us, gint64 until_us)
{
  for (guint i = 0; i < result->edges->len; i++)
    if (is_edge_hit (g_ptr_array_index (result->edges, i), from_us, until_us))
      return TRUE;
  return FALSE;
}

static gboolean
has_anybody_lost (const RjResult *result, gint64 from_us, gint64 until_us)
{
  for (guint i = 0; i < result->participants->len; i++)
    if (has_lost (g_ptr_array_index (result->participants, i), from_us, until_us))
      return TRUE;
  return FALSE;
}

static void
find_effect (const RjFacts *facts,
             const RjResult *result,
             const RjFaultFacts *fault,
             RjFaultResult *concluded)
{
  gint64 until_us = find_next_harm (facts, fault);
  gboolean lost = has_anybody_lost (result, fault->us, until_us);

  concluded->only_late = !lost && has_any_edge_been_hit (result, fault->us, until_us);
  concluded->took_effect = lost || concluded->only_late;
}

static RjFaultResult *
conclude_fault (const RjFacts *facts, const RjFaultFacts *fault)
{
  RjFaultResult *result = g_new0 (RjFaultResult, 1);

  result->index = fault->index;
  result->what = g_strdup (fault->what);
  result->target = g_strdup (fault->target);
  result->started_us = fault->us;
  result->ended_us = fault->ended_us;
  result->ok = fault->ok;
  result->exit_code = fault->exit_code;
  result->error = g_strdup (fault->error);
  result->output = g_strdup (fault->output);
  result->hit_session = g_strdup (fault->hit_session);
  result->server_detection_ms = find_detection (facts, fault);
  return result;
}

void
rj_faults_conclude (const RjFacts *facts, RjResult *result)
{
  for (guint i = 0; i < facts->faults->len; i++) {
    const RjFaultFacts *fault = g_ptr_array_index (facts->faults, i);
    const RjFaultFacts *next =
      i + 1 < facts->faults->len ? g_ptr_array_index (facts->faults, i + 1) : NULL;
    RjFaultResult *concluded = conclude_fault (facts, fault);

    concluded->back_ms = find_back (result, fault->us, next != NULL ? next->us : G_MAXINT64);
    find_effect (facts, result, fault, concluded);
    g_ptr_array_add (result->faults, concluded);
  }
}
