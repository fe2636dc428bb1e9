/* Who takes part: what groups become when their templates are filled in, and who is to see whom. */
#include "rj-roster.h"

#include "rj-json.h"
#include "rjt-groups.h"
#include "rjt-refusal.h"

/* Everything that they leave unset is that of the command line. */
static GPtrArray *
read_groups (const char *text)
{
  g_autoptr (RjGroup) base = rj_group_new ();

  base->session = g_strdup ("room-{run}-{session}");
  base->participant = g_strdup ("bot-{index}");
  base->publish =
    (RjGroupPublish){ .on = -1, TRUE, TRUE, 640, 480, .fps = 30, .bitrate_bps = 500000, -1 };
  return rjt_groups_read (text, base);
}

static RjRoster *
make_roster (const char *text, GError **error)
{
  g_autoptr (GPtrArray) groups = read_groups (text);

  return rj_roster_new (groups, NULL, "a1", error);
}

static const RjRosterEntry *
get_entry (const RjRoster *roster, guint index)
{
  return g_ptr_array_index (roster->entries, index);
}

static const char two_groups[] =
  "[{'group': 'stage', 'count': 2, 'sessions': 2, 'subscribe': ['stage']},"
  " {'group': 'viewers', 'count': [1, 2], 'role': 'subscriber', 'subscribe': ['stage-2', "
  "'stage-3'], 'ramp': '10/s'}]";

static void
test_names_and_sessions (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjRoster) roster = make_roster (two_groups, &error);
  static const struct {
    const char *name, *session, *group;
    gboolean publishes;
    gint64 start_us;
  } rows[] = {
    { "stage-1", "room-a1-1", "stage", TRUE, 0 },
    { "stage-2", "room-a1-1", "stage", TRUE, 0 },
    { "stage-3", "room-a1-2", "stage", TRUE, 0 },
    { "stage-4", "room-a1-2", "stage", TRUE, 0 },
    { "viewers-1", "room-a1-1", "viewers", FALSE, 0 },
    { "viewers-2", "room-a1-2", "viewers", FALSE, 100000 },
    { "viewers-3", "room-a1-2", "viewers", FALSE, 200000 },
  };

  g_assert_no_error (error);
  g_assert_cmpuint (roster->entries->len, ==, G_N_ELEMENTS (rows));
  g_assert_cmpuint (roster->sessions->len, ==, 2);
  g_assert_cmpint (rj_roster_get_ramp_us (roster), ==, 200000);
  g_assert_true (rj_roster_has_roles (roster));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const RjRosterEntry *entry = get_entry (roster, i);

    g_assert_cmpstr (entry->name, ==, rows[i].name);
    g_assert_cmpstr (entry->session, ==, rows[i].session);
    g_assert_cmpstr (entry->group->name, ==, rows[i].group);
    g_assert_cmpuint (entry->number, ==, i + 1);
    g_assert_cmpint (entry->publishes, ==, rows[i].publishes);
    g_assert_cmpint (entry->start_us, ==, rows[i].start_us);
    g_assert_true (rj_roster_find (roster, entry->session, entry->name) == entry);
  }
}

static void
test_every_word (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjRoster) roster = make_roster ("[{'group': 'g', 'session': '{group}{session}{run}', "
                                             "'name': '{run}.{group}.{session}.{index}'}]",
                                             &error);

  g_assert_no_error (error);
  g_assert_cmpstr (get_entry (roster, 0)->session, ==, "g1a1");
  g_assert_cmpstr (get_entry (roster, 0)->name, ==, "a1.g.1.1");
}

/* In the run all attempts of a participant have one name. */
static void
test_names_with_attempt (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjRoster) roster =
    make_roster ("[{'group': 'g', 'count': 2, 'name': '{group}-{index}-{attempt}'}, "
                 "{'name': '{attempt}.{run}', 'subscribe': ['g-2']}, {'name': 'guest'}]",
                 &error);
  static const char *const rows[][3] = {
    { "g-1", "g-1-{attempt}", "g-1-7" },
    { "g-2", "g-2-{attempt}", "g-2-7" },
    { "a1", "{attempt}.a1", "7.a1" },
    { "guest", "guest", "guest" },
  };

  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const RjRosterEntry *entry = get_entry (roster, i);
    g_autofree char *told = rj_names_tell (roster->names, entry->name, 7);

    g_assert_cmpstr (entry->name, ==, rows[i][0]);
    g_assert_cmpstr (entry->pattern, ==, rows[i][1]);
    g_assert_cmpstr (told, ==, rows[i][2]);
    g_assert_cmpstr (rj_names_find (roster->names, entry->session, told), ==, entry->name);
  }
  g_assert_true (rj_roster_wants (roster, get_entry (roster, 2), "g-2"));
}

