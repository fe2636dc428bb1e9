#include "rj-report.h"

#include <string.h>

#include "rj-expectation.h"
#include "rj-report-groups.h"

/* Text for XML 1.0: escaped, and without the characters that XML does not allow at all */
static char *
escape (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *out = g_string_new (NULL);

  for (const char *i = valid; *i != '\0'; i = g_utf8_next_char (i)) {
    gunichar c = g_utf8_get_char (i);

    if (c == '&')
      g_string_append (out, "&amp;");
    else if (c == '<')
      g_string_append (out, "&lt;");
    else if (c == '>')
      g_string_append (out, "&gt;");
    else if (c == '"')
      g_string_append (out, "&quot;");
    else if (c == '\n' || c == '\t')
      g_string_append_printf (out, "&#%u;", c);
    else if (c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa0) && c != 0xfffe && c != 0xffff)
      g_string_append_unichar (out, c);
  }
  return g_string_free (out, FALSE);
}

static void
append_attribute (GString *out, const char *name, const char *value)
{
  g_autofree char *escaped = escape (value);

  g_string_append_printf (out, " %s=\"%s\"", name, escaped);
}

static void
append_time (GString *out, gint64 us)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT ".%03d", us / G_USEC_PER_SEC,
                                           (int) (us % G_USEC_PER_SEC / 1000));

  append_attribute (out, "time", text);
}

static void
append_property (GString *out, const char *indent, const char *name, const char *value)
{
  g_string_append_printf (out, "%s<property", indent);
  append_attribute (out, "name", name);
  append_attribute (out, "value", value);
  g_string_append (out, "/>\n");
}

static void
append_ms (GString *out, const char *name, double ms)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (ms >= 0)
    append_property (out, "        ", name, g_ascii_formatd (text, sizeof text, "%.3f", ms));
}

static void
append_result (GString *out, const char *element, const char *type, const char *message)
{
  g_autofree char *escaped = escape (message);

  g_string_append_printf (out, "      <%s", element);
  append_attribute (out, "type", type);
  append_attribute (out, "message", message);
  g_string_append_printf (out, ">%s</%s>\n", escaped, element);
}

static gint64
get_duration_us (const RjResult *result)
{
  return result->ended_us > 0 ? result->ended_us - result->started_us : 0;
}

static void
append_rejoin_properties (GString *out, const RjRejoin *rejoin, guint number)
{
  const struct {
    const char *name;
    double ms;
  } times[] = {
    { "detect_ms", rejoin->detect_ms },
    { "own_ms", rejoin->own_ms },
    { "total_ms", rejoin->total_ms },
  };
  g_autofree char *cause = g_strdup_printf ("rejoin_%u_cause", number);
  g_autofree char *detected_by = g_strdup_printf ("rejoin_%u_detected_by", number);

  append_property (out, "        ", cause, rejoin->cause);
  append_property (out, "        ", detected_by, rejoin->detected_by);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    g_autofree char *name = g_strdup_printf ("rejoin_%u_%s", number, times[i].name);

    append_ms (out, name, times[i].ms);
  }
}

static gboolean
is_judged (const RjResult *result)
{
  return result->verdict == RJ_VERDICT_PASSED || result->verdict == RJ_VERDICT_FAILED;
}

/* What stands inside of the case: nothing for success. Where the run as a whole proves nothing, no case is
 * a success, and none is a failure. */
static void
append_outcome (GString *out, const RjResult *result, const RjParticipantResult *p)
{
  const char *name = rj_verdict_get_name (result->verdict);

  if (!is_judged (result))
    append_result (out, "error", name, result->reason);
  else if (p != NULL && p->problem != NULL) {
    g_autofree char *message = g_strdup_printf ("%s %s", p->name, p->problem);

    append_result (out, "failure", name, message);
  } else if (p == NULL && result->verdict == RJ_VERDICT_FAILED) {
    append_result (out, "failure", name, result->reason);
  }
}

static void
append_case (GString *out, const RjResult *result, const RjParticipantResult *p)
{
  g_autofree char *class = rj_report_has_groups (result) && p->group != NULL
                             ? g_strdup_printf ("%s.%s", p->session, p->group)
                             : g_strdup (p->session);

  g_string_append (out, "    <testcase");
  append_attribute (out, "classname", class);
  append_attribute (out, "name", p->name);
  append_time (out, get_duration_us (result));
  g_string_append (out, ">\n      <properties>\n");
  append_property (out, "        ", "rejoined", p->rejoined ? "true" : "false");
  append_ms (out, "longest_gap_ms", p->longest_gap_ms);
  for (guint i = 0; i < p->rejoins->len; i++)
    append_rejoin_properties (out, g_ptr_array_index (p->rejoins, i), i + 1);
  g_string_append (out, "      </properties>\n");
  append_outcome (out, result, p);
  g_string_append (out, "    </testcase>\n");
}

/* One that is undecided is no success and no failure. */
static void
append_expectation (GString *out, const RjResult *result, const RjExpectationResult *e)
{
  g_autofree char *message = g_strdup_printf ("%s; found: %s", e->text, e->found);

  g_string_append (out, "    <testcase classname=\"expectations\"");
  append_attribute (out, "name", e->text);
  append_time (out, get_duration_us (result));
  g_string_append (out, ">\n");
  if (!is_judged (result))
    append_result (out, "error", rj_verdict_get_name (result->verdict), result->reason);
  else if (e->state == RJ_EXPECTATION_UNMET)
    append_result (out, "failure", "unmet", message);
  else if (e->state == RJ_EXPECTATION_UNDECIDED)
    append_result (out, "error", "undecided", message);
  g_string_append (out, "    </testcase>\n");
}

