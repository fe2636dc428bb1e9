/* ${NAME} in the texts of a plan: the value of an environment variable. $${ is a literal ${. Where a key takes a number,
 * or true and false, a text that is nothing but ${NAME} becomes what its value would be without quotes in YAML. Home
 * thread. */
#pragma once

#include "rj-plan-document.h"

G_BEGIN_DECLS

/* What was filled in, to be shown instead of the value */
typedef struct {
  char *value;
  char *reference; /* "${NAME}" */
} RjPlanReference;

typedef struct {
  JsonObject *root;      /* a copy of the document's, with every reference filled in */
  GPtrArray *references; /* of RjPlanReference */
} RjPlanValues;

/* Whether nobody will look at @place, so that its references need not be filled in */
typedef gboolean (*RjPlanSkip) (const char *place, gpointer user_data);

/* @schema: of rj_plan_schema_new(). Errors: RJ_ERROR_USAGE with the place: a variable that is not set, or is no number
 * where one must be, or no name in the braces */
RjPlanValues *rj_plan_values_new (const RjPlanDocument *document,
                                  JsonObject *schema,
                                  RjPlanSkip skip,
                                  gpointer user_data,
                                  GError **error);
void rj_plan_values_free (RjPlanValues *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjPlanValues, rj_plan_values_free)

/* Puts the reference in the place of each value that a message has. */
void rj_plan_values_hide (const RjPlanValues *self, GError **error);

/* Whether @text has a ${…} that is filled in */
gboolean rj_plan_text_has_reference (const char *text);

/* The node at a place such as "deployment.app.url", of mappings only. Returns: (transfer none) (nullable) */
JsonNode *rj_plan_find (JsonObject *root, const char *place);

G_END_DECLS
