#include "rj-store.h"

#define PIECE 16384
#define ALIGN sizeof (gint64)

struct _RjStore {
  GPtrArray *pieces;
  gsize used; /* of the last piece */
};

RjStore *
rj_store_new (void)
{
  RjStore *self = g_new0 (RjStore, 1);

  self->pieces = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
rj_store_free (RjStore *self)
{
  g_ptr_array_unref (self->pieces);
  g_free (self);
}

gpointer
rj_store_take (RjStore *self, gsize size)
{
  gsize whole = (size + ALIGN - 1) / ALIGN * ALIGN;
  char *piece;

  g_return_val_if_fail (size <= RJ_STORE_MAX, NULL);
  if (self->pieces->len == 0 || self->used + whole > PIECE) {
    g_ptr_array_add (self->pieces, g_malloc0 (PIECE));
    self->used = 0;
  }
  piece = g_ptr_array_index (self->pieces, self->pieces->len - 1);
  piece += self->used;
  self->used += whole;
  return piece;
}
