/* The app server, between somebody who wants a token and a server that says what it is told to say. */
#include <libsoup/soup.h>

#include "rj-app-server.h"
#include "rj-json.h"
#include "rjt-wait.h"

#define PATH  "/api/get-token"
#define TOKEN "ws://127.0.0.1:1?sessionId=room&token=tok_Aaaaaaaaaaaaaaaa"

typedef struct {
  RjClock *clock;
  SoupServer *openvidu;
  GQueue statuses; /* of its next answers; then 200 */
  GString *asked;  /* "session connection …" */
  RjAppServer *app;
  char *url;
} Stage;

static void
on_openvidu (
  SoupServer *http, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Stage *s = data;
  gboolean connection = g_str_has_suffix (path, "/connection");
  guint status = GPOINTER_TO_UINT (g_queue_pop_head (&s->statuses));
  const char *text = connection ? "{\"token\":\"" TOKEN "\"}" : "{\"id\":\"room\"}";

  g_assert_cmpstr (
    path, ==, connection ? "/openvidu/api/sessions/room/connection" : "/openvidu/api/sessions");
  g_string_append (s->asked, connection ? "connection " : "session ");
  soup_server_message_set_status (message, status == 0 ? 200 : status, NULL);
  if (status == 0)
    soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, text,
                                      strlen (text));
}

static char *
get_url (SoupServer *http)
{
  GSList *uris = soup_server_get_uris (http);
  char *url = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return url;
}

static void
set_up (Stage *s, gconstpointer unused)
{
  g_autofree char *openvidu = NULL;
  g_autoptr (GError) error = NULL;

  s->clock = rj_fake_clock_new (0);
  s->asked = g_string_new (NULL);
  g_queue_init (&s->statuses);
  s->openvidu = soup_server_new (NULL, NULL);
  soup_server_listen_local (s->openvidu, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  soup_server_add_handler (s->openvidu, NULL, on_openvidu, s, NULL);
  openvidu = get_url (s->openvidu);
  s->app = rj_app_server_new (openvidu, "secret", s->clock);
  g_assert_true (rj_app_server_listen (s->app, 0, NULL, &error));
  s->url = g_strdup_printf ("http://127.0.0.1:%u" PATH, rj_app_server_get_port (s->app));
}

static void
tear_down (Stage *s, gconstpointer unused)
{
  rj_app_server_stop (s->app);
  g_clear_object (&s->app);
  soup_server_disconnect (s->openvidu);
  g_clear_object (&s->openvidu);
  g_queue_clear (&s->statuses);
  g_string_free (s->asked, TRUE);
  g_free (s->url);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&s->clock);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* Returns: (transfer full): the body. @n_pauses: how often 100 ms must pass until then */
static char *
ask (Stage *s, guint n_pauses, guint status)
{
  g_autoptr (SoupSession) http = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("POST", s->url);
  g_autoptr (GBytes) wish = g_bytes_new_static ("{\"sessionId\":\"room\"}", 20);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;

  soup_message_set_request_body_from_bytes (message, "application/json", wish);
  soup_session_send_and_read_async (http, message, 0, NULL, on_done, &result);
  for (guint i = 0; i < n_pauses; i++) {
    rjt_wait_until (rj_fake_clock_get_next_us (RJ_FAKE_CLOCK (s->clock)) >= 0);
    g_assert_null (result);
    rj_fake_clock_advance_us (RJ_FAKE_CLOCK (s->clock), 100 * 1000);
  }
  rjt_wait_until (result != NULL);
  bytes = soup_session_send_and_read_finish (http, result, NULL);
  g_assert_cmpuint (soup_message_get_status (message), ==, status);
  return g_bytes_get_size (bytes) == 0
           ? g_strdup ("")
           : g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_a_token (Stage *s, gconstpointer unused)
{
  g_autofree char *body = ask (s, 0, 200);

  g_assert_cmpstr (body, ==, "{\"token\":\"" TOKEN "\"}");
  g_assert_cmpstr (s->asked->str, ==, "session connection ");
}

static void
test_a_session_that_exists_is_fine (Stage *s, gconstpointer unused)
{
  g_autofree char *body = NULL;

  g_queue_push_tail (&s->statuses, GUINT_TO_POINTER (409));
  body = ask (s, 0, 200);
  g_assert_cmpstr (body, ==, "{\"token\":\"" TOKEN "\"}");
}

static void
test_a_session_that_vanishes_is_404 (Stage *s, gconstpointer unused)
{
  g_autofree char *body = NULL;

  g_queue_push_tail (&s->statuses, GUINT_TO_POINTER (409));
  g_queue_push_tail (&s->statuses, GUINT_TO_POINTER (404));
  body = ask (s, 0, 404);
  g_assert_cmpstr (body, ==, "");
  g_assert_cmpstr (s->asked->str, ==, "session connection ");
}

static void
test_an_absent_server_is_asked_again (Stage *s, gconstpointer unused)
{
  static const guint statuses[] = { 500, 502, 503, 504, 404, 409, 503 };
  g_autofree char *body = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    g_queue_push_tail (&s->statuses, GUINT_TO_POINTER (statuses[i]));
  body = ask (s, 6, 200); /* after each but the 409 */
  g_assert_cmpstr (body, ==, "{\"token\":\"" TOKEN "\"}");
  g_assert_cmpstr (s->asked->str, ==,
                   "session session session session session session connection connection ");
}

static void
test_a_refusal_is_500 (Stage *s, gconstpointer unused)
{
  static const guint statuses[] = { 401, 400, 403 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (JsonObject) object = NULL;
    g_autofree char *body = NULL;

    g_queue_push_tail (&s->statuses, GUINT_TO_POINTER (statuses[i]));
    body = ask (s, 0, 500);
    object = rj_json_parse_object (body, -1, NULL);
    g_assert_nonnull (rj_json_get_string (object, "error", NULL));
    g_assert_nonnull (rj_json_get_string (object, "stacktrace", NULL));
    g_assert_nonnull (rj_json_get_string (object, "exception", NULL));
    g_assert_null (strstr (body, "secret"));
  }
}

static void
add (const char *path, void (*func) (Stage *, gconstpointer))
{
  g_test_add (path, Stage, NULL, set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/server-1/token", test_a_token);
  add ("/server-1/exists", test_a_session_that_exists_is_fine);
  add ("/server-1/vanished", test_a_session_that_vanishes_is_404);
  add ("/server-1/absent", test_an_absent_server_is_asked_again);
  add ("/server-1/refused", test_a_refusal_is_500);
  return g_test_run ();
}
