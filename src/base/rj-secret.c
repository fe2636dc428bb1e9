#include "rj-secret.h"

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

static gboolean
mask_match (const GMatchInfo *match, GString *result, gpointer unused)
{
  g_autofree char *before = g_match_info_fetch (match, 1);
  g_autofree char *secret = g_match_info_fetch (match, 2);
  g_autofree char *mask = rj_secret_mask (secret);

  g_string_append (result, before);
  g_string_append (result, mask);
  return FALSE;
}

char *
rj_secret_scrub (const char *text)
{
  static GRegex *pattern = NULL;
  static gsize ready = 0;

  if (g_once_init_enter (&ready)) {
    /* a branch reset group: 1 is what stays, 2 is the secret, in either branch */
    pattern = g_regex_new ("(?|([?&]token=|[?&]secret=|a=ice-pwd:|Basic |Bearer |"
                           "\\\\?\"(?:token|secret|credential|turnCredential|password)"
                           "\\\\?\"\\s*:\\s*\\\\?\")([^\"\\s&<>\\\\]+)"
                           "|(\\b)(tok_[A-Za-z0-9]+))",
                           G_REGEX_CASELESS | G_REGEX_OPTIMIZE,
                           0,
                           NULL);
    g_assert (pattern != NULL);
    g_once_init_leave (&ready, 1);
  }
  if (text == NULL)
    return NULL;
  return g_regex_replace_eval (pattern, text, -1, 0, 0, mask_match, NULL, NULL);
}
