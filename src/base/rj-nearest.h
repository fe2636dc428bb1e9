/* "Did you mean …?" for words that nobody knows. Pure. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @words: ended by NULL. Returns: (transfer none) (nullable): the one of @words that @word is a slip of the pen
 * of: the fewest letters to add, drop, change or swap with their neighbour, at most a third of the word (and at
 * least one). Letter case does not count. */
const char *rj_nearest_word (const char *word, const char *const *words);

G_END_DECLS
