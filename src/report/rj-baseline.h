/* An earlier run as the measure of a later one: its summary gives an expectation for each figure that it has, "95 %
 * of the values are not worse than then, give or take a share". Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is better or worse than this cannot be told from chance, whatever the share, ms */
#define RJ_BASELINE_SLACK_MS 50.0

/* @path: a summary, JSON. @share: how much worse may be, of the old value: 0.2. Returns: (transfer full)
 * (element-type utf8): texts for rj_expectation_parse(). Errors: RJ_ERROR_USAGE: not there, no summary, one that
 * did not pass, or without any figure */
GPtrArray *rj_baseline_read (const char *path, double share, GError **error);

G_END_DECLS
