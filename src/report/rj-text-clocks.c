/* Whether times of several machines may be compared, where logs of several were merged. */
#include <math.h>

#include "rj-text-sections.h"

static char *
describe_bounds (const RjClockResult *clock)
{
  if (clock->contradictory)
    return g_strdup_printf (
      "what both machines saw contradicts itself, so times between them may be "
      "wrong by %.0f ms",
      fabs (clock->high_ms - clock->low_ms));
  if (isnan (clock->low_ms) && isnan (clock->high_ms))
    return g_strdup ("nothing that both machines saw could tell how good that is");
  if (isnan (clock->low_ms))
    return g_strdup_printf ("it may be up to %.0f ms fast, or slow by an unknown amount",
                            fmax (0, clock->high_ms));
  if (isnan (clock->high_ms))
    return g_strdup_printf ("it may be up to %.0f ms slow, or fast by an unknown amount",
                            fmax (0, -clock->low_ms));
  return g_strdup_printf ("it may be up to %.0f ms slow or %.0f ms fast, by %u things that both "
                          "machines saw",
                          fmax (0, -clock->low_ms), fmax (0, clock->high_ms), clock->n_seen);
}

void
rj_text_add_clocks (RjText *text)
{
  const GPtrArray *clocks = text->result->clocks;

  if (clocks->len == 0)
    return;
  rj_text_heading (text, "Clocks", "of other machines than that of the first log");
  for (guint i = 0; i < clocks->len; i++) {
    const RjClockResult *clock = g_ptr_array_index (clocks, i);
    g_autofree char *bounds = describe_bounds (clock);
    g_autofree char *line =
      clock->correction_ms == 0
        ? g_strdup_printf ("%s: taken by its wall clock; %s.", clock->host, bounds)
        : g_strdup_printf ("%s: its wall clock was wrong, it was moved by %+.0f ms; %s.",
                           clock->host, clock->correction_ms, bounds);

    g_string_append (text->out, "  ");
    rj_text_append_wrapped (text->out, line, 4, RJ_TEXT_WIDTH);
  }
  g_string_append_c (text->out, '\n');
}
