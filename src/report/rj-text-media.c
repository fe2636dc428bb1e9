#include "rj-figures.h"
#include "rj-text-sections.h"

/* What the media of all edges were like, as one sentence: the worst of each figure */
static const struct {
  RjFigure figure;
  double percent; /* 100: the highest is the worst */
  const char *before, *after;
} worst[] = {
  { RJ_FIGURE_LOSS, 100, "", " of the packets lost at most" },
  { RJ_FIGURE_JITTER, 100, "jitter ", " at most" },
  { RJ_FIGURE_LATENCY, 100, "frames ", " on their way at most" },
  { RJ_FIGURE_RTT, 100, "round trip ", " at most" },
  { RJ_FIGURE_BITRATE, 0, "", " at least" },
  { RJ_FIGURE_FPS, 0, "", " at least" },
};

void
rj_text_add_media (RjText *text)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autoptr (GArray) jitter = rj_figure_list (text->result, RJ_FIGURE_JITTER, NULL);

  if (jitter->len == 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (worst); i++) {
    g_autoptr (GArray) values = rj_figure_list (text->result, worst[i].figure, NULL);
    g_autofree char *value = rj_unit_to_text (rj_figure_rows[worst[i].figure].unit,
                                              rj_percentile (values, worst[i].percent));

    if (values->len > 0)
      g_string_append_printf (line, "%s%s%s%s", line->len > 0 ? ", " : "", worst[i].before, value,
                              worst[i].after);
  }
  rj_text_heading (text, "Media", "the worst of all edges, means over the run");
  g_string_append (text->out, "  ");
  g_string_append_c (line, '.');
  rj_text_append_wrapped (text->out, line->str, 2, RJ_TEXT_WIDTH);
  g_string_append_c (text->out, '\n');
}
