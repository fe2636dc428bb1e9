/* Texts with words in braces, "bot-{index}", which are filled in. Pure. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A word that may stand in braces, and what takes its place */
typedef struct {
  const char *word;
  const char *value; /* (nullable): nothing is filled in */
} RjTemplateWord;

/* Makes a value fit for where it stands. Returns: (transfer full) */
typedef char *(*RjTemplateEscape) (const char *value);

/* @words: ended by one whose word is NULL. @escape: (nullable). What stands in braces and is no lower-case word is
 * left alone. Errors: RJ_ERROR_USAGE: another word in braces; the message names those that there are. Returns:
 * (transfer full) (nullable) */
char *rj_template_fill (const char *template,
                        const RjTemplateWord *words,
                        RjTemplateEscape escape,
                        GError **error);

/* The same for texts where unknown words in braces are left alone, too. Never NULL. */
char *
rj_template_fill_known (const char *template, const RjTemplateWord *words, RjTemplateEscape escape);

/* Whether "{word}" stands in @template */
gboolean rj_template_has (const char *template, const char *word);

G_END_DECLS
