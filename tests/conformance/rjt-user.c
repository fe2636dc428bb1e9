#include "rjt-user.h"

#include "rj-http-session.h"
#include "rj-json.h"
#include "rj-log.h"
#include "rj-openvidu2-signaller.h"
#include "rj-token-sources.h"

#define STEP_US 25000

static RjSignaller *
make_signaller (RjParticipant *participant, guint attempt, gpointer user_data)
{
  RjtUser *self = user_data;
  const RjOpenvidu2Config config = {
    .session = "room",
    .participant = "bot-1",
    .attempt = attempt,
    .events = RJ_EVENT_SINK (self->history),
    .clock = self->clock,
    .tokens = self->tokens,
    .http = self->http,
  };

  return rj_openvidu2_signaller_new (&config);
}

static gboolean
find_publisher (const char *session, const char *name, RjKnownPublisher *found, gpointer unused)
{
  if (!g_str_has_prefix (name, "bot-"))
    return FALSE;
  found->number = (guint16) g_ascii_strtoull (name + strlen ("bot-"), NULL, 10);
  return TRUE;
}

RjtUser *
rjt_user_new (void)
{
  RjtUser *self = g_new0 (RjtUser, 1);

  rj_home_claim ();
  self->server = rjt_server_new (NULL);
  self->clock = rj_fake_clock_new (1000 * RJT_SECOND);
  self->dice = rj_dice_new (1);
  self->steps = rj_steps_new ();
  self->http = rj_http_session_new (4, NULL, FALSE, NULL, NULL);
  self->tokens = rj_token_source_new_app (
    self->http, self->clock, rjt_server_get_url (self->server), RJ_APP_FAULT_TOLERANCE);
  self->peers = rjt_fake_peers_new (self->clock);
  self->history = rjt_history_new ();
  self->config = rj_participant_config_new ("bot-1", "room", self->clock, self->dice,
                                            RJ_EVENT_SINK (self->history),
                                            RJ_PEER_FACTORY (self->peers), self->steps);
  self->config->number = 1;
  self->config->publishes = TRUE;
  self->config->publish =
    (RjPublishInfo){ .has_audio = TRUE, .has_video = TRUE, .width = 640, .height = 480, .fps = 30 };
  self->config->make_signaller = make_signaller;
  self->config->make_signaller_data = self;
  self->config->find_publisher = find_publisher;
  return self;
}

void
rjt_user_free (RjtUser *self)
{
  gpointer participant = self->participant;

  if (participant != NULL) {
    rj_participant_close (participant);
    g_object_add_weak_pointer (participant, &participant);
    g_clear_object (&self->participant);
    rjt_wait_until (participant == NULL);
  }
  rjt_wait_until (rjt_fake_peers_count_alive (self->peers) == 0);
  rjt_wait_until (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (self->clock)) == 0);
  g_assert_cmpstr (rjt_server_get_complaint (self->server), ==, NULL);
  g_assert_true (rjt_server_ids_are_fine (self->server));
  rj_participant_config_unref (self->config);
  g_object_unref (self->history);
  g_object_unref (self->peers);
  g_object_unref (self->tokens);
  g_object_unref (self->http);
  rj_steps_unref (self->steps);
  rj_dice_free (self->dice);
  g_object_unref (self->clock);
  rjt_server_free (self->server);
  g_free (self);
}

void
rjt_user_set_room (RjtUser *self, const char *others, const char *more)
{
  g_autofree char *answer = g_strdup_printf (
    "{'id':'" RJT_SELF "','createdAt':1,'metadata':'','value':[%s],'session':'room',"
    "'version':'2.32.2','role':'PUBLISHER'%s%s}",
    others, *more == '\0' ? ",'mediaServer':'kurento'" : ",", more);

  rjt_server_script (self->server, "joinRoom", RJT_ANSWER, 0, answer);
}

void
rjt_user_start (RjtUser *self)
{
  self->participant = rj_participant_new (self->config);
  rj_participant_start (self->participant);
}

RjtUser *
rjt_user_new_in_room_of_three (void)
{
  RjtUser *self = rjt_user_new ();

  rjt_user_set_room (
    self, RJT_OTHER ("bot-2", "true", "true") "," RJT_OTHER ("bot-3", "true", "true"), "");
  rjt_user_start (self);
  rjt_user_run_until_flowing (self, 5 * RJT_SECOND);
  rjt_history_clear (self->history);
  return self;
}

/* Whatever is on its way between the two arrives */
static void
settle (void)
{
  const gint64 quiet_us = 2000;
  gint64 last_us = g_get_monotonic_time ();

  while (g_get_monotonic_time () - last_us < quiet_us) {
    if (g_main_context_iteration (NULL, FALSE))
      last_us = g_get_monotonic_time ();
  }
}

static void
step (RjtUser *self, gint64 us)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (self->clock), us);
  settle ();
}

void
rjt_user_run (RjtUser *self, gint64 us)
{
  settle ();
  for (gint64 left_us = us; left_us > 0; left_us -= STEP_US)
    step (self, MIN (left_us, STEP_US));
}

static void
give_up (RjtUser *self, const char *what)
{
  g_autofree char *text = rjt_history_to_text (self->history);

  g_error ("waited in vain: %s; asked: %s\n%s", what, rjt_server_get_methods (self->server), text);
}

#define RUN_UNTIL(self, condition, limit_us, what)                                                 \
  for (gint64 end_us = rj_clock_now_us ((self)->clock) + (limit_us); !(condition);) {              \
    if (rj_clock_now_us ((self)->clock) >= end_us)                                                 \
      give_up (self, what);                                                                        \
    step (self, STEP_US);                                                                          \
  }

void
rjt_user_run_until_flowing (RjtUser *self, gint64 limit_us)
{
  RUN_UNTIL (self, rj_participant_is_flowing (self->participant), limit_us, "flowing");
}

void
rjt_user_run_until_asked (RjtUser *self, const char *method, guint n, gint64 limit_us)
{
  RUN_UNTIL (self, rjt_server_count (self->server, method) >= n, limit_us, method);
}

static const char *
get_state (RjtUser *self)
{
  return rj_participant_states[rj_participant_get_state (self->participant)].name;
}

void
rjt_user_run_until_state (RjtUser *self, const char *state, gint64 limit_us)
{
  RUN_UNTIL (self, g_str_equal (get_state (self), state), limit_us, state);
}

char *
rjt_user_dup_token (RjtUser *self, guint nth)
{
  const char *token =
    rj_json_get_string (rjt_server_get_params (self->server, "joinRoom", nth), "token", "");

  return g_strdup (strstr (token, "tok_"));
}
