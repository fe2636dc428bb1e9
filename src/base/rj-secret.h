/* Secrets never appear in output. What must be told apart is shown as a short salted hash. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): "<8 hex digits>"; the same secret gives the same digits within one process */
char *rj_secret_mask (const char *secret);

/* A value that is a secret whatever it looks like: from now on rj_secret_scrub() finds it, also within JSON and
 * percent-encoded, and no event carries it. Values shorter than RJ_SECRET_SHORTEST would be found everywhere and are
 * left alone. @secret: (nullable). @shown: (nullable): what takes its place, instead of its mask */
#define RJ_SECRET_SHORTEST 6
void rj_secret_remember (const char *secret, const char *shown);
gboolean rj_secret_is_any_remembered (void);
/* Returns: (transfer full) (nullable): @text without what was remembered; NULL: it has none of it */
char *rj_secret_scrub_remembered (const char *text);

/* Replaces in @text what was remembered, and whatever looks like a secret, by its mask: token=…, tok_…, a=ice-pwd:…, "credential":"…",
 * "turnCredential":"…", "secret":"…", secret=…, user:password@host, Authorization values, JSON web tokens;
 * also where JSON is quoted in JSON, percent-encoded, or cut off. What is masked already stays, and so
 * does "${NAME}", where it comes from. Text that is
 * not UTF-8 becomes it. @text: (nullable). Returns: (transfer full) (nullable) */
char *rj_secret_scrub (const char *text);

G_END_DECLS
