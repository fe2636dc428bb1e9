/* State machines as tables: a row per state, with its name and the states that may follow. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RJ_STATE_BIT(state) (1u << (state))

typedef struct {
  const char *name;
  guint next; /* RJ_STATE_BIT of every state that may follow; 0 ends the machine */
} RjStateRow;

/* Returns: whether @to may follow @from. A state does not follow itself unless its row says so. */
gboolean rj_states_allow (const RjStateRow *rows, guint n_rows, guint from, guint to);

/* Checks a table: names unique, every state but the first reachable, every state with successors can be
 * left. Returns: FALSE with a sentence in @error otherwise. */
gboolean rj_states_check (const RjStateRow *rows, guint n_rows, GError **error);

G_END_DECLS
