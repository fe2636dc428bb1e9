#include <math.h>

#include "rj-report-groups.h"
#include "rj-text-sections.h"

#define MOST_COLUMNS    12
#define MOST_EDGES      12 /* of a list */
#define MOST_BYSTANDERS 12

/* Participants of a session that see or are seen, in order. Returns: (element-type utf8) */
static GPtrArray *
list_names (const RjResult *result, const char *session, gboolean publishers)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);
    const char *name = publishers ? edge->from : edge->to;

    if (g_str_equal (edge->session, session) &&
        !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
      g_ptr_array_add (names, (gpointer) name);
  }
  return names;
}

static guint
get_rank (const RjResult *result, const char *name)
{
  for (guint i = 0; i < result->participants->len; i++)
    if (g_str_equal (((RjParticipantResult *) g_ptr_array_index (result->participants, i))->name,
                     name))
      return i;
  return G_MAXUINT; /* foreign: behind ours */
}

static int
compare_names (gconstpointer a, gconstpointer b, gpointer result)
{
  const char *left = *(const char *const *) a, *right = *(const char *const *) b;
  guint left_rank = get_rank (result, left), right_rank = get_rank (result, right);

  return left_rank != right_rank ? (left_rank > right_rank) - (left_rank < right_rank)
                                 : g_strcmp0 (left, right);
}

static const RjEdgeResult *
find_edge (const RjResult *result, const char *session, const char *from, const char *to)
{
  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    if (g_str_equal (edge->session, session) && g_str_equal (edge->from, from) &&
        g_str_equal (edge->to, to))
      return edge;
  }
  return NULL;
}

static gboolean
is_troubled (const RjEdgeResult *edge)
{
  return edge->outages->len > 0 || edge->down_at_end;
}

static double
get_longest_outage (const RjEdgeResult *edge)
{
  return rj_percentile (edge->outages_ms, 100);
}

static char *
describe_edge (const RjEdgeResult *edge)
{
  if (edge == NULL)
    return g_strdup ("–");
  if (edge->down_at_end)
    return g_strdup (edge->flowed ? "DARK" : "NEVER");
  if (edge->outages->len == 0)
    return g_strdup ("·");
  if (edge->outages->len == 1)
    return g_strdup_printf ("%.2f", get_longest_outage (edge) / 1000);
  return g_strdup_printf ("%u×%.2f", edge->outages->len, get_longest_outage (edge) / 1000);
}

static char *
shorten (const char *name, guint width)
{
  g_autofree char *tail = NULL;
  size_t length = (size_t) g_utf8_strlen (name, -1);

  if (length <= width)
    return g_strdup (name);
  tail = g_utf8_substring (name, length - width + 1, length); /* names differ at their end */
  return g_strconcat ("…", tail, NULL);
}

static void
write_matrix (RjText *text, const char *session, GPtrArray *from, GPtrArray *to)
{
  g_autoptr (RjTable) table = rj_table_new (1 + from->len);
  guint width = MAX (6, 80 / from->len - 1);

  rj_table_begin_row (table, RJ_INK_DIM);
  rj_table_add (table, g_strdup ("sees →"), RJ_INK_PLAIN);
  for (guint i = 0; i < from->len; i++)
    rj_table_add (table, shorten (g_ptr_array_index (from, i), width), RJ_INK_PLAIN);
  for (guint i = 0; i < to->len; i++) {
    rj_table_begin_row (table, RJ_INK_PLAIN);
    rj_table_add (table, g_strdup (g_ptr_array_index (to, i)), RJ_INK_PLAIN);
    for (guint k = 0; k < from->len; k++) {
      const RjEdgeResult *edge =
        find_edge (text->result, session, g_ptr_array_index (from, k), g_ptr_array_index (to, i));

      rj_table_add (table, describe_edge (edge),
                    edge != NULL && edge->down_at_end ? RJ_INK_BAD : RJ_INK_PLAIN);
    }
  }
  rj_table_write (table, text->out, RJ_TEXT_WIDTH, text->colour);
}

