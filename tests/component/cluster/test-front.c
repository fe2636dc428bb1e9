/* The front of several master nodes: who gets what, and what the clients of one that dies hear. The masters are
 * played in this process: they say which one they are. Source: OpenVidu 2 protocol, section 8.6. */
#include <libsoup/soup.h>
#include <string.h>
#include <sys/socket.h>

#include "rj-front.h"
#include "rj-json.h"
#include "rjt-wait.h"

#define CRASHED "masterNodeCrashedNotification"
#define REFUSED                                                                                    \
  "{\"id\":1,\"error\":{\"code\":40007,\"message\":\"reconnection error\"},\"jsonrpc\":\"2.0\"}"

/* --- a master --- */

typedef struct {
  guint index;
  guint port;
  SoupServer *soup; /* NULL: dead */
  GPtrArray *sockets;
  GPtrArray *tcp;    /* GSocket of each */
  gboolean is_mute;  /* frozen: REST is never answered */
  GPtrArray *paused; /* what it did not answer */
  GString *heard;    /* messages, one a line */
  char *query;       /* of the last upgrade */
  guint close_code;
  char *close_text;
  const char *list; /* ids for GET /sessions */
} Master;

static void
on_rest (
  SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Master *self = data;
  g_autofree char *text = NULL;

  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection",
                                "close");
  soup_server_message_set_status (message, 200, NULL);
  if (self->is_mute) {
    g_ptr_array_add (self->paused, g_object_ref (message));
    soup_server_message_pause (message);
    return;
  }
  if (g_str_equal (path, "/openvidu/api/sessions") &&
      g_str_equal (soup_server_message_get_method (message), "GET"))
    text = g_strdup_printf ("{\"numberOfElements\":1,\"content\":[%s]}", self->list);
  else
    text = g_strdup_printf ("{\"id\":\"made-by-%u\",\"master\":%u}", self->index, self->index);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, text,
                                    strlen (text));
}

/* Who comes to a master that does not know him is refused; all else is echoed with its number */
static void
on_master_message (SoupWebsocketConnection *socket, int type, GBytes *bytes, Master *self)
{
  const char *text = g_bytes_get_data (bytes, NULL);
  g_autofree char *echo = g_strdup_printf ("{\"master\":%u}", self->index);

  g_string_append_printf (self->heard, "%s\n", text);
  soup_websocket_connection_send_text (socket, strstr (text, "connect") != NULL ? REFUSED : echo);
}

static void
on_master_closed (SoupWebsocketConnection *socket, Master *self)
{
  self->close_code = soup_websocket_connection_get_close_code (socket);
  g_free (self->close_text);
  self->close_text = g_strdup (soup_websocket_connection_get_close_data (socket));
}

static void
on_master_socket (SoupServer *soup,
                  SoupServerMessage *message,
                  const char *path,
                  SoupWebsocketConnection *socket,
                  gpointer data)
{
  Master *self = data;

  g_free (self->query);
  self->query = g_strdup (g_uri_get_query (soup_server_message_get_uri (message)));
  g_ptr_array_add (self->sockets, g_object_ref (socket));
  g_ptr_array_add (self->tcp, g_object_ref (soup_server_message_get_socket (message)));
  g_signal_connect (socket, "message", G_CALLBACK (on_master_message), self);
  g_signal_connect (socket, "closed", G_CALLBACK (on_master_closed), self);
}

