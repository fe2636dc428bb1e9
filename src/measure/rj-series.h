/* Runs of the same thing, one after the other: what --repeat makes, and logs of different runs that are read
 * together. A single run is a series of one. Any thread.
 *
 * A series has failed when a run of it has; else it has the verdict environment or inconclusive when a run has
 * it, or inconclusive when fewer runs came to their end than were asked for. Its success rate is that of the
 * runs that passed or failed: one that is inconclusive, or in which nothing could be tested, has tried nothing. */
#pragma once

#include "rj-figures.h"

G_BEGIN_DECLS

typedef struct {
  GPtrArray *runs; /* of RjResult, in their order */
} RjSeries;

/* The share of runs that passed, with the 95 % confidence interval of Wilson's score: exact enough also for few
 * runs and for shares near 0 and 1 (E. B. Wilson, JASA 22, 1927) */
typedef struct {
  guint n_tries; /* passed and failed ones */
  guint n_passed;
  double share, low, high; /* in [0, 1]; RJ_SHARE_UNKNOWN without a try */
} RjSuccess;

#define RJ_SHARE_UNKNOWN (-1.0)

RjSeries *rj_series_new (void);
/* @result: (transfer full) */
void rj_series_add (RjSeries *self, RjResult *result);
void rj_series_free (RjSeries *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjSeries, rj_series_free)

/* One run, and no more were asked for: it is reported as such, not as a series */
gboolean rj_series_is_single (const RjSeries *self);
/* How many runs were asked for; at least as many as there are */
guint rj_series_count_wanted (const RjSeries *self);
guint rj_series_count (const RjSeries *self, RjVerdict verdict);
RjVerdict rj_series_get_verdict (const RjSeries *self);
/* Of the worst run, or that runs are missing */
RjReason rj_series_get_why (const RjSeries *self);
/* Returns: (transfer full): the verdict in a sentence or two */
char *rj_series_get_reason (const RjSeries *self);
/* That of the verdict, or 130 and 143 after SIGINT and SIGTERM */
int rj_series_get_exit_code (const RjSeries *self);
/* Returns: index of the run that should be looked at first: the worst verdict; of those alike the one with the
 * most participants that have a problem, then the one with the longest outage */
guint rj_series_get_worst (const RjSeries *self);

RjSuccess rj_series_get_success (const RjSeries *self);
RjSuccess rj_success_of (guint n_passed, guint n_tries);
/* Returns: (transfer full): of double: the values of all runs */
GArray *rj_series_list_figure (const RjSeries *self, RjFigure figure);

G_END_DECLS