static guint
count_expectations (const RjResult *result, RjExpectationState state)
{
  guint n = 0;

  for (guint i = 0; i < result->expectations->len; i++)
    n += ((RjExpectationResult *) g_ptr_array_index (result->expectations, i))->state == state;
  return n;
}

/* Of a run that never got to know its participants, or failed as a whole: no report of a run that has not passed
 * may look green. */
static gboolean
has_case_of_run (const RjResult *result)
{
  return result->participants->len == 0 ||
         (result->verdict == RJ_VERDICT_FAILED && rj_result_count_problems (result) == 0 &&
          count_expectations (result, RJ_EXPECTATION_UNMET) == 0);
}

static void
append_case_of_run (GString *out, const RjResult *result)
{
  g_string_append (out, "    <testcase classname=\"rejoin\" name=\"run\">\n");
  append_outcome (out, result, NULL);
  g_string_append (out, "    </testcase>\n");
}

typedef struct {
  guint n, n_failures, n_errors;
  gint64 us;
} Counts;

static void
count (Counts *counts, const RjResult *result)
{
  guint n = result->participants->len + has_case_of_run (result) + result->expectations->len;

  counts->n += n;
  counts->us += get_duration_us (result);
  if (!is_judged (result)) {
    counts->n_errors += n;
    return;
  }
  counts->n_failures +=
    rj_result_count_problems (result) + count_expectations (result, RJ_EXPECTATION_UNMET);
  if (has_case_of_run (result) && result->verdict == RJ_VERDICT_FAILED)
    counts->n_failures++;
  counts->n_errors += count_expectations (result, RJ_EXPECTATION_UNDECIDED);
}

static void
append_counts (GString *out, const Counts *counts)
{
  g_string_append_printf (out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"0\"",
                          counts->n, counts->n_failures, counts->n_errors);
  append_time (out, counts->us);
}

static void
append_suite (GString *out, const RjResult *result, const char *name)
{
  Counts counts = { 0 };

  count (&counts, result);
  g_string_append (out, "  <testsuite");
  append_attribute (out, "name", name);
  append_counts (out, &counts);
  g_string_append (out, ">\n    <properties>\n");
  append_property (out, "      ", "run", result->run);
  append_property (out, "      ", "verdict", rj_verdict_get_name (result->verdict));
  append_property (out, "      ", "reason", result->reason);
  g_string_append (out, "    </properties>\n");
  for (guint i = 0; i < result->participants->len; i++)
    append_case (out, result, g_ptr_array_index (result->participants, i));
  for (guint i = 0; i < result->expectations->len; i++)
    append_expectation (out, result, g_ptr_array_index (result->expectations, i));
  if (has_case_of_run (result))
    append_case_of_run (out, result);
  g_string_append (out, "  </testsuite>\n");
}

static GString *
begin (const Counts *counts)
{
  GString *out = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");

  append_counts (out, counts);
  g_string_append (out, ">\n");
  return out;
}

static const char *
get_name (const RjResult *result)
{
  return result->name != NULL && *result->name != '\0' ? result->name : "rejoin";
}

char *
rj_report_junit (const RjResult *result)
{
  Counts counts = { 0 };
  GString *out;

  count (&counts, result);
  out = begin (&counts);
  append_suite (out, result, get_name (result));
  g_string_append (out, "</testsuites>\n");
  return g_string_free (out, FALSE);
}

/* --- a series: a suite for each run --- */

/* Of runs that were not made: nor may that look green. */
static void
append_missing (GString *out, const RjSeries *series)
{
  g_autofree char *reason = rj_series_get_reason (series);

  Counts counts = { .n = 1, .n_errors = 1 };

  g_string_append (out, "  <testsuite name=\"series\"");
  append_counts (out, &counts);
  g_string_append (out, ">\n    <properties>\n");
  append_property (out, "      ", "reason", reason);
  g_string_append (out, "    </properties>\n    <testcase classname=\"rejoin\" name=\"runs\">\n");
  append_result (out, "error", "inconclusive", reason);
  g_string_append (out, "    </testcase>\n  </testsuite>\n");
}

char *
rj_report_series_junit (const RjSeries *series)
{
  guint wanted = rj_series_count_wanted (series);
  gboolean incomplete = series->runs->len < wanted || series->runs->len == 0;
  Counts counts = { .n = incomplete, .n_errors = incomplete };
  GString *out;

  if (rj_series_is_single (series))
    return rj_report_junit (g_ptr_array_index (series->runs, 0));
  for (guint i = 0; i < series->runs->len; i++)
    count (&counts, g_ptr_array_index (series->runs, i));
  out = begin (&counts);
  for (guint i = 0; i < series->runs->len; i++) {
    const RjResult *result = g_ptr_array_index (series->runs, i);
    g_autofree char *name = g_strdup_printf ("%s (run %u of %u)", get_name (result), i + 1, wanted);

    append_suite (out, result, name);
  }
  if (incomplete)
    append_missing (out, series);
  g_string_append (out, "</testsuites>\n");
  return g_string_free (out, FALSE);
}
