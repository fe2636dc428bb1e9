/* Secrets never appear in output. What must be told apart is shown as a short salted hash. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): "<8 hex digits>"; the same secret gives the same digits within one process */
char *rj_secret_mask (const char *secret);

/* Replaces in @text whatever looks like one of ours: token=…, tok_…, a=ice-pwd:…, "credential":"…",
 * "turnCredential":"…", "secret":"…", Authorization values. For logs and error texts that quote others.
 * Returns: (transfer full) */
char *rj_secret_scrub (const char *text);

G_END_DECLS
