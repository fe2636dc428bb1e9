#include "rj-plan-yaml.h"

#include <libfyaml.h>
#include <string.h>

#include "rj-error.h"

#define MAX_NODES 20000 /* also of what aliases stand for, which can be far more than is written */
#define MAX_DEPTH 64

/* What is known while the nodes are read */
typedef struct {
  RjPlanDocument *document;
  guint n_nodes;
} Reader;

static JsonNode *
read_node (Reader *self, struct fy_node *node, const char *place, guint depth, GError **error);

static gboolean
complain (const Reader *self, const char *place, const char *sentence, GError **error)
{
  g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE, sentence);
  rj_plan_document_blame (self->document, place, error);
  return FALSE;
}

/* --- scalars, by the rules of YAML 1.2's core schema --- */

static gboolean
is_one_of (const char *text, const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, "|", -1);

  return g_strv_contains ((const char *const *) list, text);
}

JsonNode *
rj_plan_yaml_read_plain (const char *text)
{
  JsonNode *node = json_node_alloc ();
  gint64 number = 0;

  if (is_one_of (text, "|~|null|Null|NULL"))
    return json_node_init_null (node);
  if (is_one_of (text, "true|True|TRUE"))
    return json_node_init_boolean (node, TRUE);
  if (is_one_of (text, "false|False|FALSE"))
    return json_node_init_boolean (node, FALSE);
  if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return json_node_init_int (node, number);
  if (g_regex_match_simple ("^[-+]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+)?$", text, 0, 0))
    return json_node_init_double (node, g_ascii_strtod (text, NULL));
  return json_node_init_string (node, text);
}

static JsonNode *
read_scalar (Reader *self, struct fy_node *node, const char *place, GError **error)
{
  size_t length = 0;
  const char *bytes = fy_node_get_scalar (node, &length);
  g_autofree char *text = bytes == NULL ? g_strdup ("") : g_strndup (bytes, length);

  if (strlen (text) != length) {
    complain (self, place, "there is a NUL in this text; take it out", error);
    return NULL;
  }
  if (fy_node_get_style (node) == FYNS_PLAIN)
    return rj_plan_yaml_read_plain (text);
  return json_node_init_string (json_node_alloc (), text);
}

/* --- lists and mappings --- */

/* Returns: the line of the first word in @node, from 1; 0: it has none */
static guint
find_line (struct fy_node *node, guint depth)
{
  struct fy_token *token = NULL;
  struct fy_node_pair *pair;
  void *at = NULL;

  if (node == NULL || fy_node_is_alias (node) || depth > MAX_DEPTH)
    return 0;
  switch (fy_node_get_type (node)) {
  case FYNT_SCALAR:
    token = fy_node_get_scalar_token (node);
    return token == NULL || fy_token_start_mark (token) == NULL
             ? 0
             : (guint) fy_token_start_mark (token)->line + 1;
  case FYNT_SEQUENCE:
    return find_line (fy_node_sequence_iterate (node, &at), depth + 1);
  case FYNT_MAPPING:
    pair = fy_node_mapping_iterate (node, &at);
    return pair == NULL ? 0 : find_line (fy_node_pair_key (pair), depth + 1);
  }
  return 0;
}

static JsonNode *
read_sequence (Reader *self, struct fy_node *node, const char *place, guint depth, GError **error)
{
  g_autoptr (JsonArray) array = json_array_new ();
  JsonNode *list = json_node_alloc ();
  struct fy_node *item;
  void *at = NULL;

  json_node_init_array (list, array);
  while ((item = fy_node_sequence_iterate (node, &at)) != NULL) {
    g_autofree char *key = g_strdup_printf ("[%u]", json_array_get_length (array));
    g_autofree char *there = rj_plan_place (place, key);
    JsonNode *element;

    rj_plan_document_note_line (self->document, there, find_line (item, 0));
    element = read_node (self, item, there, depth + 1, error);
    if (element == NULL) {
      json_node_unref (list);
      return NULL;
    }
    json_array_add_element (array, element);
  }
  return list;
}

/* Returns: (transfer full) (nullable) */
static char *
read_key (Reader *self, struct fy_node *node, const char *place, GError **error)
{
  size_t length = 0;
  const char *bytes = NULL;

  if (node != NULL && fy_node_is_alias (node))
    node = fy_node_resolve_alias (node);
  if (node != NULL && fy_node_get_type (node) == FYNT_SCALAR)
    bytes = fy_node_get_scalar (node, &length);
  if (length == 0 || memchr (bytes, '\0', length) != NULL) {
    complain (self, place, "there is something as a key that is no word; write KEY: VALUE", error);
    return NULL;
  }
  return g_strndup (bytes, length);
}

