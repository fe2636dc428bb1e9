/* Who makes which participants and which steps when several processes make one run */
#include "rj-shard.h"

#include <string.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-shard-watch.h"
#include "rjt-groups.h"
#include "rjt-history.h"

/* Two in each of two sessions, and two who watch the first one */
static const char groups_text[] =
  "[{'group': 'bot', 'count': 2, 'sessions': 2, 'session': 'room-{session}', 'name': 'bot-{index}',"
  "  'publish': {'video': '320x240@15', 'bitrate': '200k', 'audio': true}, 'subscribe': 'all'},"
  " {'group': 'eye', 'count': 2, 'session': 'room-1', 'name': 'eye-{index}', 'publish': false,"
  "  'subscribe': ['bot-1']}]";

static RjRoster *
make_roster (guint number, guint of)
{
  g_autoptr (RjGroup) base = rj_group_new ();
  g_autoptr (GPtrArray) groups = NULL;
  g_autoptr (GError) error = NULL;
  const RjShard shard = { number, of };
  RjRoster *roster;

  base->subscribe = RJ_SUBSCRIBE_ALL;
  base->publish = (RjGroupPublish){ .on = -1, TRUE, TRUE, 320, 240, 15, 200000, -1 };
  groups = rjt_groups_read (groups_text, base);
  roster = rj_roster_new (groups, NULL, "4711", &error);
  g_assert_no_error (error);
  rj_shard_take_share (&shard, roster);
  return roster;
}

/* Returns: (transfer full): "bot-1 bot-3 " */
static char *
list_own (const RjRoster *roster)
{
  g_autoptr (JsonArray) list = rj_roster_to_json (roster);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (list); i++)
    g_string_append_printf (names, "%s ",
                            rj_json_get_string (rj_json_array_get_object (list, i), "name", NULL));
  return g_string_free (names, FALSE);
}

