#include "rj-leg-private.h"

#include "rj-error.h"

#define DEFAULT_FRAME_INTERVAL_US (G_USEC_PER_SEC / 30)

RjLegCandidate *
rj_leg_candidate_new (guint mline, const char *mid, const char *text)
{
  RjLegCandidate *self = g_new0 (RjLegCandidate, 1);

  self->mline = mline;
  self->mid = g_strdup (mid);
  self->text = g_strdup (text);
  return self;
}

void
rj_leg_candidate_free (gpointer candidate)
{
  RjLegCandidate *self = candidate;

  g_free (self->mid);
  g_free (self->text);
  g_free (self);
}

/* That of foreign publishers is unknown. */
static gint64
guess_frame_interval_us (const RjKnownPublisher *publisher)
{
  return publisher->format != NULL ? G_USEC_PER_SEC / publisher->format->fps
                                   : DEFAULT_FRAME_INTERVAL_US;
}

void
rj_leg_name (RjLeg *self, const RjRemoteStream *stream)
{
  RjKnownPublisher publisher;

  if (stream == NULL) {
    self->label = g_strdup ("publish");
    self->connection = g_strdup (self->stay->connection);
    return;
  }
  self->stream = rj_remote_stream_copy (stream);
  self->label = g_strdup_printf ("subscribe:%s", stream->name);
  self->edge = rj_stay_get_edge (self->stay, stream->name);
  self->connection = g_strdup (stream->connection);
  self->foreign = !rj_participant_config_knows (self->stay->config, stream->name, &publisher);
  self->elsewhere = publisher.elsewhere;
  self->frame_interval_us = guess_frame_interval_us (&publisher);
}

static RjPeerConfig
describe_peer (RjLeg *self)
{
  const RjParticipantConfig *config = self->stay->config;
  RjPeerConfig wanted = {
    .direction = self->plan.direction,
    .has_audio = config->publish.has_audio,
    .has_video = config->publish.has_video,
    .format = rj_participant_config_get_format (config),
    .publisher = config->number,
    .stun_servers = self->stay->stun_servers,
    .turn_servers = self->stay->turn_servers,
    .loopback = config->loopback,
    .relay_only = config->relay_only,
    .detect_icmp = config->detect_icmp,
    .detect_consent = config->detect_consent,
    .answers = self->answers,
    .blackhole = config->media_hole,
  };

  if (self->stream != NULL) {
    RjKnownPublisher publisher;

    wanted.has_audio = self->stream->has_audio;
    wanted.has_video = self->stream->has_video;
    wanted.expected_known = rj_participant_config_knows (config, self->stream->name, &publisher);
    wanted.publisher = publisher.number;
    if (publisher.format != NULL)
      wanted.format = publisher.format;
    wanted.frame_interval_us = self->frame_interval_us;
  }
  return wanted;
}

RjPeer *
rj_leg_create_peer (RjLeg *self, GError **error)
{
  RjPeerConfig wanted = describe_peer (self);

  return rj_peer_factory_create (self->stay->config->factory, &wanted, error);
}

RjPeer *
rj_leg_take_spare_peer (RjLeg *self)
{
  RjPeerConfig wanted = describe_peer (self);

  return rj_spares_take (self->stay->spares, &wanted);
}

RjEvent *
rj_leg_event (RjLeg *self, const char *type, gint64 at_us)
{
  RjEvent *event = rj_stay_event (self->stay, type, at_us);

  event->peer = g_strdup (self->label);
  event->edge = g_strdup (self->edge);
  return event;
}

void
rj_leg_emit (RjLeg *self, const char *type, gint64 at_us)
{
  rj_stay_emit (self->stay, rj_leg_event (self, type, at_us));
}

void
rj_leg_emit_created (RjLeg *self)
{
  RjEvent *event = rj_leg_event (self, RJ_EVENT_PEER_CREATED, 0);

  rj_event_set_string (event, "direction", self->stream == NULL ? "publish" : "subscribe");
  if (self->stream != NULL) {
    rj_event_set_string (event, "from", self->stream->name);
    rj_event_set_bool (event, "foreign", self->foreign);
  }
  rj_event_set_string (event, "engine", self->stay->config->engine);
  rj_event_set_string (event, "why", self->plan.why);
  rj_stay_emit (self->stay, event);
}

