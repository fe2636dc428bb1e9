#include "rj-ice-candidate.h"

#include <string.h>

#define PREFIX "a=candidate:"

/* foundation component transport priority address port "typ" type … */
enum {
  WORD_FOUNDATION,
  WORD_COMPONENT,
  WORD_TRANSPORT,
  WORD_PRIORITY,
  WORD_ADDRESS,
  WORD_PORT,
  WORD_TYP,
  WORD_TYPE,
  N_WORDS,
};

static gboolean
is_usable (char **words)
{
  NiceAddress address;
  guint64 port;
  guint64 priority;

  if (g_strv_length (words) < N_WORDS || words[WORD_FOUNDATION][0] == '\0' ||
      strlen (words[WORD_FOUNDATION]) >= NICE_CANDIDATE_MAX_FOUNDATION)
    return FALSE;
  return strcmp (words[WORD_COMPONENT], "1") == 0 &&
         g_ascii_strcasecmp (words[WORD_TRANSPORT], "UDP") == 0 &&
         g_ascii_string_to_unsigned (words[WORD_PRIORITY], 10, 1, G_MAXUINT32, &priority, NULL) &&
         nice_address_set_from_string (&address, words[WORD_ADDRESS]) &&
         g_ascii_string_to_unsigned (words[WORD_PORT], 10, 1, G_MAXUINT16, &port, NULL) &&
         strcmp (words[WORD_TYP], "typ") == 0;
}

NiceCandidate *
rj_ice_candidate_parse (NiceAgent *agent, guint stream, const char *line)
{
  const char *content = g_str_has_prefix (line, "a=") ? line + 2 : line;
  g_auto (GStrv) words = NULL;
  g_autofree char *full = NULL;

  if (!g_str_has_prefix (content, "candidate:"))
    return NULL;
  words = g_strsplit (content + strlen ("candidate:"), " ", 64);
  if (!is_usable (words))
    return NULL;
  full = g_strconcat ("a=", content, NULL);
  return nice_agent_parse_remote_candidate_sdp (agent, stream, full);
}

char *
rj_ice_candidate_format (NiceAgent *agent, NiceCandidate *candidate)
{
  g_autofree char *line = nice_agent_generate_local_candidate_sdp (agent, candidate);

  if (line == NULL || !g_str_has_prefix (line, PREFIX))
    return NULL;
  return g_strdup (line + 2);
}
