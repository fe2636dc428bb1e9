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

typedef struct {
  const char *name;
  void (*count) (const RjResult *result, const RjCountQuery *query, RjCount *out);
  const char *words; /* (nullable) of what "all" are all */
  gboolean timed;    /* may be asked for a moment: "within DURATION" */
} RjCountRow;

extern const RjCountRow rj_count_rows[];
extern const guint rj_n_count_rows;

G_END_DECLS
