#include "rj-secret.h"

#include <string.h>
#include <sys/random.h>

#include "rj-json.h"

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

/* "${NAME}": where a secret comes from, not what it is */
static gboolean
is_reference (const char *text)
{
  gsize length = strlen (text);

  return length > 3 && g_str_has_prefix (text, "${") &&
         strspn (text + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
           length - 3 &&
         text[length - 1] == '}';
}

static gboolean
mask_match (const GMatchInfo *match, GString *result, gpointer unused)
{
  g_autofree char *before = g_match_info_fetch (match, 1);
  g_autofree char *secret = g_match_info_fetch (match, 3);
  g_autofree char *mask = NULL;

  g_string_append (result, before);
  if (*secret == '\0' || is_mask (secret) || is_reference (secret)) {
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

/* --- what was remembered --- */

/* A form that a secret can have in a text, and what takes its place */
typedef struct {
  char *form;
  char *mask;
} Remembered;

static GMutex lock;
static GPtrArray *remembered; /* protected by lock; the longest form first */
static int n_remembered;      /* atomic */

static int
compare_length (gconstpointer a, gconstpointer b)
{
  gsize first = strlen ((*(Remembered *const *) a)->form);
  gsize second = strlen ((*(Remembered *const *) b)->form);

  return first == second ? 0 : first > second ? -1 : 1;
}

/* @form: (transfer full) */
static void
remember_form (char *form, const char *secret, const char *shown)
{
  Remembered *one;

  for (guint i = 0; i < remembered->len; i++) {
    if (g_str_equal (((Remembered *) g_ptr_array_index (remembered, i))->form, form)) {
      g_free (form);
      return;
    }
  }
  one = g_new0 (Remembered, 1);
  one->form = form;
  one->mask = shown != NULL ? g_strdup (shown) : rj_secret_mask (secret);
  g_ptr_array_add (remembered, one);
}

void
rj_secret_remember (const char *secret, const char *shown)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *quoted = NULL;

  if (secret == NULL || strlen (secret) < RJ_SECRET_SHORTEST || !g_utf8_validate (secret, -1, NULL))
    return;
  node = json_node_init_string (json_node_alloc (), secret);
  quoted = rj_json_node_to_text (node);
  g_mutex_lock (&lock);
  if (remembered == NULL)
    remembered = g_ptr_array_new ();
  remember_form (g_strdup (secret), secret, shown);
  remember_form (g_strndup (quoted + 1, strlen (quoted) - 2), secret, shown);
  remember_form (g_uri_escape_string (secret, NULL, FALSE), secret, shown);
  g_ptr_array_sort (remembered, compare_length);
  g_atomic_int_set (&n_remembered, (int) remembered->len);
  g_mutex_unlock (&lock);
}

gboolean
rj_secret_is_any_remembered (void)
{
  return g_atomic_int_get (&n_remembered) > 0;
}

char *
rj_secret_scrub_remembered (const char *text)
{
  char *scrubbed = NULL;

  if (!rj_secret_is_any_remembered ())
    return NULL;
  g_mutex_lock (&lock);
  for (guint i = 0; i < remembered->len; i++) {
    const Remembered *one = g_ptr_array_index (remembered, i);
    const char *before = scrubbed != NULL ? scrubbed : text;
    g_auto (GStrv) parts = NULL;

    if (strstr (before, one->form) == NULL)
      continue;
    parts = g_strsplit (before, one->form, -1);
    g_free (scrubbed);
    scrubbed = g_strjoinv (one->mask, parts);
  }
  g_mutex_unlock (&lock);
  return scrubbed;
}

char *
rj_secret_scrub (const char *text)
{
  g_autofree char *known = text == NULL ? NULL : rj_secret_scrub_remembered (text);
  g_autofree char *valid = NULL;
  char *scrubbed;

  if (text == NULL)
    return NULL;
  /* the pattern refuses other texts */
  valid = g_utf8_make_valid (known != NULL ? known : text, -1);
  scrubbed = g_regex_replace_eval (get_pattern (), valid, -1, 0, 0, mask_match, NULL, NULL);
  /* a text that the pattern gives up on (its limits are those of the matcher) is not shown at all */
  return scrubbed == NULL ? g_strdup ("(hidden: too long to be searched for secrets)") : scrubbed;
}
