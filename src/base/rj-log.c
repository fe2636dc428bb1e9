#include "rj-log.h"

#include <stdio.h>
#include <string.h>

#include "rj-secret.h"

typedef struct {
  char **selection;     /* "media:debug" … */
  GLogLevelFlags fatal; /* what G_DEBUG=fatal-… asks for */
} Settings;

static Settings settings;
static GThread *home_thread;

static GLogLevelFlags
parse_level (const char *name)
{
  if (g_str_equal (name, "debug"))
    return G_LOG_LEVEL_DEBUG;
  if (g_str_equal (name, "info"))
    return G_LOG_LEVEL_INFO;
  return G_LOG_LEVEL_WARNING;
}

static GLogLevelFlags
get_limit (const char *domain)
{
  GLogLevelFlags limit = G_LOG_LEVEL_WARNING;

  for (guint i = 0; settings.selection != NULL && settings.selection[i] != NULL; i++) {
    g_auto (GStrv) pair = g_strsplit (settings.selection[i], ":", 2);
    gboolean matches;

    if (pair[0] == NULL)
      continue;
    matches = g_str_equal (pair[0], "all") || (domain != NULL && g_str_has_prefix (domain, "rj-") &&
                                               g_str_equal (domain + strlen ("rj-"), pair[0]));
    if (matches)
      limit = pair[1] == NULL ? G_LOG_LEVEL_DEBUG : parse_level (pair[1]);
  }
  return limit;
}

static const char *
find_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++) {
    if (g_str_equal (fields[i].key, key))
      return fields[i].value;
  }
  return NULL;
}

static const char *
get_level_name (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "critical";
  if (level & G_LOG_LEVEL_WARNING)
    return "warning";
  return level & G_LOG_LEVEL_DEBUG ? "debug" : "info";
}

/* The RTCP thread of GStreamer 1.22's rtpsession walks its sources with this (rtp_session_on_timeout), and looks up
 * the clock rate for a first sender report without its lock (source_caps); when a source is added just then, the walk
 * ends early, and the next report has everything. Nothing of ours uses g_hash_table_foreach(). */
static gboolean
is_known_harmless (const char *domain, const char *message)
{
  return g_strcmp0 (domain, "GLib") == 0 && message != NULL &&
         g_str_has_prefix (message, "g_hash_table_foreach: assertion 'version == ");
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  const char *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  const char *message = find_field (fields, n_fields, "MESSAGE");
  g_autofree char *scrubbed = NULL;

  if (is_known_harmless (domain, message))
    level = G_LOG_LEVEL_DEBUG;
  /* a smaller number is more severe */
  if ((level & G_LOG_LEVEL_MASK) > get_limit (domain))
    return G_LOG_WRITER_HANDLED;
  scrubbed = rj_secret_scrub (message == NULL ? "" : message);
  fprintf (stderr, "%.6f %s %s: %s\n", g_get_monotonic_time () / 1e6,
           domain == NULL ? "rejoin" : domain, get_level_name (level), scrubbed);
  if (level & settings.fatal)
    G_BREAKPOINT ();
  return G_LOG_WRITER_HANDLED;
}

void
rj_log_init (const char *selection)
{
  g_clear_pointer (&settings.selection, g_strfreev);
  if (selection != NULL)
    settings.selection = g_strsplit (selection, ",", -1);
  /* asking for the mask means setting it */
  settings.fatal = g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
  g_log_set_always_fatal (settings.fatal);
  g_log_set_writer_func (write_log, NULL, NULL);
}

gboolean
rj_log_wants_debug (const char *domain)
{
  return get_limit (domain) >= G_LOG_LEVEL_DEBUG;
}

void
rj_home_claim (void)
{
  home_thread = g_thread_self ();
}

gboolean
rj_home_is_here (void)
{
  return home_thread == NULL || home_thread == g_thread_self ();
}
