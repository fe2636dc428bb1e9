/* The phases of a way back, for tables and sentences. Private to report. */
#pragma once

#include "rj-measure.h"

G_BEGIN_DECLS

typedef struct {
  const char *member; /* of the summary: "detect_ms" */
  const char *head;   /* of a column */
  const char *words;  /* what was going on: "… until the loss was noticed" */
  gsize offset;
} RjPhaseRow;

#define RJ_N_PHASE_ROWS 11
extern const RjPhaseRow rj_phase_rows[RJ_N_PHASE_ROWS];

double rj_phase_get (const RjRejoin *rejoin, guint phase);
/* The phase that took longest */
guint rj_phase_find_longest (const RjRejoin *rejoin);

G_END_DECLS
