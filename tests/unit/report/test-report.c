#include <string.h>

#include "rj-json-text.h"
#include "rj-json.h"
#include "rj-report.h"
#include "rj-table.h"
#include "rjt-story.h"

static RjResult *
conclude (RjtStory *story)
{
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rj_measure_set_run (measure, "r");
  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  return rj_measure_conclude (measure);
}

/* One participant that gave up for this reason */
static RjResult *
conclude_failure (const char *reason)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "b", 1, TRUE);
  rjt_tell (story, 2000, RJ_EVENT_PARTICIPANT_FAILED, "a", 0, NULL, NULL);
  rj_event_set_string (g_ptr_array_index (story->events, story->events->len - 1), "reason", reason);
  rjt_tell_end (story, 3000, "duration");
  return conclude (story);
}

static void
test_junit_escapes_markup (void)
{
  g_autoptr (RjResult) result = conclude_failure ("<b> & \"c\"");
  g_autofree char *text = rj_report_junit (result);

  g_assert_nonnull (strstr (text, "message=\"a gave up: &lt;b&gt; &amp; &quot;c&quot;\""));
  g_assert_null (strstr (text, "<b>"));
}

static void
test_junit_has_no_control_characters (void)
{
  g_autoptr (RjResult) result = conclude_failure ("\033[31mred\x01\x7f\033[0m\nnext \xc2\x85 line");
  g_autofree char *text = rj_report_junit (result);

  for (const char *i = text; *i != '\0'; i = g_utf8_next_char (i)) {
    gunichar c = g_utf8_get_char (i);

    g_assert_true (c == '\n' || (c >= 0x20 && c != 0x7f && (c < 0x80 || c >= 0xa0)));
  }
  g_assert_nonnull (strstr (text, "[31mred[0m&#10;next  line"));
}

static void
test_junit_of_a_run_without_participants (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  g_autofree char *text = NULL;

  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL, NULL);
  rjt_tell (story, 5, RJ_EVENT_RUN_ENDED, NULL, 0, NULL, "{'reason':'error','error':'no port'}");
  result = conclude (story);
  text = rj_report_junit (result);
  g_assert_nonnull (strstr (text, "tests=\"1\" failures=\"0\" errors=\"1\""));
  g_assert_nonnull (strstr (text, "message=\"Nobody could join: no port.\""));
}

/* Nobody has a problem of its own, yet no case may be all that is seen, and green. */
static void
test_junit_of_a_run_that_failed_as_a_whole (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  g_autofree char *text = NULL;

  rjt_tell_start (story, "a");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_end (story, 20000, "join-deadline");
  result = conclude (story);
  text = rj_report_junit (result);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_FAILED);
  g_assert_nonnull (strstr (text, "tests=\"2\" failures=\"1\" errors=\"0\""));
  g_assert_nonnull (strstr (text, "message=\"The time to join was over"));
}

static void
test_numbers_are_short_and_exact (void)
{
  g_autoptr (JsonObject) object =
    rj_json_build ("a", 'd', 3.521, "b", 'd', 4.0, "c", 'd', -0.0001, "d", 'd', 1234567.89, "e",
                   'i', G_MAXINT64, "f", 'b', TRUE, "g", 's', "x\"\n", NULL);
  g_autofree char *text = NULL;

  json_object_set_null_member (object, "h");
  text = rj_json_text (object);
  g_assert_cmpstr (text, ==,
                   "{\n  \"a\": 3.521,\n  \"b\": 4,\n  \"c\": 0,\n  \"d\": 1234567.89,\n"
                   "  \"e\": 9223372036854775807,\n  \"f\": true,\n  \"g\": \"x\\\"\\n\",\n"
                   "  \"h\": null\n}\n");
}

static void
test_a_table_counts_characters_and_fits (void)
{
  g_autoptr (RjTable) table = rj_table_new (2);
  g_autoptr (GString) out = g_string_new (NULL);

  rj_table_begin_row (table, RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("ärmelkanal-überquerung"), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("–"), RJ_INK_PLAIN);
  rj_table_begin_row (table, RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("b"), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup ("12"), RJ_INK_PLAIN);
  rj_table_write (table, out, 15, FALSE);
  g_assert_cmpstr (out->str, ==, "  ärmelkana…  –\n  b          12\n");
}

static void
test_wrapping_keeps_the_words (void)
{
  g_autoptr (GString) out = g_string_new ("* ");

  rj_text_append_wrapped (out, "one two three averyveryverylongword four", 2, 10);
  g_assert_cmpstr (out->str, ==, "* one two\n  three\n  averyveryverylongword\n  four\n");
}

/* --- many --- */

static char *
build_big_report (guint n_participants, gboolean junit)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (RjResult) result = NULL;

  for (guint i = 0; i < n_participants; i++)
    g_string_append_printf (names, "%sparticipant-number-%03u", i > 0 ? " " : "", i);
  rjt_tell_crash (story, names->str);
  result = conclude (story);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
  return junit ? rj_report_junit (result) : rj_report_text (result, FALSE);
}

static void
test_many_participants_stay_readable (void)
{
  static const guint numbers[] = { 1, 2, 12, 13, 30 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autofree char *text = build_big_report (numbers[i], FALSE);
    g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

    g_assert_cmpuint (g_strv_length (lines), <, 80);
    for (guint k = 0; lines[k] != NULL; k++)
      g_assert_cmpint (g_utf8_strlen (lines[k], -1), <=, 100);
  }
}

static void
test_nothing_happened (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  g_autofree char *text = NULL;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell_unwatch (story, 3000, "b", 1, "a", 2990);
  rjt_tell_end (story, 3001, "duration");
  result = conclude (story);
  text = rj_report_text (result, FALSE);
  g_assert_nonnull (strstr (text,
                            "No outage was seen on any of 1 edge; the longest gap between two "
                            "frames was 42 ms."));
  g_assert_null (strstr (text, "The way back"));
  g_assert_null (strstr (text, "Noticed nothing"));
}

static void
test_the_output_of_a_command_that_failed (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  g_autofree char *text = NULL;

  rjt_tell_start (story, "a");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell (story, 1000, RJ_EVENT_FAULT_STARTED, NULL, 0, NULL,
            "{'fault':0,'what':'run:docker kill kms','at_ms':1000}");
  rjt_tell (story, 1100, RJ_EVENT_FAULT_ENDED, NULL, 0, NULL,
            "{'fault':0,'what':'run:docker kill kms','ok':false,'exit_code':1,"
            "'output':'no such container\\nkms\\n'}");
  rjt_tell_end (story, 3001, "duration");
  result = conclude (story);
  text = rj_report_text (result, FALSE);
  g_assert_true (g_str_has_prefix (
    text, "INCONCLUSIVE: The fault run:docker kill kms failed with exit code 1."));
  g_assert_nonnull (strstr (text, "FAILED in 100 ms, exit code 1\n"));
  g_assert_nonnull (strstr (text, "      | no such container\n      | kms\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/report/" #name, test_##name)
  ADD (junit_escapes_markup);
  ADD (junit_has_no_control_characters);
  ADD (junit_of_a_run_without_participants);
  ADD (junit_of_a_run_that_failed_as_a_whole);
  ADD (numbers_are_short_and_exact);
  ADD (a_table_counts_characters_and_fits);
  ADD (wrapping_keeps_the_words);
  ADD (many_participants_stay_readable);
  ADD (nothing_happened);
  ADD (the_output_of_a_command_that_failed);
  return g_test_run ();
}
