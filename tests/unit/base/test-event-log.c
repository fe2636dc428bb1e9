#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rj-error.h"
#include "rj-event-log.h"
#include "rj-json.h"

typedef struct {
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("rj-event-log-XXXXXX", &error);
  g_assert_no_error (error);
  f->path = g_build_filename (f->folder, "events.jsonl", NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_remove (f->path);
  g_rmdir (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

static RjEvent *
make_event (guint number)
{
  RjEvent *event = rj_event_new_at ("joined", 1000 + number);

  event->session = g_strdup ("A");
  event->participant = g_strdup ("ann");
  event->attempt = 2;
  event->peer = g_strdup ("publish");
  event->edge = g_strdup ("ann>bob");
  rj_event_set_int (event, "number", number);
  rj_event_set_string (event, "text", "two\nlines, \"quoted\"");
  rj_event_set_string (event, "nothing", NULL);
  rj_event_set_double (event, "share", 0.25);
  rj_event_set_bool (event, "ok", TRUE);
  return event;
}

static void
emit (RjEventLog *log, guint number)
{
  rj_event_sink_emit (RJ_EVENT_SINK (log), make_event (number));
}

/* Every line is a whole event, numbered from 0. Returns: how many */
static guint
check_lines (const char *path)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GError) error = NULL;
  guint n_lines;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  n_lines = g_strv_length (lines) - 1;
  g_assert_cmpstr (lines[n_lines], ==, ""); /* the last one is complete */
  for (guint i = 0; i < n_lines; i++) {
    g_autoptr (JsonObject) line = rj_json_parse_object (lines[i], -1, &error);

    g_assert_no_error (error);
    g_assert_cmpint (rj_json_get_int (line, "seq", -1), ==, i);
    g_assert_cmpint (rj_json_get_int (rj_json_get_object (line, "data"), "number", -1), ==, i);
  }
  return n_lines;
}

static void
test_a_line_has_the_members_of_the_schema (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjEventLog) log = rj_event_log_new (f->path, "run-1", NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) line = NULL;
  g_autoptr (RjEvent) again = NULL;
  const char *wall;

  emit (log, 0);
  g_file_get_contents (f->path, &text, NULL, NULL);
  line = rj_json_parse_object (text, -1, NULL);
  g_assert_cmpint (rj_json_get_int (line, "v", 0), ==, 1);
  g_assert_cmpstr (rj_json_get_string (line, "run", ""), ==, "run-1");
  g_assert_cmpstr (rj_json_get_string (line, "host", ""), !=, "");
  g_assert_cmpstr (rj_json_get_string (line, "boot_id", ""), !=, "");
  g_assert_cmpint (rj_json_get_int (line, "mono_us", 0), ==, 1000);
  g_assert_cmpstr (rj_json_get_string (line, "source", ""), ==, "runner");
  wall = rj_json_get_string (line, "wall", "");
  g_assert_true (
    g_regex_match_simple ("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z$", wall, 0, 0));

  again = rj_event_parse (line, NULL);
  g_assert_cmpstr (again->type, ==, "joined");
  g_assert_cmpstr (again->session, ==, "A");
  g_assert_cmpstr (again->participant, ==, "ann");
  g_assert_cmpuint (again->attempt, ==, 2);
  g_assert_cmpstr (again->peer, ==, "publish");
  g_assert_cmpstr (again->edge, ==, "ann>bob");
  g_assert_cmpstr (rj_json_get_string (again->data, "text", ""), ==, "two\nlines, \"quoted\"");
  g_assert_false (rj_json_has (again->data, "nothing"));
  g_assert_cmpfloat (rj_json_get_double (again->data, "share", 0), ==, 0.25);
  g_assert_true (rj_json_get_bool (again->data, "ok", FALSE));
}

static void
test_the_wall_time_belongs_to_the_moment_of_the_event (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjEventLog) log = rj_event_log_new (f->path, "r", NULL);
  gint64 mono_us = g_get_monotonic_time () - 5 * G_USEC_PER_SEC;
  gint64 wall_us = g_get_real_time () - 5 * G_USEC_PER_SEC;
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) line = NULL;
  g_autoptr (GDateTime) wall = NULL;

  rj_event_sink_emit (RJ_EVENT_SINK (log), rj_event_new_at ("x", mono_us));
  g_file_get_contents (f->path, &text, NULL, NULL);
  line = rj_json_parse_object (text, -1, NULL);
  wall = g_date_time_new_from_iso8601 (rj_json_get_string (line, "wall", ""), NULL);
  g_assert_cmpint (ABS (g_date_time_to_unix (wall) - wall_us / G_USEC_PER_SEC), <=, 1);
}

/* A datagram socket keeps writes apart */
static void
test_a_line_is_one_write (Fixture *f, gconstpointer unused)
{
  int ends[2];
  g_autoptr (RjEventLog) log = NULL;
  char buffer[8192];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), ==, 0);
  log = rj_event_log_new_for_fd (ends[0], "r");
  for (guint i = 0; i < 5; i++)
    emit (log, i);
  for (guint i = 0; i < 5; i++) {
    gssize n = recv (ends[1], buffer, sizeof buffer, MSG_DONTWAIT);
    g_autoptr (JsonObject) line = NULL;

    g_assert_cmpint (n, >, 0);
    g_assert_true (memchr (buffer, '\n', n) == buffer + n - 1);
    line = rj_json_parse_object (buffer, n - 1, NULL);
    g_assert_cmpint (rj_json_get_int (line, "seq", -1), ==, i);
  }
  g_assert_cmpint (recv (ends[1], buffer, sizeof buffer, MSG_DONTWAIT), <, 0);
  close (ends[1]);
}

