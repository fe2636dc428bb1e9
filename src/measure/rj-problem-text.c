#include "rj-problem-text.h"

#include "rj-figures.h"
#include "rj-judge.h"
#include "rj-reason.h"

#define RJ_PROBLEMS_TOLD 2

/* Its own problem, and not only that it misses somebody who has one */
static gboolean
is_root (const RjParticipantResult *p)
{
  const RjRejoin *last =
    p->rejoins->len == 0 ? NULL : g_ptr_array_index (p->rejoins, p->rejoins->len - 1);

  return p->failure != NULL || !p->flowed || p->strayed_to != NULL || p->sends_nothing ||
         (last != NULL && last->flowing_at_us == 0);
}

/* Whom else it has befallen. Returns: (transfer full) (element-type utf8) */
static GPtrArray *
list_same (const RjResult *result, guint index)
{
  const RjParticipantResult *first = g_ptr_array_index (result->participants, index);
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (i != index && g_strcmp0 (p->problem, first->problem) == 0)
      g_ptr_array_add (names, p->name);
  }
  return names;
}

static gboolean
is_told (const RjResult *result, guint index)
{
  const RjParticipantResult *p = g_ptr_array_index (result->participants, index);

  for (guint i = 0; i < index; i++)
    if (g_strcmp0 (((RjParticipantResult *) g_ptr_array_index (result->participants, i))->problem,
                   p->problem) == 0)
      return TRUE;
  return FALSE;
}

static guint
append_problem (GString *text, const RjResult *result, guint index)
{
  const RjParticipantResult *p = g_ptr_array_index (result->participants, index);
  g_autoptr (GPtrArray) same = list_same (result, index);
  g_autofree char *others = rj_judge_list (same);

  g_string_append_printf (text, "%s%s %s", text->len > 0 ? "; " : "", p->name, p->problem);
  if (same->len > 0)
    g_string_append_printf (text, " (the same with %s)", others);
  return 1 + same->len;
}

typedef struct {
  guint n_problems, n_participants; /* told */
  RjReason worst;                   /* the first one */
} RjTold;

static void
append_problems (GString *text, const RjResult *result, gboolean roots, RjTold *told)
{
  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (p->problem == NULL || is_root (p) != roots || is_told (result, i) ||
        told->n_problems == RJ_PROBLEMS_TOLD)
      continue;
    if (told->n_problems++ == 0)
      told->worst = rj_reason_get_first (p->problems);
    told->n_participants += append_problem (text, result, i);
  }
}

char *
rj_problems_describe (const RjResult *result, RjReason *worst)
{
  GString *text = g_string_new (NULL);
  RjTold told = { 0, 0, RJ_REASON_NEVER_FLOWED };
  guint n_more;

  append_problems (text, result, TRUE, &told);
  append_problems (text, result, FALSE, &told);
  n_more = rj_result_count_problems (result) - told.n_participants;
  if (n_more > 0)
    g_string_append_printf (text, "; and %u more %s a problem", n_more,
                            rj_judge_plural (n_more, "participant has", "participants have"));
  *worst = told.worst;
  return g_string_free (text, FALSE);
}
