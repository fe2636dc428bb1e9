#include <math.h>
#include <string.h>

#include "rj-phases.h"
#include "rj-text-sections.h"

/* A way back and whose it is */
typedef struct {
  const RjParticipantResult *participant;
  const RjRejoin *rejoin;
} Way;

#define N_COLUMNS     (1 + RJ_N_PHASE_ROWS + 4)
#define MOST_ROWS     16 /* of a group; then the slowest ones and the percentiles */
#define TOLD_OF_MANY  10
#define LEAST_FOR_P95 10 /* with fewer it is the longest */

static GArray *
list_ways (const RjResult *result)
{
  GArray *ways = g_array_new (FALSE, FALSE, sizeof (Way));

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    for (guint k = 0; k < p->rejoins->len; k++) {
      Way way = { p, g_ptr_array_index (p->rejoins, k) };

      g_array_append_val (ways, way);
    }
  }
  return ways;
}

/* The slowest first; one that did not end is slower than any. */
static int
compare_ways (gconstpointer a, gconstpointer b)
{
  const RjRejoin *left = ((const Way *) a)->rejoin, *right = ((const Way *) b)->rejoin;
  double left_ms = left->total_ms < 0 ? HUGE_VAL : left->total_ms;
  double right_ms = right->total_ms < 0 ? HUGE_VAL : right->total_ms;

  return (left_ms < right_ms) - (left_ms > right_ms);
}

/* ", from node 1 to node 0". Returns: (transfer full): "" where it is not known */
static char *
describe_move (const char *what, const char *before, const char *after)
{
  if (before == NULL || after == NULL)
    return g_strdup ("");
  if (g_str_equal (before, after))
    return g_strdup_printf (", on %s %s again", what, after);
  return g_strdup_printf (", from %s %s to %s %s", what, before, what, after);
}

/* What a group has in common */
static char *
describe_group (const RjRejoin *rejoin)
{
  g_autofree char *masters = describe_move ("master", rejoin->master_before, rejoin->master_after);
  g_autofree char *nodes = describe_move ("node", rejoin->node_before, rejoin->node_after);

  return g_strdup_printf ("%s, noticed by %s%s%s", rejoin->cause, rejoin->detected_by, masters,
                          nodes);
}

/* --- the table --- */

static gboolean
has_retries (const GArray *ways)
{
  for (guint i = 0; i < ways->len; i++)
    if (g_array_index (ways, Way, i).rejoin->tries > 1)
      return TRUE;
  return FALSE;
}

static void
add_head (RjTable *table, gboolean tries)
{
  rj_table_begin_row (table, RJ_INK_DIM);
  rj_table_add (table, g_strdup (""), RJ_INK_PLAIN);
  for (guint i = 0; i < RJ_N_PHASE_ROWS; i++)
    rj_table_add (table, g_strdup (rj_phase_rows[i].head), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("own"), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("server"), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("total"), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup (tries ? "tries" : ""), RJ_INK_PLAIN);
}

static void
add_way (RjTable *table, const Way *way, gboolean tries, gboolean slowest)
{
  const RjRejoin *r = way->rejoin;
  gboolean ended = r->flowing_at_us > 0;

  rj_table_begin_row (table, !ended ? RJ_INK_BAD : slowest ? RJ_INK_BOLD : RJ_INK_PLAIN);
  rj_table_add (table, g_strdup (way->participant->name), RJ_INK_PLAIN);
  for (guint i = 0; i < RJ_N_PHASE_ROWS; i++)
    rj_table_add (table, rj_text_ms (rj_phase_get (r, i)), RJ_INK_PLAIN);
  rj_table_add (table, rj_text_ms (r->own_ms), RJ_INK_PLAIN);
  rj_table_add (table, rj_text_ms (rj_rejoin_get_server_ms (r)), RJ_INK_PLAIN);
  rj_table_add (table, ended ? rj_text_ms (r->total_ms) : g_strdup ("never"), RJ_INK_PLAIN);
  rj_table_add (table, tries ? g_strdup_printf ("%u", r->tries) : g_strdup (""), RJ_INK_PLAIN);
}

static void
append_known (GArray *values, double ms)
{
  if (ms >= 0)
    g_array_append_val (values, ms);
}

static double
get_column (const RjRejoin *r, guint column)
{
  if (column < RJ_N_PHASE_ROWS)
    return r->flowing_at_us > 0 ? rj_phase_get (r, column) : RJ_MS_UNKNOWN;
  return column == RJ_N_PHASE_ROWS       ? r->own_ms
         : column == RJ_N_PHASE_ROWS + 1 ? rj_rejoin_get_server_ms (r)
                                         : r->total_ms;
}

static void
add_percentile (RjTable *table, const GArray *ways, const char *name, double percent)
{
  rj_table_begin_row (table, RJ_INK_DIM);
  rj_table_add (table, g_strdup (name), RJ_INK_PLAIN);
  for (guint column = 0; column < RJ_N_PHASE_ROWS + 3; column++) {
    g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

    for (guint i = 0; i < ways->len; i++)
      append_known (values, get_column (g_array_index (ways, Way, i).rejoin, column));
    rj_table_add (table, rj_text_ms (rj_percentile (values, percent)), RJ_INK_PLAIN);
  }
}