static gboolean
add_member (Reader *self,
            JsonObject *object,
            struct fy_node_pair *pair,
            const char *place,
            guint depth,
            GError **error)
{
  struct fy_node *value = fy_node_pair_value (pair);
  guint line = find_line (fy_node_pair_key (pair), 0);
  g_autofree char *key = read_key (self, fy_node_pair_key (pair), place, error);
  g_autofree char *there = key == NULL ? NULL : rj_plan_place (place, key);
  JsonNode *node;

  if (key == NULL)
    return FALSE;
  if (json_object_has_member (object, key)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "%s:%u: %s: this key is there twice, first in line %u; take one of them out",
                 rj_plan_document_get_name (self->document), line, there,
                 rj_plan_document_get_line (self->document, there));
    return FALSE;
  }
  rj_plan_document_note_line (self->document, there, line);
  node = value == NULL ? json_node_init_null (json_node_alloc ())
                       : read_node (self, value, there, depth + 1, error);
  if (node != NULL)
    json_object_set_member (object, key, node);
  return node != NULL;
}

static gboolean
is_merge (struct fy_node_pair *pair)
{
  struct fy_node *key = fy_node_pair_key (pair);
  size_t length = 0;
  const char *bytes = key == NULL || fy_node_is_alias (key) || fy_node_get_type (key) != FYNT_SCALAR
                        ? NULL
                        : fy_node_get_scalar (key, &length);

  return length == 2 && memcmp (bytes, "<<", 2) == 0 && fy_node_get_style (key) == FYNS_PLAIN;
}

/* What is there already wins. */
static void
merge_object (JsonObject *object, JsonObject *other)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, other);
  while (json_object_iter_next_ordered (&iter, &key, &node)) {
    if (!json_object_has_member (object, key))
      json_object_set_member (object, key, json_node_copy (node));
  }
}

/* "<<: *common" and "<<: [*first, *second]" */
static gboolean
merge (Reader *self,
       JsonObject *object,
       struct fy_node_pair *pair,
       const char *place,
       guint depth,
       GError **error)
{
  g_autoptr (JsonNode) node =
    fy_node_pair_value (pair) == NULL
      ? NULL
      : read_node (self, fy_node_pair_value (pair), place, depth + 1, error);
  JsonArray *list =
    node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (error != NULL && *error != NULL)
    return FALSE;
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node)) {
    merge_object (object, json_node_get_object (node));
    return TRUE;
  }
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++) {
    JsonNode *element = json_array_get_element (list, i);

    if (!JSON_NODE_HOLDS_OBJECT (element))
      return complain (self, place, "<< merges mappings only; write <<: *ANCHOR", error);
    merge_object (object, json_node_get_object (element));
  }
  return list != NULL ||
         complain (self, place, "<< merges mappings only; write <<: *ANCHOR", error);
}

static JsonNode *
read_mapping (Reader *self, struct fy_node *node, const char *place, guint depth, GError **error)
{
  g_autoptr (JsonObject) object = json_object_new ();
  struct fy_node_pair *pair;
  void *at = NULL;

  while ((pair = fy_node_mapping_iterate (node, &at)) != NULL) {
    if (!is_merge (pair) && !add_member (self, object, pair, place, depth, error))
      return NULL;
  }
  at = NULL;
  while ((pair = fy_node_mapping_iterate (node, &at)) != NULL) {
    if (is_merge (pair) && !merge (self, object, pair, place, depth, error))
      return NULL;
  }
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
read_node (Reader *self, struct fy_node *node, const char *place, guint depth, GError **error)
{
  size_t tag_length = 0;

  if (fy_node_is_alias (node))
    node = fy_node_resolve_alias (node);
  if (node == NULL) {
    complain (self, place, "there is no anchor of that name; write &NAME before what it stands for",
              error);
    return NULL;
  }
  if (++self->n_nodes > MAX_NODES || depth > MAX_DEPTH) {
    g_autofree char *outermost = g_strndup (place, strcspn (place, ".["));

    complain (self, outermost, "this is deeper or longer than a plan can be", error);
    return NULL;
  }
  if (fy_node_get_tag (node, &tag_length) != NULL) {
    complain (self, place, "there is a tag (!); write the value without it", error);
    return NULL;
  }
  switch (fy_node_get_type (node)) {
  case FYNT_SCALAR:
    return read_scalar (self, node, place, error);
  case FYNT_SEQUENCE:
    return read_sequence (self, node, place, depth, error);
  case FYNT_MAPPING:
    return read_mapping (self, node, place, depth, error);
  }
  g_assert_not_reached ();
}

/* --- the text --- */

/* Returns: whether the line has ${…} outside of quotes, which YAML takes for braces of its own within braces */
static gboolean
has_bare_reference (const char *text, gsize length, guint line)
{
  g_autofree char *copy = g_strndup (text, length);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);

  return line > 0 && line <= g_strv_length (lines) &&
         g_regex_match_simple ("^[^\"']*(\"[^\"]*\"[^\"']*|'[^']*'[^\"']*)*\\$\\{", lines[line - 1],
                               0, 0);
}

