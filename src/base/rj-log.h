/* The log for humans, on stderr; never mixed with events. Any thread.
 *
 * Each layer has a domain (rj-signalling, rj-session, …). Levels: debug = what I do; info = what changed for
 * the user; warning = recovered; critical = our bug. Library layers log at debug only. RJ_DEBUG selects:
 * "media:debug,session:info", "all:debug"; without it warnings and worse are shown. Texts are scrubbed of
 * secrets before they are written. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Installs the writer. @selection: value of RJ_DEBUG, or NULL */
void rj_log_init (const char *selection);

/* Whether debug texts of @domain are wanted: ask before formatting something long */
gboolean rj_log_wants_debug (const char *domain);

/* Home thread check: everything of ours belongs to the thread that called rj_home_claim(). */
void rj_home_claim (void);
gboolean rj_home_is_here (void);
#define RJ_ASSERT_HOME() g_assert (rj_home_is_here ())

G_END_DECLS
