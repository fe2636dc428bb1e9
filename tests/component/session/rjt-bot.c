#include "rjt-bot.h"

static void
on_signaller_gone (gpointer data, GObject *unused)
{
  ((RjtBot *) data)->n_signallers_alive--;
}

static RjSignaller *
make_signaller (RjParticipant *participant, guint attempt, gpointer user_data)
{
  RjtBot *self = user_data;
  g_autofree char *connection = g_strdup_printf ("own-%u", attempt);
  RjtFakeSignaller *signaller = rjt_fake_signaller_new (self->clock, connection);

  rjt_fake_signaller_set_decide (signaller, self->decide, self->decide_data);
  for (guint i = 0; i < self->room->len; i++) {
    const char *name = g_ptr_array_index (self->room, i);
    g_autofree char *other = g_strdup_printf ("c-%s", name);
    g_autofree char *stream = g_strdup_printf ("s-%s", name);

    rjt_fake_signaller_list (signaller, other, stream, name);
  }
  if (self->server_offers)
    rjt_fake_signaller_make_offers (signaller);
  g_set_object (&self->signaller, signaller);
  g_object_weak_ref (G_OBJECT (signaller), on_signaller_gone, self);
  self->n_signallers++;
  self->n_signallers_alive++;
  return RJ_SIGNALLER (signaller);
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
delete_session (RjParticipant *participant, gpointer user_data)
{
  RjtBot *self = user_data;

  self->n_deletes++;
  return self->allow_delete;
}

RjtBot *
rjt_bot_new (void)
{
  RjtBot *self = g_new0 (RjtBot, 1);

  self->clock = rj_fake_clock_new (1000 * RJT_SECOND);
  self->dice = rj_dice_new (1);
  self->steps = rj_steps_new ();
  self->peers = rjt_fake_peers_new (self->clock);
  self->history = rjt_history_new ();
  self->room = g_ptr_array_new_with_free_func (g_free);
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
  self->config->delete_session = delete_session;
  self->config->delete_session_data = self;
  return self;
}

void
rjt_bot_free (RjtBot *self)
{
  if (self->participant != NULL)
    rjt_bot_assert_nothing_left (self);
  g_clear_object (&self->signaller);
  g_assert_cmpuint (self->n_signallers_alive, ==, 0);
  rj_participant_config_unref (self->config);
  g_ptr_array_unref (self->room);
  g_object_unref (self->history);
  g_object_unref (self->peers);
  rj_steps_unref (self->steps);
  rj_dice_free (self->dice);
  g_object_unref (self->clock);
  g_free (self);
}

void
rjt_bot_add (RjtBot *self, const char *name)
{
  g_ptr_array_add (self->room, g_strdup (name));
}

void
rjt_bot_remove (RjtBot *self, const char *name)
{
  for (guint i = self->room->len; i > 0; i--) {
    if (g_str_equal (g_ptr_array_index (self->room, i - 1), name))
      g_ptr_array_remove_index (self->room, i - 1);
  }
}

void
rjt_bot_start (RjtBot *self)
{
  self->participant = rj_participant_new (self->config);
  rj_participant_start (self->participant);
}

void
rjt_bot_run (RjtBot *self, gint64 us)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (self->clock), us);
}

void
rjt_bot_run_until_flowing (RjtBot *self, gint64 limit_us)
{
  gint64 end_us = rj_clock_now_us (self->clock) + limit_us;

  while (!rj_participant_is_flowing (self->participant)) {
    if (rj_clock_now_us (self->clock) >= end_us) {
      g_autofree char *text = rjt_history_to_text (self->history);

      g_error ("it does not flow:\n%s", text);
    }
    rjt_bot_run (self, 10000);
  }
}

void
rjt_bot_assert_nothing_left (RjtBot *self)
{
  gpointer participant = self->participant;

  g_object_add_weak_pointer (participant, &participant);
  g_clear_object (&self->participant);
  rjt_bot_run (self, 0);
  g_clear_object (&self->signaller);
  rjt_bot_run (self, 0);
  g_assert_null (participant);
  g_assert_cmpuint (rjt_fake_peers_count_alive (self->peers), ==, 0);
  g_assert_cmpuint (self->n_signallers_alive, ==, 0);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (self->clock)), ==, 0);
  g_assert_cmpuint (rj_steps_count (self->steps), ==, 0);
}
