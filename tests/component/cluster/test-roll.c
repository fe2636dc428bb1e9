/* Media nodes that are taken out of service and back: what the servers are told, and when, beside what becomes of
 * the processes. This program is its own child: with an argument it plays a media node. */
#include <libsoup/soup.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rj-error.h"
#include "rj-event-log.h"
#include "rj-json.h"
#include "rj-roll.h"

#define DEADLINE_US (10 * G_USEC_PER_SEC)
#define LOOK_US     (50 * 1000)
#define NODES_PATH  "/openvidu/api/media-nodes"

typedef struct {
  SoupServer *http;
  char *url;
  GHashTable *nodes; /* uri -> how often it is still listed as not connected */
  gboolean is_single;
  gboolean is_silent;
} Server;

typedef struct {
  RjClock *clock;
  RjRoll *roll;
  Server servers[2];
  RjChild *children[2];
  GString *story; /* what happened, in order */
  GAsyncResult *result;
} Fixture;

static Fixture *current; /* of the test that runs */

/* --- servers that only know about nodes --- */

static JsonObject *
list_nodes (Server *server)
{
  JsonArray *content = json_array_new ();
  GHashTableIter iter;
  gpointer uri, left;

  g_hash_table_iter_init (&iter, server->nodes);
  while (g_hash_table_iter_next (&iter, &uri, &left)) {
    json_array_add_object_element (content,
                                   rj_json_build ("id", 's', uri, "uri", 's', uri, "connected", 'b',
                                                  GPOINTER_TO_INT (left) == 0, NULL));
    if (GPOINTER_TO_INT (left) > 0)
      g_hash_table_iter_replace (&iter, GINT_TO_POINTER (GPOINTER_TO_INT (left) - 1));
  }
  return rj_json_build ("content", 'a', content, NULL);
}

static void
tell (const char *what, guint number)
{
  g_string_append_printf (current->story, "%s%u ", what, number);
}

static void
change_nodes (Server *server, SoupServerMessage *message, const char *path)
{
  g_autoptr (GBytes) bytes =
    soup_message_body_flatten (soup_server_message_get_request_body (message));
  g_autoptr (JsonObject) body = NULL;
  guint number = server - current->servers;

  if (g_str_equal (soup_server_message_get_method (message), "DELETE")) {
    g_assert_true (g_hash_table_remove (server->nodes, path + strlen (NODES_PATH "/")));
    tell ("withdraw", number);
    return;
  }
  body =
    rj_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL);
  g_hash_table_insert (server->nodes, g_strdup (rj_json_get_string (body, "uri", "?")),
                       GINT_TO_POINTER (2));
  tell ("add", number);
}

static void
on_request (
  SoupServer *http, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Server *server = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (JsonObject) list = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpstr (soup_message_headers_get_one (headers, "Authorization"), ==,
                   "Basic T1BFTlZJRFVBUFA6c2VjcmV0");
  g_assert_true (g_str_has_prefix (path, NODES_PATH));
  if (server->is_silent) {
    soup_server_message_pause (message);
    return;
  }
  soup_server_message_set_status (message, server->is_single ? 403 : 200, NULL);
  if (server->is_single)
    return;
  if (g_str_equal (soup_server_message_get_method (message), "GET")) {
    list = list_nodes (server);
    text = rj_json_object_to_text (list);
    soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, text,
                                      strlen (text));
  } else {
    change_nodes (server, message, path);
  }
}

static void
start_server (Server *server)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  server->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  server->http = soup_server_new (NULL, NULL);
  soup_server_add_handler (server->http, NULL, on_request, server, NULL);
  soup_server_listen_local (server->http, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server->http);
  server->url = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

/* --- nodes that only live and die --- */

static int
play_node (void)
{
  g_autoptr (RjEventLog) events = rj_event_log_new_for_fd (RJ_PROCESS_EVENTS_FD, "cluster");
  g_autoptr (JsonObject) config = NULL;
  RjEvent *ready = rj_event_new ("ready");
  char line[1024];

  if (fgets (line, sizeof line, stdin) == NULL)
    return 1;
  config = rj_json_parse_object (line, -1, NULL);
  rj_event_set_int (ready, "port", rj_json_get_int (config, "port", 0));
  rj_event_sink_emit (RJ_EVENT_SINK (events), ready);
  if (rj_json_get_bool (config, "deaf", FALSE))
    signal (SIGTERM, SIG_IGN);
  for (;;)
    pause ();
}

