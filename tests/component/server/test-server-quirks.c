/* What the real server does wrong, done on demand: each quirk as clients see it. */
#include <libsoup/soup.h>

#include "rj-json.h"
#include "rjt-stage.h"

static void
set_up (RjtStage *self, gconstpointer quirks)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (RJT_SECRET);

  config->quirks = GPOINTER_TO_UINT (quirks);
  rjt_stage_set_up_with (self, 1, config);
}

static guint
get_session_status (RjtStage *s)
{
  return rjt_rest (s->url, RJT_SECRET, "GET", "/openvidu/api/sessions/room", NULL, NULL);
}

static void
restart_node (RjtStage *s)
{
  RjtFakeKurento *node = rjt_stage_get_node (s, 0);

  rjt_fake_kurento_kill (node);
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_SUSPECT) == 1);
  rjt_fake_kurento_revive (node);
  rjt_stage_advance_ms (s, 500);
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_RECOVERED) == 1);
  rjt_wait_until (rjt_fake_kurento_count (node, "invoke getName") == 1);
}

static void
test_a_dead_session (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  RjtGuest *cid;

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  restart_node (s);
  g_assert_cmpint (rjt_guest_publish (ann), ==, 106);
  g_assert_cmpint (rjt_guest_publish (bob), ==, -1);
  cid = rjt_stage_join (s, "room", "cid");
  g_assert_cmpint (rjt_guest_publish (cid), ==, -1);
  g_assert_cmpuint (rjt_guest_count (ann, "participantUnpublished", NULL, NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantEvicted", NULL, NULL), ==, 0);
  /* when all have left, the next one makes it new */
  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
  g_assert_cmpint (rjt_guest_try (bob, "leaveRoom", NULL), ==, 0);
  g_assert_cmpint (rjt_guest_try (cid, "leaveRoom", NULL), ==, 0);
  g_assert_cmpuint (get_session_status (s), ==, 404);
  g_assert_cmpint (rjt_guest_publish (rjt_stage_join (s, "room", "dan")), ==, 0);
}

static void
test_an_undying_session (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");

  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
  g_assert_cmpuint (get_session_status (s), ==, 200);
  rjt_stage_join (s, "room", "bob");
  g_assert_cmpuint (
    rjt_rest (s->url, RJT_SECRET, "DELETE", "/openvidu/api/sessions/room", NULL, NULL), ==, 204);
  g_assert_cmpuint (get_session_status (s), ==, 404);
}

static void
test_ghosts (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  const char *bob_id = rjt_guest_get_connection (bob);

  rjt_guest_close (bob, 1000, NULL);
  rjt_stage_advance_ms (s, 60 * 1000);
  g_assert_cmpint (rjt_guest_try (ann, "echo", NULL), ==, 0);
  g_assert_cmpuint (rjt_guest_count (ann, "participantLeft", NULL, NULL), ==, 0);
  rjt_stage_join (s, "room", "cid");
  rjt_wait_until (rjt_guest_count (ann, "participantLeft", bob_id, "") == 1);
}

static void
test_early_leavers (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  g_autofree char *told = rjt_guest_tell (ann);
  g_auto (GStrv) words = g_strsplit (told, " ", -1);
  g_autofree char *sender = NULL;

  /* "participantLeft con_X ; participantEvicted con_X " */
  g_assert_cmpstr (words[0], ==, "participantLeft");
  sender = g_strdup (words[1]);
  g_assert_true (g_str_has_prefix (sender, "con_"));
  g_assert_cmpuint (rjt_guest_count (ann, "participantEvicted", sender, ""), ==, 1);
  g_assert_cmpint (rjt_guest_receive (ann, sender), ==, 102);
}

static void
test_lost_answers (RjtStage *s, gconstpointer unused)
{
  g_autofree char *token = rjt_rest_token (s->url, RJT_SECRET, "room", "PUBLISHER");
  g_autoptr (RjtGuest) lost = rjt_guest_new (s->url);
  RjtGuest *ann;
  gint64 id;

  id = rjt_guest_send (lost, "joinRoom",
                       rj_json_build ("token", 's', token, "session", 's', "room", "platform", 's',
                                      "", "metadata", 's', "", "secret", 's', "", NULL));
  g_assert_cmpint (rjt_guest_try (lost, "echo", NULL), ==, 0);
  g_assert_null (rjt_guest_get_answer (lost, id)); /* but it is in */
  id = rjt_guest_send (lost, "leaveRoom", NULL);
  g_assert_cmpint (rjt_guest_try (lost, "echo", NULL), ==, 0);
  g_assert_null (rjt_guest_get_answer (lost, id)); /* but it has left */
  ann = rjt_stage_join (s, "room", "ann");
  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
}

static void
test_double_answers (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
  rjt_wait_until (rjt_guest_count_answers (ann) == 6);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

typedef struct {
  SoupSession *http;
  SoupMessage *message;
  GAsyncResult *result; /* (nullable): until there is an answer */
} Waiting;

static void
on_wrote (SoupMessage *message, gboolean *wrote)
{
  *wrote = TRUE;
}

/* A REST call that has to wait for its answer. The server has it when this returns. */
static void
begin (Waiting *waiting, RjtStage *s, const char *method, const char *path, const char *body)
{
  g_autofree char *url = g_strconcat (s->url, "/openvidu/api/sessions", path, NULL);
  g_autofree char *code = g_base64_encode ((const guchar *) "OPENVIDUAPP:" RJT_SECRET,
                                           strlen ("OPENVIDUAPP:" RJT_SECRET));
  g_autofree char *header = g_strconcat ("Basic ", code, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static (body, strlen (body));
  gboolean wrote = FALSE;

  waiting->http = soup_session_new ();
  waiting->message = soup_message_new (method, url);
  soup_message_headers_append (soup_message_get_request_headers (waiting->message), "Authorization",
                               header);
  g_signal_connect (waiting->message, "wrote-body", G_CALLBACK (on_wrote), &wrote);
  if (*body != '\0')
    soup_message_set_request_body_from_bytes (waiting->message, "application/json", bytes);
  soup_session_send_and_read_async (waiting->http, waiting->message, 0, NULL, on_done,
                                    &waiting->result);
  rjt_wait_until (wrote);
  get_session_status (s); /* an answer to a later call */
}

static guint
finish (Waiting *waiting)
{
  g_autoptr (GBytes) bytes = NULL;
  guint status;

  rjt_wait_until (waiting->result != NULL);
  bytes = soup_session_send_and_read_finish (waiting->http, waiting->result, NULL);
  status = soup_message_get_status (waiting->message);
  g_object_unref (waiting->result);
  g_object_unref (waiting->message);
  g_object_unref (waiting->http);
  return status;
}

static void
crash (RjtStage *s)
{
  rjt_fake_kurento_kill (rjt_stage_get_node (s, 0));
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_SUSPECT) == 1);
  for (guint i = 0; i < 5; i++) {
    rjt_stage_advance_ms (s, 500);
    rjt_stage_wait_for_attempt (s);
  }
  rjt_stage_advance_ms (s, 1000);
}

static void
test_a_session_that_is_closing (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  g_autofree char *token = rjt_rest_token (s->url, RJT_SECRET, "room", "PUBLISHER");
  g_autoptr (RjtGuest) bob = rjt_guest_new (s->url);
  g_autofree char *error = NULL;
  Waiting again = { NULL };
  Waiting deletion = { NULL };

  crash (s);
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", NULL, "nodeCrashed") == 1);
  g_assert_cmpint (rjt_guest_join (bob, "room", "wrong", "bob"), ==, 401);
  g_assert_cmpint (rjt_guest_join (bob, "room", token, "bob"), ==, 203);
  g_assert_cmpint (rjt_guest_join (bob, "room", token, "bob"), ==, 401);
  g_assert_cmpuint (
    rjt_rest (s->url, RJT_SECRET, "POST", "/openvidu/api/sessions/room/connection", "{}", &error),
    ==, 404);
  g_assert_nonnull (strstr (error, "\"status\":404"));
  g_assert_cmpuint (get_session_status (s), ==, 200);
  begin (&deletion, s, "DELETE", "/room", "");
  begin (&again, s, "POST", "", "{\"customSessionId\":\"room\"}");
  rjt_stage_advance_ms (s, 1990);
  g_assert_cmpuint (get_session_status (s), ==, 200);
  g_assert_null (again.result);
  rjt_stage_advance_ms (s, 10);
  g_assert_cmpuint (finish (&again), ==, 200);
  g_assert_cmpuint (finish (&deletion), ==, 404);
  g_assert_cmpint (rjt_stage_try_join (s, "room"), ==, 204);
}

static void
test_the_server_ends_before_the_session (RjtStage *s, gconstpointer unused)
{
  Waiting again = { NULL };

  rjt_stage_join (s, "room", "ann");
  g_assert_cmpuint (
    rjt_rest (s->url, RJT_SECRET, "DELETE", "/openvidu/api/sessions/room", NULL, NULL), ==, 204);
  begin (&again, s, "POST", "", "{\"customSessionId\":\"room\"}");
  g_clear_object (&s->server);
  g_assert_cmpuint (finish (&again), !=, 200);
}

static gint64
get_code (RjtGuest *guest, gint64 id)
{
  return rj_json_get_int (rj_json_get_object (rjt_guest_get_answer (guest, id), "error"), "code",
                          0);
}

typedef struct {
  RjtGuest *ann, *bob, *cid;
  gint64 ann_leaves, bob_leaves, cid_joins;
} Jam;

/* A frozen media server, two who leave, and one who wants to come */
static void
jam (Jam *jam, RjtStage *s)
{
  g_autofree char *token = rjt_rest_token (s->url, RJT_SECRET, "room", "PUBLISHER");

  jam->ann = rjt_stage_join (s, "room", "ann");
  jam->bob = rjt_stage_join (s, "room", "bob");
  rjt_stage_join (s, "room", "dan");
  jam->cid = rjt_guest_new (s->url);
  g_ptr_array_add (s->guests, jam->cid);
  g_assert_cmpint (rjt_guest_publish (jam->ann), ==, 0);
  g_assert_cmpint (rjt_guest_receive (jam->bob, rjt_guest_get_stream (jam->ann)), ==, 0);
  rjt_fake_kurento_freeze (rjt_stage_get_node (s, 0));
  jam->bob_leaves = rjt_guest_send (jam->bob, "leaveRoom", NULL);
  g_assert_cmpint (rjt_guest_try (jam->bob, "ping", NULL), ==, 0);
  jam->ann_leaves = rjt_guest_send (jam->ann, "leaveRoom", NULL);
  g_assert_cmpint (rjt_guest_try (jam->ann, "ping", NULL), ==, 0);
  jam->cid_joins =
    rjt_guest_send (jam->cid, "joinRoom",
                    rj_json_build ("token", 's', token, "session", 's', "room", "platform", 's', "",
                                   "metadata", 's', "", "secret", 's', "", NULL));
  g_assert_cmpint (rjt_guest_try (jam->cid, "ping", NULL), ==, 0);
}

static void
test_a_lock_that_is_held (RjtStage *s, gconstpointer unused)
{
  Jam j;

  jam (&j, s);
  rjt_stage_advance_ms (s, 9990);
  g_assert_cmpint (rjt_guest_try (j.bob, "ping", NULL), ==, 0);
  g_assert_null (rjt_guest_get_answer (j.bob, j.bob_leaves));
  rjt_stage_advance_ms (s, 10);
  rjt_wait_until (rjt_guest_get_answer (j.bob, j.bob_leaves) != NULL);
  rjt_stage_advance_ms (s, 4990);
  g_assert_cmpint (rjt_guest_try (j.cid, "ping", NULL), ==, 0);
  g_assert_null (rjt_guest_get_answer (j.cid, j.cid_joins));
  rjt_stage_advance_ms (s, 10);
  rjt_wait_until (rjt_guest_get_answer (j.cid, j.cid_joins) != NULL);
  g_assert_cmpint (get_code (j.cid, j.cid_joins), ==, 999);
  g_assert_null (rjt_guest_get_answer (j.ann, j.ann_leaves));
  rjt_stage_advance_ms (s, 5000);
  rjt_wait_until (rjt_guest_get_answer (j.ann, j.ann_leaves) != NULL);
  g_assert_cmpint (get_code (j.ann, j.ann_leaves), ==, 0);
}

static void
test_a_lock_that_is_let_go (RjtStage *s, gconstpointer unused)
{
  Jam j;

  jam (&j, s);
  rjt_stage_advance_ms (s, 5000);
  rjt_fake_kurento_thaw (rjt_stage_get_node (s, 0));
  rjt_wait_until (rjt_guest_get_answer (j.cid, j.cid_joins) != NULL);
  g_assert_cmpint (get_code (j.cid, j.cid_joins), ==, 0);
  rjt_wait_until (rjt_guest_get_answer (j.bob, j.bob_leaves) != NULL);
  rjt_wait_until (rjt_guest_get_answer (j.ann, j.ann_leaves) != NULL);
}

static void
test_a_session_that_ends_under_the_lock (RjtStage *s, gconstpointer unused)
{
  Jam j;

  jam (&j, s);
  g_assert_cmpuint (
    rjt_rest (s->url, RJT_SECRET, "DELETE", "/openvidu/api/sessions/room", NULL, NULL), ==, 204);
  rjt_wait_until (rjt_guest_get_answer (j.cid, j.cid_joins) != NULL);
  g_assert_cmpint (get_code (j.cid, j.cid_joins), ==, 203);
  rjt_fake_kurento_thaw (rjt_stage_get_node (s, 0));
  g_assert_cmpint (rjt_guest_try (j.bob, "echo", NULL), ==, 0);
  g_assert_null (rjt_guest_get_answer (j.bob, j.bob_leaves));
  g_assert_null (rjt_guest_get_answer (j.ann, j.ann_leaves));
}

static void
add (const char *path, guint quirks, void (*func) (RjtStage *, gconstpointer))
{
  g_test_add (path, RjtStage, GUINT_TO_POINTER (quirks), set_up, func, rjt_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/real-26/dead-session", RJ_QUIRK_DEAD_SESSION, test_a_dead_session);
  add ("/server/quirks/undying-session", RJ_QUIRK_UNDYING_SESSION, test_an_undying_session);
  add ("/server/quirks/ghosts", RJ_QUIRK_GHOSTS, test_ghosts);
  add ("/server/quirks/early-leavers", RJ_QUIRK_EARLY_LEAVERS, test_early_leavers);
  add ("/server/quirks/lost-answers", RJ_QUIRK_LOST_ANSWERS, test_lost_answers);
  add ("/server/quirks/double-answers", RJ_QUIRK_DOUBLE_ANSWERS, test_double_answers);
  add ("/server-22/server-46/closing", RJ_QUIRK_SLOW_CLOSE, test_a_session_that_is_closing);
  add ("/real-21/held", RJ_QUIRK_HELD_LOCK, test_a_lock_that_is_held);
  add ("/real-21/let-go", RJ_QUIRK_HELD_LOCK, test_a_lock_that_is_let_go);
  add ("/server/quirks/held-lock-at-the-end", RJ_QUIRK_HELD_LOCK,
       test_a_session_that_ends_under_the_lock);
  add ("/server/quirks/closing-at-the-end", RJ_QUIRK_SLOW_CLOSE,
       test_the_server_ends_before_the_session);
  return g_test_run ();
}
