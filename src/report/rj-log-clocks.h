/* The clocks of the machines whose logs are merged into one run. Private to report.
 *
 * First every machine is placed by its wall clock. Then what two machines saw of the same thing says how wrong
 * that can be: nobody hears of a stream before its offer was sent, and nobody has its key frame before its
 * publisher's DTLS is up. Such a pair bounds the error of a clock on one side, pairs in both directions on both.
 * As long as no error is possible, the wall clocks are kept. Where they are proven wrong, the clock is moved into
 * the middle of its bounds, or to the only bound. Machines are placed in the order of their first lines, each
 * against all before it. Without common sessions nothing is known beyond the machines' time synchronization. */
#pragma once

#include "rj-measure.h"

G_BEGIN_DECLS

typedef struct {
  char *host, *boot_id;
  gint64 offset_us; /* wall clock less monotonic clock; 0: not known */
  gint64 shift_us;  /* worked out: to be added to its stamps */
} RjLogMachine;

typedef struct {
  RjEvent *event;
  guint machine; /* index */
} RjLogEntry;

/* Fills in shift_us of @machines (of RjLogMachine *), the first of which stays. @entries: (element-type RjLogEntry):
 * unshifted. Returns: (transfer full): of RjClockResult, of all but the first */
GPtrArray *rj_log_clocks_place (const GPtrArray *machines, const GArray *entries);

/* Moves an event, and every stamp in its data. */
void rj_log_clocks_shift (RjEvent *event, gint64 shift_us);

G_END_DECLS
