/* The JSON schema of plans, for editors and tests: made of the option table and of the keys of groups and steps, so
 * that it says what the program does. Home thread. */
#pragma once

#include "rj-option-table.h"

G_BEGIN_DECLS

/* Returns: (transfer full) */
JsonObject *rj_plan_schema_new (const RjOptionTable *table);

/* What a value may be, beside lists and mappings */
typedef enum {
  RJ_PLAN_TEXT = 1 << 0,
  RJ_PLAN_NUMBER = 1 << 1,
  RJ_PLAN_BOOLEAN = 1 << 2,
} RjPlanTypes;

/* Of the value at @place, "participants[0].publish.audio"; 0: there is no such key, or it has no values of these types */
RjPlanTypes rj_plan_schema_find_types (JsonObject *schema, const char *place);

/* Returns: (transfer full): the text of data/schema/plan.schema.json */
char *rj_plan_schema_to_text (const RjOptionTable *table);

G_END_DECLS
