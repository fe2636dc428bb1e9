#include "rj-names.h"

#include <string.h>

#include "rj-error.h"

#define SEPARATORS "-_.:/ "
#define MARK       RJ_NAMES_ATTEMPT

typedef struct {
  char *session;
  char *participant;
  char *before;
  char *after; /* of {attempt}; NULL: there is none, and @before is all */
} Name;

struct _RjNames {
  guint n_refs;
  GPtrArray *list;            /* of Name */
  GHashTable *by_pattern;     /* "session\npattern" -> Name */
  GHashTable *by_participant; /* -> Name */
  gboolean has_patterns;
};

static void
name_free (gpointer data)
{
  Name *self = data;

  g_free (self->session);
  g_free (self->participant);
  g_free (self->before);
  g_free (self->after);
  g_free (self);
}

RjNames *
rj_names_new (void)
{
  RjNames *self = g_new0 (RjNames, 1);

  self->n_refs = 1;
  self->list = g_ptr_array_new_with_free_func (name_free);
  self->by_pattern = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->by_participant = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

RjNames *
rj_names_ref (RjNames *self)
{
  self->n_refs++;
  return self;
}

void
rj_names_unref (RjNames *self)
{
  if (self == NULL || --self->n_refs > 0)
    return;
  g_hash_table_unref (self->by_pattern);
  g_hash_table_unref (self->by_participant);
  g_ptr_array_unref (self->list);
  g_free (self);
}

/* --- patterns --- */

static gboolean
is_separator (char letter)
{
  return letter != '\0' && strchr (SEPARATORS, letter) != NULL;
}

char *
rj_names_strip (const char *pattern, GError **error)
{
  const char *mark = strstr (pattern, MARK);
  const char *after = mark == NULL ? "" : mark + strlen (MARK);
  gsize n_before = mark == NULL ? strlen (pattern) : (gsize) (mark - pattern);
  g_autofree char *name = NULL;

  if (strstr (after, MARK) != NULL) {
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE,
                         "{attempt} can be there once only; take the others out");
    return NULL;
  }
  if (mark != NULL && n_before > 0 && is_separator (pattern[n_before - 1]))
    n_before--;
  else if (mark != NULL && is_separator (*after))
    after++;
  name = g_strdup_printf ("%.*s%s", (int) n_before, pattern, after);
  if (mark != NULL && *name == '\0') {
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE,
                         "a participant is known by the rest of its name, and beside {attempt} "
                         "nothing is left of it; write it like bot-{index}-{attempt}");
    return NULL;
  }
  return g_steal_pointer (&name);
}

static Name *
name_new (const char *session, const char *pattern, GError **error)
{
  char *participant = rj_names_strip (pattern, error);
  g_auto (GStrv) parts = g_strsplit (pattern, MARK, 2);
  Name *self;

  if (participant == NULL)
    return NULL;
  self = g_new0 (Name, 1);
  self->session = g_strdup (session);
  self->participant = participant;
  self->before = g_strdup (parts[0] == NULL ? "" : parts[0]);
  self->after = parts[0] == NULL ? NULL : g_strdup (parts[1]);
  return self;
}

static char *
name_tell (const Name *self, guint attempt)
{
  return self->after == NULL ? g_strdup (self->before)
                             : g_strdup_printf ("%s%u%s", self->before, attempt, self->after);
}

static gboolean
may_be (const Name *self, const char *text)
{
  const char *digits;
  gsize n, n_text = strlen (text);

  if (self->after == NULL)
    return g_str_equal (self->before, text);
  if (!g_str_has_prefix (text, self->before) || !g_str_has_suffix (text, self->after) ||
      n_text <= strlen (self->before) + strlen (self->after))
    return FALSE;
  digits = text + strlen (self->before);
  n = n_text - strlen (self->before) - strlen (self->after);
  return *digits != '0' && strspn (digits, "0123456789") >= n;
}

/* --- texts that two may bear --- */

static gboolean
may_both_be (const Name *one, const Name *other, const char *text)
{
  return may_be (one, text) && may_be (other, text);
}

/* If two patterns have a text in common, then one in which the longer beginning and the longer end overlap, touch, or
 * have a single digit between them: more digits in between would not change what matches. Returns: (transfer full)
 * (nullable): such a text */
