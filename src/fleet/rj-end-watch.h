/* When a run that is watched ends, and why: everybody is back from all that was done to them, its time is over, or
 * nobody comes back in time. Home thread. */
#pragma once

#include "rj-back-watch.h"
#include "rj-census.h"
#include "rj-run-options.h"

G_BEGIN_DECLS

typedef struct {
  const RjRunOptions *options;
  RjMeasure *measure;
  RjFaultScript *script;
  RjBackWatch *back;
} RjEndWatchConfig;

typedef struct _RjEndWatch RjEndWatch;

/* What @config points to outlives it. */
RjEndWatch *rj_end_watch_new (const RjEndWatchConfig *config);
void rj_end_watch_free (RjEndWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjEndWatch, rj_end_watch_free)

/* Every event of the run */
void rj_end_watch_take (RjEndWatch *self, const RjEvent *event);
/* Everybody flows for the first time. */
void rj_end_watch_start (RjEndWatch *self, gint64 now_us);
/* Often, from then on; the script may go on from here. @census: (nullable). Returns: (nullable) static: why the run is
 * over: "duration", "recovered", "timeout" */
const char *rj_end_watch_look (RjEndWatch *self, RjCensus *census, gint64 now_us);

G_END_DECLS
