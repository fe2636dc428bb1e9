/* A plan: the file that describes a run. Its keys are those of the option table (RjOption.plan), the lists
 * `participants` and `steps`, and `deployment.app.request`. Home thread. */
#pragma once

#include "rj-option-table.h"
#include "rj-plan-document.h"
#include "rj-plan-environment.h"
#include "rj-request-template.h"

G_BEGIN_DECLS

typedef struct {
  RjPlanDocument *document;
  RjPlanValues *values;
  /* what the command line replaces is NULL, and what is not there */
  RjRequestTemplate *request;
  GPtrArray *groups; /* of RjGroup */
  GPtrArray *steps;  /* of RjFault */
} RjPlan;

/* Errors: RJ_ERROR_USAGE with file, line, key and remedy; nothing that came from the environment is in them */
RjPlan *rj_plan_load (const char *path, GError **error);
void rj_plan_free (RjPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjPlan, rj_plan_free)

/* Sets the options that neither a flag nor the environment has set; once. @values: of @table, parsed. @warnings:
 * (element-type utf8): adds to it. Errors: as above */
gboolean rj_plan_fill (
  RjPlan *self, const RjOptionTable *table, gpointer values, GPtrArray *warnings, GError **error);

/* Makes a complaint about options one about the plan, where it is about a value of the plan: names file, line, and
 * keys in the place of options. */
void
rj_plan_blame (const RjPlan *self, const RjOptionTable *table, gpointer values, GError **error);

/* Returns: (transfer full): what stands in the file, with references to the environment as they are written there
 * and without secrets */
JsonObject *rj_plan_to_json (const RjPlan *self, const RjOptionTable *table);

G_END_DECLS
