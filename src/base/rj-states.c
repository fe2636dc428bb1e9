#include "rj-states.h"

#include "rj-error.h"

gboolean
rj_states_allow (const RjStateRow *rows, guint n_rows, guint from, guint to)
{
  g_return_val_if_fail (from < n_rows && to < n_rows && to < 32, FALSE);

  return (rows[from].next & RJ_STATE_BIT (to)) != 0;
}

static guint
find_reachable (const RjStateRow *rows, guint n_rows)
{
  guint reached = RJ_STATE_BIT (0);
  guint before;

  do {
    before = reached;
    for (guint i = 0; i < n_rows; i++) {
      if (reached & RJ_STATE_BIT (i))
        reached |= rows[i].next;
    }
  } while (reached != before);
  return reached;
}

gboolean
rj_states_check (const RjStateRow *rows, guint n_rows, GError **error)
{
  guint reached;

  g_return_val_if_fail (n_rows > 0 && n_rows < 32, FALSE); /* a bit each */

  reached = find_reachable (rows, n_rows);
  for (guint i = 0; i < n_rows; i++) {
    if (rows[i].name == NULL) {
      g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "state %u has no row", i);
      return FALSE;
    }
    if (!(reached & RJ_STATE_BIT (i))) {
      g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "state %s is never reached", rows[i].name);
      return FALSE;
    }
    if (rows[i].next == RJ_STATE_BIT (i) || rows[i].next >= RJ_STATE_BIT (n_rows)) {
      g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "state %s leads nowhere", rows[i].name);
      return FALSE;
    }
    for (guint k = 0; k < i; k++) {
      if (g_str_equal (rows[k].name, rows[i].name)) {
        g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "two states are called %s", rows[i].name);
        return FALSE;
      }
    }
  }
  return TRUE;
}
