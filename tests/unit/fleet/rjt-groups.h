/* Groups as a plan has them. */
#pragma once

#include "rj-group.h"
#include "rj-json.h"

G_BEGIN_DECLS

/* @text: a JSON array with ' for ". @base: what they leave unset. Returns: (transfer full) (element-type RjGroup) */
static inline GPtrArray *
rjt_groups_read (const char *text, const RjGroup *base)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_group_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = rj_json_parse_node (json, -1, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++) {
    RjGroup *group =
      rj_group_from_json (rj_json_array_get_object (json_node_get_array (node), i), &error);

    g_assert_no_error (error);
    rj_group_inherit (group, base);
    g_ptr_array_add (groups, group);
  }
  return groups;
}

G_END_DECLS
