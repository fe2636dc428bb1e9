#include "rj-plan.h"

#include <string.h>

#include "rj-fault.h"
#include "rj-group.h"
#include "rj-json.h"
#include "rj-plan-private.h"
#include "rj-plan-schema.h"
#include "rj-secret.h"

RjPlan *
rj_plan_load (const char *path, GError **error)
{
  g_autoptr (RjPlan) self = g_new0 (RjPlan, 1);

  self->document = rj_plan_document_load (path, error);
  return self->document == NULL ? NULL : g_steal_pointer (&self);
}

void
rj_plan_free (RjPlan *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->document, rj_plan_document_free);
  g_clear_pointer (&self->values, rj_plan_values_free);
  g_clear_pointer (&self->request, rj_request_template_unref);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_free (self);
}

/* --- lists --- */

typedef gpointer (*ReadEntry) (JsonObject *object, GError **error);

static gboolean
read_list (const RjPlan *self, const char *key, ReadEntry read, GPtrArray *list, GError **error)
{
  JsonNode *node = json_object_get_member (self->values->root, key);
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL)
    return rj_plan_complain (self, key, error, "write a list, an entry a line that begins with -");
  for (guint i = 0; i < json_array_get_length (array); i++) {
    g_autofree char *place = g_strdup_printf ("%s[%u]", key, i);
    JsonNode *element = json_array_get_element (array, i);
    gpointer entry;

    if (!JSON_NODE_HOLDS_OBJECT (element))
      return rj_plan_complain (self, place, error, "write a mapping, such as {KEY: VALUE, …}");
    entry = read (json_node_get_object (element), error);
    if (entry == NULL) {
      rj_plan_document_blame (self->document, place, error);
      return FALSE;
    }
    g_ptr_array_add (list, entry);
  }
  return TRUE;
}

/* Returns: FALSE: an error; @list is NULL where there is none, or none that counts */
static gboolean
take_list (const RjPlanFiller *self,
           const char *key,
           ReadEntry read,
           GDestroyNotify free_entry,
           GPtrArray **list,
           GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (free_entry);

  if (!rj_json_has (self->plan->values->root, key) || rj_plan_is_overruled (self, key))
    return TRUE;
  if (!read_list (self->plan, key, read, entries, error))
    return FALSE;
  *list = g_steal_pointer (&entries);
  return TRUE;
}

static gboolean
take_lists (const RjPlanFiller *self, GError **error)
{
  RjPlan *plan = self->plan;

  if (!take_list (self, "participants", (ReadEntry) rj_group_from_json,
                  (GDestroyNotify) rj_group_free, &plan->groups, error) ||
      !take_list (self, "steps", (ReadEntry) rj_fault_from_json, (GDestroyNotify) rj_fault_free,
                  &plan->steps, error))
    return FALSE;
  if (plan->groups != NULL && plan->groups->len == 0)
    return rj_plan_complain (plan, "participants", error,
                             "the list is empty; write at least one, such as - {count: 4}");
  return TRUE;
}

/* --- how the app server is asked --- */

/* Its address may stand beside it, where there is no more to say. */
static gboolean
complete_request (const RjPlan *self, JsonObject *app, JsonObject *request, GError **error)
{
  const char *url = rj_json_node_get_string (json_object_get_member (app, "url"));

  if (url == NULL)
    return TRUE;
  if (json_object_has_member (request, "url"))
    return rj_plan_complain (self, RJ_PLAN_REQUEST ".url", error,
                             "the address stands in deployment.app.url, too; take one of them out");
  json_object_set_string_member (request, "url", url);
  json_object_remove_member (app, "url");
  return TRUE;
}

static gboolean
take_request (const RjPlanFiller *filler, GError **error)
{
  RjPlan *self = filler->plan;
  JsonNode *node = rj_plan_find (self->values->root, RJ_PLAN_REQUEST);
  JsonNode *app = rj_plan_find (self->values->root, "deployment.app");

  if (node == NULL || JSON_NODE_HOLDS_NULL (node) || rj_plan_is_overruled (filler, RJ_PLAN_REQUEST))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return rj_plan_complain (self, RJ_PLAN_REQUEST, error,
                             "write a mapping such as {url: …, body: {…}, token: /token}");
  if (rj_plan_find (self->values->root, "deployment.app.preset") != NULL)
    return rj_plan_complain (self, RJ_PLAN_REQUEST, error,
                             "it takes the place of deployment.app.preset; take one of them out");
  if (!complete_request (self, json_node_get_object (app), json_node_get_object (node), error))
    return FALSE;
  self->request = rj_request_template_from_json (json_node_get_object (node), error);
  if (self->request == NULL)
    rj_plan_document_blame (self->document, RJ_PLAN_REQUEST, error);
  return self->request != NULL;
}

/* --- all of it --- */

/* Either the embedded cluster, or a deployment that is there */
static gboolean
check_deployment (const RjPlan *self, GError **error)
{
  static const char *const keys[] = { "deployment.app.url", RJ_PLAN_REQUEST,
                                      "deployment.openvidu.url", "deployment.token",
                                      "deployment.token-command" };
  JsonNode *embedded = rj_plan_find (self->values->root, "deployment.embedded");

  if (embedded == NULL || JSON_NODE_HOLDS_NULL (embedded))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    JsonNode *node = rj_plan_find (self->values->root, keys[i]);

    if (node != NULL && !JSON_NODE_HOLDS_NULL (node))
      return rj_plan_complain (
        self, "deployment.embedded", error,
        "the embedded cluster takes the place of a deployment; take out this, or %s", keys[i]);
  }
  return TRUE;
}

/* What the environment has given to places where secrets belong is in no output. */
static void
remember_secrets_at (const RjPlan *self, const char *place)
{
  JsonNode *node = rj_plan_find (rj_plan_document_get_root (self->document), place);
  g_autofree char *text = node == NULL ? NULL : rj_json_node_to_text (node);

  for (guint i = 0; text != NULL && i < self->values->references->len; i++) {
    const RjPlanReference *one = g_ptr_array_index (self->values->references, i);

    if (strstr (text, one->reference) != NULL)
      rj_secret_remember (one->value, one->reference);
  }
}

static void
remember_secrets (const RjPlan *self, const RjOptionTable *table)
{
  for (guint i = 0; i < table->n_options; i++)
    if (table->options[i].secret && table->options[i].plan != NULL)
      remember_secrets_at (self, table->options[i].plan);
  remember_secrets_at (self, RJ_PLAN_REQUEST);
  remember_secrets_at (self, "deployment.token-command");
  remember_secrets_at (self, "steps");
}

static gboolean
is_overruled (const char *place, gpointer user_data)
{
  return rj_plan_is_overruled (user_data, place);
}

gboolean
rj_plan_fill (
  RjPlan *self, const RjOptionTable *table, gpointer values, GPtrArray *warnings, GError **error)
{
  RjPlanFiller filler = { self, table, values, warnings };
  g_autoptr (JsonObject) schema = rj_plan_schema_new (table);

  self->values = rj_plan_values_new (self->document, schema, is_overruled, &filler, error);
  if (self->values == NULL)
    return FALSE;
  remember_secrets (self, table);
  if (check_deployment (self, error) && take_request (&filler, error) &&
      rj_plan_set_options (&filler, self->values->root, "", error) && take_lists (&filler, error))
    return TRUE;
  rj_plan_values_hide (self->values, error);
  return FALSE;
}