/* The worst first */
static int
compare_edges (gconstpointer a, gconstpointer b)
{
  const RjEdgeResult *left = *(RjEdgeResult *const *) a, *right = *(RjEdgeResult *const *) b;
  double left_ms = left->down_at_end ? HUGE_VAL : get_longest_outage (left);
  double right_ms = right->down_at_end ? HUGE_VAL : get_longest_outage (right);

  return (left_ms < right_ms) - (left_ms > right_ms);
}

static GPtrArray *
list_troubled (const RjResult *result, const char *session)
{
  GPtrArray *edges = g_ptr_array_new ();

  for (guint i = 0; i < result->edges->len; i++) {
    RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    if (is_troubled (edge) && (session == NULL || g_str_equal (edge->session, session)))
      g_ptr_array_add (edges, edge);
  }
  return edges;
}

static void
write_worst (RjText *text, GPtrArray *edges)
{
  g_autoptr (RjTable) table = rj_table_new (3);

  g_ptr_array_sort (edges, compare_edges);
  rj_table_set_left (table, 1);
  for (guint i = 0; i < MIN (edges->len, MOST_EDGES); i++) {
    const RjEdgeResult *edge = g_ptr_array_index (edges, i);

    rj_table_begin_row (table, edge->down_at_end ? RJ_INK_BAD : RJ_INK_PLAIN);
    rj_table_add (table, g_strdup (edge->to), RJ_INK_PLAIN);
    rj_table_add (table, g_strconcat ("sees ", edge->from, NULL), RJ_INK_PLAIN);
    rj_table_add (table, describe_edge (edge), RJ_INK_PLAIN);
  }
  if (edges->len > MOST_EDGES)
    rj_table_add_line (
      table, g_strdup_printf ("… and %u that were shorter", edges->len - MOST_EDGES), RJ_INK_DIM);
  rj_table_write (table, text->out, RJ_TEXT_WIDTH, text->colour);
}

static void
write_session (RjText *text, const char *session, GPtrArray *troubled)
{
  g_autoptr (GPtrArray) from = list_names (text->result, session, TRUE);
  g_autoptr (GPtrArray) to = list_names (text->result, session, FALSE);

  g_string_append_printf (text->out, "  session %s\n", session);
  g_ptr_array_sort_with_data (from, compare_names, (gpointer) text->result);
  g_ptr_array_sort_with_data (to, compare_names, (gpointer) text->result);
  if (from->len > MOST_COLUMNS || to->len > 2 * MOST_COLUMNS)
    write_worst (text, troubled);
  else
    write_matrix (text, session, from, to);
}

static void
write_all_well (RjText *text)
{
  guint n = text->result->edges->len;
  double longest_ms = RJ_MS_UNKNOWN;

  if (n == 0)
    return;
  for (guint i = 0; i < n; i++)
    longest_ms = fmax (
      longest_ms, ((RjEdgeResult *) g_ptr_array_index (text->result->edges, i))->longest_gap_ms);
  rj_text_heading (text, "Pictures", NULL);
  g_string_append_printf (text->out, "  No outage was seen on any of %u %s", n,
                          n == 1 ? "edge" : "edges");
  if (longest_ms >= 0)
    g_string_append_printf (text->out, "; the longest gap between two frames was %.0f ms",
                            longest_ms);
  g_string_append (text->out, ".\n\n");
}

