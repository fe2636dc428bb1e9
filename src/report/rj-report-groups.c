#include "rj-report-groups.h"

static const RjParticipantResult *
get_participant (const RjResult *result, guint index)
{
  return g_ptr_array_index (result->participants, index);
}

gboolean
rj_report_has_groups (const RjResult *result)
{
  for (guint i = 1; i < result->participants->len; i++) {
    if (g_strcmp0 (get_participant (result, i)->group, get_participant (result, 0)->group) != 0)
      return TRUE;
  }
  return FALSE;
}

static guint
count (const RjResult *result, const char *group)
{
  guint n = 0;

  for (guint i = 0; i < result->participants->len; i++)
    n += g_strcmp0 (get_participant (result, i)->group, group) == 0;
  return n;
}

char *
rj_report_count_groups (const RjResult *result)
{
  g_autoptr (GPtrArray) told = g_ptr_array_new ();
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < result->participants->len; i++) {
    const char *group = get_participant (result, i)->group;
    const char *name = group == NULL ? "others" : group;

    if (g_ptr_array_find_with_equal_func (told, name, g_str_equal, NULL))
      continue;
    g_string_append_printf (text, "%s%s %u", told->len == 0 ? "" : ", ", name,
                            count (result, group));
    g_ptr_array_add (told, (gpointer) name);
  }
  return g_string_free (text, FALSE);
}