void
rj_leg_emit_closed (RjLeg *self, const char *reason)
{
  RjEvent *event = rj_leg_event (self, RJ_EVENT_PEER_CLOSED, 0);

  rj_event_set_string (event, "reason", reason);
  rj_stay_emit (self->stay, event);
}

void
rj_leg_emit_failed (RjLeg *self, const GError *error)
{
  RjEvent *event = rj_leg_event (self, RJ_EVENT_PEER_FAILED, 0);

  rj_event_set_error (event, error);
  rj_stay_emit (self->stay, event);
}

static void
set_counts (RjEvent *event, const RjTapCounts *counts)
{
  rj_event_set_int (event, "frames", counts->frames);
  rj_event_set_int (event, "key_frames", counts->key_frames);
  rj_event_set_int (event, "packets", counts->packets);
  rj_event_set_int (event, "bytes", counts->bytes);
  rj_event_set_int (event, "lost_packets", counts->lost_packets);
  rj_event_set_int (event, "sequence_gaps", counts->sequence_gaps);
  rj_event_set_int (event, "duplicates", counts->duplicates);
  rj_event_set_int (event, "reordered", counts->reordered);
  rj_event_set_int (event, "wrong_frames", counts->wrong_frames);
  rj_event_set_int (event, "foreign_frames", counts->foreign_frames);
  rj_event_set_int (event, "stamped_frames", counts->stamped_frames);
  rj_event_set_int (event, "played_frames", counts->played_frames);
}

static void
emit_publication_stats (RjLeg *self, gboolean open)
{
  RjRoundTrip trip = { 0 };
  RjEvent *event;

  if (self->peer != NULL)
    rj_peer_get_round_trip (self->peer, &trip);
  if (trip.n == 0)
    return;
  event = rj_leg_event (self, RJ_EVENT_PUBLICATION_STATS, 0);
  rj_event_set_int (event, "reports", trip.n);
  rj_event_set_double (event, "rtt_ms", rj_round_trip_get_mean_ms (&trip));
  rj_event_set_double (event, "rtt_max_ms", trip.max_ms);
  rj_event_set_bool (event, "open", open);
  rj_stay_emit (self->stay, event);
}

void
rj_leg_emit_stats (RjLeg *self, gboolean open)
{
  RjTapCounts counts;
  RjEvent *event;

  if (self->stream == NULL)
    emit_publication_stats (self, open);
  if (self->stream == NULL || !rj_leg_read (self, &counts))
    return;
  event = rj_leg_event (self, RJ_EVENT_PEER_STATS, 0);
  set_counts (event, &counts);
  rj_event_set_int (event, "first_frame_us", counts.first_frame_us);
  rj_event_set_int (event, "last_frame_us", counts.last_frame_us);
  rj_event_set_double (event, "receiving_ms", counts.receiving_us / 1000.0);
  rj_event_set_double (event, "playing_ms", counts.playing_us / 1000.0);
  rj_event_set_double (event, "longest_gap_ms", counts.longest_gap_us / 1000.0);
  rj_event_set_int (event, "longest_gap_at_us", counts.longest_gap_at_us);
  rj_event_set_double (event, "frame_interval_ms", self->frame_interval_us / 1000.0);
  if (counts.latency_ms > 0 && !self->elsewhere)
    rj_event_set_double (event, "latency_ms", counts.latency_ms);
  if (counts.jitter_ms >= 0) {
    rj_event_set_double (event, "jitter_ms", counts.jitter_ms);
    rj_event_set_double (event, "jitter_max_ms", counts.jitter_max_ms);
  }
  rj_event_set_bool (event, "open", open);
  rj_stay_emit (self->stay, event);
}