static void
on_ready (RjChild *child, gpointer unused)
{
  tell ("start", rj_child_get_index (child));
}

static void
on_ended (RjChild *child, gpointer unused)
{
  tell ("end", rj_child_get_index (child));
}

static gboolean G_GNUC_NORETURN
on_deadline (gpointer unused)
{
  g_error ("nothing happened in time: %s", current->story->str);
}

#define wait_until(condition)                                                                      \
  do {                                                                                             \
    guint guard = g_timeout_add (DEADLINE_US / 1000, on_deadline, NULL);                           \
                                                                                                   \
    while (!(condition))                                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (guard);                                                                       \
  } while (0)

static void
start_node (Fixture *f, guint index, gboolean deaf)
{
  g_autoptr (GError) error = NULL;

  f->children[index] = rj_child_new ("play-node", "media-node", index, NULL);
  g_signal_connect (f->children[index], "ready", G_CALLBACK (on_ready), NULL);
  g_signal_connect (f->children[index], "ended", G_CALLBACK (on_ended), NULL);
  g_assert_true (rj_child_start (
    f->children[index],
    rj_json_build ("port", 'i', (gint64) (7000 + index), "deaf", 'b', deaf, NULL), &error));
  wait_until (rj_child_is_ready (f->children[index]));
  for (guint i = 0; i < 2; i++)
    g_hash_table_insert (f->servers[i].nodes,
                         g_strdup_printf ("ws://127.0.0.1:%u/kurento", 7000 + index), NULL);
}

/* --- tests --- */

static void
set_up (Fixture *f, gconstpointer deaf)
{
  current = f;
  f->story = g_string_new (NULL);
  f->clock = rj_fake_clock_new (0);
  f->roll = rj_roll_new ("secret", f->clock);
  for (guint i = 0; i < 2; i++)
    start_server (&f->servers[i]);
  for (guint i = 0; i < 2; i++)
    start_node (f, i, deaf != NULL);
  g_string_truncate (f->story, 0);
}

static void
tear_down (Fixture *f, gconstpointer deaf)
{
  g_clear_object (&f->result);
  g_clear_object (&f->roll);
  for (guint i = 0; i < 2; i++) {
    rj_child_send_signal (f->children[i], SIGKILL, NULL);
    wait_until (!rj_child_is_running (f->children[i]));
    g_object_unref (f->children[i]);
    g_object_unref (f->servers[i].http);
    g_hash_table_unref (f->servers[i].nodes);
    g_free (f->servers[i].url);
  }
  g_clear_object (&f->clock);
  g_string_free (f->story, TRUE);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_null (((Fixture *) data)->result);
  ((Fixture *) data)->result = g_object_ref (result);
}

static void
begin (Fixture *f, guint n_servers, guint n_nodes, gboolean again)
{
  g_autoptr (GStrvBuilder) servers = g_strv_builder_new ();
  GPtrArray *nodes = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n_servers; i++)
    g_strv_builder_add (servers, f->servers[i].url);
  for (guint i = 0; i < n_nodes; i++)
    g_ptr_array_add (nodes, g_object_ref (f->children[i]));
  rj_roll_async (f->roll, g_strv_builder_end (servers), nodes, again, on_done, f);
}

static void
advance (Fixture *f, gint64 us)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), us);
}

static gboolean
is_due_within (Fixture *f, gint64 us)
{
  gint64 next_us = rj_fake_clock_get_next_us (RJ_FAKE_CLOCK (f->clock));

  return next_us >= 0 && next_us <= us;
}

/* Whoever looks for a connection looks again when the clock goes on. Returns: @is_true() */
static gboolean
look_until (Fixture *f, gboolean (*is_true) (Fixture *))
{
  while (!is_true (f) && is_due_within (f, LOOK_US)) /* to advance runs the main context, too */
    advance (f, LOOK_US);
  return is_true (f);
}

static gboolean
is_over (Fixture *f)
{
  return f->result != NULL;
}

static gboolean
is_pausing (Fixture *f)
{
  return is_due_within (f, RJ_ROLL_PAUSE_US) && !is_due_within (f, RJ_ROLL_PAUSE_US - 1);
}

static void
finish (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rj_roll_finish (f->roll, f->result, &error));
  g_assert_no_error (error);
}

