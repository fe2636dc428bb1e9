#include "rjt-world.h"

#include <string.h>

#include "rj-openvidu2-signaller.h"
#include "rjt-deaf-clock.h"

#define STEP_US (20 * 1000)
/* longer than three missed pings (20 s each when the first one was lost) and the grace time */
#define GHOST_US (80 * RJT_SECOND)

static void
on_signaller_gone (gpointer data, GObject *unused)
{
  ((RjtWorld *) data)->n_signallers--;
}

static RjSignaller *
make_signaller (RjParticipant *participant, guint attempt, gpointer user_data)
{
  RjtWorld *self = user_data;
  const RjOpenvidu2Config config = {
    .session = "room",
    .participant = RJT_OWN,
    .attempt = attempt,
    .events = RJ_EVENT_SINK (self->history),
    .clock = self->told,
    .tokens = self->tokens,
    .make_socket = rjt_model_make_socket,
    .make_socket_data = self->model,
  };
  RjSignaller *signaller = rj_openvidu2_signaller_new (&config);

  self->n_signallers++;
  g_object_weak_ref (G_OBJECT (signaller), on_signaller_gone, self);
  if (g_strcmp0 (rjt_run_get_defect (self->run), "leak") == 0)
    g_ptr_array_add (self->leaked, g_object_ref (signaller));
  return signaller;
}

static gboolean
find_publisher (const char *session, const char *name, RjKnownPublisher *found, gpointer unused)
{
  if (!g_str_has_prefix (name, "bot-"))
    return FALSE;
  found->number = (guint16) g_ascii_strtoull (name + strlen ("bot-"), NULL, 10);
  return TRUE;
}

static gboolean
flows (const char *answer, gpointer user_data)
{
  return rjt_model_flows (((RjtWorld *) user_data)->model, answer);
}

static void
configure (RjtWorld *self)
{
  self->config = rj_participant_config_new (RJT_OWN, "room", self->told, self->dice,
                                            RJ_EVENT_SINK (self->history),
                                            RJ_PEER_FACTORY (self->peers), self->steps);
  self->config->number = 1;
  self->config->publishes = TRUE;
  self->config->publish =
    (RjPublishInfo){ .has_audio = TRUE, .has_video = TRUE, .width = 640, .height = 480, .fps = 30 };
  self->config->make_signaller = make_signaller;
  self->config->make_signaller_data = self;
  self->config->find_publisher = find_publisher;
}

RjtWorld *
rjt_world_new (RjtRun *run)
{
  RjtWorld *self = g_new0 (RjtWorld, 1);

  self->run = run;
  self->clock = rj_fake_clock_new (1000 * RJT_SECOND);
  self->told = g_strcmp0 (rjt_run_get_defect (run), "deaf") == 0 ? rjt_deaf_clock_new (self->clock)
                                                                 : g_object_ref (self->clock);
  self->dice = rj_dice_new (1);
  self->steps = rj_steps_new ();
  self->peers = rjt_fake_peers_new (self->clock);
  rjt_fake_peers_set_flows (self->peers, flows, self);
  self->history = rjt_history_new ();
  self->model = rjt_model_new (run, self->clock);
  self->tokens = rjt_model_make_tokens (self->model);
  self->leaked = g_ptr_array_new_with_free_func (g_object_unref);
  configure (self);
  rjt_model_add (self->model, "bot-2");
  rjt_model_add (self->model, "bot-3");
  return self;
}

void
rjt_world_start (RjtWorld *self)
{
  self->participant = rj_participant_new (self->config);
  rj_participant_start (self->participant);
}

void
rjt_world_run (RjtWorld *self, gint64 us)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (self->clock), us);
}

/* --- settling --- */

static gboolean
has_failed (RjtWorld *self)
{
  return rj_participant_get_state (self->participant) == RJ_PARTICIPANT_FAILED;
}

static guint
count_publishers (RjtWorld *self)
{
  g_autofree char *names = rjt_model_list (self->model, RJT_OWN);
  g_auto (GStrv) each = g_strsplit (names, " ", -1);

  return names[0] == '\0' ? 0 : g_strv_length (each);
}