static void
master_start (Master *self)
{
  GSList *uris;

  self->soup = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->soup, "/openvidu/api", on_rest, self, NULL);
  soup_server_add_websocket_handler (self->soup, "/openvidu", NULL, NULL, on_master_socket, self,
                                     NULL);
  g_assert_true (
    soup_server_listen_local (self->soup, self->port, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (self->soup);
  self->port = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

/* As the kernel ends the connections of a process that is killed */
static void
master_kill (Master *self)
{
  soup_server_disconnect (self->soup);
  g_clear_object (&self->soup);
  for (guint i = 0; i < self->tcp->len; i++)
    shutdown (g_socket_get_fd (g_ptr_array_index (self->tcp, i)), SHUT_RDWR);
  g_ptr_array_set_size (self->tcp, 0);
}

static void
master_clear (Master *self)
{
  for (guint i = 0; i < self->paused->len; i++)
    soup_server_message_unpause (g_ptr_array_index (self->paused, i));
  if (self->soup != NULL)
    master_kill (self);
  for (guint i = 0; i < self->sockets->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->sockets, i), self);
  g_ptr_array_unref (self->sockets);
  g_ptr_array_unref (self->tcp);
  g_ptr_array_unref (self->paused);
  g_string_free (self->heard, TRUE);
  g_free (self->query);
  g_free (self->close_text);
}

/* --- the stage --- */

typedef struct {
  RjClock *clock;
  RjFront *front;
  Master masters[2];
  SoupSession *http;
  GPtrArray *clients; /* of Client */
} Stage;

typedef struct {
  SoupWebsocketConnection *socket; /* (nullable) refused */
  guint status;
  GString *heard; /* messages, one a line */
  gboolean is_closed;
  guint close_code;
} Client;

static void
client_free (Client *self)
{
  if (self->socket != NULL)
    g_signal_handlers_disconnect_by_data (self->socket, self);
  g_clear_object (&self->socket);
  g_string_free (self->heard, TRUE);
  g_free (self);
}

static void
set_up (Stage *s, gconstpointer unused)
{
  s->clock = rj_fake_clock_new (0);
  s->front = rj_front_new (2, s->clock, NULL);
  s->http = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  s->clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  g_assert_true (rj_front_listen (s->front, 0, NULL, NULL));
  for (guint i = 0; i < 2; i++) {
    s->masters[i] = (Master){
      .index = i,
      .sockets = g_ptr_array_new_with_free_func (g_object_unref),
      .tcp = g_ptr_array_new_with_free_func (g_object_unref),
      .paused = g_ptr_array_new_with_free_func (g_object_unref),
      .heard = g_string_new (NULL),
      .list = "",
    };
    master_start (&s->masters[i]);
    rj_front_set_master (s->front, i, s->masters[i].port);
    rjt_wait_until (!rj_front_is_lost (s->front, i));
  }
}

static void
tear_down (Stage *s, gconstpointer unused)
{
  g_ptr_array_unref (s->clients);
  rj_front_stop (s->front);
  g_clear_object (&s->front);
  master_clear (&s->masters[0]);
  master_clear (&s->masters[1]);
  soup_session_abort (s->http);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&s->http);
  g_clear_object (&s->clock);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static guint
ask_async (Stage *s, const char *method, const char *path, const char *body, GAsyncResult **result)
{
  g_autofree char *url =
    g_strdup_printf ("http://127.0.0.1:%u%s", rj_front_get_port (s->front), path);
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  g_autoptr (GBytes) bytes = body == NULL ? NULL : g_bytes_new (body, strlen (body));

  if (bytes != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", bytes);
  soup_session_send_and_read_async (s->http, message, 0, NULL, on_done, result);
  return 0;
}

/* Returns: the status. @answer: (out) (optional) (transfer full) */
static guint
ask (Stage *s, const char *method, const char *path, const char *body, char **answer)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;

  ask_async (s, method, path, body, &result);
  rjt_wait_until (result != NULL);
  bytes = soup_session_send_and_read_finish (s->http, result, NULL);
  g_assert_nonnull (bytes);
  if (answer != NULL)
    *answer = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return soup_message_get_status (soup_session_get_async_result_message (s->http, result));
}

static int
ask_whom (Stage *s, const char *method, const char *path, const char *body)
{
  g_autofree char *answer = NULL;
  g_autoptr (JsonObject) object = NULL;

  g_assert_cmpuint (ask (s, method, path, body, &answer), ==, 200);
  object = rj_json_parse_object (answer, -1, NULL);
  g_assert_nonnull (object);
  return rj_json_get_int (object, "master", -1);
}

static void
on_client_message (SoupWebsocketConnection *socket, int type, GBytes *bytes, Client *self)
{
  g_string_append_printf (self->heard, "%s\n", (const char *) g_bytes_get_data (bytes, NULL));
}

static void
on_client_closed (SoupWebsocketConnection *socket, Client *self)
{
  self->is_closed = TRUE;
  self->close_code = soup_websocket_connection_get_close_code (socket);
}

static Client *
enter (Stage *s, const char *query)
{
  Client *self = g_new0 (Client, 1);
  g_autofree char *url =
    g_strdup_printf ("ws://127.0.0.1:%u/openvidu?%s", rj_front_get_port (s->front), query);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", url);
  g_autoptr (GAsyncResult) result = NULL;

  self->heard = g_string_new (NULL);
  g_ptr_array_add (s->clients, self);
  soup_session_websocket_connect_async (s->http, message, NULL, NULL, 0, NULL, on_done, &result);
  rjt_wait_until (result != NULL);
  self->socket = soup_session_websocket_connect_finish (s->http, result, NULL);
  self->status = soup_message_get_status (message);
  if (self->socket == NULL)
    return self;
  g_signal_connect (self->socket, "message", G_CALLBACK (on_client_message), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_client_closed), self);
  return self;
}

