/* Who is a ghost and who is not */
#include "rj-ghost-book.h"

#include "rj-json.h"
#include "rj-shard.h"
#include "rjt-history.h"

#define SECOND G_USEC_PER_SEC

typedef struct {
  RjRoster *roster;
  RjtHistory *history;
  RjGhostBook *book;
} Fixture;

static RjRoster *
make_roster (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_group_free);
  g_autofree char *text = g_strdup_printf (
    "{\"group\": \"all\", \"count\": 2, \"sessions\": 1, \"session\": \"room\", \"name\": "
    "\"%s\", \"publish\": {\"video\": \"320x240@15\", \"bitrate\": \"200k\", \"audio\": "
    "true}, "
    "\"subscribe\": \"all\", \"ramp\": \"1000/s\"}",
    name);
  g_autoptr (JsonObject) object = rj_json_parse_object (text, -1, &error);
  RjRoster *roster;

  g_assert_no_error (error);
  g_ptr_array_add (groups, rj_group_from_json (object, &error));
  g_assert_no_error (error);
  roster = rj_roster_new (groups, NULL, "run", &error);
  g_assert_no_error (error);
  return roster;
}

static void
set_up (Fixture *f, gconstpointer name)
{
  f->roster = make_roster (name);
  f->history = rjt_history_new ();
  f->book = rj_ghost_book_new (f->roster, RJ_EVENT_SINK (f->history));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_ghost_book_free (f->book);
  g_object_unref (f->history);
  rj_roster_free (f->roster);
}

/* @connection: (nullable) */
static void
tell (
  Fixture *f, gint64 us, const char *type, const char *who, guint attempt, const char *connection)
{
  g_autoptr (RjEvent) event = rj_event_new_at (type, us);

  event->participant = g_strdup (who);
  event->attempt = attempt;
  rj_event_set_string (event, "connection", connection);
  rj_ghost_book_take (f->book, event);
}

/* @content: "connection name", with a comma between; as the real server lists them */
static void
list (Fixture *f, gint64 us, const char *session, const char *content)
{
  g_auto (GStrv) items = g_strsplit (content, ",", -1);
  JsonArray *connections = json_array_new ();
  JsonArray *sessions = json_array_new ();
  g_autoptr (JsonObject) answer = NULL;

  for (guint i = 0; items[i] != NULL && *items[i] != '\0'; i++) {
    g_auto (GStrv) words = g_strsplit (items[i], " ", 3);
    g_autofree char *data = g_strdup_printf ("{\"clientData\":\"%s\"}", words[1]);

    json_array_add_object_element (
      connections,
      rj_json_build ("id", 's', words[0], "connectionId", 's', words[0], "status", 's',
                     words[2] != NULL ? words[2] : "active", "clientData", 's', data, NULL));
  }
  json_array_add_object_element (sessions,
                                 rj_json_build ("sessionId", 's', session, "connections", 'o',
                                                rj_json_build ("numberOfElements", 'i', (gint64) 0,
                                                               "content", 'a', connections, NULL),
                                                NULL));
  answer = rj_json_build ("numberOfElements", 'i', (gint64) 1, "content", 'a', sessions, NULL);
  rj_ghost_book_list (f->book, answer, us);
}

static void
assert_ghosts (Fixture *f, guint found, guint gone, guint now)
{
  g_assert_cmpuint (rjt_history_count (f->history, RJ_EVENT_GHOST_FOUND), ==, found);
  g_assert_cmpuint (rjt_history_count (f->history, RJ_EVENT_GHOST_GONE), ==, gone);
  g_assert_cmpuint (rj_ghost_book_count_ghosts (f->book), ==, now);
}

static void
join (Fixture *f, gint64 us, const char *who, guint attempt, const char *connection)
{
  tell (f, us, RJ_EVENT_ATTEMPT_STARTED, who, attempt, NULL);
  tell (f, us, RJ_EVENT_JOINED, who, attempt, connection);
}

static void
test_the_living_are_none (Fixture *f, gconstpointer unused)
{
  join (f, SECOND, "bot-1", 1, "con_a");
  join (f, SECOND, "bot-2", 1, "con_b");
  list (f, 60 * SECOND, "room", "con_a bot-1,con_b bot-2");
  assert_ghosts (f, 0, 0, 0);
  g_assert_cmpuint (rj_ghost_book_count_listed (f->book), ==, 2);
  g_assert_cmpuint (rj_ghost_book_count_suspects (f->book), ==, 0);
}