static void
add_group (
  RjTable *table, const GArray *ways, const char *group, gboolean tries, const RjRejoin *slowest)
{
  guint n = 0, n_told = 0, most;

  for (guint i = 0; i < ways->len; i++) {
    g_autofree char *name = describe_group (g_array_index (ways, Way, i).rejoin);

    n += g_str_equal (name, group);
  }
  most = n > MOST_ROWS ? TOLD_OF_MANY : n;
  rj_table_add_line (table, g_strdup (group), RJ_INK_PLAIN);
  for (guint i = 0; i < ways->len && n_told < most; i++) {
    const Way *way = &g_array_index (ways, Way, i);
    g_autofree char *name = describe_group (way->rejoin);

    if (!g_str_equal (name, group))
      continue;
    add_way (table, way, tries, way->rejoin == slowest);
    n_told++;
  }
  if (n > most)
    rj_table_add_line (table, g_strdup_printf ("… and %u that were faster", n - most), RJ_INK_DIM);
}

static guint
count_ended (const GArray *ways)
{
  guint n = 0;

  for (guint i = 0; i < ways->len; i++)
    n += g_array_index (ways, Way, i).rejoin->flowing_at_us > 0;
  return n;
}

static void
write_table (RjText *text, const GArray *ways, const RjRejoin *slowest)
{
  g_autoptr (RjTable) table = rj_table_new (N_COLUMNS);
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean tries = has_retries (ways);

  rj_table_set_bar (table, 1 + RJ_N_PHASE_ROWS);
  add_head (table, tries);
  for (guint i = 0; i < ways->len; i++) {
    g_autofree char *group = describe_group (g_array_index (ways, Way, i).rejoin);

    if (g_hash_table_contains (told, group))
      continue;
    add_group (table, ways, group, tries, slowest);
    g_hash_table_add (told, g_steal_pointer (&group));
  }
  if (count_ended (ways) >= 3) {
    rj_table_add_line (table, g_strdup_printf ("of all %u", count_ended (ways)), RJ_INK_PLAIN);
    add_percentile (table, ways, "median", 50);
    if (count_ended (ways) >= LEAST_FOR_P95)
      add_percentile (table, ways, "p95", 95);
    add_percentile (table, ways, "longest", 100);
  }
  rj_table_write (table, text->out, RJ_TEXT_WIDTH, text->colour);
}

/* --- the slowest, in words --- */

static double
find_server_detection (const RjResult *result, const RjRejoin *rejoin)
{
  for (guint i = 0; i < result->faults->len; i++) {
    const RjFaultResult *fault = g_ptr_array_index (result->faults, i);

    if (fault->started_us == rejoin->lost_at_us && !g_str_has_suffix (fault->what, "-master"))
      return fault->server_detection_ms;
  }
  return RJ_MS_UNKNOWN;
}

static void
append_detection (GString *words, const RjResult *result, const RjRejoin *rejoin)
{
  double ms = find_server_detection (result, rejoin);
  g_autofree char *duration = rj_duration_to_text (ms);

  if (ms >= 0)
    g_string_append_printf (words, "; the server took %s to declare the node dead", duration);
}

static void
write_slowest (RjText *text, const Way *way)
{
  const RjRejoin *r = way->rejoin;
  const char *name = way->participant->name;
  guint phase = rj_phase_find_longest (r);
  double ms = rj_phase_get (r, phase);
  g_autofree char *total = rj_duration_to_text (r->total_ms);
  g_autofree char *most = rj_duration_to_text (ms);
  g_autoptr (GString) words = g_string_new (NULL);

  g_string_append_printf (words, "Slowest: %s, %s. %.0f %% of it (%s) %s", name, total,
                          r->total_ms > 0 ? 100 * ms / r->total_ms : 0, most,
                          rj_phase_rows[phase].words);
  if (phase == 0)
    append_detection (words, text->result, r);
  if (r->last_edge != NULL)
    g_string_append_printf (words, "; what came back last was %.*s",
                            (int) (strlen (r->last_edge) - strlen (name) - 1), r->last_edge);
  g_string_append (words, ".");
  g_string_append (text->out, "  ");
  rj_text_append_wrapped (text->out, words->str, 2, RJ_TEXT_WIDTH);
}

static void
write_legend (RjText *text)
{
  static const char *const lines[] = {
    "detect: until the loss was noticed. wait: until the token was asked for, with tries that "
    "failed and "
    "the pauses between them. token, conn, join: back into the session. publ: until there was a "
    "stream to "
    "see (or the own one was accepted). subs: subscribing. ice, dtls: connecting. packet, frame: "
    "until the "
    "first packet, the first whole key frame.",
    "own: what this participant spent itself. server: waiting for answers and for other "
    "participants. "
    "detect + own + server = total.",
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autoptr (GString) wrapped = g_string_new ("  ");

    rj_text_append_wrapped (wrapped, lines[i], 2, RJ_TEXT_WIDTH);
    rj_ink_append (text->out, wrapped->str, RJ_INK_DIM, text->colour);
  }
}

