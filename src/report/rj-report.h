/* Renderers: a result goes in, a text comes out; the caller writes it. Any thread, no I/O.
 *
 * text     for a person who has never seen the tool: the verdict and why, who came back, when, where the
 *          time went, who noticed nothing. At most 100 columns, UTF-8.
 * summary  JSON for programs; data/schema/summary.schema.json
 * junit    XML for CI servers: one test case per participant
 * html     one page that needs nothing else: timeline, matrix of edges, figures; renders the summary by a script
 * markdown for the page of a CI job
 * csv      one line per edge (RFC 4180)
 * prometheus  text exposition format 0.0.4 */
#pragma once

#include "rj-series.h"

G_BEGIN_DECLS

/* @colour: with ANSI colours (the caller looks at isatty and NO_COLOR). Returns: (transfer full) */
char *rj_report_text (const RjResult *result, gboolean colour);

/* Returns: (transfer full): indented JSON, ends with a line feed */
char *rj_report_summary (const RjResult *result);

/* Returns: (transfer full): XML 1.0, UTF-8 */
char *rj_report_junit (const RjResult *result);

/* Returns: (transfer full): GitHub flavoured; names are escaped */
char *rj_report_markdown (const RjResult *result);

/* Returns: (transfer full): durations in seconds */
char *rj_report_prometheus (const RjResult *result);

/* Of a series: how it went, figures over all runs, each run in a line, and the worst run in detail; JUnit has a
 * suite for each run, CSV the edges of all, the page lets one choose the run, and metrics are those of the whole.
 * Of a single run: what stands above, its page, and its edges. All return: (transfer full) */
char *rj_report_series_text (const RjSeries *series, gboolean colour);
char *rj_report_series_summary (const RjSeries *series);
char *rj_report_series_junit (const RjSeries *series);
char *rj_report_series_markdown (const RjSeries *series);
char *rj_report_series_prometheus (const RjSeries *series);
/* HTML 5, UTF-8, self-contained */
char *rj_report_series_html (const RjSeries *series);
/* With a header line; cells of unknown values are empty */
char *rj_report_series_csv (const RjSeries *series);

G_END_DECLS