static gboolean
has_heard (const Client *self, const char *text)
{
  return strstr (self->heard->str, text) != NULL;
}

/* Returns: which master is at the other end */
static int
meet (Client *client)
{
  g_string_truncate (client->heard, 0);
  soup_websocket_connection_send_text (client->socket, "{\"method\":\"hello\"}");
  rjt_wait_until (has_heard (client, "\"master\""));
  return has_heard (client, "{\"master\":1}");
}

static void
make_sessions (Stage *s)
{
  g_assert_cmpint (ask_whom (s, "POST", "/openvidu/api/sessions", "{\"customSessionId\":\"a\"}"),
                   ==, 0);
  g_assert_cmpint (ask_whom (s, "POST", "/openvidu/api/sessions", "{\"customSessionId\":\"b\"}"),
                   ==, 1);
}

/* --- tests --- */

static void
test_sessions_stay_where_they_are (Stage *s, gconstpointer unused)
{
  make_sessions (s);
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpint (ask_whom (s, "GET", "/openvidu/api/sessions/b", NULL), ==, 1);
    g_assert_cmpint (ask_whom (s, "POST", "/openvidu/api/sessions/a/connection", "{}"), ==, 0);
    g_assert_cmpint (ask_whom (s, "POST", "/openvidu/api/signal", "{\"session\":\"b\"}"), ==, 1);
    g_assert_cmpint (meet (enter (s, "sessionId=b&token=x")), ==, 1);
    g_assert_cmpint (meet (enter (s, "sessionId=a")), ==, 0);
  }
  g_assert_cmpint (rj_front_find_master (s->front, "b"), ==, 1);
  g_assert_cmpint (rj_front_find_master (s->front, "c"), ==, -1);
  g_assert_cmpstr (s->masters[1].query, ==, "sessionId=b&token=x");
}

static void
test_a_session_that_the_master_names (Stage *s, gconstpointer unused)
{
  g_assert_cmpint (ask_whom (s, "POST", "/openvidu/api/sessions", NULL), ==, 0);
  g_assert_cmpint (rj_front_find_master (s->front, "made-by-0"), ==, 0);
  g_assert_cmpint (ask_whom (s, "POST", "/openvidu/api/sessions", "{}"), ==, 1);
  g_assert_cmpint (ask_whom (s, "GET", "/openvidu/api/sessions/made-by-1", NULL), ==, 1);
}

static void
test_lists_are_put_together (Stage *s, gconstpointer unused)
{
  g_autofree char *answer = NULL;

  s->masters[0].list = "{\"id\":\"a\"},{\"id\":\"old\"}";
  s->masters[1].list = "{\"id\":\"b\"},{\"id\":\"old\"}";
  g_assert_cmpuint (ask (s, "GET", "/openvidu/api/sessions", NULL, &answer), ==, 200);
  g_assert_nonnull (strstr (answer, "\"numberOfElements\":3"));
  g_assert_nonnull (strstr (answer, "{\"id\":\"a\"}"));
  g_assert_nonnull (strstr (answer, "{\"id\":\"b\"}"));
}

static void
test_media_nodes_are_not_changed (Stage *s, gconstpointer unused)
{
  g_autofree char *answer = NULL;

  g_assert_cmpint (ask_whom (s, "GET", "/openvidu/api/media-nodes", NULL), ==, 0);
  g_assert_cmpuint (ask (s, "DELETE", "/openvidu/api/media-nodes/media_x", NULL, &answer), ==, 501);
  g_assert_nonnull (strstr (answer, "one master"));
}

