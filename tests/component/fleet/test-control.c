/* The HTTP control over the loopback, and the other ways in: a file and a signal. */
#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <signal.h>
#include <unistd.h>
#include <utime.h>

#include "rj-control.h"
#include "rj-error.h"
#include "rj-mark-file.h"
#include "rj-mark-signal.h"
#include "rjt-wait.h"

typedef struct {
  RjClock *clock;
  RjControl *control;
  SoupSession *http;
  const char *state;
  GString *told; /* marks and faults */
  guint n_rendered;
} Fixture;

static const char *
get_state (gpointer user_data)
{
  return ((Fixture *) user_data)->state;
}

static char *
render_metrics (gpointer user_data)
{
  Fixture *f = user_data;

  return g_strdup_printf ("rejoin_times %u\n", ++f->n_rendered);
}

/* Without its port, which is never the same */
static void
tell (Fixture *f, const char *what, const char *text, const char *by)
{
  g_assert_true (g_str_has_prefix (by, "http 127.0.0.1:"));
  g_string_append_printf (f->told, "%s %s;", what, text != NULL ? text : "-");
}

static void
mark (const char *text, const char *by, gpointer user_data)
{
  tell (user_data, "mark", text, by);
}

static gboolean
fault (const char *what, const char *by, guint *index, GError **error, gpointer user_data)
{
  if (g_str_has_prefix (what, "run:"))
    g_set_error (error, RJ_ERROR, RJ_ERROR_REJECTED, "commands are not taken");
  else if (g_str_equal (what, "kill-node"))
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "there is no such fault");
  else {
    tell (user_data, "fault", what, by);
    *index = 7;
    return TRUE;
  }
  return FALSE;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  static const RjControlFuncs funcs = { get_state, render_metrics, mark, fault };
  g_autoptr (GError) error = NULL;

  f->clock = rj_fake_clock_new (0);
  f->http = soup_session_new ();
  f->state = "watching";
  f->told = g_string_new (NULL);
  f->control = rj_control_new (0, f->clock, &funcs, f, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->control);
  g_object_unref (f->http);
  g_object_unref (f->clock);
  g_string_free (f->told, TRUE);
}

static void
keep (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_object_ref (result);
  *(GAsyncResult **) user_data = result;
}

/* @header: (nullable) "Name: value". Returns: (transfer full): "status body", the body on one line */
static char *
ask (Fixture *f, const char *method, const char *path, const char *header, const char *body)
{
  g_autofree char *url = g_strconcat (rj_control_get_url (f->control), path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  g_auto (GStrv) parts = header == NULL ? NULL : g_strsplit (header, ": ", 2);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = NULL;
  const char *type = parts != NULL && g_str_equal (parts[0], "Content-Type") ? parts[1] : NULL;

  if (body != NULL) {
    bytes = g_bytes_new (body, strlen (body));
    soup_message_set_request_body_from_bytes (message, type != NULL ? type : "text/plain", bytes);
  }
  if (parts != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), parts[0], parts[1]);
  soup_session_send_and_read_async (f->http, message, G_PRIORITY_DEFAULT, NULL, keep, &result);
  rjt_wait_until (result != NULL);
  answer = soup_session_send_and_read_finish (f->http, result, &error);
  g_assert_no_error (error);
  if (soup_message_get_status (message) == SOUP_STATUS_METHOD_NOT_ALLOWED)
    g_assert_nonnull (
      soup_message_headers_get_one (soup_message_get_response_headers (message), "Allow"));
  return g_strdup_printf ("%u %.*s", soup_message_get_status (message),
                          (int) g_bytes_get_size (answer),
                          (const char *) g_bytes_get_data (answer, NULL));
}

#define JSON "Content-Type: application/json"

