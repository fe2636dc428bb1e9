#include "rj-duration.h"

#include <errno.h>

#include "rj-error.h"

typedef struct {
  const char *suffix;
  double us;
} Unit;

/* the longest first, for formatting */
static const Unit units[] = {
  { "h", 3600e6 },
  { "m", 60e6 },
  { "s", 1e6 },
  { "ms", 1e3 },
};

gboolean
rj_duration_parse (const char *text, gint64 *ret_us, GError **error)
{
  char *end = NULL;
  double value;

  errno = 0;
  value = g_ascii_strtod (text, &end);
  if (end != text && errno == 0 && value >= 0.0 && value < 1e7) {
    for (guint i = 0; i < G_N_ELEMENTS (units); i++) {
      if (g_str_equal (end, units[i].suffix)) {
        *ret_us = (gint64) (value * units[i].us + 0.5);
        return TRUE;
      }
    }
  }
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "\"%s\" is no duration; write a number with a unit, such as 500ms, 3.5s, 2m or 1h",
               text);
  return FALSE;
}

char *
rj_duration_format (gint64 us)
{
  for (guint i = 0; i < G_N_ELEMENTS (units); i++) {
    gint64 unit_us = (gint64) units[i].us;

    if (us >= unit_us && us % unit_us == 0)
      return g_strdup_printf ("%" G_GINT64_FORMAT "%s", us / unit_us, units[i].suffix);
  }
  return g_strdup_printf ("%gms", us / 1e3);
}
