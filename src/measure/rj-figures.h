/* The figures of a result, each as the list of all its values: what percentiles, expectations and reports are
 * made of. Any thread. */
#pragma once

#include "rj-measure.h"

G_BEGIN_DECLS

typedef enum {
  RJ_FIGURE_OUTAGE,         /* of every edge, each one */
  RJ_FIGURE_REJOIN_TOTAL,   /* of every way back that ended */
  RJ_FIGURE_REJOIN_OWN,     /* our part of it */
  RJ_FIGURE_REJOIN_SERVER,  /* the server's part of it */
  RJ_FIGURE_REJOIN_DETECT,  /* until it was noticed */
  RJ_FIGURE_UNAFFECTED_GAP, /* longest gap of each participant that lost nothing */
  RJ_FIGURE_FAULT_BACK,     /* from each fault's start until everything was back */
  RJ_N_FIGURES,
} RjFigure;

typedef struct {
  const char *name;   /* in expectations: "rejoin.own" */
  const char *member; /* in JSON and of metrics: "rejoin_own" */
  const char *words;  /* for people: "our own part of a way back" */
} RjFigureRow;

extern const RjFigureRow rj_figure_rows[RJ_N_FIGURES];

/* @session: (nullable): only of this one; faults belong to none. Returns: (transfer full): of double,
 * milliseconds, only those that are known */
GArray *rj_figure_list (const RjResult *result, RjFigure figure, const char *session);

G_END_DECLS
