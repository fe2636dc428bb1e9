/* A clock whose long timers never run: whoever is told the time by it never times out. A defect for tests. */
#pragma once

#include "rj-clock.h"

G_BEGIN_DECLS

#define RJT_TYPE_DEAF_CLOCK (rjt_deaf_clock_get_type ())
G_DECLARE_FINAL_TYPE (RjtDeafClock, rjt_deaf_clock, RJT, DEAF_CLOCK, GObject)

/* Timers of 2 s and more never run. */
RjClock *rjt_deaf_clock_new (RjClock *real);

G_END_DECLS
