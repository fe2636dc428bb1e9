/* Since when everybody has been back from all that was done to them, and whether that is sure: they flow, they
 * have lost something before or have had the time to, and every edge shows complete frames. Tells the script.
 * Home thread. */
#pragma once

#include "rj-fault-script.h"
#include "rj-measure.h"

G_BEGIN_DECLS

#define RJ_BACK_CALM_US (2 * G_USEC_PER_SEC) /* everybody must have been back for this long */

typedef struct {
  RjMeasure *measure;
  RjFaultScript *script;
  gint64 silence_leave_us; /* after this long without a word participants act themselves */
  void (*emit_stats) (gpointer user_data); /* of all peers, which measure hears at once */
  gpointer user_data;
} RjBackWatchConfig;

typedef struct _RjBackWatch RjBackWatch;

/* What @config points to outlives it. */
RjBackWatch *rj_back_watch_new (const RjBackWatchConfig *config);
void rj_back_watch_free (RjBackWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjBackWatch, rj_back_watch_free)

/* Every event of the run */
void rj_back_watch_take (RjBackWatch *self, const RjEvent *event);
/* Often. The script may go on from here. */
void rj_back_watch_look (RjBackWatch *self, gint64 now_us);
gboolean rj_back_watch_is_sure (const RjBackWatch *self);
/* Looks once more whether every edge shows complete frames, by statistics of now. FALSE: not sure any more */
gboolean rj_back_watch_confirm (RjBackWatch *self, gint64 now_us);
/* Whether statistics were emitted at @now_us */
gboolean rj_back_watch_has_fresh_stats (const RjBackWatch *self, gint64 now_us);

G_END_DECLS
