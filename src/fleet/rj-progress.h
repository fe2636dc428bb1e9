/* What a person sees while a run goes on, on stderr: on a terminal a table that is drawn again, with a line
 * for every participant; elsewhere one plain line for each change. Follows NO_COLOR. Home thread only. */
#pragma once

#include "rj-clock.h"
#include "rj-event.h"

G_BEGIN_DECLS

#define RJ_TYPE_PROGRESS (rj_progress_get_type ())
G_DECLARE_FINAL_TYPE (RjProgress, rj_progress, RJ, PROGRESS, GObject)

/* @fd: where to write. Implements RjEventSink. */
RjProgress *rj_progress_new (RjClock *clock, int fd, gboolean is_terminal, gboolean use_color);

/* The last picture stays; nothing is drawn any more. Call before anything else is printed. */
void rj_progress_end (RjProgress *self);

G_END_DECLS
