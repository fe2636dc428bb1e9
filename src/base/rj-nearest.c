#include "rj-nearest.h"

#include <string.h>

#define MAX_LENGTH 63 /* nobody's key is longer */

/* Optimal string alignment: Levenshtein's distance where two swapped neighbours count as one */
static guint
get_distance (const char *a, const char *b)
{
  guint rows[3][MAX_LENGTH + 1];
  guint *before = rows[0], *last = rows[1], *now = rows[2];
  gsize n = strlen (b);

  for (gsize k = 0; k <= n; k++)
    last[k] = k;
  for (gsize i = 1; a[i - 1] != '\0'; i++) {
    guint *spare = before;

    now[0] = i;
    for (gsize k = 1; k <= n; k++) {
      gboolean same = g_ascii_tolower (a[i - 1]) == g_ascii_tolower (b[k - 1]);

      now[k] = MIN (MIN (last[k], now[k - 1]) + 1, last[k - 1] + (same ? 0 : 1));
      if (i > 1 && k > 1 && g_ascii_tolower (a[i - 1]) == g_ascii_tolower (b[k - 2]) &&
          g_ascii_tolower (a[i - 2]) == g_ascii_tolower (b[k - 1]))
        now[k] = MIN (now[k], before[k - 2] + 1);
    }
    before = last;
    last = now;
    now = spare;
  }
  return last[n];
}

const char *
rj_nearest_word (const char *word, const char *const *words)
{
  const char *found = NULL;
  guint limit = MAX (strlen (word) / 3, 1);

  if (strlen (word) > MAX_LENGTH)
    return NULL;
  for (guint i = 0; words[i] != NULL; i++) {
    guint distance = strlen (words[i]) > MAX_LENGTH ? limit + 1 : get_distance (word, words[i]);

    if (distance > limit || (found != NULL && distance == limit))
      continue;
    found = words[i];
    limit = distance;
  }
  return found;
}
