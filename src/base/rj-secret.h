/* Secrets never appear in output. What must be told apart is shown as a short salted hash. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): "<8 hex digits>"; the same secret gives the same digits within one process */
char *rj_secret_mask (const char *secret);

/* Replaces in @text whatever looks like a secret by its mask: token=…, tok_…, a=ice-pwd:…, "credential":"…",
 * "turnCredential":"…", "secret":"…", secret=…, user:password@host, Authorization values, JSON web tokens;
 * also where JSON is quoted in JSON, percent-encoded, or cut off. What is masked already stays. Text that is
 * not UTF-8 becomes it. @text: (nullable). Returns: (transfer full) (nullable) */
char *rj_secret_scrub (const char *text);

G_END_DECLS
