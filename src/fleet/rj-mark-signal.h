/* SIGUSR1 as a mark, with the moment at which the signal was delivered and not that at which the home loop had time
 * for it. One at a time in a process. Home thread only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @us: CLOCK_MONOTONIC microseconds */
typedef void (*RjMarkSignalFunc) (gint64 us, gpointer user_data);

typedef struct _RjMarkSignal RjMarkSignal;

/* From now on. Signals that came before it was freed are then ignored. Returns: (nullable) with an error */
RjMarkSignal *rj_mark_signal_new (RjMarkSignalFunc func, gpointer user_data, GError **error);
void rj_mark_signal_free (RjMarkSignal *self);

G_END_DECLS
