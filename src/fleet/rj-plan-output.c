/* What others see of a plan: complaints, and what the event log says of it. */
#include <string.h>

#include "rj-json.h"
#include "rj-plan.h"
#include "rj-secret.h"

/* --- complaints of others --- */

typedef struct {
  const RjPlan *plan;
  const RjOptionTable *table;
  gpointer values;
  const RjOption *first; /* (nullable): the first one that is named */
} Blame;

static gboolean
name_key (const GMatchInfo *match, GString *result, gpointer user_data)
{
  Blame *self = user_data;
  g_autofree char *word = g_match_info_fetch (match, 0);
  const RjOption *option = rj_option_table_find (self->table, word + 2);

  RjOptionSource source = option == NULL
                            ? RJ_OPTION_FROM_FLAG
                            : *rj_option_table_get_source (self->table, self->values, option);

  if (source > RJ_OPTION_FROM_PLAN || option->plan == NULL) {
    g_string_append (result, word);
    return FALSE;
  }
  if (self->first == NULL && source == RJ_OPTION_FROM_PLAN)
    self->first = option;
  g_string_append (result, option->plan);
  return FALSE;
}

void
rj_plan_blame (const RjPlan *self, const RjOptionTable *table, gpointer values, GError **error)
{
  Blame blame = { self, table, values, NULL };
  g_autoptr (GRegex) pattern = NULL;
  g_autofree char *message = NULL;

  if (error == NULL || *error == NULL)
    return;
  pattern = g_regex_new ("(?<![\\w-])--[a-z][a-z-]*[a-z]", 0, 0, NULL);
  message = g_regex_replace_eval (pattern, (*error)->message, -1, 0, 0, name_key, &blame, NULL);
  if (blame.first != NULL) {
    g_free ((*error)->message);
    (*error)->message = g_steal_pointer (&message);
    g_prefix_error (error, "%s:%u: ", rj_plan_document_get_name (self->document),
                    rj_plan_document_get_line (self->document, blame.first->plan));
  } else if (g_str_has_prefix ((*error)->message, "participants[") ||
             g_str_has_prefix ((*error)->message, "steps["))
    rj_plan_document_blame (self->document, "", error);
  rj_plan_values_hide (self->values, error);
}

/* --- for the event log --- */

static void
mask_member (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);
  const char *text = rj_json_node_get_string (node);
  g_autofree char *mask = NULL;

  if (node == NULL || (text != NULL && rj_plan_text_has_reference (text)))
    return;
  mask = rj_secret_mask (text != NULL ? text : "");
  json_object_set_string_member (object, key, mask);
}

static void
mask_secret (JsonObject *root, const char *place)
{
  const char *dot = strrchr (place, '.');
  g_autofree char *around = dot == NULL ? NULL : g_strndup (place, dot - place);
  JsonNode *node = around == NULL ? NULL : rj_plan_find (root, around);

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    mask_member (json_node_get_object (node), dot + 1);
}

static void
mask_headers (JsonObject *root, const char *place)
{
  JsonNode *node = rj_plan_find (root, place);
  g_autoptr (GList) names = node == NULL || !JSON_NODE_HOLDS_OBJECT (node)
                              ? NULL
                              : json_object_get_members (json_node_get_object (node));

  for (GList *item = names; item != NULL; item = item->next)
    mask_member (json_node_get_object (node), item->data);
}

JsonObject *
rj_plan_to_json (const RjPlan *self, const RjOptionTable *table)
{
  g_autofree char *text = rj_json_object_to_text (rj_plan_document_get_root (self->document));
  JsonObject *copy = rj_json_parse_object (text, -1, NULL);
  g_autofree char *clean = NULL;

  for (guint i = 0; i < table->n_options; i++)
    if (table->options[i].secret && table->options[i].plan != NULL)
      mask_secret (copy, table->options[i].plan);
  mask_headers (copy, "deployment.app.request.headers");
  mask_headers (copy, "deployment.app.request.create.headers");
  g_free (g_steal_pointer (&text));
  text = rj_json_object_to_text (copy);
  clean = rj_secret_scrub (text);
  json_object_unref (copy);
  copy = rj_json_parse_object (clean, -1, NULL);
  return copy != NULL ? copy : json_object_new ();
}
