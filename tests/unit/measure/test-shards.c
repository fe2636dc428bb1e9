/* What the logs of several processes say together, and one of them alone */
#include "rjt-conclusion.h"
#include "rjt-shard-stories.h"

#include <string.h>

/* The shards of @of that have begun, as far as @numbers says; a and b are those of the first two. */
static RjtStory *
tell_shards (const char *numbers, guint of)
{
  RjtStory *story = rjt_story_new ("room");
  const char *names[] = { "a", "b", "", "" };

  for (const char *number = numbers; *number != '\0'; number++)
    rjt_tell_shard (story, names[*number - '1'], *number - '0', of);
  rjt_tell_pair_joins (story);
  for (gsize i = 1; i < strlen (numbers); i++)
    rjt_tell_end (story, 4999, "duration");
  rjt_tell_good_end (story, 5000, "duration");
  return story;
}

/* @merged: read back from logs */
static RjResult *
conclude (RjtStory *story, gboolean merged)
{
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  if (merged)
    rj_measure_want_shards (measure);
  rjt_story_feed (story, RJ_EVENT_SINK (measure), TRUE);
  return rj_measure_conclude (measure);
}

static void
test_all_logs_must_be_there (void)
{
  static const struct {
    const char *numbers;
    guint of;
    const char *reason; /* NULL: none is missing */
  } rows[] = {
    { "12", 2, NULL },
    { "21", 2, NULL },
    { "123", 3, NULL },
    { "12", 3, "The run is not whole: the log of shard 3 of 3 is missing." },
    { "1", 2, "The run is not whole: the log of shard 2 of 2 is missing." },
    { "2", 2, "The run is not whole: the log of shard 1 of 2 is missing." },
    { "122", 2,
      "The logs are not of one run: shard 2 has begun 2 times; was the id of the run used "
      "twice?" },
    { "1", 1, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RjtStory) story = tell_shards (rows[i].numbers, rows[i].of);
    g_autoptr (RjResult) result = conclude (story, TRUE);

    g_test_message ("%s of %u: %s", rows[i].numbers, rows[i].of, result->reason);
    if (rows[i].reason == NULL) {
      g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
      continue;
    }
    g_assert_cmpint (result->why, ==, RJ_REASON_SHARD_MISSING);
    g_assert_cmpstr (result->reason, ==, rows[i].reason);
  }
}

/* While it runs nobody has the logs of the others: it judges its own, and says so. */
static void
test_one_alone (void)
{
  g_autoptr (RjtStory) shard = tell_shards ("1", 2);
  g_autoptr (RjtStory) only = tell_shards ("1", 1);
  g_autoptr (RjResult) of_shard = conclude (shard, FALSE);
  g_autoptr (RjResult) of_only = conclude (only, FALSE);

  g_assert_cmpint (of_shard->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpuint (of_shard->warnings->len, ==, 1);
  g_assert_true (
    g_str_has_prefix (g_ptr_array_index (of_shard->warnings, 0), "this is shard 1 of 2: "));
  g_assert_cmpuint (of_only->warnings->len, ==, 0);
}

/* Both ends are told, however close the other one is. */
static void
test_they_were_not_together (void)
{
  g_autoptr (RjtStory) early = rjt_story_new ("room");
  g_autoptr (RjtStory) before = rjt_story_new ("room");
  g_autoptr (RjResult) of_early = NULL;
  g_autoptr (RjResult) of_before = NULL;

  rjt_tell_shard_ended_early (early, TRUE);
  of_early = conclude (early, TRUE);
  g_assert_true (g_str_has_prefix (of_early->reason, "A shard ended "));
  rjt_tell_fault_before_all_shards_flowed (before, TRUE);
  of_before = conclude (before, TRUE);
  g_assert_true (g_str_has_suffix (of_before->reason, " before everybody flowed in all shards."));
}

/* Nobody has to lose anything by it. */
static void
test_what_does_no_harm_needs_nobody (void)
{
  static const struct {
    double fault_ms, flowing_ms, end_ms;
  } rows[] = { { 3000, 500, 5002 }, { 3000, 3001, 8000 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RjtStory) story = rjt_story_new ("room");
    g_autoptr (RjResult) result = NULL;

    rjt_tell_shards_with (story, "mute", rows[i].fault_ms, rows[i].flowing_ms, rows[i].end_ms);
    result = conclude (story, TRUE);
    g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/measure/shards/" #name, test_##name)
  ADD (all_logs_must_be_there);
  ADD (one_alone);
  ADD (they_were_not_together);
  ADD (what_does_no_harm_needs_nobody);
  return g_test_run ();
}
