/* The pieces of the JSON summary. Private to report. */
#pragma once

#include <json-glib/json-glib.h>

#include "rj-figures.h"

G_BEGIN_DECLS

#define RJ_SUMMARY_SCHEMA  "rejoin-summary-1"
#define RJ_SUMMARY_VERSION 1

/* null where it is not known: nothing that is measured is negative */
void rj_summary_set_number (JsonObject *object, const char *name, double value);
/* Both return: (transfer full) */
JsonObject *rj_summary_build (const RjResult *result);
JsonObject *rj_summary_build_spread (const GArray *values, RjUnit unit);

G_END_DECLS
