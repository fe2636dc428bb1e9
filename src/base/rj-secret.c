#include "rj-secret.h"

#include <string.h>
#include <sys/random.h>

static const guint8 *
get_salt (void)
{
  static guint8 salt[16];
  static gsize ready = 0;

  if (g_once_init_enter (&ready)) {
    g_assert (getrandom (salt, sizeof salt, 0) == (gssize) sizeof salt);
    g_once_init_leave (&ready, 1);
  }
  return salt;
}

char *
rj_secret_mask (const char *secret)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_checksum_update (sum, get_salt (), 16);
  g_checksum_update (sum, (const guchar *) secret, -1);
  return g_strdup_printf ("<%.8s>", g_checksum_get_string (sum));
}

/* Each alternative: group 1 stays, group 2 is the secret (branch reset). Texts quote one another, JSON in JSON
 * in JSON: a quote then has backslashes before it, and a string ends at a quote with as many as it began
 * with, or where the text was cut. */
#define NAMES                                                                                      \
  "(?:token|secret|credential|turnCredential|staticAuthSecret|password|adminSecret|"               \
  "openviduSecret)"
#define IN_JSON "((\\\\*)\"" NAMES "\\2\"\\s*:\\s*\\2\")(.*?)(?=(?<!\\\\)\\2\"|$)"
#define IN_QUERY                                                                                   \
  "((?:[?&]|%3F|%26)(?:token|secret|access_token)(?:=|%3D))()((?:(?!%26)[^\"'\\s&<>\\\\])+)"
#define IN_ASSIGNMENT "((?:\\b|_)(?:secret|password|credential)=)()([^\"'\\s&<>\\\\]+)"
#define IN_SDP        "(\\bice-pwd[:=]\\s*)()((?:[A-Za-z0-9+=_-]|\\\\*/)+)"
#define IN_HEADER     "((?-i:Basic|Bearer)\\s+)()((?-i:(?=[a-z]*[A-Z0-9+/=])[A-Za-z0-9+/=._~-]{6,}))"
#define IN_AUTHORITY  "(://[^\\s/@:\"]*:)()([^\\s@\"/]+)(?=@)"
#define ALONE         "()()(tok_[A-Za-z0-9]{4,}|eyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_.-]+)"

static gboolean
is_mask (const char *text)
{
  return strlen (text) == 10 && text[0] == '<' && text[9] == '>' &&
         strspn (text + 1, "0123456789abcdef") == 8;
}

static gboolean
mask_match (const GMatchInfo *match, GString *result, gpointer unused)
{
  g_autofree char *before = g_match_info_fetch (match, 1);
  g_autofree char *secret = g_match_info_fetch (match, 3);
  g_autofree char *mask = NULL;

  g_string_append (result, before);
  if (*secret == '\0' || is_mask (secret)) {
    g_string_append (result, secret);
    return FALSE;
  }
  mask = rj_secret_mask (secret);
  g_string_append (result, mask);
  return FALSE;
}

static GRegex *
get_pattern (void)
{
  static GRegex *pattern = NULL;
  static gsize ready = 0;

  if (g_once_init_enter (&ready)) {
    pattern = g_regex_new ("(?|" IN_JSON "|" IN_QUERY "|" IN_ASSIGNMENT "|" IN_SDP "|" IN_HEADER
                           "|" IN_AUTHORITY "|" ALONE ")",
                           G_REGEX_CASELESS | G_REGEX_OPTIMIZE | G_REGEX_DOTALL, 0, NULL);
    g_assert (pattern != NULL);
    g_once_init_leave (&ready, 1);
  }
  return pattern;
}

char *
rj_secret_scrub (const char *text)
{
  g_autofree char *valid = NULL;
  char *scrubbed;

  if (text == NULL)
    return NULL;
  valid = g_utf8_make_valid (text, -1); /* the pattern refuses other texts */
  scrubbed = g_regex_replace_eval (get_pattern (), valid, -1, 0, 0, mask_match, NULL, NULL);
  /* a text that the pattern gives up on (its limits are those of the matcher) is not shown at all */
  return scrubbed == NULL ? g_strdup ("(hidden: too long to be searched for secrets)") : scrubbed;
}
