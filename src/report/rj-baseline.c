#include "rj-baseline.h"

#include "rj-error.h"
#include "rj-figures.h"
#include "rj-json.h"

#define SCHEMA_BEGIN "rejoin-summary-"

static gboolean
fail (GError **error, const char *path, const char *reason)
{
  g_set_error (
    error, RJ_ERROR, RJ_ERROR_USAGE,
    "the baseline %s %s; give the file that \"rejoin run --json FILE\" wrote when all was well",
    path, reason);
  return FALSE;
}

static gboolean
check (JsonNode *root, const char *path, GError **error)
{
  JsonObject *summary;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return fail (error, path, "is no JSON object");
  summary = json_node_get_object (root);
  if (!g_str_has_prefix (rj_json_get_string (summary, "schema", ""), SCHEMA_BEGIN))
    return fail (error, path, "is no summary of a run");
  if (g_strcmp0 (rj_json_get_string (summary, "verdict", ""), "passed") != 0)
    return fail (error, path, "is of a run that did not pass");
  return TRUE;
}

/* Times of the way back. What media were like depends on the network of the day: that takes an expectation */
static gboolean
is_comparable (RjFigure figure)
{
  return figure < RJ_FIGURE_LOSS;
}

static void
add (GPtrArray *texts, RjFigure figure, JsonObject *spread, double share)
{
  double was_ms = rj_json_get_double (spread, "p95_ms", -1);
  double limit_ms = MAX (was_ms * (1 + share), was_ms + RJ_BASELINE_SLACK_MS);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (was_ms < 0)
    return;
  g_ascii_formatd (number, sizeof number, "%.0f", limit_ms);
  g_ptr_array_add (texts, g_strdup_printf ("%s.p95 <= %sms", rj_figure_rows[figure].name, number));
}

GPtrArray *
rj_baseline_read (const char *path, double share, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) problem = NULL;
  JsonObject *statistics;

  if (!json_parser_load_from_file (parser, path, &problem)) {
    fail (error, path,
          g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT) ? "is not there"
                                                                      : "cannot be read");
    return NULL;
  }
  if (!check (json_parser_get_root (parser), path, error))
    return NULL;
  statistics =
    rj_json_get_object (json_node_get_object (json_parser_get_root (parser)), "statistics");
  for (guint i = 0; i < RJ_N_FIGURES; i++)
    if (is_comparable (i))
      add (texts, i, rj_json_get_object (statistics, rj_figure_rows[i].member), share);
  if (texts->len == 0) {
    fail (error, path, "has no figure to compare with");
    return NULL;
  }
  return g_steal_pointer (&texts);
}
