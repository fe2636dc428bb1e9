/* What a person reads while a run goes on: plain lines, and a table on a terminal. */
#include "rj-progress.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "rj-event-types.h"
#include "rj-json.h"

#define START_US (5 * G_USEC_PER_SEC)

typedef struct {
  RjClock *clock;
  RjEventSink *progress;
  int fds[2];
} Fixture;

static RjEvent *
new_event (Fixture *f, const char *type, const char *participant)
{
  RjEvent *event = rj_event_new_at (type, rj_clock_now_us (f->clock));

  event->participant = g_strdup (participant);
  return event;
}

static void
set_up (Fixture *f, gconstpointer is_terminal)
{
  RjEvent *event;
  JsonArray *participants = json_array_new ();

  f->clock = rj_fake_clock_new (START_US);
  g_assert_true (g_unix_open_pipe (f->fds, FD_CLOEXEC, NULL));
  g_assert_true (g_unix_set_fd_nonblocking (f->fds[0], TRUE, NULL));
  f->progress =
    RJ_EVENT_SINK (rj_progress_new (f->clock, f->fds[1], GPOINTER_TO_INT (is_terminal), FALSE));
  event = new_event (f, RJ_EVENT_RUN_STARTED, NULL);
  json_array_add_object_element (
    participants, rj_json_build ("name", 's', "bot-1", "session", 's', "room", NULL));
  json_array_add_object_element (
    participants, rj_json_build ("name", 's', "bot-2", "session", 's', "room", NULL));
  event->data = json_object_new ();
  json_object_set_array_member (event->data, "participants", participants);
  rj_event_sink_emit (f->progress, event);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->progress);
  g_object_unref (f->clock);
  close (f->fds[0]);
  close (f->fds[1]);
}

/* What has been written since the last time. */
static char *
take_text (Fixture *f)
{
  GString *text = g_string_new (NULL);
  char piece[4096];
  gssize n;

  while ((n = read (f->fds[0], piece, sizeof piece)) > 0)
    g_string_append_len (text, piece, n);
  g_assert_cmpint (errno, ==, EAGAIN);
  return g_string_free (text, FALSE);
}

static void
fail_try (Fixture *f, const char *participant, const char *error)
{
  RjEvent *event = new_event (f, RJ_EVENT_ATTEMPT_FAILED, participant);

  rj_event_set_string (event, "error", error);
  rj_event_sink_emit (f->progress, event);
}

static void
change_state (Fixture *f, const char *participant, const char *to)
{
  RjEvent *event = new_event (f, RJ_EVENT_ATTEMPT_STATE, participant);

  rj_event_set_string (event, "to", to);
  rj_event_sink_emit (f->progress, event);
}

#define assert_text(f, expected)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *text_ = take_text (f);                                                        \
                                                                                                   \
    g_assert_cmpstr (text_, ==, expected);                                                         \
  }                                                                                                \
  G_STMT_END

/* Nobody wants to read the same refusal a hundred times, nor to believe that it stopped. */
static void
test_repeated_failures (Fixture *f, gconstpointer unused)
{
  assert_text (f, "  0.000  2 participants join\n");
  fail_try (f, "bot-1", "no node");
  assert_text (f, "  0.000  bot-1      try failed: no node\n");
  for (guint i = 2; i <= 9; i++)
    fail_try (f, "bot-1", "no node");
  assert_text (f, "  0.000  bot-1      try failed again, the same error (2 times now)\n"
                  "  0.000  bot-1      try failed again, the same error (4 times now)\n"
                  "  0.000  bot-1      try failed again, the same error (8 times now)\n");
  fail_try (f, "bot-1", "no room");
  fail_try (f, "bot-2", "no room");
  assert_text (f, "  0.000  bot-1      try failed: no room\n"
                  "  0.000  bot-2      try failed: no room\n");
}

/* A later way back that fails as an earlier one did is told from the start. */
static void
test_failure_after_flowing (Fixture *f, gconstpointer unused)
{
  fail_try (f, "bot-1", "no node");
  fail_try (f, "bot-1", "no node");
  change_state (f, "bot-1", "flowing");
  g_free (take_text (f));
  rj_event_sink_emit (f->progress, new_event (f, RJ_EVENT_REJOIN_STARTED, "bot-1"));
  change_state (f, "bot-1", "joining");
  fail_try (f, "bot-1", "no node");
  assert_text (f, "  0.000  bot-1      lost: ?; comes back\n"
                  "  0.000  bot-1      try failed: no node\n");
}

static void
test_times (Fixture *f, gconstpointer unused)
{
  g_free (take_text (f));
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 1234 * 1000);
  change_state (f, "bot-2", "flowing");
  assert_text (f, "  1.234  bot-2      flows\n");
}

/* The table is drawn over the one before, a row for each participant; plain lines would tear it. */
static void
test_table (Fixture *f, gconstpointer unused)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 0);
  first = take_text (f);
  g_assert_nonnull (strstr (first, "0 of 2 flow"));
  g_assert_null (strstr (first, "\033[3A"));
  change_state (f, "bot-2", "flowing");
  fail_try (f, "bot-1", "no node");
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 100 * 1000);
  second = take_text (f);
  g_assert_true (g_str_has_prefix (second, "\033[3A\r"));
  g_assert_nonnull (strstr (second, "1 of 2 flow"));
  g_assert_nonnull (
    strstr (second, "  bot-1        waiting      room                       no node"));
  g_assert_nonnull (strstr (second, "  bot-2        flowing      room "));
  g_assert_null (strstr (second, "try failed"));
}

/* Nothing is drawn between the report's lines. */
static void
test_end (Fixture *f, gconstpointer unused)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 0);
  rj_progress_end (RJ_PROGRESS (f->progress));
  g_free (take_text (f));
  change_state (f, "bot-2", "flowing");
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), G_USEC_PER_SEC);
  assert_text (f, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, is_terminal, function)                                                           \
  g_test_add ("/fleet/progress/" name, Fixture, GINT_TO_POINTER (is_terminal), set_up, function,   \
              tear_down)
  ADD ("repeated-failures", FALSE, test_repeated_failures);
  ADD ("failure-after-flowing", FALSE, test_failure_after_flowing);
  ADD ("times", FALSE, test_times);
  ADD ("table", TRUE, test_table);
  ADD ("end", TRUE, test_end);
  return g_test_run ();
}