static char *
find_common (const Name *one, const Name *other)
{
  const char *begin = strlen (one->before) > strlen (other->before) ? one->before : other->before;
  const char *end, *one_end = one->after, *other_end = other->after;
  g_autofree char *text = NULL;

  if (one_end == NULL || other_end == NULL) {
    text = g_strdup (one_end == NULL ? one->before : other->before);
    return may_both_be (one, other, text) ? g_steal_pointer (&text) : NULL;
  }
  if (!g_str_has_prefix (begin, one->before) || !g_str_has_prefix (begin, other->before))
    return NULL;
  end = strlen (one_end) > strlen (other_end) ? one_end : other_end;
  text = g_strdup_printf ("%s1%s", begin, end);
  for (gsize overlap = 0; !may_both_be (one, other, text); overlap++) {
    if (overlap > MIN (strlen (begin), strlen (end)))
      return NULL;
    g_free (text);
    text = g_strconcat (begin, end + overlap, NULL);
    if (strncmp (begin + strlen (begin) - overlap, end, overlap) != 0)
      *text = '\0';
  }
  return g_steal_pointer (&text);
}

static gboolean
check_others (const RjNames *self, const Name *name, GError **error)
{
  for (guint i = 0; i < self->list->len; i++) {
    const Name *other = g_ptr_array_index (self->list, i);
    g_autofree char *common = NULL;

    if ((name->after == NULL && other->after == NULL) ||
        !g_str_equal (name->session, other->session))
      continue;
    common = find_common (name, other);
    if (common == NULL)
      continue;
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "\"%s\" could be the name of \"%s\" or of \"%s\" in one of their attempts; keep "
                 "{attempt} apart from other digits, as in bot-{index}-{attempt}, and let groups "
                 "begin differently",
                 common, other->participant, name->participant);
    return FALSE;
  }
  return TRUE;
}

/* --- all of them --- */

static char *
make_key (const char *session, const char *pattern)
{
  return g_strconcat (session, "\n", pattern, NULL);
}

gboolean
rj_names_add (RjNames *self, const char *session, const char *pattern, GError **error)
{
  Name *name = name_new (session, pattern, error);

  if (name == NULL)
    return FALSE;
  if ((self->has_patterns || name->after != NULL) && !check_others (self, name, error)) {
    name_free (name);
    return FALSE;
  }
  g_ptr_array_add (self->list, name);
  g_hash_table_insert (self->by_pattern, make_key (session, pattern), name);
  g_hash_table_insert (self->by_participant, name->participant, name);
  self->has_patterns = self->has_patterns || name->after != NULL;
  return TRUE;
}

char *
rj_names_tell (const RjNames *self, const char *participant, guint attempt)
{
  const Name *name = g_hash_table_lookup (self->by_participant, participant);

  return name == NULL ? g_strdup (participant) : name_tell (name, attempt);
}

static const Name *
find_pattern (const RjNames *self, const char *session, const char *pattern)
{
  g_autofree char *key = make_key (session, pattern);

  return g_hash_table_lookup (self->by_pattern, key);
}

/* Whose attempt the digits from @at on may be, all of them or some. Returns: (nullable) */
static const Name *
find_at (const RjNames *self, const char *session, const char *told, const char *at)
{
  gsize n_digits = *at == '0' ? 0 : strspn (at, "0123456789");

  for (gsize n = 1; n <= n_digits; n++) {
    g_autofree char *pattern = g_strdup_printf ("%.*s" MARK "%s", (int) (at - told), told, at + n);
    const Name *name = find_pattern (self, session, pattern);

    if (name != NULL)
      return name;
  }
  return NULL;
}

const char *
rj_names_find (const RjNames *self, const char *session, const char *told)
{
  const Name *name = strstr (told, MARK) == NULL ? find_pattern (self, session, told) : NULL;

  for (const char *at = told; self->has_patterns && name == NULL && *at != '\0'; at++)
    name = find_at (self, session, told, at);
  return name == NULL ? NULL : name->participant;
}

const char *
rj_names_call (const RjNames *self, const char *session, const char *told, const char *otherwise)
{
  const char *participant = rj_names_find (self, session, told);
  const Name *namesake = g_hash_table_lookup (self->by_participant, told);

  if (participant != NULL)
    return participant;
  return namesake != NULL && namesake->after != NULL ? otherwise : told;
}