void
rj_text_add_pictures (RjText *text)
{
  g_autoptr (GPtrArray) all = list_troubled (text->result, NULL);
  g_autoptr (GHashTable) told = g_hash_table_new (g_str_hash, g_str_equal);

  if (all->len == 0) {
    write_all_well (text);
    return;
  }
  rj_text_heading (text, "Who saw no picture of whom",
                   "seconds, from the last frame to the next key frame");
  for (guint i = 0; i < all->len; i++) {
    const char *session = ((RjEdgeResult *) g_ptr_array_index (all, i))->session;
    g_autoptr (GPtrArray) troubled = NULL;

    if (!g_hash_table_add (told, (gpointer) session))
      continue;
    troubled = list_troubled (text->result, session);
    write_session (text, session, troubled);
  }
  rj_ink_append (text->out,
                 "  · no outage   – does not look   2×1.50 two, the longer   DARK at the end   "
                 "NEVER came at all\n",
                 RJ_INK_DIM, text->colour);
  g_string_append_c (text->out, '\n');
}

/* --- who was not hit --- */

static void
add_bystander (RjTable *table, const RjParticipantResult *p, gboolean groups)
{
  rj_table_begin_row (table, RJ_INK_PLAIN);
  rj_table_add (table, g_strdup (p->name), RJ_INK_PLAIN);
  if (groups)
    rj_table_add (table, g_strdup (p->group == NULL ? "" : p->group), RJ_INK_PLAIN);
  rj_table_add (table, g_strconcat ("session ", p->session, NULL), RJ_INK_PLAIN);
  rj_table_add (table,
                p->longest_gap_ms < 0 ? g_strdup ("longest gap not known")
                                      : g_strdup_printf ("longest gap %.0f ms", p->longest_gap_ms),
                RJ_INK_PLAIN);
  rj_table_add (
    table,
    g_strdup (p->same_connection ? "same connection all the time" : "NOT the same connection"),
    p->same_connection ? RJ_INK_PLAIN : RJ_INK_DOUBT);
}

static void
write_bystanders (RjText *text, GPtrArray *list)
{
  gboolean groups = rj_report_has_groups (text->result);
  g_autoptr (RjTable) table = rj_table_new (groups ? 5 : 4);
  double longest_ms = 0;

  for (guint i = 1; i < (groups ? 5 : 4); i++)
    rj_table_set_left (table, i);
  for (guint i = 0; i < list->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (list, i);

    longest_ms = fmax (longest_ms, p->longest_gap_ms);
    if (i < MOST_BYSTANDERS)
      add_bystander (table, p, groups);
  }
  if (list->len > MOST_BYSTANDERS)
    rj_table_add_line (table,
                       g_strdup_printf ("… and %u more; the longest gap of all: %.0f ms",
                                        list->len - MOST_BYSTANDERS, longest_ms),
                       RJ_INK_DIM);
  rj_table_write (table, text->out, RJ_TEXT_WIDTH, text->colour);
  g_string_append_c (text->out, '\n');
}

static void
add_count_heading (RjText *text, const char *heading, guint n)
{
  g_autofree char *explanation =
    g_strdup_printf ("%u of %u participants", n, text->result->participants->len);

  rj_text_heading (text, heading, explanation);
}

void
rj_text_add_bystanders (RjText *text)
{
  g_autoptr (GPtrArray) untouched = g_ptr_array_new ();
  g_autoptr (GPtrArray) watchers = g_ptr_array_new ();

  if (text->result->faults->len == 0)
    return;
  for (guint i = 0; i < text->result->participants->len; i++) {
    RjParticipantResult *p = g_ptr_array_index (text->result->participants, i);

    if (p->flowed && !p->affected && p->problem == NULL)
      g_ptr_array_add (untouched, p);
    else if (p->flowed && !p->rejoined && p->failure == NULL)
      g_ptr_array_add (watchers, p);
  }
  if (watchers->len > 0) {
    add_count_heading (text, "Stayed in the session, but lost sight of others", watchers->len);
    write_bystanders (text, watchers);
  }
  if (untouched->len > 0) {
    add_count_heading (text,
                       text->result->ended_us > 0 ? "Noticed nothing" : "Noticed nothing so far",
                       untouched->len);
    write_bystanders (text, untouched);
  }
}
