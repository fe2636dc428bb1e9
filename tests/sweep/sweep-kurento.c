/* The sweep over the server's way to its media node: two participants join, publish, subscribe, reconnect and
 * leave, through the real server, while messages between it and a fake Kurento are struck. Sockets are real, on the
 * loopback; the clock is not.
 *
 * Whatever happens, every request is answered or its participant is evicted; when all have left nobody stays behind
 * on the server; and when the node is well again, somebody else can join, publish and subscribe. */
#include "rj-json.h"
#include "rj-jsonrpc.h"
#include "rj-log.h"
#include "rjt-stage.h"
#include "rjt-sweep.h"

#define SECOND_MS 1000
#define STEP_MS   100
/* Above the server's own worst case: 10 s for one request, 15 s for the lock, 30 s for an endpoint */
#define ANSWER_MS (60 * SECOND_MS)

typedef struct {
  RjtRun *run;
  RjtStage stage;
  RjtFakeKurento *node;
  GPtrArray *letters; /* of Letter: under way */
  gpointer dead;      /* (nullable): the socket that carries nothing any more */
  gint64 stalled_until_us[2];
  guint n_joined;
} Scene;

typedef struct {
  Scene *scene;
  gpointer socket;
  gboolean up;
  char *text;
  RjTimer *timer;
} Letter;

/* Of Kurento: object not found, unexpected error, SDP, invalid session, bad arguments, method not found */
static const int kurento_codes[] = { 40101, 40001, 40208, 40007, -32602, -32601, RJT_NO_CODE };

/* --- messages --- */

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  rj_clock_cancel_timer (letter->scene->stage.clock, &letter->timer);
  g_free (letter->text);
  g_free (letter);
}

static void
on_arrival (gpointer user_data)
{
  Letter *letter = user_data;
  Scene *self = letter->scene;
  g_autofree char *text = g_strdup (letter->text);
  gpointer socket = letter->socket;
  gboolean up = letter->up;

  letter->timer = NULL;
  g_ptr_array_remove (self->letters, letter);
  if (rjt_fake_kurento_is_alive (self->node))
    rjt_fake_kurento_pass (self->node, socket, up, text);
}

static void
post (Scene *self, gpointer socket, gboolean up, const char *text, gint64 delay_us)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->scene = self;
  letter->socket = socket;
  letter->up = up;
  letter->text = g_strdup (text);
  letter->timer = rj_clock_start_timer (self->stage.clock, delay_us, on_arrival, letter);
  g_ptr_array_add (self->letters, letter);
}

static char *
describe (gboolean up, const RjFrame *frame)
{
  const char *what =
    rj_json_get_string (frame->params, "operation", rj_json_get_string (frame->params, "type", ""));

  if (frame->method == NULL)
    return g_strdup ("< answer");
  return g_strdup_printf ("%s %s%s%s", up ? ">" : "<", frame->method, *what == '\0' ? "" : " ",
                          what);
}

/* Returns: TRUE: the message is not simply passed on */
static gboolean
strike (Scene *self, gpointer socket, gboolean up, const char *text, const RjFrame *frame)
{
  g_autofree char *label = describe (up, frame);
  RjtMessageKind kind = up                      ? RJT_MESSAGE_REQUEST
                        : frame->method == NULL ? RJT_MESSAGE_ANSWER
                                                : RJT_MESSAGE_NEWS;
  g_autofree char *error = NULL;
  int code;

  switch (rjt_run_strike (self->run, label, kind, &code)) {
  case RJT_FAULT_NONE:
  case RJT_FAULT_GONE:
  case RJT_FAULT_RANDOM:
  case RJT_N_FAULTS:
    return FALSE;
  case RJT_FAULT_LOST:
    return TRUE;
  case RJT_FAULT_DELAYED:
    post (self, socket, up, text, RJT_DELAY_US);
    return TRUE;
  case RJT_FAULT_STALLED:
    self->stalled_until_us[up] = rj_clock_now_us (self->stage.clock) + RJT_DELAY_US;
    return FALSE;
  case RJT_FAULT_DOUBLED:
    rjt_fake_kurento_pass (self->node, socket, up, text);
    return FALSE;
  case RJT_FAULT_ERROR:
    error = rj_frame_error (frame->id, code, "refused by the sweep", NULL);
    rjt_fake_kurento_pass (self->node, socket, FALSE, error);
    return TRUE;
  case RJT_FAULT_CUT:
    rjt_fake_kurento_cut (self->node);
    return TRUE;
  case RJT_FAULT_CUT_AFTER:
    rjt_fake_kurento_pass (self->node, socket, up, text);
    rjt_fake_kurento_cut (self->node);
    return TRUE;
  case RJT_FAULT_DEAD:
    self->dead = socket;
    return TRUE;
  case RJT_FAULT_CRASH:
    rjt_fake_kurento_kill (self->node);
    return TRUE;
  }
  return FALSE;
}

