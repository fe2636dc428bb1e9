/* A table of text for a report: columns as wide as their widest cell, counted in characters. Private to
 * report. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_INK_PLAIN,
  RJ_INK_BOLD,
  RJ_INK_DIM,
  RJ_INK_GOOD,
  RJ_INK_BAD,
  RJ_INK_DOUBT,
} RjInk;

typedef struct _RjTable RjTable;

RjTable *rj_table_new (guint n_columns);
void rj_table_free (RjTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjTable, rj_table_free)

/* Columns are aligned to the right, but the first. */
void rj_table_set_left (RjTable *self, guint column);
/* A bar stands before this column. */
void rj_table_set_bar (RjTable *self, guint column);

void rj_table_begin_row (RjTable *self, RjInk ink);
/* The next cell. @text: (transfer full) */
void rj_table_add (RjTable *self, char *text, RjInk ink);
/* A row that is one text over all columns */
void rj_table_add_line (RjTable *self, char *text, RjInk ink);

/* Writes it, each line indented by two. Longer cells of the first column are cut so that it fits into
 * @width characters. */
void rj_table_write (RjTable *self, GString *out, guint width, gboolean colour);

/* @text in that colour, or as it is */
void rj_ink_append (GString *out, const char *text, RjInk ink, gboolean colour);

/* Breaks @text at blanks; lines after the first are indented. */
void rj_text_append_wrapped (GString *out, const char *text, guint indent, guint width);

G_END_DECLS
