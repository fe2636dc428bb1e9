/* What the server is told of participants changes from attempt to attempt, what they are called in the run does not. */
#include <string.h>

#include "rj-json.h"
#include "rjt-stay.h"

static RjNames *names;

static void
make_names (void)
{
  static const char *const patterns[] = { "bot-1-{attempt}", "bot-2-{attempt}", "camera" };
  g_autoptr (GError) error = NULL;

  names = rj_names_new ();
  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    rj_names_add (names, "room", patterns[i], &error);
  rj_names_add (names, "another room", "bot-3-{attempt}", &error);
  g_assert_no_error (error);
}

static void
give_names (RjOpenvidu2Config *config)
{
  config->names = names;
}

/* The third attempt of bot-1 */
static RjtStay *
new_stay (void)
{
  return rjt_stay_new_with (give_names);
}

#define STREAMS(id)                                                                                \
  ",'streams':[{'id':'str_CAM_" id "','createdAt':1,'hasAudio':true,'hasVideo':true}]}"
#define PERSON(id, told)                                                                           \
  "{'id':'" id "','createdAt':1,'metadata':'{\\'clientData\\':\\'" told "\\'}'"

static void
test_the_server_is_told_the_attempt (void)
{
  g_autoptr (RjtStay) stay = new_stay ();
  JsonObject *join;

  rjt_stay_join (stay);
  join = rjt_server_get_params (stay->server, "joinRoom", 0);
  g_assert_cmpstr (rj_json_get_string (join, "metadata", NULL), ==, "{\"clientData\":\"bot-1-3\"}");
  g_assert_true (rjt_stay_was_told (stay, "join-sent {\"client_data\":\"bot-1-3\"}\n"));
}

/* Who is there at the join, by what the server calls them */
static const char *const present[][3] = {
  { "con_OLD", "bot-1-2", "bot-1" },    /* a ghost of our own */
  { "con_TWO", "bot-2-1", "bot-2" },    /* one of ours */
  { "con_CAM", "camera", "camera" },    /* one of ours whose name stays */
  { "con_X", "bot-2-x", "bot-2-x" },    /* foreign, but alike */
  { "con_ZERO", "bot-2-0", "bot-2-0" }, /* likewise */
  { "con_SUB", "bot-21-1", "bot-21-1" },
  { "con_FAR", "bot-3-1", "bot-3-1" }, /* of ours, but in another session */
  { "con_BARE", "bot-2",
    "con_BARE" }, /* foreign, and called what one of ours is called in the run */
};

static void
test_everybody_is_called_right (void)
{
  g_autoptr (RjtStay) stay = new_stay ();
  g_autoptr (GString) answer =
    g_string_new ("{'id':'con_SELF','createdAt':1,'metadata':'','session':"
                  "'room','role':'PUBLISHER','value':[");

  for (guint i = 0; i < G_N_ELEMENTS (present); i++)
    g_string_append_printf (answer, "%s" PERSON ("%s", "%s") STREAMS ("%s"), i == 0 ? "" : ",",
                            present[i][0], present[i][1], present[i][0]);
  g_string_append (answer, "]}");
  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, answer->str);
  rjt_stay_join (stay);
  for (guint i = 0; i < G_N_ELEMENTS (present); i++) {
    g_autofree char *joined =
      g_strdup_printf ("participant-joined %s %s\n", present[i][0], present[i][2]);
    g_autofree char *published = g_strdup_printf ("stream-published %s str_CAM_%s %s\n",
                                                  present[i][0], present[i][0], present[i][2]);

    rjt_stay_expect (stay, joined);
    rjt_stay_expect (stay, published);
  }
}

static void
test_another_attempt_is_the_same_participant (void)
{
  g_autoptr (RjtStay) stay = new_stay ();
  JsonObject *params;

  rjt_stay_join (stay);
  rjt_server_notify (stay->server, "participantJoined", PERSON ("con_A", "bot-2-1") "}");
  rjt_server_notify (stay->server, "participantPublished", "{'id':'con_A'" STREAMS ("A"));
  rjt_stay_expect (stay, "stream-published con_A str_CAM_A bot-2\n");
  rjt_server_notify (stay->server, "participantLeft", "{'connectionId':'con_A','reason':''}");
  rjt_server_notify (stay->server, "participantJoined", PERSON ("con_B", "bot-2-12") "}");
  rjt_stay_expect (stay, "participant-joined con_B bot-2\n");
  rjt_server_notify (stay->server, "participantPublished", "{'id':'con_B'" STREAMS ("B"));
  rjt_stay_expect (stay, "stream-published con_B str_CAM_B bot-2\n");
  rjt_server_notify (stay->server, "sendMessage",
                     "{'data':'x','type':'signal:chat','from':'con_B'}");
  rjt_stay_expect (stay, "signal bot-2 signal:chat x\n");
  rjt_stay_do (stay, &(RjDeed){ .kind = RJ_DEED_FORCE_DISCONNECT, .text = "bot-2" });
  rjt_wait_until (stay->n_answers == 1);
  g_assert_no_error (stay->error);
  params = rjt_server_get_params (stay->server, "forceDisconnect", 0);
  g_assert_cmpstr (rj_json_get_string (params, "connectionId", NULL), ==, "con_B");
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  make_names ();
  g_test_add_func ("/names/told", test_the_server_is_told_the_attempt);
  g_test_add_func ("/names/present", test_everybody_is_called_right);
  g_test_add_func ("/names/another-attempt", test_another_attempt_is_the_same_participant);
  result = g_test_run ();
  rj_names_unref (names);
  return result;
}
