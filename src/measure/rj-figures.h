/* The figures of a result, each as the list of all its values: what percentiles, expectations and reports are
 * made of. Any thread. */
#pragma once

#include "rj-measure.h"
#include "rj-unit.h"

G_BEGIN_DECLS

typedef enum {
  RJ_FIGURE_OUTAGE,         /* of every edge, each one */
  RJ_FIGURE_REJOIN_TOTAL,   /* of every way back that ended */
  RJ_FIGURE_REJOIN_OWN,     /* our part of it */
  RJ_FIGURE_REJOIN_SERVER,  /* the server's part of it */
  RJ_FIGURE_REJOIN_DETECT,  /* until it was noticed */
  RJ_FIGURE_UNAFFECTED_GAP, /* longest gap of each participant that lost nothing */
  RJ_FIGURE_FAULT_BACK,     /* from each fault's start until everything was back */
  RJ_FIGURE_LOSS,           /* the rest: one value for each edge that had any packets */
  RJ_FIGURE_JITTER,
  RJ_FIGURE_LATENCY,
  RJ_FIGURE_BITRATE,
  RJ_FIGURE_FPS,
  RJ_FIGURE_RTT, /* of each publication that got reports */
  RJ_N_FIGURES,
} RjFigure;

typedef struct {
  const char *name;   /* in expectations: "rejoin.own" */
  const char *member; /* in JSON and of metrics: "rejoin_own" */
  const char *words;  /* for people: "our own part of a way back" */
  RjUnit unit;
} RjFigureRow;

extern const RjFigureRow rj_figure_rows[RJ_N_FIGURES];

/* Of what a figure or a count is wanted; NULL: of all. An edge is where its subscriber is */
typedef struct {
  const char *session; /* (nullable) */
  const char *group;   /* (nullable) */
} RjScope;

/* Returns: (nullable): NULL: none of ours is called that */
const RjParticipantResult *rj_result_find_participant (const RjResult *result, const char *name);
/* Returns: (nullable): NULL: of none, or a foreign one */
const char *rj_result_find_group (const RjResult *result, const char *participant);
/* How many participants have a problem */
guint rj_result_count_problems (const RjResult *result);

/* @scope: (nullable) */
gboolean rj_scope_has_participant (const RjScope *scope, const RjParticipantResult *participant);
gboolean rj_scope_has_edge (const RjScope *scope, const RjResult *result, const RjEdgeResult *edge);

/* @scope: (nullable): only of this; faults belong to no session and no group. Returns: (transfer full): of
 * double, in the figure's unit, only those that are known */
GArray *rj_figure_list (const RjResult *result, RjFigure figure, const RjScope *scope);

G_END_DECLS
