#include "rjt-stay.h"

#include "rj-http-session.h"
#include "rj-json.h"
#include "rj-log.h"
#include "rj-token-sources.h"

#define RJT_TYPE_NOTE_SINK (rjt_note_sink_get_type ())
G_DECLARE_FINAL_TYPE (RjtNoteSink, rjt_note_sink, RJT, NOTE_SINK, GObject)

struct _RjtNoteSink {
  GObject parent_instance;
  GString *notes; /* of the stay */
};

static void
rjt_note_sink_take (RjEventSink *sink, const RjEvent *event)
{
  GString *notes = RJT_NOTE_SINK (sink)->notes;
  g_autofree char *data =
    event->data == NULL ? g_strdup ("{}") : rj_json_object_to_text (event->data);

  g_assert_cmpstr (event->session, ==, "room");
  g_assert_cmpstr (event->participant, ==, "bot-1");
  g_assert_cmpuint (event->attempt, ==, 3);
  g_assert_cmpint (event->mono_us, >, 0);
  g_string_append_printf (notes, "%s %s\n", event->type, data);
}

static void
rjt_note_sink_iface_init (RjEventSinkInterface *iface)
{
  iface->take = rjt_note_sink_take;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RjtNoteSink,
                               rjt_note_sink,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK, rjt_note_sink_iface_init))

static void
rjt_note_sink_class_init (RjtNoteSinkClass *klass)
{
}

static void
rjt_note_sink_init (RjtNoteSink *self)
{
}

#define TELL(self, ...) g_string_append_printf ((self)->told, __VA_ARGS__)

static void
on_two (RjtStay *self, const char *signal, const char *one, const char *two)
{
  TELL (self, "%s %s %s\n", signal, one, two);
}

static void
on_joined_room (RjSignaller *s, const char *connection, const char *name, RjtStay *self)
{
  on_two (self, "participant-joined", connection, name);
}

static void
on_left_room (RjSignaller *s, const char *connection, const char *reason, RjtStay *self)
{
  on_two (self, "participant-left", connection, reason);
}

static void
on_unpublished (RjSignaller *s, const char *connection, const char *reason, RjtStay *self)
{
  on_two (self, "stream-unpublished", connection, reason);
}

static void
on_published (RjSignaller *s, const RjRemoteStream *stream, RjtStay *self)
{
  TELL (self, "stream-published %s %s %s\n", stream->connection, stream->stream, stream->name);
}

static void
on_changed (RjSignaller *s, const RjRemoteStream *stream, RjtStay *self)
{
  TELL (self, "stream-changed %s audio %d video %d\n", stream->connection, stream->audio_active,
        stream->video_active);
}

static void
on_own_unpublished (RjSignaller *s, const char *reason, RjtStay *self)
{
  TELL (self, "own-unpublished %s\n", reason);
}

static void
on_candidate (RjSignaller *s,
              const char *connection,
              guint mline,
              const char *mid,
              const char *candidate,
              RjtStay *self)
{
  TELL (self, "candidate %s %u %s %s\n", connection, mline, mid, candidate);
}

static void
on_signal (RjSignaller *s, const char *name, const char *type, const char *data, RjtStay *self)
{
  TELL (self, "signal %s %s %s\n", name, type, data);
}

static void
on_offered (RjSignaller *s, const char *stream, const char *offer, RjtStay *self)
{
  TELL (self, "offered %s %s\n", stream, offer);
}

static void
on_suspended (RjSignaller *s, RjtStay *self)
{
  TELL (self, "suspended\n");
}

static void
on_resumed (RjSignaller *s, RjtStay *self)
{
  TELL (self, "resumed\n");
}

static void
on_progress (RjSignaller *s, const char *step, RjtStay *self)
{
  TELL (self, "progress %s\n", step);
}

static void
on_lost (
  RjSignaller *s, const char *reason, const char *detector, const GError *error, RjtStay *self)
{
  g_assert_nonnull (error);
  TELL (self, "lost %s %s\n", reason, detector);
  g_clear_error (&self->error);
  self->error = g_error_copy (error);
}