static void
test_what_is_answered (Fixture *f, gconstpointer unused)
{
  g_autofree char *long_text = g_strnfill (501, 'x');
  const struct {
    const char *method, *path, *header, *body, *answer;
  } rows[] = {
    { "GET", "/healthz", NULL, NULL, "200 {\"state\":\"watching\"}" },
    { "HEAD", "/healthz", NULL, NULL, "200 " },
    { "GET", "/healthz", "Host: localhost:1", NULL, "200 " },
    { "GET", "/healthz", "Host: [::1]", NULL, "200 " },
    { "GET", "/metrics", NULL, NULL, "200 rejoin_times 1" },
    { "POST", "/mark", NULL, NULL, "200 {\"mark\":\"\"}" },
    { "POST", "/mark", NULL, " pulled the plug\n", "200 {\"mark\":\"pulled the plug\"}" },
    { "POST", "/mark", JSON, "{\"text\":\"a\"}", "200 {\"mark\":\"a\"}" },
    { "POST", "/mark", JSON, "{}", "200 " },
    { "POST", "/mark?text=b%20c", NULL, NULL, "200 {\"mark\":\"b c\"}" },
    { "POST", "/fault", NULL, "kill-media-node:1",
      "200 {\"fault\":\"kill-media-node:1\",\"index\":7}" },
    { "POST", "/fault", JSON, "{\"fault\":\"kill it\"}", "200 " },
    { "POST", "/fault?fault=leave:bot-1", NULL, NULL, "200 " },
    /* refused */
    { "POST", "/fault", NULL, "kill-node", "400 {\"error\":\"there is no such fault\"}" },
    { "POST", "/fault", NULL, NULL, "400 {\"error\":\"say which fault" },
    { "POST", "/fault", NULL, "run:reboot", "403 {\"error\":\"commands are not taken\"}" },
    { "POST", "/fault", JSON, "{\"what\":\"kill-media-node\"}",
      "400 {\"error\":\"the body is not" },
    { "POST", "/fault", JSON, "kill-media-node", "400 {\"error\":\"the body is not" },
    { "POST", "/mark", NULL, "\xff", "400 {\"error\":\"that is not a text" },
    { "POST", "/mark", NULL, long_text, "400 {\"error\":\"that is not a text" },
    { "GET", "/fault", NULL, NULL, "405 {\"error\":\"/fault wants POST\"}" },
    { "DELETE", "/healthz", NULL, NULL, "405 {\"error\":\"/healthz wants GET\"}" },
    { "GET", "/", NULL, NULL, "404 {\"error\":\"there is no such path" },
    { "GET", "/healthz/x", NULL, NULL, "404 " },
    /* a web page must not do it */
    { "POST", "/mark", "Origin: http://evil.example", "x", "403 {\"error\":\"web pages" },
    { "GET", "/metrics", "Origin: http://127.0.0.1", NULL, "403 {\"error\":\"web pages" },
    { "POST", "/fault", "Host: evil.example", "kill-media-node", "403 {\"error\":\"the Host" },
    { "GET", "/healthz", "Host: 127.0.0.1.evil.example:80", NULL, "403 {\"error\":\"the Host" },
    { "POST", "/mark", "Transfer-Encoding: chunked", "x", "411 {\"error\":\"send the body" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *answer = ask (f, rows[i].method, rows[i].path, rows[i].header, rows[i].body);

    if (!g_str_has_prefix (answer, rows[i].answer))
      g_error ("%s %s %s: %s", rows[i].method, rows[i].path, rows[i].body, answer);
  }
  g_assert_cmpstr (f->told->str, ==,
                   "mark -;mark pulled the plug;mark a;mark -;mark b c;fault kill-media-node:1;"
                   "fault kill it;fault leave:bot-1;");
}

static void
test_a_long_body (Fixture *f, gconstpointer unused)
{
  g_autofree char *body = g_strnfill (65 * 1024, 'x');
  g_autofree char *answer = ask (f, "POST", "/mark", NULL, body);

  g_assert_true (g_str_has_prefix (answer, "413 {\"error\":\"the body is longer"));
  g_assert_cmpstr (f->told->str, ==, "");
}

static void
test_not_at_any_time (Fixture *f, gconstpointer unused)
{
  g_autofree char *early = NULL;
  g_autofree char *late = NULL;
  g_autofree char *state = NULL;

  f->state = "joining";
  early = ask (f, "POST", "/mark", NULL, "x");
  f->state = "leaving";
  late = ask (f, "POST", "/fault", NULL, "kill-media-node");
  state = ask (f, "GET", "/healthz", NULL, NULL);
  g_assert_true (g_str_has_prefix (early, "409 {\"error\":\"not now: the run is joining"));
  g_assert_true (g_str_has_prefix (late, "409 {\"error\":\"not now: the run is leaving"));
  g_assert_cmpstr (state, ==, "200 {\"state\":\"leaving\"}");
  g_assert_cmpstr (f->told->str, ==, "");
}

/* Who asks often costs little. */
static void
test_metrics_are_kept_for_a_second (Fixture *f, gconstpointer unused)
{
  g_autofree char *first = ask (f, "GET", "/metrics", NULL, NULL);
  g_autofree char *again = ask (f, "GET", "/metrics", NULL, NULL);
  g_autofree char *later = NULL;

  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), G_USEC_PER_SEC);
  later = ask (f, "GET", "/metrics", NULL, NULL);
  g_assert_cmpstr (first, ==, "200 rejoin_times 1\n");
  g_assert_cmpstr (again, ==, first);
  g_assert_cmpstr (later, ==, "200 rejoin_times 2\n");
}

