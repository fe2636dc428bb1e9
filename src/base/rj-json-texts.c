#include "rj-json-texts.h"

#include "rj-json.h"

static JsonNode *
map_array (JsonArray *array, RjJsonTextFunc func, gpointer user_data)
{
  g_autoptr (JsonArray) mapped = json_array_sized_new (json_array_get_length (array));

  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = rj_json_map_texts (json_array_get_element (array, i), func, user_data);

    if (element != NULL)
      json_array_add_element (mapped, element);
  }
  return json_node_init_array (json_node_alloc (), mapped);
}

static JsonNode *
map_object (JsonObject *object, RjJsonTextFunc func, gpointer user_data)
{
  g_autoptr (JsonObject) mapped = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node)) {
    JsonNode *member = rj_json_map_texts (node, func, user_data);

    if (member != NULL)
      json_object_set_member (mapped, name, member);
  }
  return json_node_init_object (json_node_alloc (), mapped);
}

JsonNode *
rj_json_map_texts (JsonNode *node, RjJsonTextFunc func, gpointer user_data)
{
  const char *text = rj_json_node_get_string (node);
  g_autofree char *mapped = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    return map_object (json_node_get_object (node), func, user_data);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return map_array (json_node_get_array (node), func, user_data);
  if (text == NULL)
    return json_node_copy (node);
  mapped = func (text, user_data);
  return mapped == NULL ? NULL : json_node_init_string (json_node_alloc (), mapped);
}

gboolean
rj_json_visit_texts (JsonNode *node, RjJsonVisitFunc func, gpointer user_data)
{
  const char *text = rj_json_node_get_string (node);
  g_autoptr (GList) inner = NULL;
  gboolean go_on = text == NULL || func (text, user_data);

  if (JSON_NODE_HOLDS_OBJECT (node))
    inner = json_object_get_values (json_node_get_object (node));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    inner = json_array_get_elements (json_node_get_array (node));
  for (GList *item = inner; item != NULL && go_on; item = item->next)
    go_on = rj_json_visit_texts (item->data, func, user_data);
  return go_on;
}
