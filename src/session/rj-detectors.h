/* Silence, judged from the taps of one attempt's subscriptions. Stamps are exact: last packet + limit,
 * however late the look. Home thread only.
 *
 * One edge is told as silent only when it is certain that others flow (a packet within the last half
 * limit): when a node dies, all edges fall silent within a few frames of each other, and that is another
 * story. Silence that has begun goes on when the others leave: they leave because of it. Otherwise with
 * nothing to hear nothing is judged. The callbacks may free the detectors. */
#pragma once

#include "rj-subscription.h"

G_BEGIN_DECLS

typedef struct _RjDetectors RjDetectors;

typedef struct {
  /* @subscription is silent since @since_us while others flow; once per silence */
  void (*edge_silent) (RjSubscription *subscription, gint64 since_us, gpointer user_data);
  /* every edge is silent, the last one since @since_us; @subscriptions: those not told before */
  void (*all_silent) (GPtrArray *subscriptions, gint64 since_us, gpointer user_data);
  /* still so after limits.silence_leave_us; told at every look */
  void (*limit_reached) (gpointer user_data);
  /* packets returned */
  void (*quiet_ended) (gpointer user_data);
} RjDetectorsFuncs;

/* @subscriptions: (element-type RjSubscription): held, read at every look */
RjDetectors *rj_detectors_new (RjStay *stay,
                               GPtrArray *subscriptions,
                               const RjDetectorsFuncs *funcs,
                               gpointer user_data);
void rj_detectors_free (RjDetectors *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjDetectors, rj_detectors_free)

/* Something changed: look again soon. */
void rj_detectors_poke (RjDetectors *self);

/* The server's word has ended the silence: what follows is judged anew, without quiet_ended. */
void rj_detectors_end_quiet (RjDetectors *self);

/* Before it is taken out of the array. */
void rj_detectors_forget (RjDetectors *self, RjSubscription *subscription);

/* When the last packet of any edge came. @newest_us: left alone when there is no edge that should flow: FALSE */
gboolean rj_detectors_get_newest_us (RjDetectors *self, gint64 *newest_us);

/* Whether all edges are silent */
gboolean rj_detectors_is_quiet (RjDetectors *self);

/* Whether packets arrive on an edge other than @except (nullable), by the half limit */
gboolean rj_detectors_others_flow (RjDetectors *self, RjSubscription *except);

G_END_DECLS