static void
test_only_the_loopback (Fixture *f, gconstpointer unused)
{
  static const struct {
    const char *text;
    int port; /* -1: refused */
  } rows[] = {
    { "0", 0 },
    { "8080", 8080 },
    { "127.0.0.1:80", 80 },
    { "localhost:80", 80 },
    { "[::1]:80", 80 },
    { "0.0.0.0:80", -1 },
    { ":80", -1 },
    { "host:80", -1 },
    { "65536", -1 },
    { "web", -1 },
    { "", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    guint port = 0;
    gboolean ok = rj_control_parse_port (rows[i].text, &port, &error);

    g_assert_true (ok == (rows[i].port >= 0));
    if (ok)
      g_assert_cmpint (port, ==, rows[i].port);
    else
      g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
  }
}

static void
test_a_port_that_is_taken (Fixture *f, gconstpointer unused)
{
  g_autoptr (GUri) uri = g_uri_parse (rj_control_get_url (f->control), G_URI_FLAGS_NONE, NULL);
  g_autoptr (GError) error = NULL;
  RjControlFuncs none = { NULL };

  g_assert_null (rj_control_new (g_uri_get_port (uri), f->clock, &none, NULL, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT);
  g_assert_nonnull (strstr (error->message, "or 0 for any"));
}

/* --- the other ways in --- */

static void
note (gint64 us, gpointer user_data)
{
  g_array_append_val ((GArray *) user_data, us);
}

typedef struct {
  GArray *marks;    /* of gint64 */
  gboolean stamped; /* the last one */
} Noted;

static void
note_file (gint64 us, gboolean stamped, gpointer user_data)
{
  Noted *noted = user_data;

  g_array_append_val (noted->marks, us);
  noted->stamped = stamped;
}

static void
test_a_signal (void)
{
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (gint64));
  RjMarkSignal *watch = rj_mark_signal_new (note, marks, NULL);
  gint64 before_us = g_get_monotonic_time ();
  gint64 after_us;

  kill (getpid (), SIGUSR1);
  after_us = g_get_monotonic_time ();
  rjt_wait_until (marks->len == 1);
  /* the moment of the signal, and not that at which the loop came to it */
  g_assert_cmpint (g_array_index (marks, gint64, 0), >=, before_us);
  g_assert_cmpint (g_array_index (marks, gint64, 0), <=, after_us);
  rj_mark_signal_free (watch);
  kill (getpid (), SIGUSR1); /* ends nobody */
}

static void
test_a_file (void)
{
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree char *folder = g_dir_make_tmp ("rejoin-mark-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "mark", NULL);
  g_autofree char *old = g_build_filename (folder, "old", NULL);
  Noted noted = { marks, FALSE };
  RjMarkFile *watch;
  gint64 before_us, after_us;

  g_assert_true (g_file_set_contents (path, "left over", -1, NULL));
  watch = rj_mark_file_new (path, note_file, &noted, NULL);
  g_assert_true (rj_mark_file_was_there (watch));
  g_assert_true (g_file_set_contents (old, "", -1, NULL));
  g_assert_cmpint (g_utime (old, &(struct utimbuf){ 1000, 1000 }), ==, 0);
  g_assert_cmpint (g_remove (path), ==, 0);
  before_us = g_get_monotonic_time ();
  g_assert_true (g_file_set_contents (path, "1", -1, NULL));
  after_us = g_get_monotonic_time ();
  rjt_wait_until (marks->len == 1);
  /* the kernel's stamps of files are up to a tick older than its clock */
  g_assert_cmpint (g_array_index (marks, gint64, 0), >, before_us - 20000);
  g_assert_cmpint (g_array_index (marks, gint64, 0), <=,
                   noted.stamped ? after_us : g_get_monotonic_time ());
  g_assert_cmpint (g_remove (path), ==, 0);
  before_us = g_get_monotonic_time ();
  g_assert_cmpint (g_rename (old, path), ==, 0); /* one that was made long ago: arrival counts */
  rjt_wait_until (marks->len == 2);
  g_assert_cmpint (g_array_index (marks, gint64, 1), >=, before_us);
  g_assert_false (noted.stamped);
  rj_mark_file_free (watch);
  g_remove (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/control/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("answers", test_what_is_answered);
  ADD ("long-body", test_a_long_body);
  ADD ("times", test_not_at_any_time);
  ADD ("metrics", test_metrics_are_kept_for_a_second);
  ADD ("loopback", test_only_the_loopback);
  ADD ("port", test_a_port_that_is_taken);
  g_test_add_func ("/mark/signal", test_a_signal);
  g_test_add_func ("/mark/file", test_a_file);
  return g_test_run ();
}
