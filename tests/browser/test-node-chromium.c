/* Chromium as a witness of the media node: it publishes its fake camera and microphone and watches itself through the
 * node, with the control protocol in its own hands; then its publishing endpoint is replaced, and the watching one
 * goes on. Skipped without Chromium. */
#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "rj-json.h"
#include "rj-node.h"

#define DEADLINE_S 60

typedef struct {
  SoupServer *server;
  GSubprocess *browser;
  char *profile_dir;
  RjNode *node;
  char *trouble;      /* what the page complained of */
  JsonObject *report; /* the page's last one */
} Fixture;

static gboolean
wake_up (gpointer unused)
{
  return G_SOURCE_REMOVE;
}

static void
wait_for (Fixture *f, gboolean (*condition) (Fixture *f), const char *what)
{
  gint64 deadline_us = g_get_monotonic_time () + DEADLINE_S * G_USEC_PER_SEC;

  while (!condition (f)) {
    guint id = g_timeout_add (50, wake_up, NULL);

    g_main_context_iteration (NULL, TRUE);
    if (g_main_context_find_source_by_id (NULL, id) != NULL)
      g_source_remove (id);
    g_assert_cmpstr (f->trouble, ==, NULL);
    if (g_get_monotonic_time () > deadline_us) {
      g_autofree char *last = f->report == NULL ? NULL : rj_json_object_to_text (f->report);

      g_error ("not seen: %s; the page's last report: %s", what, last);
    }
  }
}

/* --- the page's server --- */

static char *
take_body (SoupServerMessage *message)
{
  g_autoptr (GBytes) body =
    soup_message_body_flatten (soup_server_message_get_request_body (message));

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  Fixture *f = data;
  g_autofree char *body = take_body (message);
  const char *type = "text/plain";
  char *answer = NULL;

  if (g_str_equal (path, "/")) {
    type = "text/html";
    g_assert_true (g_file_get_contents (PAGE, &answer, NULL, NULL));
  } else if (g_str_equal (path, "/report")) {
    g_clear_pointer (&f->report, json_object_unref);
    f->report = rj_json_parse_object (body, -1, NULL);
  } else if (g_str_equal (path, "/trouble")) {
    f->trouble = g_steal_pointer (&body);
  }
  if (answer == NULL)
    answer = g_strdup ("");
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, answer, strlen (answer));
}

static char *
start_server (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GUri) uri = NULL;
  GSList *uris;

  f->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (f->server, NULL, on_request, f, NULL);
  soup_server_listen_local (f->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (f->server);
  uri = g_uri_ref (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return g_strdup_printf ("http://127.0.0.1:%d/?port=%u", g_uri_get_port (uri),
                          rj_node_get_port (f->node));
}

/* In the child: the browser must not outlive a test that was aborted. */
static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_browser (Fixture *f, const char *chromium, const char *url)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
    G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;
  g_autofree char *profile = NULL;

  f->profile_dir = g_dir_make_tmp ("rj-chromium-XXXXXX", &error);
  g_assert_no_error (error);
  profile = g_strconcat ("--user-data-dir=", f->profile_dir, NULL);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  f->browser = g_subprocess_launcher_spawn (
    launcher, &error, chromium, "--headless", "--no-sandbox", "--disable-gpu",
    "--disable-dev-shm-usage", "--no-first-run", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", profile, url, NULL);
  g_assert_no_error (error);
}

/* --- what is tested --- */

static gint64
read_report (Fixture *f, const char *name)
{
  return rj_json_get_int (f->report, name, -1);
}

static gboolean
is_done (Fixture *f)
{
  return f->report != NULL && g_str_equal (rj_json_get_string (f->report, "phase", ""), "done");
}

static void
remove_profile (Fixture *f)
{
  const char *argv[] = { "rm", "-rf", "--", f->profile_dir, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_free (f->profile_dir);
}

static void
run_case (gconstpointer loopback_only)
{
  RjNodeConfig config = { .loopback_only = GPOINTER_TO_INT (loopback_only) };
  g_autofree char *chromium = g_find_program_in_path ("chromium");
  g_autofree char *url = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *last = NULL;
  Fixture f = { 0 };

  if (chromium == NULL) {
    g_test_skip ("chromium is not installed");
    return;
  }
  f.node = rj_node_new (&config);
  rj_node_listen (f.node, &error);
  g_assert_no_error (error);
  url = start_server (&f);
  start_browser (&f, chromium, url);
  wait_for (&f, is_done, "frames before and after the publishing endpoint was replaced");
  last = rj_json_object_to_text (f.report);
  g_test_message ("%s", last);
  g_assert_cmpint (read_report (&f, "lost"), ==, 0);
  g_assert_cmpint (read_report (&f, "nacks"), ==, 0);
  g_assert_cmpint (read_report (&f, "width"), ==, 640);
  g_assert_cmpint (read_report (&f, "keyFrames"), >=, 2);
  g_subprocess_force_exit (f.browser);
  g_subprocess_wait (f.browser, NULL, NULL);
  remove_profile (&f);
  g_object_unref (f.browser);
  g_object_unref (f.server);
  g_object_unref (f.node);
  json_object_unref (f.report);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/node/chromium/loopback", GINT_TO_POINTER (TRUE), run_case);
  g_test_add_data_func ("/node/chromium/all-interfaces", GINT_TO_POINTER (FALSE), run_case);
  return g_test_run ();
}