/* The slowest of those that ended, of a list in that order. Returns: (nullable) */
static const Way *
find_slowest (const GArray *ways)
{
  for (guint i = 0; i < ways->len; i++)
    if (g_array_index (ways, Way, i).rejoin->flowing_at_us > 0)
      return &g_array_index (ways, Way, i);
  return NULL;
}

void
rj_text_add_ways (RjText *text)
{
  g_autoptr (GArray) ways = list_ways (text->result);
  const Way *slowest;

  if (ways->len == 0)
    return;
  if (ways->len > MOST_ROWS)
    g_array_sort (ways, compare_ways);
  {
    g_autoptr (GArray) sorted = g_array_copy (ways);

    g_array_sort (sorted, compare_ways);
    slowest = find_slowest (sorted);
    rj_text_heading (text, "The way back",
                     "milliseconds, from the fault until everything flowed again");
    write_table (text, ways, slowest != NULL ? slowest->rejoin : NULL);
    if (slowest != NULL)
      write_slowest (text, slowest);
  }
  write_legend (text);
  g_string_append_c (text->out, '\n');
}

/* --- detectors --- */

typedef struct {
  GArray *after_ms; /* of double: since the loss */
  guint n_acted;
} Detector;

static void
detector_free (gpointer data)
{
  g_array_unref (((Detector *) data)->after_ms);
  g_free (data);
}

static Detector *
ensure_detector (GHashTable *detectors, const char *name)
{
  Detector *detector = g_hash_table_lookup (detectors, name);

  if (detector != NULL)
    return detector;
  detector = g_new0 (Detector, 1);
  detector->after_ms = g_array_new (FALSE, FALSE, sizeof (double));
  g_hash_table_insert (detectors, g_strdup (name), detector);
  return detector;
}

static void
count_detectors (GHashTable *detectors, const RjRejoin *rejoin)
{
  GHashTableIter iter;
  gpointer name, stamp;

  g_hash_table_iter_init (&iter, rejoin->detectors);
  while (g_hash_table_iter_next (&iter, &name, &stamp)) {
    Detector *detector = ensure_detector (detectors, name);
    double ms = (*(gint64 *) stamp - rejoin->lost_at_us) / 1000.0;

    g_array_append_val (detector->after_ms, ms);
    detector->n_acted += g_str_equal (rejoin->detected_by, name);
  }
}

static void
add_detector (RjTable *table, const char *name, const Detector *detector)
{
  rj_table_begin_row (table, RJ_INK_PLAIN);
  rj_table_add (table, g_strdup (name), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup_printf ("%u", detector->after_ms->len), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup_printf ("%u", detector->n_acted), RJ_INK_PLAIN);
  rj_table_add (table, rj_text_ms (rj_percentile (detector->after_ms, 0)), RJ_INK_PLAIN);
  rj_table_add (table, rj_text_ms (rj_percentile (detector->after_ms, 50)), RJ_INK_PLAIN);
  rj_table_add (table, rj_text_ms (rj_percentile (detector->after_ms, 100)), RJ_INK_PLAIN);
}

static int
compare_first (gconstpointer a, gconstpointer b, gpointer detectors)
{
  double left = rj_percentile (((Detector *) g_hash_table_lookup (detectors, a))->after_ms, 50);
  double right = rj_percentile (((Detector *) g_hash_table_lookup (detectors, b))->after_ms, 50);

  return left != right ? (left > right) - (left < right) : g_strcmp0 (a, b);
}

void
rj_text_add_detectors (RjText *text)
{
  g_autoptr (GHashTable) detectors =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, detector_free);
  g_autoptr (GArray) ways = list_ways (text->result);
  g_autoptr (RjTable) table = rj_table_new (6);
  g_autoptr (GList) names = NULL;

  for (guint i = 0; i < ways->len; i++)
    count_detectors (detectors, g_array_index (ways, Way, i).rejoin);
  if (g_hash_table_size (detectors) == 0)
    return;
  names = g_list_sort_with_data (g_hash_table_get_keys (detectors), compare_first, detectors);
  rj_table_begin_row (table, RJ_INK_DIM);
  rj_table_add (table, g_strdup (""), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("fired"), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("acted"), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("first"), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("median"), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("last"), RJ_INK_PLAIN);
  for (GList *i = names; i != NULL; i = i->next)
    add_detector (table, i->data, g_hash_table_lookup (detectors, i->data));
  rj_text_heading (text, "How the loss could be noticed", "milliseconds after it");
  rj_table_write (table, text->out, RJ_TEXT_WIDTH, text->colour);
  g_string_append_c (text->out, '\n');
}