static void
test_who_stays_listed_is_one (Fixture *f, gconstpointer unused)
{
  const RjEvent *event;

  join (f, SECOND, "bot-1", 1, "con_a");
  tell (f, 5 * SECOND, RJ_EVENT_ATTEMPT_FAILED, "bot-1", 1, NULL);
  tell (f, 6 * SECOND, RJ_EVENT_ATTEMPT_CLOSED, "bot-1", 1, NULL);
  join (f, 6 * SECOND, "bot-1", 2, "con_c");
  list (f, 6 * SECOND - 1, "room", "con_a bot-1"); /* the server has its moment */
  assert_ghosts (f, 0, 0, 0);
  g_assert_cmpuint (rj_ghost_book_count_suspects (f->book), ==, 1);
  list (f, 6 * SECOND, "room", "con_a bot-1,con_c bot-1");
  list (f, 7 * SECOND, "room", "con_a bot-1,con_c bot-1");
  assert_ghosts (f, 1, 0, 1); /* once */
  list (f, 9 * SECOND, "room", "con_c bot-1");
  assert_ghosts (f, 1, 1, 0);
  g_assert_cmpuint (rj_ghost_book_count_suspects (f->book), ==, 0);
  event = rjt_history_find (f->history, RJ_EVENT_GHOST_GONE, 0);
  g_assert_cmpstr (event->participant, ==, "bot-1");
  g_assert_cmpstr (event->session, ==, "room");
  g_assert_cmpstr (rjt_event_get_text (event, "connection"), ==, "con_a");
  g_assert_cmpint (rj_json_get_int (event->data, "since_us", 0), ==, 5 * SECOND);
  g_assert_cmpint (rj_json_get_int (event->data, "last_seen_us", 0), ==, 7 * SECOND);
  g_assert_cmpfloat (rj_json_get_double (event->data, "lifetime_ms", 0), ==, 4000);
}

static void
test_a_moment_is_no_life (Fixture *f, gconstpointer unused)
{
  join (f, SECOND, "bot-1", 1, "con_a");
  tell (f, 5 * SECOND, RJ_EVENT_ATTEMPT_CLOSED, "bot-1", 1, NULL);
  list (f, 5 * SECOND + 900000, "room", "con_a bot-1");
  list (f, 6 * SECOND + 900000, "room", "");
  assert_ghosts (f, 0, 0, 0);
  g_assert_cmpuint (rj_ghost_book_count_suspects (f->book), ==, 0);
}

static void
test_foreigners_are_none (Fixture *f, gconstpointer unused)
{
  list (f, 2 * SECOND, "room", "con_x maria,con_y bot-77");
  list (f, 9 * SECOND, "room", "con_x maria,con_y bot-77");
  list (f, 9 * SECOND, "another-room",
        "con_z bot-1"); /* the same name in a session that is not ours */
  list (f, 19 * SECOND, "another-room", "con_z bot-1");
  assert_ghosts (f, 0, 0, 0);
  g_assert_cmpuint (rj_ghost_book_count_listed (f->book), ==, 0);
}

/* Its process knows whether they are. */
static void
test_those_of_other_shards_are_none (Fixture *f, gconstpointer unused)
{
  const RjShard first_of_two = { 1, 2 };

  rj_shard_take_share (&first_of_two, f->roster);
  for (guint i = 2; i < 10; i++)
    list (f, i * SECOND, "room", "con_x bot-1,con_y bot-2");
  assert_ghosts (f, 1, 0, 1);
  g_assert_cmpuint (rj_ghost_book_count_listed (f->book), ==, 1);
  g_assert_cmpstr (rjt_history_find (f->history, RJ_EVENT_GHOST_FOUND, 0)->participant, ==,
                   "bot-1");
}

static void
test_unused_tokens_are_none (Fixture *f, gconstpointer unused)
{
  list (f, 2 * SECOND, "room", "con_x bot-1 pending");
  list (f, 9 * SECOND, "room", "con_x bot-1 pending");
  assert_ghosts (f, 0, 0, 0);
}