static void
test_each_participant_is_made_once (void)
{
  static const struct {
    guint number, of;
    const char *own;
  } rows[] = {
    { 0, 0, "bot-1 bot-2 bot-3 bot-4 eye-1 eye-2 " },
    { 1, 1, "bot-1 bot-2 bot-3 bot-4 eye-1 eye-2 " },
    { 1, 2, "bot-1 bot-3 eye-1 " },
    { 2, 2, "bot-2 bot-4 eye-2 " },
    { 1, 4, "bot-1 eye-1 " },
    { 2, 4, "bot-2 eye-2 " },
    { 3, 4, "bot-3 " },
    { 4, 4, "bot-4 " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const RjShard shard = { rows[i].number, rows[i].of };
    g_autoptr (RjRoster) roster = make_roster (rows[i].number, rows[i].of);
    g_autofree char *own = list_own (roster);

    g_assert_cmpstr (own, ==, rows[i].own);
    g_assert_cmpuint (rj_shard_count (&shard, 6), ==, rj_roster_count_own (roster));
  }
}

/* The stamp on a frame means the same one everywhere, and whom it sees is told whole. */
static void
test_the_others_are_known (void)
{
  g_autoptr (RjRoster) one = make_roster (1, 2);
  g_autoptr (RjRoster) two = make_roster (2, 2);
  g_autoptr (JsonArray) list = rj_roster_to_json (two);
  JsonArray *seen = rj_json_get_array (rj_json_array_get_object (list, 2), "sees");

  g_assert_true (rj_roster_find_name (one, "bot-2")->elsewhere);
  g_assert_false (rj_roster_find_name (two, "bot-2")->elsewhere);
  g_assert_cmpuint (rj_roster_find_name (one, "bot-2")->number, ==, 2);
  g_assert_cmpuint (rj_roster_find_name (two, "bot-2")->number, ==, 2);
  g_assert_cmpstr (rj_roster_find_name (one, "bot-4")->session, ==, "room-2");
  g_assert_cmpint (rj_json_get_int (rj_json_array_get_object (list, 1), "number", 0), ==, 4);
  g_assert_cmpuint (json_array_get_length (seen), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (seen, 0), ==, "bot-1");
}

static void
test_words (void)
{
  static const char *const bad[] = { "",    "1",    "0/2",    "3/2",  "1/0", "1/2/3",
                                     "1/x", "-1/2", "1/2000", " 1/2", "1 /2" };
  static const char *const bad_ids[] = { "", "a b", "a/b", "{run}", "ü", "a.b" };
  g_autofree char *longest = g_strnfill (64, 'a');
  g_autofree char *too_long = g_strnfill (65, 'a');
  RjShard shard = { 0 };

  g_assert_true (rj_shard_parse ("2/3", &shard, NULL));
  g_assert_cmpuint (shard.number, ==, 2);
  g_assert_cmpuint (shard.of, ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (rj_shard_parse (bad[i], &shard, &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
  }
  g_assert_true (rj_run_id_check ("Job-47_11", NULL));
  g_assert_true (rj_run_id_check (longest, NULL));
  g_assert_false (rj_run_id_check (too_long, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad_ids); i++)
    g_assert_false (rj_run_id_check (bad_ids[i], NULL));
}

static char *
list_steps (GPtrArray *steps)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < steps->len; i++) {
    g_autofree char *text = rj_fault_to_text (g_ptr_array_index (steps, i));

    g_string_append_printf (list, "%s ", text);
  }
  return g_string_free (list, FALSE);
}

static void
test_each_step_is_done_where_it_belongs (void)
{
  static const char *const texts[] = { "run:true@1s",     "cut-websocket:bot-2@2s", "leave:all@3s",
                                       "mark:there@4s",   "leave:bot@5s",           "mute:bot-1@6s",
                                       "cut-websocket@7s" };
  static const struct {
    guint number, of;
    const char *steps;
  } rows[] = {
    { 0, 0, "run cut-websocket:bot-2 leave:all mark:there leave:bot mute:bot-1 cut-websocket " },
    { 1, 4, "run leave:all mark:there leave:bot mute:bot-1 cut-websocket " },
    { 2, 4, "cut-websocket:bot-2 leave:all leave:bot cut-websocket " },
    { 3, 4, "leave:all leave:bot " }, /* it has nobody in the first session */
  };
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_fault_free);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_ptr_array_add (steps, rj_fault_parse (texts[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const RjShard shard = { rows[i].number, rows[i].of };
    g_autoptr (RjRoster) roster = make_roster (rows[i].number, rows[i].of);
    g_autoptr (GPtrArray) own = rj_shard_select_steps (&shard, steps, roster);
    g_autofree char *list = list_steps (own);

    g_assert_cmpstr (list, ==, rows[i].steps);
  }
}

static void
test_steps_that_need_the_others_are_refused (void)
{
  static const struct {
    const char *text, *said; /* NULL: taken */
  } rows[] = {
    { "run:true@1s", NULL },
    { "leave:bot-2@all-flowing+1s", NULL },
    { "run:true@+1s", "steps of the others" },
    { "run:true@recovered", "steps of the others" },
    { "expect-recovered@1s", "--within" },
    { "force-disconnect:bot-2@1s", "moderator" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RjFault) step = rj_fault_parse (rows[i].text, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_nonnull (step);
    g_assert_true (rj_shard_check_step (step, &error) == (rows[i].said == NULL));
    if (rows[i].said != NULL)
      g_assert_nonnull (strstr (error->message, rows[i].said));
  }
}

/* --- whom it waits for --- */

static void
tell (RjShardWatch *watch, const char *type, const char *edge)
{
  g_autoptr (RjEvent) event = rj_event_new_at (type, 1);

  event->edge = g_strdup (edge);
  rj_event_sink_take (RJ_EVENT_SINK (watch), event);
}

static void
test_it_waits_for_those_that_it_is_to_see (void)
{
  g_autoptr (RjRoster) roster = make_roster (1, 2);
  g_autoptr (RjShardWatch) watch = rj_shard_watch_new (roster);
  g_autoptr (RjtHistory) history = rjt_history_new ();
  static const char *const not_awaited[] = {
    "bot-1>bot-3", "bot-2>eye-1", /* it sees bot-1 only */
    "bot-2>bot-4",                /* of others */
  };

  for (guint i = 0; i < G_N_ELEMENTS (not_awaited); i++)
    tell (watch, RJ_EVENT_FIRST_KEY_FRAME, not_awaited[i]);
  tell (watch, RJ_EVENT_FIRST_PACKET, "bot-4>bot-3");
  g_assert_false (rj_shard_watch_is_complete (watch));
  tell (watch, RJ_EVENT_FIRST_KEY_FRAME, "bot-4>bot-3");
  g_assert_false (rj_shard_watch_is_complete (watch));
  rj_shard_watch_warn (watch, RJ_EVENT_SINK (history));
  g_assert_cmpstr (rjt_event_get_text (rjt_history_find (history, RJ_EVENT_WARNING, 0), "message"),
                   ==, "bot-1 has not seen bot-2 of another shard");
  tell (watch, RJ_EVENT_FIRST_KEY_FRAME, "bot-2>bot-1");
  g_assert_true (rj_shard_watch_is_complete (watch));
}

static void
test_alone_it_waits_for_nobody (void)
{
  g_autoptr (RjRoster) roster = make_roster (0, 0);
  g_autoptr (RjShardWatch) watch = rj_shard_watch_new (roster);
  g_autoptr (RjtHistory) history = rjt_history_new ();

  g_assert_true (rj_shard_watch_is_complete (watch));
  rj_shard_watch_warn (watch, RJ_EVENT_SINK (history));
  g_assert_null (rjt_history_find (history, RJ_EVENT_WARNING, 0));
}

/* There is no key frame to be waited for. */
static void
test_sound_is_heard (void)
{
  g_autoptr (RjRoster) roster = make_roster (1, 2);
  g_autoptr (RjShardWatch) watch = NULL;

  for (guint i = 0; i < roster->groups->len; i++)
    ((RjGroup *) g_ptr_array_index (roster->groups, i))->publish.video = FALSE;
  watch = rj_shard_watch_new (roster);
  tell (watch, RJ_EVENT_FIRST_PACKET, "bot-2>bot-1");
  tell (watch, RJ_EVENT_FIRST_PACKET, "bot-4>bot-3");
  g_assert_true (rj_shard_watch_is_complete (watch));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/shard/" #name, test_##name)
  ADD (each_participant_is_made_once);
  ADD (the_others_are_known);
  ADD (words);
  ADD (each_step_is_done_where_it_belongs);
  ADD (steps_that_need_the_others_are_refused);
  ADD (it_waits_for_those_that_it_is_to_see);
  ADD (alone_it_waits_for_nobody);
  ADD (sound_is_heard);
  return g_test_run ();
}
