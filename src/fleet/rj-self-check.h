/* Watches ourselves: is the tester fast enough for its figures to be true? Home thread only.
 *
 * Emits self-check once a second: the longest time that a timer of the home loop was late, how late the
 * pacer was, our CPU. Over a limit the event says so and a failed run becomes inconclusive. */
#pragma once

#include "rj-clock.h"
#include "rj-event.h"

G_BEGIN_DECLS

/* Above these our own lateness is of the size of what we measure. */
#define RJ_SELF_CHECK_LOOP_LIMIT_MS   250.0
#define RJ_SELF_CHECK_PACING_LIMIT_MS 250.0

#define RJ_TYPE_SELF_CHECK (rj_self_check_get_type ())
G_DECLARE_FINAL_TYPE (RjSelfCheck, rj_self_check, RJ, SELF_CHECK, GObject)

/* Returns: milliseconds by which the latest push was late since the last question */
typedef double (*RjPacingLagFunc) (gpointer user_data);

/* @take_pacing_lag_ms: (nullable) */
RjSelfCheck *rj_self_check_new (RjClock *clock,
                                RjEventSink *events,
                                RjPacingLagFunc take_pacing_lag_ms,
                                gpointer user_data);
void rj_self_check_start (RjSelfCheck *self);
void rj_self_check_stop (RjSelfCheck *self);

G_END_DECLS