static gboolean
is_about_subscribing (const char *struck)
{
  return g_str_equal (struck, "> receiveVideoFrom") ||
         g_str_equal (struck, "> prepareReceiveVideoFrom") ||
         g_str_equal (struck, "> reconnectStream");
}

/* "The publisher has just left": nobody asks again for a stream of which the server says so */
static guint
count_denied (RjtWorld *self)
{
  const char *struck = rjt_run_get_struck (self->run);
  int code = rjt_run_get_code (self->run);

  return struck != NULL && rjt_run_get_fault (self->run) == RJT_FAULT_ERROR &&
         (code == 102 || code == 105) && is_about_subscribing (struck);
}

/* One reconnectStream for a silent edge, and never leave for it alone: when that one try was struck, the edge stays
 * as it is, and that is told */
static guint
count_given_up (RjtWorld *self)
{
  const char *struck = rjt_run_get_struck (self->run);
  RjtFault fault = rjt_run_get_fault (self->run);
  const RjEvent *last = rjt_history_find_last (self->history, RJ_EVENT_PEER_FAILED);

  return last != NULL && struck != NULL &&
         (fault == RJT_FAULT_RANDOM ||
          (fault == RJT_FAULT_DOUBLED && (g_str_equal (struck, "> reconnectStream") ||
                                          g_str_equal (struck, "> prepareReceiveVideoFrom"))));
}

/* All who publish are seen, and it says so itself. Of whom it was never told, or the server denied, nobody can
 * know; it may then wait for them in vain. */
static gboolean
is_complete (RjtWorld *self)
{
  guint n_seen = rjt_fake_peers_count_flowing (self->peers);
  guint n_less =
    rjt_model_count_untold (self->model, RJT_OWN) + count_denied (self) + count_given_up (self);

  /* it goes on waiting for somebody whose name it was not told, though it sees the stream */
  gboolean nameless = rjt_model_count_unnamed (self->model, RJT_OWN) > 0;

  return (rj_participant_is_flowing (self->participant) || n_less > 0 || nameless) &&
         rj_participant_get_state (self->participant) == RJ_PARTICIPANT_JOINED &&
         rjt_model_count_published (self->model, RJT_OWN) > 0 &&
         n_seen + n_less >= count_publishers (self);
}

gboolean
rjt_world_settle (RjtWorld *self, gint64 limit_us)
{
  gint64 end_us = rj_clock_now_us (self->clock) + limit_us;

  while (!is_complete (self) && !has_failed (self)) {
    if (rj_clock_now_us (self->clock) >= end_us)
      return FALSE;
    rjt_world_run (self, STEP_US);
  }
  return TRUE;
}

/* --- judging --- */

static gboolean
is_refused_for_good (RjtWorld *self)
{
  int code = rjt_run_get_code (self->run);
  const char *struck = rjt_run_get_struck (self->run);

  if (struck == NULL || rjt_run_get_fault (self->run) != RJT_FAULT_ERROR)
    return FALSE;
  if (g_str_equal (struck, "> token")) /* what a person must repair */
    return code < 500 && code != 404 && code != 408 && code != 409 && code != 429;
  if (g_str_equal (struck, "> publishVideo")) /* a role that may not publish; a forced codec */
    return code == 401 || code == 800;
  return is_about_subscribing (struck) && code == 800;
}

static void
judge_failed (RjtWorld *self)
{
  const char *reason = rj_participant_get_failure (self->participant);

  if (rjt_run_get_fault (self->run) != RJT_FAULT_GONE && !is_refused_for_good (self))
    rjt_run_fail (self->run, "it gave up: %s", reason);
  else if (reason == NULL || reason[0] == '\0')
    rjt_run_fail (self->run, "it gave up without a reason");
  else if (rjt_history_count (self->history, RJ_EVENT_PARTICIPANT_FAILED) != 1)
    rjt_run_fail (self->run, "it told of its failure more or less than once");
}

