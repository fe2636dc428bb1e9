#include "rj-ice-agent.h"

#include <string.h>

#define PREFIX    "a=candidate:"
#define PACING_MS 5

static guint n_agents; /* atomic */

guint
rj_ice_agent_count (void)
{
  return (guint) g_atomic_int_get ((int *) &n_agents);
}

static void
on_agent_gone (gpointer unused, GObject *agent)
{
  g_atomic_int_add ((int *) &n_agents, -1);
}

static void
keep_to_loopback (NiceAgent *agent)
{
  NiceAddress loopback;

  nice_address_init (&loopback);
  nice_address_set_from_string (&loopback, "127.0.0.1");
  nice_agent_add_local_address (agent, &loopback);
}

NiceAgent *
rj_ice_agent_new (GMainContext *context, const RjIcePeerConfig *config, guint *stream)
{
  NiceAgent *agent =
    nice_agent_new_full (context, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_ICE_TRICKLE);

  g_atomic_int_inc ((int *) &n_agents);
  g_object_weak_ref (G_OBJECT (agent), on_agent_gone, NULL);
  g_object_set (agent, "upnp", FALSE, "ice-tcp", FALSE, "stun-pacing-timer", PACING_MS,
                "controlling-mode", config->controlling, NULL);
  if (config->stun_server != NULL)
    g_object_set (agent, "stun-server", config->stun_server, "stun-server-port", config->stun_port,
                  NULL);
  if (config->loopback_only)
    keep_to_loopback (agent);
  *stream = nice_agent_add_stream (agent, 1);
  return agent;
}

static void
on_agent_closed (GObject *agent, GAsyncResult *result, gpointer stream)
{
  if (stream != NULL)
    nice_agent_remove_stream (NICE_AGENT (agent), GPOINTER_TO_UINT (stream));
  g_object_unref (agent);
}

void
rj_ice_agent_close (NiceAgent *agent, guint stream, GMainContext *context)
{
  if (stream != 0)
    nice_agent_attach_recv (agent, stream, RJ_ICE_COMPONENT, context, NULL, NULL);
  nice_agent_close_async (agent, on_agent_closed, GUINT_TO_POINTER (stream));
}

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
rj_ice_agent_parse_candidate (NiceAgent *agent, guint stream, const char *line)
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
rj_ice_agent_format_candidate (NiceAgent *agent, NiceCandidate *candidate)
{
  g_autofree char *line = nice_agent_generate_local_candidate_sdp (agent, candidate);

  if (line == NULL || !g_str_has_prefix (line, PREFIX))
    return NULL;
  return g_strdup (line + 2);
}
