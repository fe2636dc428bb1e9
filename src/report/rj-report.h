/* Renderers: a result goes in, a text comes out; the caller writes it. Any thread, no I/O.
 *
 * text     for a person who has never seen the tool: the verdict and why, who came back, when, where the
 *          time went, who noticed nothing. At most 100 columns, UTF-8.
 * summary  JSON for programs; data/schema/summary.schema.json
 * junit    XML for CI servers: one test case per participant */
#pragma once

#include "rj-measure.h"

G_BEGIN_DECLS

/* @colour: with ANSI colours (the caller looks at isatty and NO_COLOR). Returns: (transfer full) */
char *rj_report_text (const RjResult *result, gboolean colour);

/* Returns: (transfer full): indented JSON, ends with a line feed */
char *rj_report_summary (const RjResult *result);

/* Returns: (transfer full): XML 1.0, UTF-8 */
char *rj_report_junit (const RjResult *result);

G_END_DECLS