static void
on_ice_connected (RjPeer *peer, gint64 at_us, const char *local, const char *remote, RjLeg *self)
{
  RjEvent *event = rj_leg_event (self, RJ_EVENT_ICE_CONNECTED, at_us);

  self->ice_us = at_us;
  rj_event_set_string (event, "local", local);
  rj_event_set_string (event, "remote", remote);
  rj_stay_emit (self->stay, event);
}

static void
on_frame_gap (RjPeer *peer, const RjGap *gap, RjLeg *self)
{
  RjEvent *event = rj_leg_event (self, RJ_EVENT_FRAME_GAP, gap->next_key_frame_us);

  rj_event_set_int (event, "last_frame_us", gap->last_frame_us);
  rj_event_set_int (event, "next_frame_us", gap->next_frame_us);
  rj_event_set_int (event, "next_key_frame_us", gap->next_key_frame_us);
  rj_stay_emit (self->stay, event);
}

static void
on_picture_checked (RjPeer *peer, const RjPictureCheck *check, RjLeg *self)
{
  RjEvent *event = rj_leg_event (self, RJ_EVENT_PICTURE_CHECKED, 0);

  rj_event_set_bool (event, "ok", check->ok);
  rj_event_set_bool (event, "black", check->black);
  rj_event_set_bool (event, "moving", check->moving);
  rj_event_set_bool (event, "counter_ok", check->counter_ok);
  rj_event_set_int (event, "frames", check->frames);
  rj_event_set_string (event, "detail", check->detail);
  rj_stay_emit (self->stay, event);
}

void
rj_leg_listen_for_events (RjLeg *self)
{
  g_signal_connect (self->peer, "ice-connected", G_CALLBACK (on_ice_connected), self);
  g_signal_connect (self->peer, "frame-gap", G_CALLBACK (on_frame_gap), self);
  g_signal_connect (self->peer, "picture-checked", G_CALLBACK (on_picture_checked), self);
}

GError *
rj_leg_explain_limit (RjLeg *self)
{
  double seconds = self->limit_us / (double) G_USEC_PER_SEC;
  const char *what = self->stream == NULL ? "the own stream" : self->stream->name;

  if (self->state == RJ_LEG_OFFERING)
    return g_error_new (RJ_ERROR, RJ_ERROR_NO_MEDIA,
                        "%s: no offer from the media engine within %.3g s", what, seconds);
  if (self->state == RJ_LEG_ASKING || self->state == RJ_LEG_ACCEPTING)
    return g_error_new (RJ_ERROR, RJ_ERROR_TIMEOUT, "%s: no %s within %.3g s", what,
                        self->state == RJ_LEG_ACCEPTING ? "reply to our answer"
                        : self->answers                 ? "offer from the server"
                                                        : "answer to the offer",
                        seconds);
  if (self->answers && self->state == RJ_LEG_ANSWERING)
    return g_error_new (RJ_ERROR, RJ_ERROR_NO_MEDIA,
                        "%s: no answer from the media engine within %.3g s", what, seconds);
  if (self->ice_us == 0 && self->dtls_us == 0)
    return g_error_new (
      RJ_ERROR, RJ_ERROR_NO_MEDIA,
      "%s: joined, but no ICE connection to the media node within %.3g s; check that "
      "this machine can reach UDP ports 40000-57000 of the media node, or the TURN "
      "server on port 3478 (UDP and TCP)",
      what, seconds);
  if (self->dtls_us == 0)
    return g_error_new (
      RJ_ERROR, RJ_ERROR_NO_MEDIA,
      "%s: ICE is connected, but the media node has not finished the DTLS handshake "
      "within %.3g s",
      what, seconds);
  if (self->packet_us == 0)
    return g_error_new (RJ_ERROR, RJ_ERROR_NO_MEDIA,
                        "%s: connected to the media node, but no packet within %.3g s; is the "
                        "publisher still sending?",
                        what, seconds);
  return g_error_new (RJ_ERROR, RJ_ERROR_NO_MEDIA,
                      "%s: packets arrive, but no complete key frame within %.3g s", what, seconds);
}
