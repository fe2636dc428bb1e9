/* How to make a run again: a shell script with the same options and the same seed. Secrets are not in it: it asks for
 * them in the environment (REJOIN_SECRET…), and what merely looks like one in a command or a URL is masked, with a
 * word about it. Files that the run writes are left out. Any thread. */
#pragma once

#include "rj-option-table.h"

G_BEGIN_DECLS

/* @argv: what stood behind "rejoin run". @environment: as of g_get_environ(). @folder: where that was. @seed: of the
 * run. Returns: (transfer full) */
char *rj_repeat_script_new (const RjOptionTable *table,
                            const char *const *argv,
                            const char *const *environment,
                            const char *folder,
                            guint seed);

G_END_DECLS