static void
test_closing_passes_through (Stage *s, gconstpointer unused)
{
  Client *ann = enter (s, "sessionId=a");
  Client *bob = enter (s, "sessionId=a");

  g_assert_cmpint (meet (ann), ==, 0);
  soup_websocket_connection_close (ann->socket, 4102, "Connection closed by client");
  rjt_wait_until (s->masters[0].close_code == 4102);
  g_assert_cmpstr (s->masters[0].close_text, ==, "Connection closed by client");
  g_assert_cmpint (meet (bob), ==, 0);
  soup_websocket_connection_close (g_ptr_array_index (s->masters[0].sockets, 1), 1009, "too long");
  rjt_wait_until (bob->is_closed);
  g_assert_cmpuint (bob->close_code, ==, 1009);
}

static void
test_the_dead_one_s_clients_are_told_or_cut (Stage *s, gconstpointer unused)
{
  Client *clients[4];
  Client *other;

  make_sessions (s);
  for (guint i = 0; i < 4; i++) {
    clients[i] = enter (s, "sessionId=a");
    g_assert_cmpint (meet (clients[i]), ==, 0);
  }
  other = enter (s, "sessionId=b");
  g_assert_cmpint (meet (other), ==, 1);
  master_kill (&s->masters[0]);
  rjt_wait_until (rj_front_is_lost (s->front, 0));
  rjt_wait_until (clients[0]->is_closed + clients[1]->is_closed + clients[2]->is_closed +
                    clients[3]->is_closed ==
                  2);
  rjt_wait_until (has_heard (clients[0], CRASHED) + has_heard (clients[1], CRASHED) +
                    has_heard (clients[2], CRASHED) + has_heard (clients[3], CRASHED) ==
                  2);
  for (guint i = 0; i < 4; i++) {
    g_assert_true (clients[i]->is_closed != has_heard (clients[i], CRASHED));
    if (clients[i]->is_closed)
      g_assert_cmpuint (clients[i]->close_code, ==, 0);
  }
  /* the session is anybody's, and the others have noticed nothing */
  g_assert_cmpint (rj_front_find_master (s->front, "a"), ==, -1);
  g_assert_cmpint (ask_whom (s, "POST", "/openvidu/api/sessions", "{\"customSessionId\":\"a\"}"),
                   ==, 1);
  g_assert_cmpint (meet (other), ==, 1);
}

static void
knock (Client *client)
{
  soup_websocket_connection_send_text (
    client->socket,
    "{\"id\":1,\"method\":\"connect\",\"params\":{\"sessionId\":\"x\"},\"jsonrpc\":\"2.0\"}");
  rjt_wait_until (has_heard (client, "40007"));
}

static void
test_who_comes_back_is_told_or_may_ask (Stage *s, gconstpointer unused)
{
  Client *told;
  Client *asks;
  Client *stranger;

  make_sessions (s);
  g_assert_cmpint (meet (enter (s, "sessionId=a")), ==, 0);
  master_kill (&s->masters[0]);
  rjt_wait_until (rj_front_is_lost (s->front, 0));
  told = enter (s, "sessionId=a&reconnect=true");
  knock (told);
  /* before the refusal, as openvidu-browser wants it */
  g_assert_true (g_str_has_prefix (told->heard->str, "{\"jsonrpc\":\"2.0\",\"method\":\"" CRASHED));
  asks = enter (s, "sessionId=a&reconnect=true");
  knock (asks);
  g_assert_false (has_heard (asks, CRASHED));
  g_assert_cmpint (meet (asks), ==, 1);
  /* nothing happened to that session */
  stranger = enter (s, "sessionId=b&reconnect=true");
  knock (stranger);
  g_assert_false (has_heard (stranger, CRASHED));
  /* long after, a refusal is one again */
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (s->clock), 20 * G_USEC_PER_SEC);
  stranger = enter (s, "sessionId=a&reconnect=true");
  knock (stranger);
  g_assert_false (has_heard (stranger, CRASHED));
}

