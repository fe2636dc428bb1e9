#include "rj-sdp.h"

#include <string.h>

#include "rj-error.h"

enum { MAX_BYTES = 256 * 1024, MAX_MEDIA = 64, MAX_LINES = 8192, MLINE_WORDS = 4 };

static void
media_free (gpointer data)
{
  RjSdpMedia *self = data;

  g_free (self->kind);
  g_free (self->protocol);
  g_ptr_array_unref (self->formats);
  g_ptr_array_unref (self->lines);
  g_free (self);
}

void
rj_sdp_free (RjSdp *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->media);
  g_free (self);
}

static gboolean
fail (GError **error, const char *problem, guint line)
{
  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "SDP: %s (line %u)", problem, line);
  return FALSE;
}

/* "m=video 9 UDP/TLS/RTP/SAVPF 96 97" */
static gboolean
read_mline (RjSdp *self, const char *line, guint number, GError **error)
{
  g_auto (GStrv) words = g_strsplit (line + 2, " ", -1);
  guint n_words = g_strv_length (words);
  RjSdpMedia *media;
  char *slash;
  guint64 port;

  while (n_words > 0 && *words[n_words - 1] == '\0')
    n_words--;
  if (n_words < MLINE_WORDS || self->media->len >= MAX_MEDIA)
    return fail (error, n_words < MLINE_WORDS ? "m-line too short" : "too many m-lines", number);
  slash = strchr (words[1], '/'); /* "port/number of ports" */
  if (slash != NULL)
    *slash = '\0';
  if (!g_ascii_string_to_unsigned (words[1], 10, 0, G_MAXUINT16, &port, NULL))
    return fail (error, "m-line with a bad port", number);
  for (guint i = 0; i < n_words; i++)
    if (*words[i] == '\0')
      return fail (error, "m-line with two blanks", number);
  media = g_new0 (RjSdpMedia, 1);
  media->kind = g_strdup (words[0]);
  media->port = (guint) port;
  media->protocol = g_strdup (words[2]);
  media->formats = g_ptr_array_new_with_free_func (g_free);
  media->lines = g_ptr_array_new_with_free_func (g_free);
  for (guint i = MLINE_WORDS - 1; i < n_words; i++)
    g_ptr_array_add (media->formats, g_strdup (words[i]));
  g_ptr_array_add (self->media, media);
  return TRUE;
}

static gboolean
read_line (RjSdp *self, const char *line, guint number, GError **error)
{
  RjSdpMedia *media;

  if (!g_ascii_islower (line[0]) || line[1] != '=')
    return fail (error, "a line is not \"x=…\"", number);
  if (number == 1 && strcmp (line, "v=0") != 0)
    return fail (error, "does not begin with v=0", number);
  if (line[0] == 'm')
    return read_mline (self, line, number, error);
  media = self->media->len == 0 ? NULL : g_ptr_array_index (self->media, self->media->len - 1);
  g_ptr_array_add (media == NULL ? self->lines : media->lines, g_strdup (line));
  return TRUE;
}

RjSdp *
rj_sdp_parse (const char *text, GError **error)
{
  g_autoptr (RjSdp) self = g_new0 (RjSdp, 1);
  g_auto (GStrv) lines = NULL;
  guint n_lines;

  self->lines = g_ptr_array_new_with_free_func (g_free);
  self->media = g_ptr_array_new_with_free_func (media_free);
  if (strlen (text) > MAX_BYTES || !g_utf8_validate (text, -1, NULL)) {
    fail (error, "too long, or not UTF-8", 0);
    return NULL;
  }
  lines = g_strsplit (text, "\n", MAX_LINES);
  n_lines = g_strv_length (lines);
  while (n_lines > 0 && (*lines[n_lines - 1] == '\0' || strcmp (lines[n_lines - 1], "\r") == 0))
    n_lines--;
  if (n_lines == 0 || n_lines >= MAX_LINES) {
    fail (error, n_lines == 0 ? "empty" : "too many lines", n_lines);
    return NULL;
  }
  for (guint i = 0; i < n_lines; i++) {
    gsize length = strlen (lines[i]);

    if (length > 0 && lines[i][length - 1] == '\r')
      lines[i][length - 1] = '\0';
    if (strchr (lines[i], '\r') != NULL) {
      fail (error, "a carriage return inside a line", i + 1);
      return NULL;
    }
    if (!read_line (self, lines[i], i + 1, error))
      return NULL;
  }
  return g_steal_pointer (&self);
}

char *
rj_sdp_to_text (const RjSdp *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->lines->len; i++)
    g_string_append_printf (text, "%s\r\n", (const char *) g_ptr_array_index (self->lines, i));
  for (guint i = 0; i < self->media->len; i++) {
    const RjSdpMedia *media = g_ptr_array_index (self->media, i);

    g_string_append_printf (text, "m=%s %u %s", media->kind, media->port, media->protocol);
    for (guint j = 0; j < media->formats->len; j++)
      g_string_append_printf (text, " %s", (const char *) g_ptr_array_index (media->formats, j));
    g_string_append (text, "\r\n");
    for (guint j = 0; j < media->lines->len; j++)
      g_string_append_printf (text, "%s\r\n", (const char *) g_ptr_array_index (media->lines, j));
  }
  return g_string_free (text, FALSE);
}

const RjSdpMedia *
rj_sdp_get_media (const RjSdp *self, guint mline)
{
  return mline < self->media->len ? g_ptr_array_index (self->media, mline) : NULL;
}

int
rj_sdp_find_kind (const RjSdp *self, const char *kind)
{
  for (guint i = 0; i < self->media->len; i++)
    if (strcmp (rj_sdp_get_media (self, i)->kind, kind) == 0)
      return (int) i;
  return -1;
}

int
rj_sdp_find_mid (const RjSdp *self, const char *mid)
{
  for (guint i = 0; i < self->media->len; i++)
    if (g_strcmp0 (rj_sdp_media_get_mid (rj_sdp_get_media (self, i)), mid) == 0)
      return (int) i;
  return -1;
}
