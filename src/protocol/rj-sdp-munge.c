#include "rj-sdp-munge.h"

#include <string.h>

#include "rj-error.h"
#include "rj-openvidu2-names.h"

/* The number after @prefix, when @line is "<prefix><number> <rest>". Returns: (transfer full) (nullable) */
static char *
read_payload (const char *line, const char *prefix, const char **rest)
{
  const char *begin;
  gsize length;

  if (!g_str_has_prefix (line, prefix))
    return NULL;
  begin = line + strlen (prefix);
  length = strcspn (begin, " ");
  if (length == 0 || begin[length] != ' ' || strspn (begin, "0123456789") != length)
    return NULL;
  *rest = begin + length + 1;
  return g_strndup (begin, length);
}

static gboolean
is_in (GPtrArray *texts, const char *text)
{
  return g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL);
}

static gboolean
is_video (const char *line)
{
  return g_str_has_prefix (line, "m=video ");
}

/* Payload types of the codec, then those whose fmtp points at them, in [@begin, @end) */
static GPtrArray *
find_wanted (char **lines, guint begin, guint end, const char *codec)
{
  GPtrArray *wanted = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *name = g_strdup_printf ("%s/90000", codec);

  for (guint i = begin; i < end; i++) {
    const char *rest;
    g_autofree char *payload = read_payload (lines[i], "a=rtpmap:", &rest);

    if (payload != NULL && g_str_has_prefix (rest, name))
      g_ptr_array_add (wanted, g_steal_pointer (&payload));
  }
  for (guint i = begin, direct = wanted->len; i < end && direct > 0; i++) {
    const char *rest;
    g_autofree char *payload = read_payload (lines[i], "a=fmtp:", &rest);

    if (payload != NULL && g_str_has_prefix (rest, "apt=") &&
        is_in (wanted, rest + strlen ("apt=")) && !is_in (wanted, payload))
      g_ptr_array_add (wanted, g_steal_pointer (&payload));
  }
  return wanted;
}

/* "m=video 9 UDP/TLS/RTP/SAVPF …" with the wanted types in the order of @wanted; the others are noted in
 * @removed */
static char *
rewrite_mline (const char *line, GPtrArray *wanted, GPtrArray *removed)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++) {
    if (i < 3)
      g_string_append_printf (text, "%s%s", i == 0 ? "" : " ", words[i]);
    else if (!is_in (wanted, words[i]) && *words[i] != '\0')
      g_ptr_array_add (removed, g_strdup (words[i]));
  }
  for (guint i = 0; i < wanted->len; i++)
    g_string_append_printf (text, " %s", (const char *) g_ptr_array_index (wanted, i));
  return g_string_free (text, FALSE);
}

/* rtpmap, fmtp and rtcp-fb of removed types. The real server also drops an extmap whose id equals one. */
static gboolean
is_of_removed (const char *line, GPtrArray *removed)
{
  static const char *const prefixes[] = { "a=rtpmap:", "a=fmtp:", "a=rtcp-fb:", "a=extmap:" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++) {
    const char *rest;
    g_autofree char *payload = read_payload (line, prefixes[i], &rest);

    if (payload != NULL)
      return is_in (removed, payload);
  }
  return FALSE;
}

static char *
join_remaining (char **lines, GPtrArray *removed)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++) {
    if (*lines[i] != '\0' && !is_of_removed (lines[i], removed))
      g_string_append_printf (text, "%s\r\n", lines[i]);
  }
  return g_string_free (text, FALSE);
}

char *
rj_sdp_munge_codec (const char *sdp, const char *codec, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\n", -1);
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func (g_free);
  gboolean found = FALSE;

  if (codec == NULL || strcmp (codec, "NONE") == 0)
    return g_strdup (sdp);
  for (guint i = 0; lines[i] != NULL; i++)
    g_strchomp (lines[i]);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_autoptr (GPtrArray) wanted = NULL;
    guint end = i + 1;
    char *rewritten;

    if (!is_video (lines[i]))
      continue;
    found = TRUE;
    while (lines[end] != NULL && !g_str_has_prefix (lines[end], "m="))
      end++;
    wanted = find_wanted (lines, i, end, codec);
    if (wanted->len == 0) {
      g_set_error (error, RJ_RPC_ERROR, RJ_OV2_CODE_FORCED_CODEC_NOT_FOUND,
                   "The specified forced codec %s is not present in the SDP", codec);
      return NULL;
    }
    rewritten = rewrite_mline (lines[i], wanted, removed);
    g_free (lines[i]);
    lines[i] = rewritten;
  }
  return found ? join_remaining (lines, removed) : g_strdup (sdp);
}
