#include "rj-table.h"

#include <string.h>

typedef struct {
  char *text;
  RjInk ink;
} Cell;

typedef struct {
  GArray *cells; /* of Cell */
  RjInk ink;     /* of cells that have none of their own */
  gboolean is_line;
} Row;

struct _RjTable {
  guint n_columns;
  gboolean *left, *bar;
  GPtrArray *rows; /* of Row */
};

static void
clear_cell (gpointer cell)
{
  g_free (((Cell *) cell)->text);
}

static void
row_free (gpointer data)
{
  Row *row = data;

  g_array_unref (row->cells);
  g_free (row);
}

RjTable *
rj_table_new (guint n_columns)
{
  RjTable *self = g_new0 (RjTable, 1);

  self->n_columns = n_columns;
  self->left = g_new0 (gboolean, n_columns);
  self->bar = g_new0 (gboolean, n_columns);
  self->rows = g_ptr_array_new_with_free_func (row_free);
  self->left[0] = TRUE;
  return self;
}

void
rj_table_free (RjTable *self)
{
  if (self == NULL)
    return;
  g_free (self->left);
  g_free (self->bar);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

void
rj_table_set_left (RjTable *self, guint column)
{
  self->left[column] = TRUE;
}

void
rj_table_set_bar (RjTable *self, guint column)
{
  self->bar[column] = TRUE;
}

void
rj_table_begin_row (RjTable *self, RjInk ink)
{
  Row *row = g_new0 (Row, 1);

  row->cells = g_array_new (FALSE, FALSE, sizeof (Cell));
  g_array_set_clear_func (row->cells, clear_cell);
  row->ink = ink;
  g_ptr_array_add (self->rows, row);
}

void
rj_table_add (RjTable *self, char *text, RjInk ink)
{
  Row *row = g_ptr_array_index (self->rows, self->rows->len - 1);
  Cell cell = { text, ink != RJ_INK_PLAIN ? ink : row->ink };

  g_return_if_fail (row->is_line || row->cells->len < self->n_columns);
  g_array_append_val (row->cells, cell);
}

void
rj_table_add_line (RjTable *self, char *text, RjInk ink)
{
  rj_table_begin_row (self, ink);
  ((Row *) g_ptr_array_index (self->rows, self->rows->len - 1))->is_line = TRUE;
  rj_table_add (self, text, ink);
}

void
rj_ink_append (GString *out, const char *text, RjInk ink, gboolean colour)
{
  static const char *const codes[] = {
    [RJ_INK_PLAIN] = "",  [RJ_INK_BOLD] = "1", [RJ_INK_DIM] = "2",
    [RJ_INK_GOOD] = "32", [RJ_INK_BAD] = "31", [RJ_INK_DOUBT] = "33",
  };

  if (!colour || ink == RJ_INK_PLAIN)
    g_string_append (out, text);
  else
    g_string_append_printf (out, "\033[%sm%s\033[0m", codes[ink], text);
}

static guint
measure_column (const RjTable *self, guint column)
{
  guint width = 0;

  for (guint i = 0; i < self->rows->len; i++) {
    const Row *row = g_ptr_array_index (self->rows, i);

    if (!row->is_line && column < row->cells->len)
      width = MAX (width, g_utf8_strlen (g_array_index (row->cells, Cell, column).text, -1));
  }
  return width;
}

static void
append_blanks (GString *out, guint n)
{
  for (guint i = 0; i < n; i++)
    g_string_append_c (out, ' ');
}

static char *
cut (const char *text, guint width)
{
  g_autofree char *head = NULL;

  if ((guint) g_utf8_strlen (text, -1) <= width)
    return g_strdup (text);
  head = g_utf8_substring (text, 0, width - 1);
  return g_strconcat (head, "…", NULL);
}

static void
append_cell (GString *out, const Cell *cell, guint width, gboolean left, gboolean colour)
{
  g_autofree char *text = cut (cell->text, width);
  guint n = width - g_utf8_strlen (text, -1);

  if (!left)
    append_blanks (out, n);
  rj_ink_append (out, text, cell->ink, colour);
  if (left)
    append_blanks (out, n);
}

/* Keeps colour codes, which follow no blank. */
static void
trim_end (GString *out)
{
  while (out->len > 0 && out->str[out->len - 1] == ' ')
    g_string_truncate (out, out->len - 1);
}

static const char *
get_gap (const RjTable *self, guint column)
{
  if (column == 0)
    return "";
  return self->bar[column] ? " | " : self->left[column] ? "   " : " ";
}

static void
append_row (const RjTable *self, GString *out, const Row *row, const guint *widths, gboolean colour)
{
  g_string_append (out, "  ");
  for (guint i = 0; i < row->cells->len; i++) {
    const Cell *cell = &g_array_index (row->cells, Cell, i);

    if (row->is_line) {
      rj_ink_append (out, cell->text, cell->ink, colour);
      continue;
    }
    if (widths[i] == 0)
      continue;
    g_string_append (out, get_gap (self, i));
    append_cell (out, cell, widths[i], self->left[i], colour);
  }
  trim_end (out);
  g_string_append_c (out, '\n');
}

#define LEAST_FIRST_WIDTH 8

void
rj_table_write (RjTable *self, GString *out, guint width, gboolean colour)
{
  g_autofree guint *widths = g_new0 (guint, self->n_columns);
  guint total = 2;

  for (guint i = 0; i < self->n_columns; i++) {
    widths[i] = measure_column (self, i);
    total += widths[i] == 0 ? 0 : widths[i] + strlen (get_gap (self, i));
  }
  if (total > width && widths[0] > LEAST_FIRST_WIDTH)
    widths[0] -= MIN (widths[0] - LEAST_FIRST_WIDTH, total - width);
  for (guint i = 0; i < self->rows->len; i++)
    append_row (self, out, g_ptr_array_index (self->rows, i), widths, colour);
}

void
rj_text_append_wrapped (GString *out, const char *text, guint indent, guint width)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  const char *line = strrchr (out->str, '\n');
  guint at = g_utf8_strlen (line != NULL ? line + 1 : out->str, -1);
  gboolean first = TRUE;

  for (guint i = 0; words[i] != NULL; i++) {
    guint length = g_utf8_strlen (words[i], -1);

    if (!first && at + 1 + length > width) {
      g_string_append_c (out, '\n');
      append_blanks (out, indent);
      at = indent;
    } else if (!first) {
      g_string_append_c (out, ' ');
      at++;
    }
    g_string_append (out, words[i]);
    at += length;
    first = FALSE;
  }
  g_string_append_c (out, '\n');
}
