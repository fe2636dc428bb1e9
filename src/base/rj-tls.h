/* The system's list of certificate authorities, read once. glib-networking reads all of it (15-40 ms) for every
 * new connection, whatever database that connection is then given, so connections start with an empty one here.
 * Home thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* From now on a new connection trusts nobody unless it is given a database. Idempotent. */
void rj_tls_trust_nobody (void);

/* The system's list. Calls rj_tls_trust_nobody(). Returns: (transfer none) (nullable) */
GTlsDatabase *rj_tls_get_system_database (void);

G_END_DECLS
