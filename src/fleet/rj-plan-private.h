/* What the files of rj-plan.h share. */
#pragma once

#include "rj-plan.h"

G_BEGIN_DECLS

/* The key of the one mapping whose keys are no option's */
#define RJ_PLAN_REQUEST "deployment.app.request"

/* A plan while it is filled in */
typedef struct {
  RjPlan *plan;
  const RjOptionTable *table;
  gpointer values;
  GPtrArray *warnings;
} RjPlanFiller;

/* Sets the options that the mapping at @place has. Errors: also keys that nobody knows */
gboolean rj_plan_set_options (const RjPlanFiller *self,
                              JsonObject *mapping,
                              const char *place,
                              GError **error);

/* Whether what stands at @place does not count, because of the command line or the environment. Its references to the
 * environment are not looked up, and nothing of it is read. */
gboolean rj_plan_is_overruled (const RjPlanFiller *self, const char *place);

/* Returns: FALSE */
gboolean
rj_plan_complain (const RjPlan *self, const char *place, GError **error, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

G_END_DECLS
