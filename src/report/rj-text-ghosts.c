#include "rj-text-sections.h"

#define MOST_GHOSTS 12

static void
add_ghost (RjText *text, RjTable *table, const RjGhostResult *ghost)
{
  g_autofree char *lifetime = rj_duration_to_text (ghost->lifetime_ms);

  rj_table_begin_row (table, RJ_INK_DOUBT);
  rj_table_add (table, g_strdup (ghost->name), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup (ghost->connection), RJ_INK_PLAIN);
  rj_table_add (table, rj_text_moment (text, ghost->since_us), RJ_INK_PLAIN);
  rj_table_add (table,
                ghost->gone_us > 0 ? g_strdup_printf ("for %s", lifetime)
                                   : g_strdup_printf ("for %s, and was still there", lifetime),
                RJ_INK_PLAIN);
}

static void
write_ghosts (RjText *text, const GPtrArray *ghosts)
{
  g_autoptr (RjTable) table = rj_table_new (4);

  for (guint i = 1; i < 4; i++)
    rj_table_set_left (table, i);
  for (guint i = 0; i < MIN (ghosts->len, MOST_GHOSTS); i++)
    add_ghost (text, table, g_ptr_array_index (ghosts, i));
  if (ghosts->len > MOST_GHOSTS)
    rj_table_add_line (table, g_strdup_printf ("… and %u more", ghosts->len - MOST_GHOSTS),
                       RJ_INK_DIM);
  rj_table_write (table, text->out, RJ_TEXT_WIDTH, text->colour);
}

void
rj_text_add_ghosts (RjText *text)
{
  const RjCensusResult *census = &text->result->census;

  if (census->n_asked == 0)
    return;
  rj_text_heading (text, "Ghosts", "connections that the server listed, and nobody had any more");
  if (census->n_answered == 0) {
    g_autofree char *line = g_strdup_printf ("not known, the server did not answer: %s",
                                             census->error != NULL ? census->error : "");

    g_string_append (text->out, "  ");
    rj_text_append_wrapped (text->out, line, 2, RJ_TEXT_WIDTH);
  } else if (census->ghosts->len == 0) {
    g_string_append_printf (text->out, "  none; the server was asked %u %s\n", census->n_answered,
                            census->n_answered == 1 ? "time" : "times");
  } else {
    write_ghosts (text, census->ghosts);
  }
  g_string_append_c (text->out, '\n');
}