static gboolean
on_kurento (
  RjtFakeKurento *node, gpointer socket, gboolean up, const char *text, gpointer user_data)
{
  Scene *self = user_data;
  g_autoptr (RjFrame) frame = rj_frame_parse (text, -1);
  gint64 late_us;

  if (strike (self, socket, up, text, frame))
    return TRUE;
  if (socket == self->dead)
    return TRUE;
  late_us = self->stalled_until_us[up] - rj_clock_now_us (self->stage.clock);
  if (late_us <= 0)
    return FALSE;
  post (self, socket, up, text, late_us);
  return TRUE;
}

/* --- participants --- */

static void
go_on (Scene *self, gint64 ms)
{
  rjt_stage_advance_ms (&self->stage, ms);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static gboolean
is_out (RjtGuest *guest)
{
  return rjt_guest_is_closed (guest) ||
         (rjt_guest_get_connection (guest) != NULL &&
          rjt_guest_count (guest, "participantEvicted", rjt_guest_get_connection (guest), NULL) >
            0);
}

/* Returns: (transfer none) (nullable): the answer; NULL: evicted */
static JsonObject *
ask (Scene *self, RjtGuest *guest, const char *method, JsonObject *params)
{
  gint64 id = rjt_guest_send (guest, method, params);

  for (gint64 ms = 0; ms <= ANSWER_MS; ms += STEP_MS) {
    go_on (self, ms == 0 ? 0 : STEP_MS);
    if (rjt_guest_get_answer (guest, id) != NULL)
      return rjt_guest_get_answer (guest, id);
    if (is_out (guest))
      return NULL;
  }
  rjt_run_fail (self->run, "%s is never answered, and nobody is evicted", method);
  return NULL;
}

static const char *
get_result (JsonObject *answer, const char *member)
{
  JsonObject *result = answer == NULL ? NULL : rj_json_get_object (answer, "result");

  return rj_json_get_string (result, member, NULL);
}

static JsonObject *
make_publish (void)
{
  return rj_json_build ("sdpOffer", 's', "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", "hasAudio",
                        'b', TRUE, "hasVideo", 'b', FALSE, "doLoopback", 'b', FALSE, "audioActive",
                        'b', TRUE, NULL);
}

static JsonObject *
make_offer (const char *member, const char *stream, const char *sdp)
{
  return rj_json_build (member, 's', stream, sdp, 's', "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
                        NULL);
}

/* Returns: (transfer full) (nullable): stream of @guest, if it could publish */
static char *
join_and_publish (Scene *self, RjtGuest *guest, const char *session, const char *token)
{
  JsonObject *answer =
    ask (self, guest, "joinRoom",
         rj_json_build ("token", 's', token, "session", 's', session, "platform", 's', "sweep",
                        "metadata", 's', "", "secret", 's', "", NULL));

  if (get_result (answer, "id") == NULL)
    return NULL;
  rjt_guest_take_join (guest, answer);
  self->n_joined++;
  return g_strdup (get_result (ask (self, guest, "publishVideo", make_publish ()), "id"));
}

static RjtGuest *
add_guest (Scene *self)
{
  RjtGuest *guest = rjt_guest_new (self->stage.url);

  g_ptr_array_add (self->stage.guests, guest);
  return guest;
}

static void
leave (Scene *self, RjtGuest *guest)
{
  if (!is_out (guest) && rjt_guest_get_connection (guest) != NULL)
    ask (self, guest, "leaveRoom", json_object_new ());
  if (!rjt_guest_is_closed (guest))
    rjt_guest_close (guest, 1000, NULL);
}

/* --- judging --- */

static guint
count_sessions (Scene *self)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) answer = NULL;

  rjt_rest (self->stage.url, RJT_SECRET, "GET", "/openvidu/api/sessions", NULL, &text);
  answer = rj_json_parse_object (text, -1, NULL);
  return answer == NULL ? G_MAXUINT : (guint) rj_json_get_int (answer, "numberOfElements", -1);
}

static void
judge_nobody_left (Scene *self)
{
  guint n;

  for (guint ms = 0; ms < 60 * SECOND_MS; ms += STEP_MS)
    go_on (self, STEP_MS);
  n = count_sessions (self);
  /* one that nobody could join waits for the next who tries, as on the real server */
  if (n > 0 && self->n_joined > 0)
    rjt_run_fail (self->run, "all have left, but %u sessions live on", n);
}

