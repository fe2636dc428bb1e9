#include "rj-stay.h"

RjStay *
rj_stay_new (RjParticipantConfig *config, RjSpares *spares, guint attempt)
{
  RjStay *self = g_new0 (RjStay, 1);

  self->n_refs = 1;
  self->config = rj_participant_config_ref (config);
  self->spares = rj_spares_ref (spares);
  self->attempt = attempt;
  self->stun_servers = g_ptr_array_new_with_free_func (g_free);
  self->turn_servers = g_ptr_array_new_with_free_func (g_free);
  self->cancellable = g_cancellable_new ();
  return self;
}

RjStay *
rj_stay_ref (RjStay *self)
{
  self->n_refs++;
  return self;
}

void
rj_stay_unref (RjStay *self)
{
  if (self == NULL || --self->n_refs > 0)
    return;
  rj_spares_unref (self->spares);
  rj_participant_config_unref (self->config);
  g_clear_object (&self->signaller);
  g_clear_object (&self->cancellable);
  g_free (self->connection);
  g_ptr_array_unref (self->stun_servers);
  g_ptr_array_unref (self->turn_servers);
  g_free (self);
}

void
rj_stay_set_joined (RjStay *self, const RjJoined *joined)
{
  g_free (self->connection);
  self->connection = g_strdup (joined->connection);
  self->server_offers = joined->server_offers;
  rj_spares_set_server_offers (self->spares, joined->server_offers);
  for (guint i = 0; joined->ice_servers != NULL && i < joined->ice_servers->len; i++) {
    char *url = rj_ice_server_to_url (g_ptr_array_index (joined->ice_servers, i));

    if (url != NULL)
      g_ptr_array_add (g_str_has_prefix (url, "stun") ? self->stun_servers : self->turn_servers,
                       url);
  }
}

gint64
rj_stay_now_us (RjStay *self)
{
  return rj_clock_now_us (self->config->clock);
}

RjEvent *
rj_stay_event (RjStay *self, const char *type, gint64 at_us)
{
  RjEvent *event = rj_event_new_at (type, at_us != 0 ? at_us : rj_stay_now_us (self));

  event->session = g_strdup (self->config->session);
  event->participant = g_strdup (self->config->name);
  event->attempt = self->attempt;
  return event;
}

void
rj_stay_emit (RjStay *self, RjEvent *event)
{
  rj_event_sink_emit (self->config->events, event);
}

char *
rj_stay_get_edge (RjStay *self, const char *publisher)
{
  return g_strdup_printf ("%s>%s", publisher, self->config->name);
}

/* @rest: "host", "host:port", "[v6]:port", perhaps with "?query" */
static char *
add_port (const char *rest, const char *port)
{
  const char *query = strchr (rest, '?');
  g_autofree char *host = query != NULL ? g_strndup (rest, query - rest) : g_strdup (rest);
  const char *end_of_v6 = strrchr (host, ']');
  gboolean has_port = strchr (end_of_v6 != NULL ? end_of_v6 : host, ':') != NULL;

  return g_strconcat (host, has_port ? "" : ":", has_port ? "" : port, query != NULL ? query : "",
                      NULL);
}

char *
rj_ice_server_to_url (const RjIceServer *server)
{
  const char *colon = server->uri != NULL ? strchr (server->uri, ':') : NULL;
  g_autofree char *scheme = colon != NULL ? g_strndup (server->uri, colon - server->uri) : NULL;
  g_autofree char *rest = NULL;
  g_autofree char *user = NULL;
  g_autofree char *password = NULL;

  if (scheme == NULL)
    return NULL;
  rest = add_port (colon + 1, g_str_equal (scheme, "turns") ? "5349" : "3478");
  if (g_str_equal (scheme, "stun"))
    return g_strdup_printf ("stun://%s", rest);
  if ((!g_str_equal (scheme, "turn") && !g_str_equal (scheme, "turns")) ||
      server->username == NULL || server->credential == NULL)
    return NULL;
  user = g_uri_escape_string (server->username, NULL, FALSE);
  password = g_uri_escape_string (server->credential, NULL, FALSE);
  return g_strdup_printf ("%s://%s:%s@%s", scheme, user, password, rest);
}
