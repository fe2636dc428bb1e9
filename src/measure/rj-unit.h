/* What figures are measured in, and how it is written. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_UNIT_MS,      /* 500ms, 6s, 1m */
  RJ_UNIT_PERCENT, /* 2%, 0.5% */
  RJ_UNIT_BPS,     /* bits per second: 100k, 1.5M, 100000 */
  RJ_UNIT_FPS,     /* frames per second: 15, 29.97 */
  RJ_N_UNITS,
} RjUnit;

typedef struct {
  const char *suffix; /* of members in JSON: "p95_ms" */
  const char *metric; /* of Prometheus, in base units: "seconds" */
  double to_metric;   /* factor */
  const char *words;  /* what has to be written: "a duration such as 500ms or 6s" */
} RjUnitRow;

extern const RjUnitRow rj_unit_rows[RJ_N_UNITS];

/* Returns: whether @text is a value of that unit, never negative. 0 needs no unit */
gboolean rj_unit_parse (RjUnit unit, const char *text, double *out);
/* For sentences. Returns: (transfer full): "4.07 s", "1.2 %", "480 kbit/s", "29.9 fps" */
char *rj_unit_to_text (RjUnit unit, double value);

G_END_DECLS
