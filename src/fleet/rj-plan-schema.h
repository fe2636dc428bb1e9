/* The JSON schema of plans, for editors and tests: made of the option table and of the keys of groups and steps, so
 * that it says what the program does. Home thread. */
#pragma once

#include "rj-option-table.h"

G_BEGIN_DECLS

/* Returns: (transfer full): the text of data/schema/plan.schema.json */
char *rj_plan_schema_to_text (const RjOptionTable *table);

G_END_DECLS
