#include "rj-report.h"

#include <string.h>

/* RFC 4180: quoted where needed. A text that a spreadsheet would take for a formula is quoted by an apostrophe,
 * since names come from other participants. */
static void
append_text (GString *out, const char *text)
{
  gboolean formula = text[0] != '\0' && strchr ("=+-@\t\r", text[0]) != NULL;

  if (!formula && strpbrk (text, "\",\r\n") == NULL) {
    g_string_append (out, text);
    return;
  }
  g_string_append_c (out, '"');
  if (formula)
    g_string_append_c (out, '\'');
  for (const char *i = text; *i != '\0'; i++)
    g_string_append_printf (out, *i == '"' ? "\"\"" : "%c", *i);
  g_string_append_c (out, '"');
}

static void
append_number (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (out, ',');
  if (value >= 0)
    g_string_append (out, g_ascii_formatd (text, sizeof text, "%.3f", value));
}

static void
append_moment (GString *out, const RjResult *result, gint64 us)
{
  append_number (out, us == 0 ? RJ_MS_UNKNOWN : (us - result->started_us) / 1000.0);
}

static void
append_group (GString *out, const RjResult *result, const char *participant)
{
  const char *group = rj_result_find_group (result, participant);

  g_string_append_c (out, ',');
  append_text (out, group == NULL ? "" : group);
}

static void
append_edge (GString *out, const RjResult *result, const RjEdgeResult *edge)
{
  append_text (out, result->run);
  g_string_append_c (out, ',');
  append_text (out, edge->session);
  g_string_append_c (out, ',');
  append_text (out, edge->from);
  g_string_append_c (out, ',');
  append_text (out, edge->to);
  g_string_append_printf (out, ",%s,%s,%s,%u", edge->foreign ? "true" : "false",
                          edge->flowed ? "true" : "false", edge->down_at_end ? "true" : "false",
                          edge->outages_ms->len);
  append_number (out, rj_percentile (edge->outages_ms, 100));
  append_moment (out, result, edge->last_outage_from_us);
  append_moment (out, result, edge->last_outage_to_us);
  append_number (out, edge->longest_gap_ms);
  append_number (out, edge->latency_ms);
  g_string_append_printf (
    out, ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT,
    edge->frames, edge->wrong_frames, edge->packets, edge->bytes);
  append_group (out, result, edge->from);
  append_group (out, result, edge->to);
  append_number (out, edge->jitter_ms);
  append_number (out, edge->loss_percent);
  append_number (out, edge->bitrate_bps);
  append_number (out, edge->fps);
  g_string_append_printf (
    out,
    ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "\r\n",
    edge->lost_packets, edge->sequence_gaps, edge->duplicates, edge->reordered);
}

static const char header[] =
  "run,session,from,to,foreign,flowed,down_at_end,outages,longest_outage_ms,"
  "last_outage_from_ms,last_outage_to_ms,longest_gap_ms,latency_ms,frames,"
  "wrong_frames,packets,bytes,from_group,to_group,jitter_ms,loss_percent,"
  "bitrate_bps,fps,lost_packets,sequence_gaps,duplicates,reordered\r\n";

static void
append_edges (GString *out, const RjResult *result)
{
  for (guint i = 0; i < result->edges->len; i++)
    append_edge (out, result, g_ptr_array_index (result->edges, i));
}

char *
rj_report_series_csv (const RjSeries *series)
{
  GString *out = g_string_new (header);

  for (guint i = 0; i < series->runs->len; i++)
    append_edges (out, g_ptr_array_index (series->runs, i));
  return g_string_free (out, FALSE);
}
