/* What can be counted in a result, for expectations. Any thread. */
#pragma once

#include "rj-figures.h"

G_BEGIN_DECLS

typedef struct {
  RjScope scope;
  gint64
    at_us; /* how it was at that moment; 0: in the whole run, or at its end. Only of counts that are timed */
} RjCountQuery;

typedef struct {
  guint64 found, of_all;
  const char *undecided; /* (nullable) static: why nothing can be said */
} RjCount;

typedef guint64 (*RjCountParticipantFunc) (const RjParticipantResult *p, const RjCountQuery *query);
typedef guint64 (*RjCountEdgeFunc) (const RjEdgeResult *edge, const RjCountQuery *query);
typedef void (*RjCountFinishFunc) (const RjResult *result, const RjCountQuery *query, RjCount *out);

typedef struct {
  const char *name;
  const char *words;                     /* (nullable) of what "all" are all */
  gboolean timed;                        /* may be asked for a moment: "within DURATION" */
  RjCountParticipantFunc of_participant; /* (nullable) what each adds */
  RjCountParticipantFunc is_one; /* (nullable): who is one of all of them; NULL: everybody */
  RjCountEdgeFunc of_edge;       /* (nullable) what each adds */
  RjCountFinishFunc finish;      /* (nullable) what else counts, and why nothing can be said */
} RjCountRow;

extern const RjCountRow rj_count_rows[];
extern const guint rj_n_count_rows;

void
rj_count (const RjCountRow *row, const RjResult *result, const RjCountQuery *query, RjCount *out);

G_END_DECLS