/* Groups in different sessions do not get into each other's way. */
static void
test_names_that_could_be_two (void)
{
  static const char plan[] = "[{'group': 'a', 'session': 's', 'name': 'x-1'}, {'group': 'b', "
                             "'session': '%s', 'name': 'x-{attempt}'}]";
  g_autofree char *same = g_strdup_printf (plan, "s");
  g_autofree char *other = g_strdup_printf (plan, "t");
  g_autoptr (GError) error = NULL;
  g_autoptr (RjRoster) two = make_roster (other, NULL);

  g_assert_nonnull (two);
  g_assert_null (make_roster (same, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
  g_assert_true (g_str_has_prefix (error->message, "participants[1].name: \"x-1\" could be"));
  g_assert_nonnull (strstr (error->message, "bot-{index}-{attempt}"));
}

static void
test_who_sees_whom (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjRoster) roster = make_roster (two_groups, &error);
  g_autoptr (RjRoster) all = make_roster ("[{'count': 2}]", &error);
  g_autoptr (RjRoster) none = make_roster ("[{'count': 2, 'subscribe': 'none'}]", &error);
  const RjRosterEntry *stage = rj_roster_find_name (roster, "stage-1");
  const RjRosterEntry *viewer = rj_roster_find_name (roster, "viewers-1");

  g_assert_no_error (error);
  g_assert_true (rj_roster_wants (roster, stage, "stage-2"));
  g_assert_false (rj_roster_wants (roster, stage, "stage-3")); /* in another session */
  g_assert_false (rj_roster_wants (roster, stage, "guest"));
  g_assert_true (rj_roster_wants (roster, viewer, "stage-2"));
  g_assert_false (rj_roster_wants (roster, viewer, "stage-1"));
  g_assert_true (rj_roster_wants (all, get_entry (all, 0), "bot-2"));
  g_assert_true (rj_roster_wants (all, get_entry (all, 0), "guest"));
  g_assert_false (rj_roster_wants (none, get_entry (none, 0), "bot-2"));
}

static void
test_what_the_event_log_gets (void)
{
  g_autoptr (RjRoster) roster = make_roster (two_groups, NULL);
  g_autoptr (RjRoster) plain = make_roster ("[{}]", NULL);
  g_autoptr (JsonArray) list = rj_roster_to_json (roster);
  g_autoptr (JsonArray) plain_list = rj_roster_to_json (plain);
  g_autoptr (RjRoster) again = make_roster ("[{'name': 'bot-{index}-{attempt}'}]", NULL);
  g_autoptr (JsonArray) again_list = rj_roster_to_json (again);
  g_autofree char *changing = rj_json_object_to_text (rj_json_array_get_object (again_list, 0));
  g_autofree char *viewer = rj_json_object_to_text (rj_json_array_get_object (list, 5));
  g_autofree char *bot = rj_json_object_to_text (rj_json_array_get_object (plain_list, 0));

  g_assert_cmpstr (
    viewer, ==,
    "{\"name\":\"viewers-2\",\"session\":\"room-a1-2\",\"number\":6,\"group\":\"viewers\","
    "\"publishes\":false,\"sees\":[\"stage-3\"]}");
  g_assert_cmpstr (
    bot, ==, "{\"name\":\"bot-1\",\"session\":\"room-a1-1\",\"number\":1,\"publishes\":true}");
  g_assert_cmpstr (changing, ==,
                   "{\"name\":\"bot-1\",\"session\":\"room-a1-1\",\"number\":1,\"publishes\":true,"
                   "\"client_data\":\"bot-1-{attempt}\"}");
}

static void
test_roles_of_the_command_line_come_first (void)
{
  static char *roles[] = { (char *) "MODERATOR:bot-2", NULL };
  g_autoptr (GPtrArray) list = g_ptr_array_new ();
  g_autoptr (GPtrArray) groups = read_groups ("[{'count': 2, 'role': 'SUBSCRIBER'}]");
  g_autoptr (RjRoster) roster = NULL;

  g_ptr_array_add (list, roles[0]);
  roster = rj_roster_new (groups, list, "a1", NULL);
  g_assert_cmpstr (get_entry (roster, 0)->role, ==, "SUBSCRIBER");
  g_assert_cmpstr (get_entry (roster, 1)->role, ==, "MODERATOR");
  g_assert_true (get_entry (roster, 1)->publishes);
}

static const RjtRefusal refusals[] = {
  { "[{}, {}]", "participants[1].name: ", "give each group a name" },
  { "[{'count': 2, 'name': 'x'}]", "participants[0].name: ", "contain {index}" },
  { "[{'name': 'x-{number}'}]", "participants[0].name: ", "{index}" },
  { "[{'name': 'x-{group}'}]", "participants[0].name: ", "nothing is known" },
  { "[{'session': 'x-{index}'}]", "participants[0].session: ", "{run}, {session}" },
  { "[{'group': 'a', 'subscribe': ['b']}, {'group': 'bees'}]",
    "participants[0].subscribe: ", "no group or participant \"b\"" },
  { "[{'group': 'a'}, {'group': 'viewers', 'subscribe': ['viewer']}]",
    "participants[1].subscribe: ", "did you mean \"viewers\"" },
  { "[{'role': 'SUBSCRIBER', 'publish': true}]", "participants[0].publish: ", "leave publish out" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", refusals[i].text);
    g_assert_null (make_roster (refusals[i].text, &error));
    rjt_refusal_check (&refusals[i], error);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/roster/names-and-sessions", test_names_and_sessions);
  g_test_add_func ("/roster/every-word", test_every_word);
  g_test_add_func ("/roster/names-with-attempt", test_names_with_attempt);
  g_test_add_func ("/roster/names-that-could-be-two", test_names_that_could_be_two);
  g_test_add_func ("/roster/who-sees-whom", test_who_sees_whom);
  g_test_add_func ("/roster/event-log", test_what_the_event_log_gets);
  g_test_add_func ("/roster/roles-of-the-command-line", test_roles_of_the_command_line_come_first);
  g_test_add_func ("/roster/refused", test_refused);
  return g_test_run ();
}
