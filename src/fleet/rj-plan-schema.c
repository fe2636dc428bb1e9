#include "rj-plan-schema.h"

#include <string.h>

#include "rj-fault.h"
#include "rj-group.h"
#include "rj-json.h"
#include "rj-request-template.h"

/* What the environment fills in is known only then. */
#define REFERENCE "{\"type\": \"string\", \"pattern\": \"\\\\$\\\\{\"}"
#define DURATION  "{\"type\": \"string\", \"pattern\": \"^[0-9.]+(ms|s|m|h)$\"}"

static JsonObject *
parse (const char *text)
{
  JsonObject *object = rj_json_parse_object (text, -1, NULL);

  g_assert (object != NULL); /* schemas are constants of ours */
  return object;
}

static JsonObject *
new_mapping (void)
{
  return parse ("{\"type\": \"object\", \"additionalProperties\": false, \"properties\": {}}");
}

static JsonObject *
get_or_add (JsonObject *parent, const char *name, JsonObject *(*make) (void) )
{
  if (!json_object_has_member (parent, name))
    json_object_set_object_member (parent, name, make ());
  return json_object_get_object_member (parent, name);
}

/* @schema: (transfer full): of the value at @path in the mapping @root; what lies between are mappings */
static void
insert (JsonObject *root, const char *path, JsonObject *schema)
{
  g_auto (GStrv) keys = g_strsplit (path, ".", -1);
  JsonObject *mapping = root;

  for (guint i = 0; keys[i] != NULL; i++) {
    JsonObject *properties = get_or_add (mapping, "properties", json_object_new);

    if (keys[i + 1] == NULL)
      json_object_set_object_member (properties, keys[i], schema);
    else
      mapping = get_or_add (properties, keys[i], new_mapping);
  }
}

/* @schema: (transfer full). Returns: (transfer full): the same, or a reference to the environment in its place */
static JsonObject *
or_reference (JsonObject *schema)
{
  JsonArray *choice = json_array_new ();

  json_array_add_object_element (choice, schema);
  json_array_add_object_element (choice, parse ("{\"$ref\": \"#/$defs/reference\"}"));
  return rj_json_build ("anyOf", 'a', choice, NULL);
}

/* --- options --- */

static JsonObject *
make_choice (const RjOption *option)
{
  g_auto (GStrv) words = g_strsplit (option->choices, "|", -1);
  JsonArray *list = json_array_new ();

  for (guint i = 0; words[i] != NULL; i++)
    json_array_add_string_element (list, words[i]);
  return or_reference (rj_json_build ("enum", 'a', list, NULL));
}

static JsonObject *
make_list (const RjOption *option)
{
  JsonObject *items = option->choices != NULL ? make_choice (option)
                                              : parse ("{\"type\": \"string\", \"minLength\": 1}");

  return rj_json_build ("type", 's', "array", "items", 'o', items, NULL);
}

static JsonObject *
make_value (const RjOption *option)
{
  switch (option->kind) {
  case RJ_OPTION_FLAG:
    return or_reference (parse ("{\"type\": \"boolean\"}"));
  case RJ_OPTION_COUNT:
    return or_reference (rj_json_build ("type", 's', "integer", "minimum", 'i',
                                        (gint64) option->min, "maximum", 'i', (gint64) option->max,
                                        NULL));
  case RJ_OPTION_DURATION:
    return or_reference (parse (DURATION));
  case RJ_OPTION_TEXT:
    return parse ("{\"type\": \"string\", \"minLength\": 1}");
  case RJ_OPTION_CHOICE:
    return make_choice (option);
  case RJ_OPTION_LIST:
    return make_list (option);
  }
  g_assert_not_reached ();
}

/* Help speaks of flags, whose form in a plan may differ. */
static char *
describe (const RjOption *option)
{
  g_auto (GStrv) parts = g_strsplit (option->help, "; may be repeated", -1);
  g_autofree char *help = g_strjoinv ("", parts);
  g_autofree char *variable = rj_option_get_environment_name (option);

  return g_strdup_printf ("%s (--%s, %s)", help, option->name, variable);
}

static void
add_default (JsonObject *schema, const RjOption *option)
{
  if (option->fallback == NULL)
    return;
  if (option->kind == RJ_OPTION_COUNT)
    json_object_set_int_member (schema, "default", g_ascii_strtoll (option->fallback, NULL, 10));
  else
    json_object_set_string_member (schema, "default", option->fallback);
}

static void
insert_option (JsonObject *root, const RjOption *option)
{
  JsonObject *schema = make_value (option);
  g_autofree char *description = describe (option);

  json_object_set_string_member (schema, "description", description);
  add_default (schema, option);
  insert (root, option->plan, schema);
}

/* --- lists of mappings --- */

/* Adds to what @text says of the value at @path; @root has nothing of it but perhaps what lies below. */
static void
insert_key (JsonObject *root, const char *path, const char *text, const char *help)
{
  g_autoptr (JsonObject) schema = parse (text);
  const char *type = rj_json_get_string (schema, "type", "");
  gboolean is_simple = json_object_has_member (schema, "enum") ||
                       json_object_has_member (schema, "pattern") ||
                       json_object_has_member (schema, "oneOf") || g_str_equal (type, "integer") ||
                       g_str_equal (type, "boolean");
  JsonObject *whole =
    is_simple ? or_reference (json_object_ref (schema)) : json_object_ref (schema);

  json_object_set_string_member (whole, "description", help);
  insert (root, path, whole);
}

