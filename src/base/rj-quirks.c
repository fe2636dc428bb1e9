#include "rj-quirks.h"

guint
rj_quirks_from_names (GPtrArray *names)
{
  g_auto (GStrv) all = g_strsplit (RJ_QUIRK_NAMES, "|", -1);
  guint quirks = 0;

  for (guint i = 0; all[i] != NULL; i++)
    if (g_ptr_array_find_with_equal_func (names, all[i], g_str_equal, NULL))
      quirks |= 1u << i;
  return quirks;
}