/* The answer to its join was lost: nobody knows the connection but the server */
static void
test_a_join_that_was_never_answered (Fixture *f, gconstpointer unused)
{
  tell (f, SECOND, RJ_EVENT_ATTEMPT_STARTED, "bot-1", 1, NULL);
  list (f, 2 * SECOND, "room", "con_a bot-1");
  list (f, 9 * SECOND, "room", "con_a bot-1");
  assert_ghosts (f, 0, 0, 0); /* the answer may still come */
  tell (f, 11 * SECOND, RJ_EVENT_ATTEMPT_FAILED, "bot-1", 1, NULL);
  join (f, 11 * SECOND, "bot-1", 2, "con_b");
  list (f, 12 * SECOND, "room", "con_a bot-1,con_b bot-1");
  assert_ghosts (f, 1, 0, 1);
}

static void
test_an_answer_that_came_late (Fixture *f, gconstpointer unused)
{
  tell (f, SECOND, RJ_EVENT_ATTEMPT_STARTED, "bot-1", 1, NULL);
  list (f, 4 * SECOND, "room", "con_a bot-1");
  tell (f, 5 * SECOND, RJ_EVENT_JOINED, "bot-1", 1, "con_a");
  list (f, 9 * SECOND, "room", "con_a bot-1");
  assert_ghosts (f, 0, 0, 0);
  g_assert_cmpuint (rj_ghost_book_count_suspects (f->book), ==, 0);
}

static void
test_strange_answers_do_no_harm (Fixture *f, gconstpointer unused)
{
  static const char *const answers[] = {
    "{}",
    "{\"content\":7}",
    "{\"content\":[7,null,{}]}",
    "{\"content\":[{\"sessionId\":\"room\"}]}",
    "{\"content\":[{\"sessionId\":\"room\",\"connections\":{\"content\":[1,{\"clientData\":null},"
    "{\"connectionId\":\"c\",\"clientData\":7}]}}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autoptr (JsonObject) answer = rj_json_parse_object (answers[i], -1, NULL);

    rj_ghost_book_list (f->book, answer, SECOND);
  }
  assert_ghosts (f, 0, 0, 0);
}

/* The server lists what it was told in each attempt. */
static void
test_the_attempt_in_a_name (Fixture *f, gconstpointer unused)
{
  const RjEvent *event;

  join (f, SECOND, "bot-1", 1, "con_a");
  tell (f, 5 * SECOND, RJ_EVENT_ATTEMPT_FAILED, "bot-1", 1, NULL);
  join (f, 6 * SECOND, "bot-1", 2, "con_b");
  tell (f, 6 * SECOND, RJ_EVENT_ATTEMPT_STARTED, "bot-2", 1, NULL);
  tell (f, 7 * SECOND, RJ_EVENT_ATTEMPT_FAILED, "bot-2", 1, NULL);
  list (f, 7 * SECOND, "room",
        "con_a bot-1-1,con_b bot-1-2,con_c bot-2-1,con_d bot-2,con_e bot-3-1");
  assert_ghosts (f, 1, 0, 1);
  g_assert_cmpuint (rj_ghost_book_count_listed (f->book), ==, 3);
  list (f, 9 * SECOND, "room", "con_c bot-2-1");
  assert_ghosts (f, 2, 1, 1);
  event = rjt_history_find (f->history, RJ_EVENT_GHOST_FOUND, 0);
  g_assert_cmpstr (event->participant, ==, "bot-1");
  event = rjt_history_find (f->history, RJ_EVENT_GHOST_FOUND, 1);
  g_assert_cmpstr (event->participant, ==, "bot-2");
}

#define ADD_WITH(name, names)                                                                      \
  g_test_add ("/fleet/ghost-book/" #name, Fixture, names, set_up, test_##name, tear_down)
#define ADD(name) ADD_WITH (name, "bot-{index}")

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (the_living_are_none);
  ADD (who_stays_listed_is_one);
  ADD (a_moment_is_no_life);
  ADD (foreigners_are_none);
  ADD (those_of_other_shards_are_none);
  ADD (unused_tokens_are_none);
  ADD (a_join_that_was_never_answered);
  ADD (an_answer_that_came_late);
  ADD (strange_answers_do_no_harm);
  ADD_WITH (the_attempt_in_a_name, "bot-{index}-{attempt}");
  return g_test_run ();
}
