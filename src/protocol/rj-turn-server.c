#include "rj-turn-server.h"

#include <string.h>

#include "rj-error.h"

#define TCP_QUERY "?transport=tcp"
#define UDP_QUERY "?transport=udp"

/* Cuts @text at @at. Returns: what stood behind the character there */
static char *
cut (char *at)
{
  *at = '\0';
  return at + 1;
}

static gboolean
read_query (RjTurnServer *self, char *place)
{
  char *query = strchr (place, '?');

  if (query == NULL)
    return TRUE;
  self->tcp = g_str_equal (query, TCP_QUERY);
  if (!self->tcp && !g_str_equal (query, UDP_QUERY))
    return FALSE;
  *query = '\0';
  return TRUE;
}

static gboolean
read_place (RjTurnServer *self, char *place)
{
  char *colon;
  guint64 port;

  if (!read_query (self, place))
    return FALSE;
  colon = strrchr (place, ':');
  if (colon == NULL || colon == place ||
      !g_ascii_string_to_unsigned (cut (colon), 10, 1, 65535, &port, NULL))
    return FALSE;
  self->host = g_strdup (place);
  self->port = (guint) port;
  return TRUE;
}

RjTurnServer *
rj_turn_server_parse (const char *text, GError **error)
{
  g_autoptr (RjTurnServer) self = g_new0 (RjTurnServer, 1);
  g_autofree char *user = g_strdup (text);
  char *at = strrchr (user, '@');
  char *colon = strchr (user, ':');

  if (at != NULL && colon != NULL && user < colon && colon < at && read_place (self, cut (at))) {
    self->password = g_strdup (cut (colon));
    self->username = g_strdup (user);
    return g_steal_pointer (&self);
  }
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "--turn: write USER:PASSWORD@HOST:PORT, for TCP with " TCP_QUERY " behind it");
  return NULL;
}

void
rj_turn_server_free (RjTurnServer *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->username);
  g_free (self->password);
  g_free (self);
}

char *
rj_turn_server_get_url (const RjTurnServer *self)
{
  return g_strdup_printf ("turn:%s:%u%s", self->host, self->port, self->tcp ? TCP_QUERY : "");
}
