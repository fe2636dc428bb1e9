#include "rj-dead-session.h"

#include <string.h>

#include "rj-app-presets.h"
#include "rj-http-session.h"

typedef struct {
  RjEventSink *events;
  SoupMessage *message;
  char *session;
} Deletion;

static void
warn (const Deletion *deletion, char *text)
{
  RjEvent *event = rj_event_new (RJ_EVENT_WARNING);

  event->session = g_strdup (deletion->session);
  rj_event_set_string (event, "message", text);
  rj_event_sink_emit (deletion->events, event);
  g_free (text);
}

static void
on_deleted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Deletion *deletion = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body =
    soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  if (body == NULL)
    warn (deletion, g_strdup_printf ("session %s is dead and could not be deleted: %s",
                                     deletion->session, error->message));
  else
    warn (deletion, g_strdup_printf (
                      "session %s was dead without a word from the server and has been deleted "
                      "over REST (status %u)",
                      deletion->session, soup_message_get_status (deletion->message)));
  g_object_unref (deletion->events);
  g_object_unref (deletion->message);
  g_free (deletion->session);
  g_free (deletion);
}

void
rj_dead_session_delete (SoupSession *http,
                        RjEventSink *events,
                        const char *server_url,
                        const char *secret,
                        const char *session)
{
  g_autofree char *escaped = g_uri_escape_string (session, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/sessions/", escaped, NULL);
  g_autofree char *url = rj_rest_make_url (server_url, path);
  g_autofree char *pair = g_strdup_printf ("%s:%s", RJ_REST_USER, secret);
  g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
  g_autofree char *authorization = g_strdup_printf ("Basic %s", encoded);
  SoupMessage *message = rj_http_message_new (http, SOUP_METHOD_DELETE, url, NULL);
  Deletion *deletion;

  if (message == NULL)
    return;
  deletion = g_new0 (Deletion, 1);
  deletion->events = g_object_ref (events);
  deletion->message = message;
  deletion->session = g_strdup (session);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                authorization);
  soup_session_send_and_read_async (http, message, G_PRIORITY_DEFAULT, NULL, on_deleted, deletion);
}
