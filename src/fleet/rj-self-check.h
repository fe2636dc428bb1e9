/* Watches ourselves: is the tester fast enough for its figures to be true? Home thread only.
 *
 * Emits self-check once a second: the longest time that something waited for the home loop, less 5 ms, how late the
 * pacer was, processor time, datagrams that the kernel dropped at our sockets. Over a limit the event says so
 * and the run is inconclusive (measure/rj-overload.h). */
#pragma once

#include "rj-clock.h"
#include "rj-event.h"

G_BEGIN_DECLS

/* Above these our own lateness is of the size of what we measure. */
#define RJ_SELF_CHECK_LOOP_LIMIT_MS   250.0
#define RJ_SELF_CHECK_PACING_LIMIT_MS 250.0
/* Of what this machine has, ours and everybody's: more, for so many seconds on end, leaves no time to be in time. */
#define RJ_SELF_CHECK_OWN_LIMIT_PERCENT     90.0
#define RJ_SELF_CHECK_MACHINE_LIMIT_PERCENT 99.0
#define RJ_SELF_CHECK_BUSY_PERIODS          10

#define RJ_TYPE_SELF_CHECK (rj_self_check_get_type ())
G_DECLARE_FINAL_TYPE (RjSelfCheck, rj_self_check, RJ, SELF_CHECK, GObject)

/* Returns: milliseconds by which the latest push was late since the last question */
typedef double (*RjPacingLagFunc) (gpointer user_data);

/* @take_pacing_lag_ms: (nullable). @proc: "/proc", or a folder of a test */
RjSelfCheck *rj_self_check_new (RjClock *clock,
                                RjEventSink *events,
                                const char *proc,
                                RjPacingLagFunc take_pacing_lag_ms,
                                gpointer user_data);
void rj_self_check_start (RjSelfCheck *self);
/* Looks once more */
void rj_self_check_stop (RjSelfCheck *self);
/* Our own sockets are made deaf on purpose, or no longer: what they drop meanwhile says nothing about the tester,
 * and is not told. */
void rj_self_check_set_deaf (RjSelfCheck *self, gboolean deaf);

G_END_DECLS
