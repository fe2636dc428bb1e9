#include "rj-candidate.h"

#include <gio/gio.h>
#include <string.h>

#include "rj-error.h"

static const char *const type_names[] = {
  [RJ_CANDIDATE_HOST] = "host",
  [RJ_CANDIDATE_SRFLX] = "srflx",
  [RJ_CANDIDATE_PRFLX] = "prflx",
  [RJ_CANDIDATE_RELAY] = "relay",
};

enum { FIXED_WORDS = 8, MAX_LENGTH = 1024, MAX_FOUNDATION = 32 };

const char *
rj_candidate_type_to_text (RjCandidateType type)
{
  return type_names[type];
}

static RjCandidate *
fail (RjCandidate *self, GError **error, const char *problem)
{
  rj_candidate_free (self);
  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "candidate: %s", problem);
  return NULL;
}

/* RFC 8839: ice-char */
static gboolean
is_foundation (const char *word)
{
  gsize length = strlen (word);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (word[i]) && word[i] != '+' && word[i] != '/')
      return FALSE;
  return length > 0 && length <= MAX_FOUNDATION;
}

static gboolean
read_number (const char *word, guint64 least, guint64 most, guint64 *out)
{
  return word != NULL && g_ascii_string_to_unsigned (word, 10, least, most, out, NULL);
}

static gboolean
read_type (const char *word, RjCandidateType *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_names); i++) {
    if (strcmp (word, type_names[i]) == 0) {
      *out = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* The extensions are pairs; the three that we know are taken out, wherever they stand. */
static gboolean
read_extensions (RjCandidate *self, char **words)
{
  g_autoptr (GString) others = g_string_new (NULL);
  guint64 number;

  for (guint i = 0; words[i] != NULL; i += 2) {
    if (words[i + 1] == NULL)
      return FALSE;
    if (strcmp (words[i], "raddr") == 0 && self->related_ip == NULL) {
      self->related_ip = g_strdup (words[i + 1]);
    } else if (strcmp (words[i], "rport") == 0) {
      if (!read_number (words[i + 1], 0, G_MAXUINT16, &number))
        return FALSE;
      self->related_port = (guint16) number;
    } else if (strcmp (words[i], "tcptype") == 0 && self->tcp_type == NULL) {
      self->tcp_type = g_strdup (words[i + 1]);
    } else {
      g_string_append_printf (others, "%s%s %s", others->len == 0 ? "" : " ", words[i],
                              words[i + 1]);
    }
  }
  if (others->len > 0)
    self->extensions = g_strdup (others->str);
  return TRUE;
}

static RjCandidate *
read_words (char **words, guint n_words, GError **error)
{
  RjCandidate *self = g_new0 (RjCandidate, 1);
  guint64 component;
  guint64 priority;
  guint64 port;

  if (n_words < FIXED_WORDS)
    return fail (self, error, "too short");
  if (!is_foundation (words[0]))
    return fail (self, error, "bad foundation");
  if (!read_number (words[1], 1, 256, &component)) /* RFC 8839 */
    return fail (self, error, "bad component");
  if (g_ascii_strcasecmp (words[2], "udp") != 0 && g_ascii_strcasecmp (words[2], "tcp") != 0)
    return fail (self, error, "bad transport");
  if (!read_number (words[3], 0, G_MAXUINT32, &priority))
    return fail (self, error, "bad priority");
  if (!read_number (words[5], 0, G_MAXUINT16, &port))
    return fail (self, error, "bad port");
  if (strcmp (words[6], "typ") != 0 || !read_type (words[7], &self->type))
    return fail (self, error, "bad type");
  self->foundation = g_strdup (words[0]);
  self->component = (guint) component;
  self->transport = g_strdup (words[2]);
  self->priority = (guint32) priority;
  self->ip = g_strdup (words[4]);
  self->port = (guint16) port;
  if (!read_extensions (self, words + FIXED_WORDS))
    return fail (self, error, "bad extension");
  return self;
}

RjCandidate *
rj_candidate_parse (const char *line, GError **error)
{
  g_autofree char *clean = NULL;
  g_auto (GStrv) words = NULL;
  guint n_words = 0;

  if (strlen (line) > MAX_LENGTH || !g_str_is_ascii (line))
    return fail (NULL, error, "not a line of ASCII text");
  clean = g_strchomp (g_strdup (g_str_has_prefix (line, "a=") ? line + 2 : line));
  if (!g_str_has_prefix (clean, "candidate:"))
    return fail (NULL, error, "does not begin with \"candidate:\"");
  words = g_strsplit (clean + strlen ("candidate:"), " ", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    if (*words[i] == '\0') /* several blanks */
      g_free (words[i]);
    else
      words[n_words++] = words[i];
  }
  words[n_words] = NULL;
  return read_words (words, n_words, error);
}

void
rj_candidate_free (RjCandidate *self)
{
  if (self == NULL)
    return;
  g_free (self->foundation);
  g_free (self->transport);
  g_free (self->ip);
  g_free (self->related_ip);
  g_free (self->tcp_type);
  g_free (self->extensions);
  g_free (self);
}

char *
rj_candidate_format (const RjCandidate *self)
{
  GString *line = g_string_new (NULL);

  g_string_printf (line, "candidate:%s %u %s %u %s %u typ %s", self->foundation, self->component,
                   self->transport, self->priority, self->ip, self->port, type_names[self->type]);
  if (self->related_ip != NULL)
    g_string_append_printf (line, " raddr %s rport %u", self->related_ip, self->related_port);
  if (self->tcp_type != NULL)
    g_string_append_printf (line, " tcptype %s", self->tcp_type);
  if (self->extensions != NULL)
    g_string_append_printf (line, " %s", self->extensions);
  return g_string_free (line, FALSE);
}

gboolean
rj_candidate_is_usable (const RjCandidate *self)
{
  return self->component == 1 && self->port != 0 &&
         g_ascii_strcasecmp (self->transport, "udp") == 0 && g_hostname_is_ip_address (self->ip);
}

char *
rj_candidate_get_key (const RjCandidate *self)
{
  g_autofree char *text =
    g_strdup_printf ("%u %s %s %u %s %s", self->component, self->transport, self->ip, self->port,
                     type_names[self->type], self->tcp_type == NULL ? "-" : self->tcp_type);

  return g_ascii_strdown (text, -1);
}
