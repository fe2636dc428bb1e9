/* Between which kinds of addresses the media went. */
#include "rj-text-sections.h"

typedef struct {
  RjCandidatePair pair;
  guint n;
} Kind;

static void
count (GArray *kinds, const RjCandidatePair *pair)
{
  const Kind kind = { *pair, 1 };

  if (pair->local == NULL)
    return;
  for (guint i = 0; i < kinds->len; i++) {
    Kind *known = &g_array_index (kinds, Kind, i);

    if (g_str_equal (known->pair.local, pair->local) &&
        g_strcmp0 (known->pair.remote, pair->remote) == 0) {
      known->n++;
      return;
    }
  }
  g_array_append_val (kinds, kind);
}

static int
compare_kinds (gconstpointer a, gconstpointer b)
{
  const Kind *left = a, *right = b;

  if (left->n != right->n)
    return left->n < right->n ? 1 : -1;
  return g_strcmp0 (left->pair.local, right->pair.local);
}

void
rj_text_add_candidates (RjText *text)
{
  const RjResult *result = text->result;
  g_autoptr (GArray) kinds = g_array_new (FALSE, FALSE, sizeof (Kind));

  for (guint i = 0; i < result->participants->len; i++)
    count (kinds,
           &((RjParticipantResult *) g_ptr_array_index (result->participants, i))->candidates);
  for (guint i = 0; i < result->edges->len; i++)
    count (kinds, &((RjEdgeResult *) g_ptr_array_index (result->edges, i))->candidates);
  if (kinds->len == 0)
    return;
  g_array_sort (kinds, compare_kinds);
  rj_text_heading (text, "Candidate pairs", "ours → the media server's");
  for (guint i = 0; i < kinds->len; i++) {
    const Kind *kind = &g_array_index (kinds, Kind, i);

    g_string_append_printf (text->out, "  %s → %s: %u of the last connections\n", kind->pair.local,
                            kind->pair.remote != NULL ? kind->pair.remote : "unknown", kind->n);
  }
  g_string_append_c (text->out, '\n');
}