static void
test_one_after_the_other (Fixture *f, gconstpointer unused)
{
  begin (f, 1, 2, TRUE);
  g_assert_true (rj_roll_expects_end (f->roll, f->children[0]));
  wait_until (look_until (f, is_pausing));
  g_assert_cmpstr (f->story->str, ==, "withdraw0 end0 start0 add0 ");
  g_assert_false (rj_roll_expects_end (f->roll, f->children[0]));
  advance (f, RJ_ROLL_PAUSE_US);
  wait_until (look_until (f, is_over));
  g_assert_cmpstr (f->story->str, ==, "withdraw0 end0 start0 add0 withdraw0 end1 start1 add0 ");
  finish (f);
  for (guint i = 0; i < 2; i++)
    g_assert_true (rj_child_is_ready (f->children[i]));
}

static void
test_every_master_is_told (Fixture *f, gconstpointer unused)
{
  begin (f, 2, 1, TRUE);
  wait_until (look_until (f, is_over));
  g_assert_cmpstr (f->story->str, ==, "withdraw0 withdraw1 end0 start0 add0 add1 ");
  finish (f);
}

static void
test_a_dead_master_is_passed_over (Fixture *f, gconstpointer unused)
{
  soup_server_disconnect (f->servers[0].http);
  begin (f, 2, 1, TRUE);
  wait_until (look_until (f, is_over));
  g_assert_cmpstr (f->story->str, ==, "withdraw1 end0 start0 add1 ");
  finish (f);
}

static void
test_the_only_node_just_goes_and_comes (Fixture *f, gconstpointer unused)
{
  f->servers[0].is_single = TRUE;
  begin (f, 1, 1, TRUE);
  wait_until (f->result != NULL);
  g_assert_cmpstr (f->story->str, ==, "end0 start0 ");
  finish (f);
}

static void
test_out_for_good (Fixture *f, gconstpointer unused)
{
  begin (f, 1, 1, FALSE);
  wait_until (f->result != NULL);
  g_assert_cmpstr (f->story->str, ==, "withdraw0 end0 ");
  g_assert_true (rj_roll_expects_end (f->roll, f->children[0]));
  g_assert_false (rj_child_is_running (f->children[0]));
  finish (f);
}

static void
test_who_does_not_end_is_killed (Fixture *f, gconstpointer deaf)
{
  begin (f, 1, 1, FALSE);
  wait_until (is_due_within (f, 2 * G_USEC_PER_SEC));
  g_assert_cmpstr (f->story->str, ==, "withdraw0 ");
  advance (f, 2 * G_USEC_PER_SEC);
  wait_until (f->result != NULL);
  g_assert_cmpstr (f->story->str, ==, "withdraw0 end0 ");
  finish (f);
}

static void
check_stopped (Fixture *f)
{
  g_autoptr (GError) error = NULL;

  rj_roll_stop (f->roll);
  wait_until (f->result != NULL);
  g_assert_false (rj_roll_finish (f->roll, f->result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_stopped_while_a_server_is_asked (Fixture *f, gconstpointer unused)
{
  f->servers[0].is_silent = TRUE;
  begin (f, 1, 1, TRUE);
  check_stopped (f);
}

static void
test_stopped_while_a_node_ends (Fixture *f, gconstpointer deaf)
{
  begin (f, 1, 1, TRUE);
  wait_until (is_due_within (f, 2 * G_USEC_PER_SEC));
  check_stopped (f);
}

static void
add (const char *path, gboolean deaf, void (*func) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, GINT_TO_POINTER (deaf), set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  if (argc > 1 && strcmp (argv[1], "play-node") == 0)
    return play_node ();
  g_test_init (&argc, &argv, NULL);
  add ("/cluster/roll/all", FALSE, test_one_after_the_other);
  add ("/cluster/roll/masters", FALSE, test_every_master_is_told);
  add ("/cluster/roll/dead-master", FALSE, test_a_dead_master_is_passed_over);
  add ("/cluster/roll/single", FALSE, test_the_only_node_just_goes_and_comes);
  add ("/cluster/roll/out", FALSE, test_out_for_good);
  add ("/cluster/roll/deaf", TRUE, test_who_does_not_end_is_killed);
  add ("/cluster/roll/stopped-asking", FALSE, test_stopped_while_a_server_is_asked);
  add ("/cluster/roll/stopped-ending", TRUE, test_stopped_while_a_node_ends);
  return g_test_run ();
}
