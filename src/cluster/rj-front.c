#include "rj-front-private.h"

#include "rj-error.h"

#define WEBSOCKET_PATH "/openvidu"
/* Longer than the server keeps somebody who lost its socket, and than that client tries to come back */
#define ORPHANED_US (15 * G_USEC_PER_SEC)

G_DEFINE_FINAL_TYPE (RjFront, rj_front, G_TYPE_OBJECT)

/* --- who has which session --- */

static RjFrontMaster *
choose (RjFront *self)
{
  RjFrontMaster *best = NULL;

  for (guint i = 0; i < self->masters->len; i++) {
    RjFrontMaster *master = g_ptr_array_index (self->masters, i);

    if (!master->is_lost && !master->is_suspect &&
        (best == NULL || master->n_homes < best->n_homes))
      best = master;
  }
  return best;
}

void
rj_front_set_home (RjFront *self, const char *session, RjFrontMaster *master)
{
  RjFrontMaster *before = g_hash_table_lookup (self->homes, session);

  if (before != NULL)
    before->n_homes--;
  master->n_homes++;
  g_hash_table_replace (self->homes, g_strdup (session), master);
}

RjFrontMaster *
rj_front_route (RjFront *self, const char *session)
{
  RjFrontMaster *home = session == NULL ? NULL : g_hash_table_lookup (self->homes, session);

  if (home == NULL)
    home = choose (self);
  else if (home->is_suspect)
    return NULL;
  if (home != NULL && session != NULL)
    rj_front_set_home (self, session, home);
  return home;
}

static gboolean
is_of_master (gpointer session, gpointer home, gpointer master)
{
  return home == master;
}

void
rj_front_forget_homes (RjFront *self, RjFrontMaster *master)
{
  g_hash_table_foreach_remove (self->homes, is_of_master, master);
  master->n_homes = 0;
}

void
rj_front_add_orphan (RjFront *self, const char *session)
{
  gint64 *until_us = g_new (gint64, 1);

  *until_us = rj_clock_now_us (self->clock) + ORPHANED_US;
  g_hash_table_replace (self->orphans, g_strdup (session), until_us);
}

gboolean
rj_front_is_orphan (RjFront *self, const char *session)
{
  const gint64 *until_us = g_hash_table_lookup (self->orphans, session);

  return until_us != NULL && rj_clock_now_us (self->clock) < *until_us;
}

int
rj_front_find_master (RjFront *self, const char *session)
{
  RjFrontMaster *home = g_hash_table_lookup (self->homes, session);

  return home == NULL ? -1 : (int) home->index;
}

gboolean
rj_front_is_lost (RjFront *self, guint index)
{
  return ((RjFrontMaster *) g_ptr_array_index (self->masters, index))->is_lost;
}

void
rj_front_set_master (RjFront *self, guint index, guint port)
{
  RjFrontMaster *master = g_ptr_array_index (self->masters, index);

  master->port = port;
  rj_front_master_check (master);
}

void
rj_front_emit (RjFront *self, const char *type, RjFrontMaster *master)
{
  RjEvent *event = rj_event_new (type);

  event->source = g_intern_static_string ("cluster");
  event->mono_us = rj_clock_now_us (self->clock);
  rj_event_set_int (event, "master", master->index);
  rj_event_sink_emit (self->events, event);
}

char *
rj_front_get_url (RjFrontMaster *master, const char *scheme, GUri *uri)
{
  const char *query = g_uri_get_query (uri);

  return g_strdup_printf ("%s://127.0.0.1:%u%s%s%s", scheme, master->port, g_uri_get_path (uri),
                          query == NULL ? "" : "?", query == NULL ? "" : query);
}

/* --- listening --- */

static gboolean
is_upgrade (SoupServerMessage *message, const char *path)
{
  return g_str_equal (path, WEBSOCKET_PATH) &&
         soup_message_headers_get_one (soup_server_message_get_request_headers (message),
                                       "Upgrade") != NULL;
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  RjFront *self = data;
  RjFrontMaster *master;

  if (!is_upgrade (message, path)) {
    rj_front_forward (self, message, path);
    return;
  }
  master = rj_front_route (self, query == NULL ? NULL : g_hash_table_lookup (query, "sessionId"));
  /* libsoup goes on to on_websocket() when the status is left alone */
  if (master == NULL)
    soup_server_message_set_status (message, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
  g_object_set_data (G_OBJECT (message), "rj-master", master);
}

static void
on_websocket (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *client,
              gpointer data)
{
  RjFrontMaster *master = g_object_get_data (G_OBJECT (message), "rj-master");

  if (master != NULL)
    rj_front_socket_accept (data, master, message, client);
}

gboolean
rj_front_listen (RjFront *self, guint port, GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (certificate != NULL)
    soup_server_set_tls_certificate (self->server, certificate);
  if (soup_server_listen_local (self->server, port,
                                SOUP_SERVER_LISTEN_IPV4_ONLY |
                                  (certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0),
                                &problem))
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
               "the front of the OpenVidu servers cannot listen on port %u: %s; stop the other "
               "program or choose another port with --port",
               port, problem->message);
  return FALSE;
}

guint
rj_front_get_port (RjFront *self)
{
  GSList *uris = soup_server_get_uris (self->server);
  guint port = uris == NULL ? 0 : g_uri_get_port (uris->data);

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port;
}

void
rj_front_stop (RjFront *self)
{
  soup_server_disconnect (self->server);
  g_ptr_array_set_size (self->sockets, 0);
  g_ptr_array_set_size (self->masters, 0);
  g_hash_table_remove_all (self->homes);
  soup_session_abort (self->http);
}

static void
rj_front_dispose (GObject *object)
{
  RjFront *self = RJ_FRONT (object);

  rj_front_stop (self);
  G_OBJECT_CLASS (rj_front_parent_class)->dispose (object);
}

static void
rj_front_finalize (GObject *object)
{
  RjFront *self = RJ_FRONT (object);

  g_clear_object (&self->server);
  g_clear_object (&self->http);
  g_ptr_array_unref (self->sockets);
  g_ptr_array_unref (self->masters);
  g_hash_table_unref (self->homes);
  g_hash_table_unref (self->orphans);
  g_clear_object (&self->clock);
  g_clear_object (&self->events);
  G_OBJECT_CLASS (rj_front_parent_class)->finalize (object);
}

static void
rj_front_class_init (RjFrontClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_front_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_front_finalize;
}

static void
rj_front_init (RjFront *self)
{
  self->server = soup_server_new ("server-header", "", NULL);
  soup_server_add_handler (self->server, WEBSOCKET_PATH, on_request, self, NULL);
  soup_server_add_websocket_handler (self->server, WEBSOCKET_PATH, NULL, NULL, on_websocket, self,
                                     NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  self->http = soup_session_new_with_options ("max-conns", 4096, "max-conns-per-host", 4096, NULL);
  soup_session_set_proxy_resolver (self->http, NULL);
  self->masters = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_front_master_free);
  self->homes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->orphans = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->sockets = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_front_socket_free);
}

RjFront *
rj_front_new (guint n_masters, RjClock *clock, RjEventSink *events)
{
  RjFront *self = g_object_new (RJ_TYPE_FRONT, NULL);

  self->clock = g_object_ref (clock);
  self->events = events == NULL ? NULL : g_object_ref (events);
  for (guint i = 0; i < n_masters; i++)
    g_ptr_array_add (self->masters, rj_front_master_new (self, i));
  return self;
}
