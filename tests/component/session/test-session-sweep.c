/* The sweep over the session layer: join and ways back, with the nth request lost, delayed, answered by an
 * error, or the socket or the stay lost there, for n = 1, 2, 3 … until a run has no nth request any more.
 * Every run ends flowing, or failed with a sentence, and leaves nothing alive. */
#include "rj-error.h"
#include "rjt-bot.h"

typedef enum {
  FAULT_NONE,
  FAULT_LOST,
  FAULT_DELAYED,
  FAULT_ERROR,
  FAULT_RESUMED,     /* the socket dies there, resumed 2 s later */
  FAULT_NOT_RESUMED, /* the socket dies there, given up 9 s later */
  FAULT_EVICTED,
  FAULT_STAYS_DEAD, /* from there on nothing is answered */
} Fault;

typedef enum { STORY_JOIN, STORY_CRASH, STORY_RESET, STORY_SILENCE, N_STORIES } Story;

typedef struct {
  RjtBot *bot;
  Fault fault;
  int code;
  guint nth;
  guint n_asked;
  gboolean hit_join;        /* the nth request was a join */
  RjtFakeSignaller *victim; /* (nullable) owned */
  RjTimer *timer;
} Sweep;

static void
on_give_up (gpointer user_data)
{
  Sweep *self = user_data;

  self->timer = NULL;
  if (rjt_fake_signaller_is_closed (self->victim))
    return;
  if (self->fault == FAULT_RESUMED)
    rjt_fake_signaller_resume (self->victim);
  else
    rjt_fake_signaller_lose (self->victim, "networkDisconnect", "websocket-closed");
}

static void
on_strike (gpointer user_data)
{
  Sweep *self = user_data;

  self->timer = NULL;
  if (rjt_fake_signaller_is_closed (self->victim))
    return;
  if (self->fault == FAULT_EVICTED) {
    rjt_fake_signaller_lose (self->victim, "nodeCrashed", "server-event");
    return;
  }
  rjt_fake_signaller_suspend (self->victim);
  self->timer = rj_clock_start_timer (
    self->bot->clock, (self->fault == FAULT_RESUMED ? 2 : 9) * RJT_SECOND, on_give_up, self);
}

static void
decide (RjtFakeSignaller *signaller,
        const char *request,
        const char *detail,
        RjtAnswer *answer,
        gpointer user_data)
{
  Sweep *self = user_data;

  self->n_asked++;
  if (self->fault == FAULT_STAYS_DEAD && self->n_asked >= self->nth)
    rjt_answer_timeout (answer);
  if (self->n_asked != self->nth)
    return;
  self->hit_join = g_str_equal (request, "join");
  switch (self->fault) {
  case FAULT_NONE:
  case FAULT_STAYS_DEAD:
    break;
  case FAULT_LOST:
    rjt_answer_timeout (answer);
    break;
  case FAULT_DELAYED:
    answer->delay_us = 4 * RJT_SECOND;
    break;
  case FAULT_ERROR:
    if (g_str_equal (request, "join") && self->code == 0)
      answer->error = g_error_new (RJ_HTTP_ERROR, 500, "the token source broke");
    else
      rjt_answer_refuse (answer, self->code);
    break;
  case FAULT_RESUMED:
  case FAULT_NOT_RESUMED:
  case FAULT_EVICTED:
    g_set_object (&self->victim, signaller);
    self->timer = rj_clock_start_timer (self->bot->clock, 1000, on_strike, self);
    break;
  }
}

static gboolean
is_settled (Sweep *self)
{
  return rj_participant_is_flowing (self->bot->participant) ||
         rj_participant_get_state (self->bot->participant) == RJ_PARTICIPANT_FAILED;
}

static void
settle (Sweep *self, gint64 limit_us)
{
  gint64 end_us = rj_clock_now_us (self->bot->clock) + limit_us;

  while (!is_settled (self) && rj_clock_now_us (self->bot->clock) < end_us)
    rjt_bot_run (self->bot, 20000);
}

static void
publish_anew (Sweep *self, const char *suffix)
{
  RjtFakeSignaller *signaller = self->bot->signaller;

  if (rjt_fake_signaller_is_closed (signaller) ||
      rj_participant_get_state (self->bot->participant) != RJ_PARTICIPANT_JOINED)
    return;
  for (guint i = 2; i <= 3; i++) {
    g_autofree char *connection = g_strdup_printf ("c-bot-%u", i);
    g_autofree char *stream = g_strdup_printf ("s%s-bot-%u", suffix, i);
    g_autofree char *name = g_strdup_printf ("bot-%u", i);

    rjt_fake_signaller_publish (signaller, connection, stream, name);
  }
}

static void
reset_media (Sweep *self)
{
  RjtFakeSignaller *signaller = self->bot->signaller;

  rjt_fake_signaller_own_unpublish (signaller, "mediaServerReconnect");
  rjt_fake_signaller_unpublish (signaller, "c-bot-2", "mediaServerReconnect");
  rjt_fake_signaller_unpublish (signaller, "c-bot-3", "mediaServerReconnect");
  rjt_bot_run (self->bot, 300000);
  publish_anew (self, "r");
}

