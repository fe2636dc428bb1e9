/* A clock whose timers can be held: those of a machine that sleeps. Its time is that of the clock behind it and
 * goes on; a timer that is held has afterwards as long to go as it had before. Home thread only. */
#pragma once

#include "rj-clock.h"

G_BEGIN_DECLS

#define RJ_TYPE_PAUSABLE_CLOCK (rj_pausable_clock_get_type ())
G_DECLARE_FINAL_TYPE (RjPausableClock, rj_pausable_clock, RJ, PAUSABLE_CLOCK, GObject)

/* Returns: (transfer full) */
RjClock *rj_pausable_clock_new (RjClock *inner);

/* Several may pause it at the same time: it goes on when it was resumed as often. */
void rj_pausable_clock_pause (RjPausableClock *self);
void rj_pausable_clock_resume (RjPausableClock *self);

G_END_DECLS
