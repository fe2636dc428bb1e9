/* One thread that does many small things at exact times: the pushes of all sending peers.
 *
 * Due times are absolute, so that lateness does not add up. How late it was is measured: a tester that is
 * late must not blame the server. Reference counted; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RjPacer RjPacer;
typedef struct _RjPacerJob RjPacerJob;

/* On the pacer's thread. @due_us: CLOCK_MONOTONIC, when it should have been called.
 * Returns: when to call again, or a negative number for never */
typedef gint64 (*RjPacerFunc) (gint64 due_us, gpointer user_data);

RjPacer *rj_pacer_new (void);
RjPacer *rj_pacer_ref (RjPacer *self);
/* The last one ends the thread; not from the pacer's thread. */
void rj_pacer_unref (RjPacer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjPacer, rj_pacer_unref)

/* Returns: (transfer full): for rj_pacer_remove(). @destroy runs on the pacer's thread. */
RjPacerJob *rj_pacer_add (
  RjPacer *self, gint64 first_us, RjPacerFunc func, gpointer user_data, GDestroyNotify destroy);

/* Returns at once: a call that is under way at this moment goes on, no other one begins. */
void rj_pacer_remove (RjPacer *self, RjPacerJob *job);

/* Returns: microseconds by which the latest call since the last question was late */
gint64 rj_pacer_take_lag_us (RjPacer *self);

G_END_DECLS