/* A process that hangs is ended by somebody at last, and comes back */
static void
heal (Scene *self)
{
  if (self->dead != NULL && rjt_fake_kurento_is_alive (self->node))
    rjt_fake_kurento_kill (self->node);
  self->dead = NULL;
  for (guint ms = 0; ms < 5 * SECOND_MS; ms += STEP_MS)
    go_on (self, STEP_MS);
  if (!rjt_fake_kurento_is_alive (self->node))
    rjt_fake_kurento_revive (self->node);
  for (guint ms = 0; ms < 20 * SECOND_MS; ms += STEP_MS)
    go_on (self, STEP_MS);
  if (rjt_fake_kurento_count_sockets (self->node) == 0)
    rjt_run_fail (self->run, "the server does not find its media node again");
}

static void
judge_still_works (Scene *self)
{
  g_autofree char *one = rjt_rest_token (self->stage.url, RJT_SECRET, "after", "PUBLISHER");
  g_autofree char *two = rjt_rest_token (self->stage.url, RJT_SECRET, "after", "PUBLISHER");
  RjtGuest *carol = add_guest (self);
  RjtGuest *dave = add_guest (self);
  g_autofree char *stream = join_and_publish (self, carol, "after", one);
  g_autofree char *other = stream == NULL ? NULL : join_and_publish (self, dave, "after", two);
  JsonObject *answer;

  if (stream == NULL || other == NULL) {
    rjt_run_fail (self->run, "afterwards nobody can join and publish");
    return;
  }
  answer = ask (self, dave, "receiveVideoFrom", make_offer ("sender", stream, "sdpOffer"));
  if (get_result (answer, "sdpAnswer") == NULL)
    rjt_run_fail (self->run, "afterwards nobody can subscribe");
  leave (self, carol);
  leave (self, dave);
  go_on (self, SECOND_MS);
  if (count_sessions (self) > 1)
    rjt_run_fail (self->run, "the session lives on, though all have left");
  if (rjt_fake_kurento_count_objects (self->node) > 0 &&
      rjt_run_get_fault (self->run) == RJT_FAULT_NONE)
    rjt_run_fail (self->run, "%u objects stay on the media node",
                  rjt_fake_kurento_count_objects (self->node));
}

/* --- the story --- */

static void
play_room (Scene *self, RjtGuest *ann, RjtGuest *bob, const char *const *tokens)
{
  g_autofree char *stream = join_and_publish (self, ann, "room", tokens[0]);
  g_autofree char *second = join_and_publish (self, bob, "room", tokens[1]);

  if (stream != NULL && second != NULL && !is_out (bob)) {
    ask (self, bob, "receiveVideoFrom", make_offer ("sender", stream, "sdpOffer"));
    if (!is_out (bob))
      ask (self, bob, "reconnectStream", make_offer ("stream", stream, "sdpOffer"));
  }
  if (stream != NULL && !is_out (ann))
    ask (self, ann, "reconnectStream", make_offer ("stream", stream, "sdpString"));
  leave (self, ann);
  leave (self, bob);
}

static void
play (RjtRun *run)
{
  Scene self = { .run = run };
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  RjtGuest *ann, *bob;

  rjt_stage_set_up (&self.stage, GUINT_TO_POINTER (1));
  self.letters = g_ptr_array_new_with_free_func (letter_free);
  self.node = rjt_stage_get_node (&self.stage, 0);
  one = rjt_rest_token (self.stage.url, RJT_SECRET, "room", "PUBLISHER");
  two = rjt_rest_token (self.stage.url, RJT_SECRET, "room", "PUBLISHER");
  ann = add_guest (&self);
  bob = add_guest (&self);
  rjt_fake_kurento_set_hook (self.node, on_kurento, &self);
  rjt_run_arm (run);
  play_room (&self, ann, bob, (const char *const[]){ one, two });
  rjt_run_disarm (run);
  judge_nobody_left (&self);
  heal (&self);
  judge_still_works (&self);
  rjt_fake_kurento_set_hook (self.node, NULL, NULL);
  g_ptr_array_unref (self.letters);
  rjt_stage_tear_down (&self.stage, NULL);
}

int
main (int argc, char **argv)
{
  static const RjtStory stories[] = {
    { "media-node",
      RJT_FAULT_BIT (RJT_FAULT_LOST) | RJT_FAULT_BIT (RJT_FAULT_DELAYED) |
        RJT_FAULT_BIT (RJT_FAULT_STALLED) | RJT_FAULT_BIT (RJT_FAULT_DOUBLED) |
        RJT_FAULT_BIT (RJT_FAULT_ERROR) | RJT_FAULT_BIT (RJT_FAULT_CUT) |
        RJT_FAULT_BIT (RJT_FAULT_CUT_AFTER) | RJT_FAULT_BIT (RJT_FAULT_DEAD) |
        RJT_FAULT_BIT (RJT_FAULT_CRASH),
      kurento_codes, play },
    { NULL },
  };

  rj_home_claim ();
  return rjt_sweep_main (argc, argv, "media-node", stories);
}