static void
test_an_old_file_is_truncated (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjEventLog) log = NULL;

  g_file_set_contents (f->path, "old\nold\n", -1, NULL);
  log = rj_event_log_new (f->path, "r", NULL);
  emit (log, 0);
  g_assert_cmpuint (check_lines (f->path), ==, 1);
}

static void
test_a_folder_that_is_not_there_is_said_with_its_remedy (Fixture *f, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (f->folder, "no", "events.jsonl", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (rj_event_log_new (path, "r", &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, "--events"));
}

static void
test_a_full_device_is_remembered_and_counted (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjEventLog) log = rj_event_log_new ("/dev/full", "r", NULL);

  g_assert_no_error (rj_event_log_get_error (log));
  for (guint i = 0; i < 3; i++)
    emit (log, i);
  g_assert_error (rj_event_log_get_error (log), RJ_ERROR, RJ_ERROR_ENVIRONMENT);
  g_assert_cmpuint (rj_event_log_get_n_lost (log), ==, 3);
}

/* A limit on the size of files, in a process of its own, fills up in the middle of a line */
static void
test_a_full_disk_leaves_whole_lines (Fixture *f, gconstpointer unused)
{
  const char *path = g_getenv ("RJT_FULL_DISK_PATH");

  if (g_test_subprocess ()) {
    struct rlimit limit = { 1500, 1500 };
    g_autoptr (RjEventLog) log = NULL;

    g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
    signal (SIGXFSZ, SIG_IGN);
    log = rj_event_log_new (path, "r", NULL);
    for (guint i = 0; i < 20; i++)
      emit (log, i);
    g_assert_error (rj_event_log_get_error (log), RJ_ERROR, RJ_ERROR_ENVIRONMENT);
    g_assert_cmpuint (rj_event_log_get_n_lost (log), ==, 20 - check_lines (path));
    return;
  }
  g_setenv ("RJT_FULL_DISK_PATH", f->path, TRUE);
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_assert_cmpuint (check_lines (f->path), >=, 2);
  g_assert_cmpuint (check_lines (f->path), <, 20);
}

static void
test_a_reader_that_went_away_is_no_crash (Fixture *f, gconstpointer unused)
{
  int ends[2];
  g_autoptr (RjEventLog) log = NULL;

  signal (SIGPIPE, SIG_IGN);
  g_assert_cmpint (pipe (ends), ==, 0);
  log = rj_event_log_new_for_fd (ends[1], "r");
  close (ends[0]);
  emit (log, 0);
  emit (log, 1);
  g_assert_error (rj_event_log_get_error (log), RJ_ERROR, RJ_ERROR_ENVIRONMENT);
  g_assert_cmpuint (rj_event_log_get_n_lost (log), ==, 2);
  signal (SIGPIPE, SIG_DFL);
}

static void
test_a_tee_gives_to_all_and_fills_in_the_time (Fixture *f, gconstpointer unused)
{
  g_autofree char *second = g_build_filename (f->folder, "second.jsonl", NULL);
  g_autoptr (RjEventLog) one = rj_event_log_new (f->path, "r", NULL);
  g_autoptr (RjEventLog) two = rj_event_log_new (second, "r", NULL);
  g_autoptr (RjEventTee) tee = rj_event_tee_new ();
  gint64 before_us = g_get_monotonic_time ();
  g_autofree char *text = NULL;
  g_autofree char *other = NULL;
  g_autoptr (JsonObject) line = NULL;
  g_autoptr (JsonObject) copy = NULL;

  rj_event_tee_add (tee, RJ_EVENT_SINK (one));
  rj_event_tee_add (tee, RJ_EVENT_SINK (two));
  rj_event_sink_emit (RJ_EVENT_SINK (tee), rj_event_new ("x"));
  g_file_get_contents (f->path, &text, NULL, NULL);
  g_file_get_contents (second, &other, NULL, NULL);
  line = rj_json_parse_object (text, -1, NULL);
  copy = rj_json_parse_object (other, -1, NULL);
  g_assert_cmpint (rj_json_get_int (line, "mono_us", 0), >=, before_us);
  g_assert_cmpint (rj_json_get_int (line, "mono_us", 0), ==, rj_json_get_int (copy, "mono_us", 1));
  rj_event_sink_emit (NULL, rj_event_new ("nobody")); /* freed */
  g_remove (second);
}

static void
test_a_line_without_type_or_time_is_refused (Fixture *f, gconstpointer unused)
{
  static const char *const texts[] = { "{}", "{\"type\":\"x\"}", "{\"mono_us\":5}",
                                       "{\"type\":5,\"mono_us\":5}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (JsonObject) line = rj_json_parse_object (texts[i], -1, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_event_parse (line, &error));
    g_assert_nonnull (error);
  }
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/base/event-log/members", test_a_line_has_the_members_of_the_schema);
  ADD ("/base/event-log/wall", test_the_wall_time_belongs_to_the_moment_of_the_event);
  ADD ("/base/event-log/one-write", test_a_line_is_one_write);
  ADD ("/base/event-log/truncate", test_an_old_file_is_truncated);
  ADD ("/base/event-log/no-folder", test_a_folder_that_is_not_there_is_said_with_its_remedy);
  ADD ("/base/event-log/full-device", test_a_full_device_is_remembered_and_counted);
  ADD ("/base/event-log/full-disk", test_a_full_disk_leaves_whole_lines);
  ADD ("/base/event-log/broken-pipe", test_a_reader_that_went_away_is_no_crash);
  ADD ("/base/event-log/tee", test_a_tee_gives_to_all_and_fills_in_the_time);
  ADD ("/base/event-log/refused", test_a_line_without_type_or_time_is_refused);
  return g_test_run ();
}