static void
listen (RjtStay *self)
{
  RjSignaller *from = self->signaller;

  g_signal_connect (from, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect (from, "participant-joined", G_CALLBACK (on_joined_room), self);
  g_signal_connect (from, "participant-left", G_CALLBACK (on_left_room), self);
  g_signal_connect (from, "stream-published", G_CALLBACK (on_published), self);
  g_signal_connect (from, "stream-unpublished", G_CALLBACK (on_unpublished), self);
  g_signal_connect (from, "stream-changed", G_CALLBACK (on_changed), self);
  g_signal_connect (from, "own-unpublished", G_CALLBACK (on_own_unpublished), self);
  g_signal_connect (from, "candidate", G_CALLBACK (on_candidate), self);
  g_signal_connect (from, "signal", G_CALLBACK (on_signal), self);
  g_signal_connect (from, "offered", G_CALLBACK (on_offered), self);
  g_signal_connect (from, "suspended", G_CALLBACK (on_suspended), self);
  g_signal_connect (from, "resumed", G_CALLBACK (on_resumed), self);
  g_signal_connect (from, "lost", G_CALLBACK (on_lost), self);
}

RjtStay *
rjt_stay_new_with (void (*adjust) (RjOpenvidu2Config *config))
{
  RjtStay *self = g_new0 (RjtStay, 1);
  g_autoptr (RjtNoteSink) sink = g_object_new (RJT_TYPE_NOTE_SINK, NULL);
  RjOpenvidu2Config config = { .session = "room", .participant = "bot-1", .attempt = 3 };

  rj_home_claim ();
  self->server = rjt_server_new (NULL);
  self->clock = rj_fake_clock_new (1000 * G_USEC_PER_SEC);
  self->http = rj_http_session_new (4, NULL, FALSE, NULL, NULL);
  self->tokens = rj_token_source_new_app (
    self->http, self->clock, rjt_server_get_url (self->server), RJ_APP_FAULT_TOLERANCE);
  self->told = g_string_new (NULL);
  self->events = sink->notes = g_string_new (NULL);
  config.events = RJ_EVENT_SINK (sink);
  config.clock = self->clock;
  config.tokens = self->tokens;
  config.http = self->http;
  if (adjust != NULL)
    adjust (&config);
  self->signaller = rj_openvidu2_signaller_new (&config);
  listen (self);
  return self;
}

RjtStay *
rjt_stay_new (void)
{
  return rjt_stay_new_with (NULL);
}

void
rjt_stay_free (RjtStay *self)
{
  gpointer watched = self->signaller;

  g_signal_handlers_disconnect_by_data (self->signaller, self);
  rj_signaller_close (self->signaller);
  g_object_add_weak_pointer (watched, &watched);
  g_clear_object (&self->signaller);
  rjt_wait_until (watched == NULL); /* nothing keeps it alive, nothing answers twice */
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (self->clock)), ==, 0);
  g_assert_cmpstr (rjt_server_get_complaint (self->server), ==, NULL);
  g_assert_true (rjt_server_ids_are_fine (self->server));
  g_clear_pointer (&self->joined, rj_joined_free);
  g_clear_pointer (&self->negotiated, rj_negotiated_free);
  g_clear_error (&self->error);
  g_object_unref (self->tokens);
  g_object_unref (self->http);
  g_object_unref (self->clock);
  rjt_server_free (self->server);
  g_string_free (self->told, TRUE);
  g_string_free (self->events, TRUE);
  g_free (self);
}

static void
on_join_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RjtStay *self = user_data;

  g_assert_false (self->join_answered);
  self->join_answered = TRUE;
  g_clear_error (&self->error);
  self->joined = rj_signaller_join_finish (RJ_SIGNALLER (source), result, &self->error);
  TELL (self, self->joined == NULL ? "not-joined\n" : "joined\n");
}

void
rjt_stay_start (RjtStay *self)
{
  rj_signaller_join_async (self->signaller, NULL, on_join_answered, self);
  g_assert_false (self->join_answered);
}

void
rjt_stay_join (RjtStay *self)
{
  rjt_stay_start (self);
  rjt_wait_until (self->join_answered);
  g_assert_no_error (self->error);
  g_assert_nonnull (self->joined);
}