static void
judge_events (RjtWorld *self)
{
  guint started = rjt_history_count (self->history, RJ_EVENT_REJOIN_STARTED);
  guint ended = rjt_history_count (self->history, RJ_EVENT_REJOIN_ENDED);

  if (started != ended && rj_participant_is_flowing (self->participant))
    rjt_run_fail (self->run, "%u rejoins started, %u ended", started, ended);
}

void
rjt_world_judge (RjtWorld *self)
{
  gboolean settled;

  /* until the socket is given up, and then until the deadline of the rejoin */
  if (rjt_run_get_fault (self->run) == RJT_FAULT_GONE)
    rjt_world_run (self, 120 * RJT_SECOND);
  settled = rjt_world_settle (self, 120 * RJT_SECOND);

  /* what is late comes now: messages, evictions, ends of sockets */
  if (settled && !has_failed (self)) {
    rjt_world_run (self, 30 * RJT_SECOND);
    settled = rjt_world_settle (self, 60 * RJT_SECOND);
  }
  if (!settled)
    rjt_run_fail (self->run, "nothing settles: state %s, %s, sees %u of %u, published %u",
                  rj_participant_states[rj_participant_get_state (self->participant)].name,
                  rj_participant_is_flowing (self->participant) ? "flowing" : "not flowing",
                  rjt_fake_peers_count_flowing (self->peers), count_publishers (self),
                  rjt_model_count_published (self->model, RJT_OWN));
  else if (has_failed (self))
    judge_failed (self);
  else if (rjt_run_get_fault (self->run) == RJT_FAULT_GONE)
    rjt_run_fail (self->run, "nobody is there any more, and it has not noticed");
  else
    judge_events (self);
}

/* --- the end --- */

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  rj_participant_leave_finish (RJ_PARTICIPANT (source), result);
  *(gboolean *) user_data = TRUE;
}

void
rjt_world_leave (RjtWorld *self)
{
  gboolean left = FALSE;

  rj_participant_leave_async (self->participant, on_left, &left);
  rjt_world_run (self, 2 * RJT_SECOND);
  if (!left || rj_participant_get_state (self->participant) != RJ_PARTICIPANT_LEFT) {
    rjt_run_fail (self->run, "leaving does not end");
    rj_participant_close (self->participant);
  }
  rjt_world_run (self, GHOST_US);
  if (rjt_model_count (self->model, RJT_OWN) > 0)
    rjt_run_fail (self->run, "it left, but its ghost stays");
}

static void
expect_none (RjtWorld *self, guint n, const char *what)
{
  if (n > 0)
    rjt_run_fail (self->run, "%u %s alive", n, what);
}

static void
judge_remains (RjtWorld *self, gpointer participant)
{
  if (participant != NULL)
    rjt_run_fail (self->run, "the participant is alive");
  expect_none (self, self->n_signallers, "signallers");
  expect_none (self, rjt_fake_peers_count_alive (self->peers), "peers");
  expect_none (self, rjt_model_count_tokens (self->model), "requests for tokens");
  expect_none (self, rj_steps_count (self->steps), "steps");
}

void
rjt_world_free (RjtWorld *self)
{
  gpointer participant = self->participant;

  if (rjt_run_wants_story (self->run)) {
    g_autofree char *text = rjt_history_to_text (self->history);

    rjt_run_tell (self->run, "%s", text);
  }
  g_object_add_weak_pointer (participant, &participant);
  g_clear_object (&self->participant);
  rjt_world_run (self, 0);
  judge_remains (self, participant);
  if (participant != NULL)
    g_object_remove_weak_pointer (participant, &participant);
  g_ptr_array_unref (self->leaked);
  rjt_model_close (self->model);
  rjt_world_run (self, 0);
  expect_none (self, rjt_model_count_wires (self->model), "sockets");
  rjt_model_free (self->model);
  expect_none (self, rj_fake_clock_count_timers (RJ_FAKE_CLOCK (self->clock)), "timers");
  g_object_unref (self->tokens);
  rj_participant_config_unref (self->config);
  g_object_unref (self->history);
  g_object_unref (self->peers);
  rj_steps_unref (self->steps);
  rj_dice_free (self->dice);
  g_object_unref (self->told);
  g_object_unref (self->clock);
  g_free (self);
}