static JsonObject *
describe_keys (const RjJsonKey *keys, guint n_keys)
{
  JsonObject *mapping = new_mapping ();

  for (guint i = 0; i < n_keys; i++)
    insert_key (mapping, keys[i].path, keys[i].schema, keys[i].help);
  return mapping;
}

/* @mapping: what is said of the keys of publish, which may also be true or false. Returns: (transfer full) */
static JsonObject *
describe_publish (JsonObject *mapping)
{
  JsonArray *types = json_array_new ();
  JsonObject *publish;

  json_array_add_string_element (types, "object");
  json_array_add_string_element (types, "boolean");
  json_object_set_array_member (mapping, "type", types);
  publish = or_reference (json_object_ref (mapping));
  json_object_set_string_member (publish, "description",
                                 "what they publish; false: they only watch");
  return publish;
}

static JsonObject *
describe_groups (void)
{
  guint n = 0;
  const RjJsonKey *keys = rj_group_get_keys (&n);
  JsonObject *group = describe_keys (keys, n);
  JsonObject *properties = json_object_get_object_member (group, "properties");

  json_object_set_object_member (
    properties, "publish",
    describe_publish (json_object_get_object_member (properties, "publish")));
  return rj_json_build ("type", 's', "array", "minItems", 'i', (gint64) 1, "description", 's',
                        "groups of participants (--participants takes the place of the list)",
                        "items", 'o', group, NULL);
}

static JsonObject *
describe_steps (void)
{
  guint n = 0;
  const RjJsonKey *keys = rj_fault_get_keys (&n);

  return rj_json_build ("type", 's', "array", "description", 's',
                        "what is done in the run, in this order (--fault takes the place of the "
                        "list)",
                        "items", 'o', describe_keys (keys, n), NULL);
}

static JsonObject *
describe_request (void)
{
  guint n = 0;
  const RjJsonKey *keys = rj_request_template_get_keys (&n);
  JsonObject *request = describe_keys (keys, n);

  json_object_set_string_member (request, "description",
                                 "how the app server is asked for a token, instead of a preset");
  return request;
}

/* --- all of it --- */

JsonObject *
rj_plan_schema_new (const RjOptionTable *table)
{
  JsonObject *schema = rj_json_build (
    "$schema", 's', "https://json-schema.org/draft/2020-12/schema", "title", 's',
    "Plan of a run of rejoin", "description", 's',
    "What `rejoin run plan.yaml` does. In every text ${NAME} is the environment variable NAME, "
    "also "
    "alone where a number or true and false stand; "
    "$${ is a literal ${. Keys at the top that begin with x- are left alone, for anchors.",
    "type", 's', "object", "additionalProperties", 'b', FALSE, "patternProperties", 'o',
    parse ("{\"^x-\": true}"), "$defs", 'o', parse ("{\"reference\": " REFERENCE "}"), NULL);

  for (guint i = 0; i < table->n_options; i++)
    if (table->options[i].plan != NULL)
      insert_option (schema, &table->options[i]);
  insert (schema, "deployment.app.request", describe_request ());
  insert (schema, "participants", describe_groups ());
  insert (schema, "steps", describe_steps ());
  return schema;
}

/* --- what a value may be --- */

static RjPlanTypes
read_type (JsonNode *node)
{
  const char *type = rj_json_node_get_string (node);

  if (g_strcmp0 (type, "string") == 0)
    return RJ_PLAN_TEXT;
  if (g_strcmp0 (type, "integer") == 0)
    return RJ_PLAN_NUMBER;
  return g_strcmp0 (type, "boolean") == 0 ? RJ_PLAN_BOOLEAN : 0;
}

/* @schema: of a value, but for its alternatives */
static RjPlanTypes
read_types (JsonObject *schema)
{
  JsonNode *node = json_object_get_member (schema, "type");
  JsonArray *list = rj_json_get_array (schema, "type");
  RjPlanTypes types = json_object_has_member (schema, "enum") ? RJ_PLAN_TEXT : 0;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    types |= read_type (json_array_get_element (list, i));
  return node == NULL || list != NULL ? types : types | read_type (node);
}

/* Returns: (transfer none) (nullable): of what stands at the first key of @place. @rest: (out): what follows the key */
static JsonObject *
enter (JsonObject *schema, const char *place, const char **rest)
{
  gsize length = *place == '[' ? strcspn (place, "]") + 1 : strcspn (place, ".[");
  g_autofree char *key = g_strndup (place, length);

  *rest = place + length + (place[length] == '.');
  if (*place == '[')
    return rj_json_get_object (schema, "items");
  schema = rj_json_get_object (schema, "properties");
  return schema == NULL ? NULL : rj_json_get_object (schema, key);
}

RjPlanTypes
rj_plan_schema_find_types (JsonObject *schema, const char *place)
{
  static const char *const choices[] = { "anyOf", "oneOf" };
  RjPlanTypes types = 0;
  const char *rest = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++) {
    JsonArray *list = rj_json_get_array (schema, choices[i]);

    for (guint k = 0; list != NULL && k < json_array_get_length (list); k++)
      types |= rj_plan_schema_find_types (rj_json_array_get_object (list, k), place);
  }
  if (*place == '\0')
    return types | read_types (schema);
  schema = enter (schema, place, &rest);
  return schema == NULL ? types : types | rj_plan_schema_find_types (schema, rest);
}

char *
rj_plan_schema_to_text (const RjOptionTable *table)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autofree char *text = NULL;

  json_node_init_object (node, NULL);
  json_node_take_object (node, rj_plan_schema_new (table));
  json_generator_set_root (generator, node);
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_indent (generator, 2);
  text = json_generator_to_data (generator, NULL);
  return g_strconcat (text, "\n", NULL);
}