void
rjt_stay_fail_to_join (RjtStay *self)
{
  rjt_stay_start (self);
  rjt_wait_until (self->join_answered);
  g_assert_null (self->joined);
  g_assert_nonnull (self->error);
  g_assert_null (strstr (self->error->message, "tok_"));
}

guint
rjt_stay_count (RjtStay *self, const char *line)
{
  g_autofree char *all = g_strconcat ("\n", self->told->str, self->events->str, NULL);
  g_autofree char *wanted = g_strconcat ("\n", line, NULL);
  guint n = 0;

  for (const char *at = strstr (all, wanted); at != NULL; at = strstr (at + 1, wanted))
    n++;
  return n;
}

gboolean
rjt_stay_was_told (RjtStay *self, const char *line)
{
  return rjt_stay_count (self, line) > 0;
}

void
rjt_stay_expect (RjtStay *self, const char *line)
{
  g_test_message ("expecting %s", line);
  rjt_wait_until (rjt_stay_was_told (self, line));
}

static void
on_negotiated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RjtStay *self = user_data;

  g_clear_error (&self->error);
  g_clear_pointer (&self->negotiated, rj_negotiated_free);
  self->negotiated = rj_signaller_negotiate_finish (RJ_SIGNALLER (source), result, &self->error);
  self->n_answers++;
}

void
rjt_stay_publish (RjtStay *self, gboolean reconnect)
{
  const RjPublishInfo info = { TRUE, TRUE, 640, 480, 30 };

  rj_signaller_publish_async (self->signaller, &info, "v=0 offer", reconnect, NULL, on_negotiated,
                              self);
}

void
rjt_stay_subscribe (RjtStay *self, const char *stream, gboolean reconnect)
{
  rj_signaller_subscribe_async (self->signaller, stream, "v=0 offer", reconnect, NULL,
                                on_negotiated, self);
}

void
rjt_stay_prepare (RjtStay *self, const char *stream, gboolean reconnect)
{
  rj_signaller_prepare_async (self->signaller, stream, reconnect, NULL, on_negotiated, self);
}

static void
on_deed_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RjtStay *self = user_data;

  g_clear_error (&self->error);
  rj_signaller_deed_finish (RJ_SIGNALLER (source), result, &self->error);
  self->n_answers++;
}

void
rjt_stay_do (RjtStay *self, const RjDeed *deed)
{
  rj_signaller_deed_async (self->signaller, deed, NULL, on_deed_done, self);
}

void
rjt_stay_accept (RjtStay *self, const char *stream, RjAccept how)
{
  rj_signaller_accept_async (self->signaller, stream, "v=0 answer", how, NULL, on_negotiated, self);
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RjtStay *self = user_data;

  g_clear_error (&self->error);
  self->left = rj_signaller_leave_finish (RJ_SIGNALLER (source), result, &self->error);
  self->n_answers++;
}

void
rjt_stay_leave (RjtStay *self, gint64 limit_us)
{
  rj_signaller_leave_async (self->signaller, limit_us, NULL, on_left, self);
}

void
rjt_stay_settle (RjtStay *self)
{
  const gint64 quiet_us = 3000;
  gint64 last_us = g_get_monotonic_time ();

  while (g_get_monotonic_time () - last_us < quiet_us) {
    if (g_main_context_iteration (NULL, FALSE))
      last_us = g_get_monotonic_time ();
  }
}

gint64
rjt_stay_run_until (RjtStay *self, const char *line, gint64 limit_us)
{
  gint64 start_us = rj_clock_now_us (self->clock);

  while (!rjt_stay_was_told (self, line)) {
    if (rj_clock_now_us (self->clock) - start_us > limit_us)
      g_error ("waited in vain for \"%s\"; told:\n%s%s", line, self->told->str, self->events->str);
    rj_fake_clock_advance_us (RJ_FAKE_CLOCK (self->clock), 50 * 1000);
    rjt_stay_settle (self);
  }
  return rj_clock_now_us (self->clock) - start_us;
}
