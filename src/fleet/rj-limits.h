/* The limits of this process. Before anything is opened. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes room for @n_participants who see each other in sessions of @per_session, as far as the hard limit
 * lets us. RJ_ERROR_ENVIRONMENT with both numbers and the remedy when it does not. */
gboolean rj_limits_raise_files (guint n_participants, guint per_session, GError **error);

G_END_DECLS
