#include "rj-unit.h"

#include <math.h>

#include "rj-measure.h"

const RjUnitRow rj_unit_rows[RJ_N_UNITS] = {
  [RJ_UNIT_MS] = { "ms", "seconds", 0.001, "a duration such as 500ms or 6s" },
  [RJ_UNIT_PERCENT] = { "percent", "ratio", 0.01, "a share such as 2%" },
  [RJ_UNIT_BPS] = { "bps", "bits_per_second", 1, "bits per second such as 100k or 1.5M" },
  [RJ_UNIT_FPS] = { "fps", "frames_per_second", 1, "frames per second such as 15" },
};

static const struct {
  RjUnit unit;
  const char *sign;
  double factor;
} signs[] = {
  { RJ_UNIT_MS, "ms", 1 },      { RJ_UNIT_MS, "s", 1000 }, { RJ_UNIT_MS, "m", 60000 },
  { RJ_UNIT_PERCENT, "%", 1 },  { RJ_UNIT_BPS, "", 1 },    { RJ_UNIT_BPS, "k", 1000 },
  { RJ_UNIT_BPS, "M", 1e6 },    { RJ_UNIT_BPS, "bps", 1 }, { RJ_UNIT_BPS, "kbps", 1000 },
  { RJ_UNIT_BPS, "Mbps", 1e6 }, { RJ_UNIT_FPS, "", 1 },    { RJ_UNIT_FPS, "fps", 1 },
};

gboolean
rj_unit_parse (RjUnit unit, const char *text, double *out)
{
  char *end;
  double number;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  number = g_ascii_strtod (text, &end);
  while (*end == ' ')
    end++;
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    if (signs[i].unit == unit && g_str_equal (signs[i].sign, end)) {
      *out = number * signs[i].factor;
      return TRUE;
    }
  *out = 0;
  return number == 0 && *end == '\0';
}

static char *
bits_to_text (double bps)
{
  if (bps < 999500)
    return g_strdup_printf ("%.0f kbit/s", bps / 1000);
  return g_strdup_printf ("%.2f Mbit/s", bps / 1e6);
}

char *
rj_unit_to_text (RjUnit unit, double value)
{
  switch (unit) {
  case RJ_UNIT_MS:
    return value > 0 && value < 9.95 && value != floor (value) ? g_strdup_printf ("%.1f ms", value)
                                                               : rj_duration_to_text (value);
  case RJ_UNIT_PERCENT:
    return g_strdup_printf (value > 0 && value < 0.95 ? "%.2f %%" : "%.1f %%", value);
  case RJ_UNIT_BPS:
    return bits_to_text (value);
  case RJ_UNIT_FPS:
    return g_strdup_printf ("%.1f fps", value);
  case RJ_N_UNITS:
    break;
  }
  g_return_val_if_reached (NULL);
}
