#include "rj-template.h"

#include <string.h>

#include "rj-error.h"

/* Returns: length of the word in braces at @text, 0: none */
static gsize
get_word_length (const char *text)
{
  gsize length = text[0] == '{' ? strspn (text + 1, "abcdefghijklmnopqrstuvwxyz") : 0;

  return length > 0 && text[length + 1] == '}' ? length : 0;
}

static const RjTemplateWord *
find_word (const RjTemplateWord *words, const char *text, gsize length)
{
  for (; words->word != NULL; words++) {
    if (strlen (words->word) == length && strncmp (words->word, text, length) == 0)
      return words;
  }
  return NULL;
}

static char *
list_words (const RjTemplateWord *words)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; words[i].word != NULL; i++)
    g_string_append_printf (list, "%s{%s}", i == 0 ? "" : ", ", words[i].word);
  return g_string_free (list, FALSE);
}

/* @error: (nullable): unknown words are left alone */
static char *
fill (const char *template,
      const RjTemplateWord *words,
      RjTemplateEscape escape,
      gboolean strict,
      GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *at = template; *at != '\0';) {
    gsize length = get_word_length (at);
    const RjTemplateWord *word = length == 0 ? NULL : find_word (words, at + 1, length);
    g_autofree char *escaped = NULL;

    if (length > 0 && word == NULL && strict) {
      g_autofree char *list = list_words (words);

      g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                   "nothing is known to fill in for %.*s; there are: %s", (int) length + 2, at,
                   list);
      return NULL;
    }
    if (word == NULL) {
      g_string_append_c (text, *at++);
      continue;
    }
    escaped = escape == NULL || word->value == NULL ? NULL : escape (word->value);
    if (word->value != NULL)
      g_string_append (text, escaped == NULL ? word->value : escaped);
    at += length + 2;
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
rj_template_fill (const char *template,
                  const RjTemplateWord *words,
                  RjTemplateEscape escape,
                  GError **error)
{
  return fill (template, words, escape, TRUE, error);
}

char *
rj_template_fill_known (const char *template, const RjTemplateWord *words, RjTemplateEscape escape)
{
  return fill (template, words, escape, FALSE, NULL);
}

gboolean
rj_template_has (const char *template, const char *word)
{
  g_autofree char *mark = g_strdup_printf ("{%s}", word);

  return strstr (template, mark) != NULL;
}
