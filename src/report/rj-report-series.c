/* The JSON summary of a series. */
#include "rj-json-text.h"
#include "rj-json.h"
#include "rj-reason.h"
#include "rj-report.h"
#include "rj-summary.h"

static JsonObject *
build_series (const RjSeries *series)
{
  RjSuccess success = rj_series_get_success (series);
  JsonObject *object =
    rj_json_build ("wanted", 'i', (gint64) rj_series_count_wanted (series), "made", 'i',
                   (gint64) series->runs->len, "passed", 'i', (gint64) success.n_passed, "failed",
                   'i', (gint64) rj_series_count (series, RJ_VERDICT_FAILED), "inconclusive", 'i',
                   (gint64) rj_series_count (series, RJ_VERDICT_INCONCLUSIVE), "environment", 'i',
                   (gint64) rj_series_count (series, RJ_VERDICT_ENVIRONMENT), "worst", 'i',
                   (gint64) rj_series_get_worst (series), "confidence", 'd', 0.95, NULL);

  rj_summary_set_number (object, "success", success.share);
  rj_summary_set_number (object, "success_low", success.low);
  rj_summary_set_number (object, "success_high", success.high);
  return object;
}

static JsonObject *
build_statistics (const RjSeries *series)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < RJ_N_FIGURES; i++) {
    g_autoptr (GArray) values = rj_series_list_figure (series, i);

    json_object_set_object_member (object, rj_figure_rows[i].member,
                                   rj_summary_build_spread (values, rj_figure_rows[i].unit));
  }
  return object;
}

static const char *
get_name (const RjSeries *series)
{
  const RjResult *first = series->runs->len == 0 ? NULL : g_ptr_array_index (series->runs, 0);

  return first == NULL || first->name == NULL ? "" : first->name;
}

char *
rj_report_series_summary (const RjSeries *series)
{
  g_autofree char *reason = rj_series_get_reason (series);
  g_autoptr (JsonObject) object = NULL;
  JsonArray *runs;

  if (rj_series_is_single (series))
    return rj_report_summary (g_ptr_array_index (series->runs, 0));
  object = rj_json_build (
    "schema", 's', RJ_SUMMARY_SCHEMA, "version", 'i', (gint64) RJ_SUMMARY_VERSION, "name", 's',
    get_name (series), "verdict", 's', rj_verdict_get_name (rj_series_get_verdict (series)),
    "reason_word", 's', rj_reason_get_word (rj_series_get_why (series)), "reason", 's', reason,
    "exit_code", 'i', (gint64) rj_series_get_exit_code (series), "series", 'o',
    build_series (series), "statistics", 'o', build_statistics (series), NULL);
  runs = json_array_new ();
  for (guint i = 0; i < series->runs->len; i++)
    json_array_add_object_element (runs, rj_summary_build (g_ptr_array_index (series->runs, i)));
  json_object_set_array_member (object, "runs", runs);
  return rj_json_text (object);
}
