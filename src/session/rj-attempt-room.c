#include "rj-attempt-private.h"

#include <string.h>

static void
emit_published (RjAttempt *self, const RjRemoteStream *stream, gboolean at_join)
{
  RjEvent *event = rj_stay_event (self->stay, RJ_EVENT_REMOTE_PUBLISHED, 0);

  event->edge = rj_stay_get_edge (self->stay, stream->name);
  rj_event_set_string (event, "from", stream->name);
  rj_event_set_bool (event, "foreign",
                     !rj_participant_config_knows (self->stay->config, stream->name, NULL));
  rj_event_set_string (event, "connection", stream->connection);
  rj_event_set_string (event, "stream", stream->stream);
  rj_event_set_bool (event, "at_join", at_join);
  rj_event_set_bool (event, "has_audio", stream->has_audio);
  rj_event_set_bool (event, "has_video", stream->has_video);
  rj_event_set_bool (event, "audio_active", stream->audio_active);
  rj_event_set_bool (event, "video_active", stream->video_active);
  rj_stay_emit (self->stay, event);
}

/* @reason: (nullable) */
static void
emit_other (
  RjAttempt *self, const char *type, const char *name, const char *connection, const char *reason)
{
  RjEvent *event = rj_stay_event (self->stay, type, 0);

  event->edge = rj_stay_get_edge (self->stay, name);
  rj_event_set_string (event, "from", name);
  rj_event_set_string (event, "connection", connection);
  rj_event_set_string (event, "reason", reason);
  rj_event_set_bool (event, "foreign",
                     !rj_participant_config_knows (self->stay->config, name, NULL));
  rj_stay_emit (self->stay, event);
}

static void
emit_property (RjAttempt *self, RjSubscription *subscription, const char *property, gboolean value)
{
  RjEvent *event = rj_subscription_event (subscription, RJ_EVENT_REMOTE_PROPERTY, 0);

  rj_event_set_string (event, "property", property);
  rj_event_set_bool (event, "value", value);
  rj_stay_emit (self->stay, event);
}

/* Names of ours are unique: another connection with the same one is a ghost of it. A stream that is
 * published now is the living one; of those listed at the join nobody knows yet. */
static void
drop_ghosts (RjAttempt *self, const RjRemoteStream *living)
{
  if (!rj_participant_config_knows (self->stay->config, living->name, NULL))
    return;
  for (guint i = self->subscriptions->len; i > 0; i--) {
    RjSubscription *other = g_ptr_array_index (self->subscriptions, i - 1);
    const RjRemoteStream *stream = rj_subscription_get_stream (other);

    if (g_str_equal (stream->name, living->name) &&
        !g_str_equal (stream->connection, living->connection))
      rj_attempt_drop (self, other, "ghost", TRUE);
  }
}

static void
see_stream (RjAttempt *self, const RjRemoteStream *stream, gboolean at_join)
{
  RjSubscription *older;

  if (!rj_participant_config_wants (self->stay->config, stream->name) ||
      g_strcmp0 (stream->connection, self->stay->connection) == 0 ||
      rj_room_publish (self->room, stream) != RJ_ROOM_NEW)
    return;
  emit_published (self, stream, at_join);
  if (self->stay->connection == NULL)
    return;
  older = rj_attempt_find (self, stream->connection);
  if (older != NULL)
    rj_attempt_drop (self, older, "replaced", TRUE);
  if (!at_join)
    drop_ghosts (self, stream);
  rj_attempt_subscribe (self, stream);
}

void
rj_attempt_see_streams (RjAttempt *self, GPtrArray *streams)
{
  g_autoptr (GPtrArray) early = rj_room_list_streams (self->room);

  for (guint i = 0; i < early->len; i++)
    rj_attempt_subscribe (self, g_ptr_array_index (early, i));
  for (guint i = 0; streams != NULL && i < streams->len; i++)
    see_stream (self, g_ptr_array_index (streams, i), TRUE);
}

static void
on_participant_joined (RjSignaller *signaller,
                       const char *connection,
                       const char *name,
                       RjAttempt *self)
{
  rj_room_enter (self->room, connection, name);
  if (!self->over && g_strcmp0 (name, self->stay->config->name) != 0)
    emit_other (self, RJ_EVENT_REMOTE_JOINED, name, connection, NULL);
}

static void
forget_stream (RjAttempt *self, const char *connection, const char *reason)
{
  RjSubscription *subscription = rj_attempt_find (self, connection);

  if (subscription != NULL)
    rj_attempt_drop (self, subscription, reason, FALSE);
  rj_attempt_review (self);
}

static void
on_participant_left (RjSignaller *signaller,
                     const char *connection,
                     const char *reason,
                     RjAttempt *self)
{
  g_autofree char *name = g_strdup (rj_room_get_name (self->room, connection));

  if (!rj_room_leave (self->room, connection) || self->over)
    return;
  if (g_strcmp0 (name, self->stay->config->name) != 0 &&
      rj_participant_config_wants (self->stay->config, name))
    emit_other (self, RJ_EVENT_REMOTE_LEFT, name, connection, reason);
  forget_stream (self, connection, reason);
}

