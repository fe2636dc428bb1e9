/* Records lie side by side, zeroed, and do not move. */
#include "rj-store.h"

#include <string.h>

#define N 10000

static gboolean
is_zero (const guchar *record, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (record[i] != 0)
      return FALSE;
  return TRUE;
}

static gsize
get_size (guint i)
{
  return 1 + i * 37 % 300;
}

static void
test_records_keep_what_is_written (void)
{
  RjStore *store = rj_store_new ();
  g_autofree guchar **records = g_new (guchar *, N);

  for (guint i = 0; i < N; i++) {
    records[i] = rj_store_take (store, get_size (i));
    g_assert_true (is_zero (records[i], get_size (i)));
    g_assert_cmpuint ((guintptr) records[i] % sizeof (gint64), ==, 0);
    memset (records[i], (int) (i % 255) + 1, get_size (i));
  }
  for (guint i = 0; i < N; i++)
    for (gsize j = 0; j < get_size (i); j++)
      g_assert_cmpuint (records[i][j], ==, i % 255 + 1);
  rj_store_free (store);
}

static void
test_the_largest_fits (void)
{
  RjStore *store = rj_store_new ();

  for (guint i = 0; i < 9; i++)
    memset (rj_store_take (store, RJ_STORE_MAX), 1, RJ_STORE_MAX);
  rj_store_free (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/measure/store/records", test_records_keep_what_is_written);
  g_test_add_func ("/measure/store/largest", test_the_largest_fits);
  return g_test_run ();
}