static void
take_syntax_error (
  RjPlanDocument *self, struct fy_diag *diag, const char *text, gsize length, GError **error)
{
  void *at = NULL;
  struct fy_diag_error *first = fy_diag_errors_iterate (diag, &at);

  if (first == NULL)
    g_set_error (
      error, RJ_ERROR, RJ_ERROR_USAGE,
      "%s: the plan is empty; write at least \"name: …\", or see data/plans for examples",
      rj_plan_document_get_name (self));
  else
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s:%d: column %d: that is no YAML: %s; %s",
                 rj_plan_document_get_name (self), first->line, first->column, first->msg,
                 strstr (first->msg, "tab") != NULL ? "indent with spaces"
                 : has_bare_reference (text, length, first->line)
                   ? "within braces write \"${…}\" with quotes round it"
                   : "look at its indentation, colons, brackets and quotes");
}

static JsonNode *
read_root (RjPlanDocument *self, struct fy_document *yaml, GError **error)
{
  Reader reader = { self, 0 };
  struct fy_node *root = fy_document_root (yaml);

  rj_plan_document_note_line (self, "", MAX (find_line (root, 0), 1));
  if (root == NULL || fy_node_get_type (root) != FYNT_MAPPING) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "%s:%u: a plan is a mapping; write keys with values, such as \"name: …\"",
                 rj_plan_document_get_name (self), rj_plan_document_get_line (self, ""));
    return NULL;
  }
  return read_node (&reader, root, "", 0, error);
}

/* Whether nothing follows the first document. Where the indentation of a line is wrong, the YAML ends before it. */
static gboolean
check_end (RjPlanDocument *self,
           struct fy_parser *parser,
           struct fy_diag *diag,
           const char *text,
           gsize length,
           GError **error)
{
  struct fy_document *more = fy_parse_load_document (parser);
  void *at = NULL;

  if (more == NULL && fy_diag_errors_iterate (diag, &at) == NULL)
    return TRUE;
  if (more == NULL)
    take_syntax_error (self, diag, text, length, error);
  else
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "%s: there is a second document in this file, after ---; a plan is one",
                 rj_plan_document_get_name (self));
  g_clear_pointer (&more, fy_document_destroy);
  return FALSE;
}

static struct fy_diag *
make_diag (void)
{
  struct fy_diag_cfg config;
  struct fy_diag *diag;

  fy_diag_cfg_default (&config);
  config.fp = NULL;
  diag = fy_diag_create (&config);
  fy_diag_set_collect_errors (diag, true);
  return diag;
}

JsonNode *
rj_plan_yaml_read (RjPlanDocument *self, const char *text, gsize length, GError **error)
{
  struct fy_diag *diag = make_diag ();
  struct fy_parse_cfg config = { .flags = FYPCF_QUIET | FYPCF_ALLOW_DUPLICATE_KEYS, .diag = diag };
  struct fy_parser *parser = fy_parser_create (&config);
  struct fy_document *yaml;
  g_autoptr (JsonNode) root = NULL;

  fy_parser_set_string (parser, text, length);
  yaml = fy_parse_load_document (parser);
  if (yaml == NULL)
    take_syntax_error (self, diag, text, length, error);
  else
    root = read_root (self, yaml, error);
  if (root != NULL && !check_end (self, parser, diag, text, length, error))
    g_clear_pointer (&root, json_node_unref);
  g_clear_pointer (&yaml, fy_document_destroy);
  fy_parser_destroy (parser);
  fy_diag_unref (diag);
  return g_steal_pointer (&root);
}