static void
test_requests_to_the_dead_one_get_503 (Stage *s, gconstpointer unused)
{
  guint status;

  make_sessions (s);
  master_kill (&s->masters[0]);
  g_assert_cmpuint (ask (s, "GET", "/openvidu/api/sessions/a", NULL, NULL), ==, 503);
  rjt_wait_until (rj_front_is_lost (s->front, 0));
  g_assert_cmpint (ask_whom (s, "GET", "/openvidu/api/sessions/a", NULL), ==, 1);
  master_kill (&s->masters[1]);
  status = ask (s, "GET", "/openvidu/api/sessions/b", NULL, NULL);
  g_assert_cmpuint (status, ==, 503);
  rjt_wait_until (rj_front_is_lost (s->front, 1));
  g_assert_cmpuint (ask (s, "GET", "/openvidu/api/sessions", NULL, NULL), ==, 503);
  g_assert_cmpuint (enter (s, "sessionId=b")->status, ==, 503);
}

static void
test_a_silent_one_is_lost_after_5_s (Stage *s, gconstpointer unused)
{
  Client *ann = enter (s, "sessionId=a");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) body = NULL;

  make_sessions (s);
  g_assert_cmpint (meet (ann), ==, 0);
  s->masters[0].is_mute = TRUE;
  ask_async (s, "GET", "/openvidu/api/sessions/a", NULL, &result);
  rjt_wait_until (s->masters[0].paused->len == 1);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (s->clock), 1 * G_USEC_PER_SEC);
  rjt_wait_until (s->masters[0].paused->len == 2); /* the check */
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (s->clock), 4990 * 1000);
  g_assert_false (rj_front_is_lost (s->front, 0));
  g_assert_null (result);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (s->clock), 20 * 1000);
  rjt_wait_until (rj_front_is_lost (s->front, 0));
  rjt_wait_until (has_heard (ann, CRASHED));
  rjt_wait_until (result != NULL);
  body = soup_session_send_and_read_finish (s->http, result, NULL);
  g_assert_cmpuint (
    soup_message_get_status (soup_session_get_async_result_message (s->http, result)), ==, 503);
  g_assert_false (rj_front_is_lost (s->front, 1));
}

static void
test_a_master_comes_back (Stage *s, gconstpointer unused)
{
  make_sessions (s);
  master_kill (&s->masters[0]);
  g_assert_cmpuint (ask (s, "GET", "/openvidu/api/sessions/a", NULL, NULL), ==, 503);
  rjt_wait_until (rj_front_is_lost (s->front, 0));
  master_start (&s->masters[0]);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (s->clock), 1 * G_USEC_PER_SEC);
  rjt_wait_until (!rj_front_is_lost (s->front, 0));
  g_assert_cmpint (ask_whom (s, "POST", "/openvidu/api/sessions", "{\"customSessionId\":\"c\"}"),
                   ==, 0);
}

static void
test_a_restart_between_two_looks (Stage *s, gconstpointer unused)
{
  Client *ann = enter (s, "sessionId=a");
  Client *bob = enter (s, "sessionId=a");

  g_assert_cmpint (meet (ann), ==, 0);
  g_assert_cmpint (meet (bob), ==, 0);
  master_kill (&s->masters[0]);
  master_start (&s->masters[0]);
  rjt_wait_until (ann->is_closed + bob->is_closed == 1);
  rjt_wait_until (has_heard (ann, CRASHED) + has_heard (bob, CRASHED) == 1);
  g_assert_false (rj_front_is_lost (s->front, 0));
  g_assert_cmpint (meet (enter (s, "sessionId=a")), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add (name, Stage, NULL, set_up, func, tear_down)
  ADD ("/front/sessions-stay", test_sessions_stay_where_they_are);
  ADD ("/front/session-named-by-master", test_a_session_that_the_master_names);
  ADD ("/front/lists", test_lists_are_put_together);
  ADD ("/front/media-nodes", test_media_nodes_are_not_changed);
  ADD ("/front/closing", test_closing_passes_through);
  ADD ("/server-49/front/told-or-cut", test_the_dead_one_s_clients_are_told_or_cut);
  ADD ("/server-49/front/back", test_who_comes_back_is_told_or_may_ask);
  ADD ("/front/503", test_requests_to_the_dead_one_get_503);
  ADD ("/front/silent", test_a_silent_one_is_lost_after_5_s);
  ADD ("/front/recovered", test_a_master_comes_back);
  ADD ("/front/restart", test_a_restart_between_two_looks);
  return g_test_run ();
}