static void
on_stream_published (RjSignaller *signaller, const RjRemoteStream *stream, RjAttempt *self)
{
  if (self->over)
    return;
  see_stream (self, stream, FALSE);
  rj_attempt_review (self);
}

static void
on_stream_unpublished (RjSignaller *signaller,
                       const char *connection,
                       const char *reason,
                       RjAttempt *self)
{
  const RjRemoteStream *stream = rj_room_get_stream (self->room, connection);

  if (stream == NULL || self->over)
    return;
  if (g_strcmp0 (reason, "mediaServerReconnect") == 0)
    rj_attempt_announce_reset (self);
  emit_other (self, RJ_EVENT_REMOTE_UNPUBLISHED, stream->name, connection, reason);
  rj_room_unpublish (self->room, connection);
  forget_stream (self, connection, reason);
}

static void
on_stream_changed (RjSignaller *signaller, const RjRemoteStream *stream, RjAttempt *self)
{
  RjSubscription *subscription = rj_attempt_find (self, stream->connection);
  gboolean audio_was, video_was;

  rj_room_change (self->room, stream);
  if (subscription == NULL || self->over)
    return;
  audio_was = rj_subscription_get_stream (subscription)->audio_active;
  video_was = rj_subscription_get_stream (subscription)->video_active;
  if (stream->audio_active != audio_was)
    emit_property (self, subscription, "audioActive", stream->audio_active);
  if (stream->video_active != video_was)
    emit_property (self, subscription, "videoActive", stream->video_active);
  rj_subscription_update (subscription, stream);
  rj_attempt_review (self);
}

static void
on_signal (
  RjSignaller *signaller, const char *name, const char *type, const char *data, RjAttempt *self)
{
  RjEvent *event = rj_stay_event (self->stay, RJ_EVENT_SIGNAL_RECEIVED, 0);

  rj_event_set_string (event, "from", name);
  rj_event_set_string (event, "type", type);
  rj_event_set_int (event, "bytes", data == NULL ? 0 : strlen (data));
  rj_stay_emit (self->stay, event);
}

/* The server replaces one of our subscriptions (OpenVidu 2 protocol, 6.17) */
static void
on_offered (RjSignaller *signaller, const char *stream, const char *offer, RjAttempt *self)
{
  for (guint i = 0; i < self->subscriptions->len && !self->over; i++) {
    RjSubscription *subscription = g_ptr_array_index (self->subscriptions, i);

    if (!g_str_equal (rj_subscription_get_stream (subscription)->stream, stream))
      continue;
    rj_subscription_take_offer (subscription, offer);
    return;
  }
}

static void
on_own_unpublished (RjSignaller *signaller, const char *reason, RjAttempt *self)
{
  RjAction action = rj_policy_decide (RJ_NEWS_OWN_UNPUBLISHED, reason, 0);
  RjEvent *event;

  if (self->publication == NULL || self->over)
    return;
  event = rj_stay_event (self->stay, RJ_EVENT_OWN_UNPUBLISHED, 0);
  event->peer = g_strdup ("publish");
  rj_event_set_string (event, "reason", reason);
  if (action == RJ_ACTION_REPUBLISH)
    rj_attempt_announce_reset (self);
  rj_stay_emit (self->stay, event);
  if (action == RJ_ACTION_REPUBLISH)
    rj_publication_open (self->publication, "republish");
  else
    rj_publication_withdraw (self->publication, reason);
}

static void
on_candidate (RjSignaller *signaller,
              const char *connection,
              guint mline,
              const char *mid,
              const char *candidate,
              RjAttempt *self)
{
  RjSubscription *subscription;

  if (g_strcmp0 (connection, self->stay->connection) == 0) {
    if (self->publication != NULL)
      rj_publication_add_candidate (self->publication, mline, mid, candidate);
    return;
  }
  subscription = rj_attempt_find (self, connection);
  if (subscription != NULL)
    rj_subscription_add_candidate (subscription, mline, mid, candidate);
}

void
rj_attempt_listen_to_room (RjAttempt *self)
{
  RjSignaller *from = self->stay->signaller;

  g_signal_connect (from, "participant-joined", G_CALLBACK (on_participant_joined), self);
  g_signal_connect (from, "participant-left", G_CALLBACK (on_participant_left), self);
  g_signal_connect (from, "stream-published", G_CALLBACK (on_stream_published), self);
  g_signal_connect (from, "stream-unpublished", G_CALLBACK (on_stream_unpublished), self);
  g_signal_connect (from, "stream-changed", G_CALLBACK (on_stream_changed), self);
  g_signal_connect (from, "own-unpublished", G_CALLBACK (on_own_unpublished), self);
  g_signal_connect (from, "signal", G_CALLBACK (on_signal), self);
  g_signal_connect (from, "offered", G_CALLBACK (on_offered), self);
  g_signal_connect (from, "candidate", G_CALLBACK (on_candidate), self);
}