static void
go_through (Sweep *self, Story story)
{
  rjt_bot_start (self->bot);
  settle (self, 150 * RJT_SECOND);
  if (story == STORY_JOIN || !rj_participant_is_flowing (self->bot->participant))
    return;
  switch (story) {
  case STORY_CRASH:
    rjt_fake_signaller_lose (self->bot->signaller, "nodeCrashed", "server-event");
    break;
  case STORY_RESET:
    reset_media (self);
    break;
  case STORY_SILENCE:
    rjt_fake_peers_set_silent (self->bot->peers, TRUE);
    rjt_bot_run (self->bot, 7500000);
    rjt_fake_peers_set_silent (self->bot->peers, FALSE);
    break;
  case STORY_JOIN:
  case N_STORIES:
    break;
  }
  rjt_bot_run (self->bot, 20000);
  settle (self, 60 * RJT_SECOND);
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  rj_participant_leave_finish (RJ_PARTICIPANT (source), result);
  *(gboolean *) user_data = TRUE;
}

static void
end (Sweep *self)
{
  gboolean left = FALSE;

  if (self->nth % 2 == 0) {
    rj_participant_leave_async (self->bot->participant, on_left, &left);
    rjt_bot_run (self->bot, 2 * RJT_SECOND);
    g_assert_true (left);
  }
  rj_clock_cancel_timer (self->bot->clock, &self->timer);
  g_clear_object (&self->victim);
  rjt_bot_assert_nothing_left (self->bot);
}

/* A socket that is resumed costs no attempt, unless the join itself was under way. */
static gboolean
has_needless_attempt (Sweep *self, Story story)
{
  guint needed = story == STORY_CRASH || story == STORY_SILENCE ? 2 : 1;

  return (self->fault == FAULT_NONE || (self->fault == FAULT_RESUMED && !self->hit_join)) &&
         self->bot->n_signallers > needed;
}

/* Returns: FALSE when there was no nth request: the sweep is through */
static gboolean
run (Story story, Fault fault, int code, guint nth)
{
  g_autoptr (RjtBot) bot = rjt_bot_new ();
  Sweep sweep = { .bot = bot, .fault = fault, .code = code, .nth = nth };
  gboolean failed;

  bot->decide = decide;
  bot->decide_data = &sweep;
  rjt_bot_add (bot, "bot-2");
  rjt_bot_add (bot, "bot-3");
  go_through (&sweep, story);
  if (!is_settled (&sweep)) { /* somebody was dropped as gone (102, 105): he publishes again */
    publish_anew (&sweep, "x");
    settle (&sweep, 70 * RJT_SECOND);
  }
  failed = rj_participant_get_state (bot->participant) == RJ_PARTICIPANT_FAILED;
  if (!is_settled (&sweep) || has_needless_attempt (&sweep, story) ||
      (failed && rjt_history_count (bot->history, RJ_EVENT_PARTICIPANT_FAILED) != 1) ||
      (failed && fault != FAULT_STAYS_DEAD && fault != FAULT_ERROR) ||
      (!failed && rjt_history_count (bot->history, RJ_EVENT_REJOIN_STARTED) !=
                    rjt_history_count (bot->history, RJ_EVENT_REJOIN_ENDED))) {
    g_autofree char *text = rjt_history_to_text (bot->history);

    g_error ("story %d, fault %d code %d at %u:\n%s", story, fault, code, nth, text);
  }
  end (&sweep);
  return sweep.n_asked >= nth;
}

static void
sweep (Fault fault, int code)
{
  for (Story story = 0; story < N_STORIES; story++) {
    guint nth = 1;

    while (run (story, fault, code, nth))
      nth++;
    g_test_message ("story %d: %u requests", story, nth - 1);
    g_assert_cmpuint (nth, >, 4);
  }
}

static void
test_none (void)
{
  for (Story story = 0; story < N_STORIES; story++)
    run (story, FAULT_NONE, 0, 2);
}

static void
test_lost (void)
{
  sweep (FAULT_LOST, 0);
}

static void
test_delayed (void)
{
  sweep (FAULT_DELAYED, 0);
}

static void
test_errors (void)
{
  const int codes[] = { -1, 102, 105, 106, 202, 203, 204, 302, 303, 401, 800, 999, 40101 };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    sweep (FAULT_ERROR, codes[i]);
}

static void
test_resumed (void)
{
  sweep (FAULT_RESUMED, 0);
}

static void
test_not_resumed (void)
{
  sweep (FAULT_NOT_RESUMED, 0);
}

static void
test_evicted (void)
{
  sweep (FAULT_EVICTED, 0);
}

static void
test_stays_dead (void)
{
  for (Story story = 0; story < N_STORIES; story++)
    for (guint nth = 1; nth <= 12; nth += 3)
      run (story, FAULT_STAYS_DEAD, 0, nth);
}

/* The nth call into the media engine fails. */
static void
test_engine (void)
{
  const char *const what[] = { "create", "offer", "answer" };

  for (guint i = 0; i < G_N_ELEMENTS (what); i++) {
    for (guint ms = 0; ms < 60; ms += 5) {
      g_autoptr (RjtBot) bot = rjt_bot_new ();

      rjt_bot_add (bot, "bot-2");
      rjt_bot_start (bot);
      rjt_bot_run (bot, ms * 1000);
      rjt_fake_peers_fail_next (bot->peers, what[i]);
      rjt_bot_run_until_flowing (bot, 20 * RJT_SECOND);
      rjt_bot_assert_nothing_left (bot);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/session/sweep/" name, func)
  ADD ("none", test_none);
  ADD ("lost", test_lost);
  ADD ("delayed", test_delayed);
  ADD ("errors", test_errors);
  ADD ("resumed", test_resumed);
  ADD ("not-resumed", test_not_resumed);
  ADD ("evicted", test_evicted);
  ADD ("stays-dead", test_stays_dead);
  ADD ("engine", test_engine);
#undef ADD
  return g_test_run ();
}
