#include "rj-whereabouts.h"

static const char *
get_place (const RjFacts *facts, guint index)
{
  return ((const RjMember *) g_ptr_array_index (facts->members, index))->server_session;
}

static const char *
get_planned (const RjFacts *facts, guint index)
{
  return ((const RjMember *) g_ptr_array_index (facts->members, index))->session;
}

static gboolean
are_sessions_named_as_planned (const RjFacts *facts)
{
  for (guint i = 0; i < facts->members->len; i++)
    if (((const RjMember *) g_ptr_array_index (facts->members, i))->was_where_planned)
      return TRUE;
  return FALSE;
}

static guint
count_at (const RjFacts *facts, const char *planned, const char *place)
{
  guint n = 0;

  for (guint i = 0; i < facts->members->len; i++)
    n += get_planned (facts, i) == planned && get_place (facts, i) == place;
  return n;
}

/* Returns: (nullable): NULL: nobody has joined, or there is no most of them */
static const char *
find_most (const RjFacts *facts, const char *planned)
{
  const char *most = NULL;
  guint best = 0;

  for (guint i = 0; i < facts->members->len; i++) {
    const char *place = get_place (facts, i);
    guint n =
      get_planned (facts, i) != planned || place == NULL ? 0 : count_at (facts, planned, place);

    if (n > best)
      most = place;
    else if (n == best && place != most)
      most = NULL;
    best = MAX (best, n);
  }
  return most;
}

void
rj_whereabouts_find (const RjFacts *facts, RjResult *result)
{
  gboolean named = are_sessions_named_as_planned (facts);

  for (guint i = 0; i < facts->members->len; i++) {
    RjParticipantResult *p = g_ptr_array_index (result->participants, i);
    const char *place = get_place (facts, i);
    const char *planned = get_planned (facts, i);
    const char *right = named ? planned : find_most (facts, planned);

    if (place == NULL || right == NULL || place == right)
      continue;
    p->strayed_to = g_strdup (place);
    p->belongs_to = g_strdup (right);
  }
}
