#include "rj-openvidu2-private.h"

#include "rj-error.h"
#include "rj-json.h"

typedef struct {
  char *method;
  JsonObject *params; /* (nullable) */
} Kept;

static void
kept_free (Kept *self)
{
  g_free (self->method);
  g_clear_pointer (&self->params, json_object_unref);
  g_free (self);
}

void
rj_ov2_book_init (RjOpenvidu2Signaller *self)
{
  self->kept = g_ptr_array_new_with_free_func ((GDestroyNotify) kept_free);
  self->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->heard = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->streams =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) rj_remote_stream_free);
}

void
rj_ov2_book_clear (RjOpenvidu2Signaller *self)
{
  g_clear_pointer (&self->kept, g_ptr_array_unref);
  g_clear_pointer (&self->heard, g_hash_table_unref);
  g_clear_pointer (&self->people, g_hash_table_unref);
  g_clear_pointer (&self->streams, g_hash_table_unref);
}

static gboolean
is_own (RjOpenvidu2Signaller *self, const char *connection)
{
  return g_strcmp0 (self->connection, connection) == 0;
}

/* Returns: (transfer none): the name of @connection in the run, which is remembered */
static const char *
remember (RjOpenvidu2Signaller *self, const char *connection, const char *metadata)
{
  g_autofree char *told = rj_ov2_metadata_get_name (metadata);
  char *name;

  if (told != NULL && self->names != NULL)
    name = g_strdup (rj_names_call (self->names, self->session, told, connection));
  else
    name = g_strdup (told != NULL ? told : connection);
  g_hash_table_replace (self->people, g_strdup (connection), name);
  return name;
}

static RjRemoteStream *
remote_stream_new (RjOpenvidu2Signaller *self, const char *connection, const RjOv2Stream *stream)
{
  RjRemoteStream *remote = g_new0 (RjRemoteStream, 1);
  const char *name = g_hash_table_lookup (self->people, connection);

  remote->connection = g_strdup (connection);
  remote->stream = g_strdup (stream->id);
  remote->name = g_strdup (name == NULL ? connection : name);
  remote->has_audio = stream->has_audio;
  remote->has_video = stream->has_video;
  remote->audio_active = rj_ov2_flag_get (stream->audio_active, stream->has_audio);
  remote->video_active = rj_ov2_flag_get (stream->video_active, stream->has_video);
  return remote;
}

static gboolean
is_of_connection (gpointer stream_id, gpointer stream, gpointer connection)
{
  return g_str_equal (((RjRemoteStream *) stream)->connection, connection);
}

/* Returns: whether there were any */
static gboolean
forget_streams (RjOpenvidu2Signaller *self, const char *connection)
{
  rj_ov2_drop_leg (self, connection);
  return g_hash_table_foreach_remove (self->streams, is_of_connection, (gpointer) connection) > 0;
}

/* Each of these comes once for a connection, or a stream: a second one is told as an event, and does nothing else.
 * @id: what it is about */
static void
note (RjOpenvidu2Signaller *self, const char *method, const char *id, const char *connection)
{
  char *key = g_strconcat (method, " ", id, NULL);
  RjEvent *event;

  if (g_hash_table_add (self->heard, key))
    return;
  event = rj_event_new (RJ_EVENT_NOTIFICATION_DOUBLE);
  rj_event_set_string (event, "event", method);
  rj_event_set_string (event, "from", g_hash_table_lookup (self->people, connection));
  rj_event_set_string (event, "connection", connection);
  rj_ov2_emit (self, event);
}

static void
take_joined (RjOpenvidu2Signaller *self, JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Connection) other = rj_ov2_connection_parse (params, error);
  g_autofree char *name = NULL;

  if (other == NULL || is_own (self, other->id))
    return;
  note (self, RJ_OV2_PARTICIPANT_JOINED, other->id, other->id);
  if (g_hash_table_contains (self->people, other->id))
    return;
  name = g_strdup (remember (self, other->id, other->metadata));
  g_signal_emit_by_name (self, "participant-joined", other->id, name);
}

static void
take_left (RjOpenvidu2Signaller *self, JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Ended) ended = rj_ov2_ended_parse (params, RJ_OV2_PARTICIPANT_LEFT, error);

  if (ended == NULL)
    return;
  note (self, RJ_OV2_PARTICIPANT_LEFT, ended->connection, ended->connection);
  if (!g_hash_table_remove (self->people, ended->connection))
    return;
  forget_streams (self, ended->connection);
  g_signal_emit_by_name (self, "participant-left", ended->connection, ended->reason_text);
}

static void
take_evicted (RjOpenvidu2Signaller *self, JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Ended) ended = rj_ov2_ended_parse (params, RJ_OV2_PARTICIPANT_EVICTED, error);
  g_autoptr (GError) cause = NULL;

  /* bystanders are told too: participantLeft has come before */
  if (ended == NULL || !is_own (self, ended->connection) || self->state == RJ_OV2_LEAVING)
    return;
  rj_ov2_drop_socket (self, RJ_OV2_CLOSE_BY_CLIENT, RJ_OV2_CLOSE_TEXT_CLIENT);
  cause = g_error_new (RJ_ERROR, RJ_ERROR_LOST, "evicted by the server: %s",
                       ended->reason_text[0] == '\0' ? "no reason given" : ended->reason_text);
  rj_ov2_lose (self, ended->reason_text, "server-event", cause);
}

static void
publish (RjOpenvidu2Signaller *self, const char *connection, const RjOv2Stream *stream)
{
  RjRemoteStream *remote;
  g_autoptr (RjRemoteStream) copy = NULL;

  if (g_hash_table_contains (self->streams, stream->id))
    return;
  remote = remote_stream_new (self, connection, stream);
  copy = rj_remote_stream_copy (remote);
  /* at most one per connection: it takes the place of an older one */
  forget_streams (self, connection);
  g_hash_table_insert (self->streams, remote->stream, remote);
  g_signal_emit_by_name (self, "stream-published", copy);
}

static void
take_published (RjOpenvidu2Signaller *self, JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Published) published = rj_ov2_published_parse (params, error);

  if (published == NULL || is_own (self, published->connection))
    return;
  if (!g_hash_table_contains (self->people, published->connection)) {
    remember (self, published->connection, NULL);
    g_signal_emit_by_name (self, "participant-joined", published->connection,
                           published->connection);
  }
  for (guint i = 0; i < published->streams->len && self->state < RJ_OV2_OVER; i++) {
    const RjOv2Stream *stream = g_ptr_array_index (published->streams, i);

    note (self, RJ_OV2_PARTICIPANT_PUBLISHED, stream->id, published->connection);
    publish (self, published->connection, stream);
  }
}

static void
take_unpublished (RjOpenvidu2Signaller *self, JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Ended) ended = rj_ov2_ended_parse (params, RJ_OV2_PARTICIPANT_UNPUBLISHED, error);

  if (ended == NULL)
    return;
  if (is_own (self, ended->connection)) {
    g_clear_pointer (&self->own_stream, g_free);
    rj_ov2_drop_leg (self, self->connection);
    g_signal_emit_by_name (self, "own-unpublished", ended->reason_text);
    return;
  }
  if (forget_streams (self, ended->connection))
    g_signal_emit_by_name (self, "stream-unpublished", ended->connection, ended->reason_text);
}

static void
take_property (RjOpenvidu2Signaller *self, JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Property) change = rj_ov2_property_parse (params, error);
  RjRemoteStream *stream =
    change == NULL ? NULL : g_hash_table_lookup (self->streams, change->stream);
  g_autoptr (RjRemoteStream) copy = NULL;

  if (stream == NULL)
    return;
  if (g_strcmp0 (change->property, "audioActive") == 0)
    stream->audio_active = rj_ov2_property_get_bool (change, stream->audio_active);
  else if (g_strcmp0 (change->property, "videoActive") == 0)
    stream->video_active = rj_ov2_property_get_bool (change, stream->video_active);
  else
    return;
  copy = rj_remote_stream_copy (stream);
  g_signal_emit_by_name (self, "stream-changed", copy);
}

static void
take_candidate (RjOpenvidu2Signaller *self, JsonObject *params, GError **error)
{
  rj_ov2_take_candidate (self, params);
}

static void
take_master_crashed (RjOpenvidu2Signaller *self, JsonObject *params, GError **error)
{
  g_autoptr (GError) cause =
    g_error_new (RJ_ERROR, RJ_ERROR_LOST, "the server says that its master node crashed");

  if (self->state == RJ_OV2_LEAVING)
    return;
  rj_ov2_drop_socket (self, RJ_OV2_CLOSE_MASTER_CRASHED, RJ_OV2_CLOSE_TEXT_MASTER);
  rj_ov2_lose (self, rj_ov2_reason_to_text (RJ_OV2_REASON_NODE_CRASHED), "server-event", cause);
}

/* Those that we send ourselves to see whether we are a zombie are nobody's business */
static void
take_signal (RjOpenvidu2Signaller *self, JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Signal) signal = rj_ov2_signal_parse (params);
  const char *name = NULL;

  if (g_strcmp0 (signal->type, RJ_OV2_CHECK_SIGNAL) == 0 && is_own (self, signal->from))
    return;
  if (signal->from != NULL)
    name = is_own (self, signal->from) ? self->participant
                                       : g_hash_table_lookup (self->people, signal->from);
  g_signal_emit_by_name (self, "signal", name != NULL ? name : signal->from, signal->type,
                         signal->data);
}

/* OpenVidu 2 protocol, 6.17 */
static void
take_forced (RjOpenvidu2Signaller *self, JsonObject *params, GError **error)
{
  const char *stream = rj_json_get_string (params, "streamId", NULL);
  const char *offer = rj_json_get_string (params, "sdpOffer", NULL);

  if (stream == NULL || offer == NULL || !g_hash_table_contains (self->streams, stream)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "%s",
                 offer == NULL ? "no streamId or sdpOffer" : "unknown stream");
    return;
  }
  g_signal_emit_by_name (self, "offered", stream, offer);
}

static const struct {
  const char *method;
  void (*take) (RjOpenvidu2Signaller *self, JsonObject *params, GError **error);
} takers[] = {
  { RJ_OV2_ICE_CANDIDATE, take_candidate },
  { RJ_OV2_PARTICIPANT_JOINED, take_joined },
  { RJ_OV2_PARTICIPANT_LEFT, take_left },
  { RJ_OV2_PARTICIPANT_EVICTED, take_evicted },
  { RJ_OV2_PARTICIPANT_PUBLISHED, take_published },
  { RJ_OV2_PARTICIPANT_UNPUBLISHED, take_unpublished },
  { RJ_OV2_STREAM_PROPERTY_CHANGED, take_property },
  { RJ_OV2_SEND_MESSAGE, take_signal },
  { RJ_OV2_FORCIBLY_RECONNECT, take_forced },
  { RJ_OV2_MASTER_NODE_CRASHED, take_master_crashed },
};

static void
tell (RjOpenvidu2Signaller *self, const char *method, JsonObject *params)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (takers); i++) {
    if (!g_str_equal (takers[i].method, method))
      continue;
    takers[i].take (self, params, &error);
    if (error != NULL)
      g_debug ("notification %s dropped: %s", method, error->message);
    return;
  }
  g_debug ("notification ignored: %s", method);
}

static gboolean
is_listening (RjOpenvidu2Signaller *self)
{
  return self->state != RJ_OV2_OVER && self->state != RJ_OV2_CLOSED;
}

void
rj_ov2_take_notification (RjOpenvidu2Signaller *self,
                          const char *method,
                          JsonObject *params,
                          gint64 read_us)
{
  Kept *kept;

  if (!is_listening (self))
    return;
  if (self->is_entered) {
    tell (self, method, params);
    return;
  }
  /* nobody is left who could answer joinRoom */
  if (self->state == RJ_OV2_JOINING && g_str_equal (method, RJ_OV2_MASTER_NODE_CRASHED)) {
    rj_ov2_drop_socket (self, RJ_OV2_CLOSE_MASTER_CRASHED, RJ_OV2_CLOSE_TEXT_MASTER);
    rj_ov2_fail_join (self, g_error_new (RJ_ERROR, RJ_ERROR_UNREACHABLE,
                                         "joinRoom: the server says that its master node crashed"));
    return;
  }
  kept = g_new0 (Kept, 1);
  kept->method = g_strdup (method);
  kept->params = params == NULL ? NULL : json_object_ref (params);
  g_ptr_array_add (self->kept, kept);
}

/* Section 12: the answer to join may list somebody whose participantLeft came before it */
static gboolean
has_left_early (RjOpenvidu2Signaller *self, const char *connection)
{
  for (guint i = 0; i < self->kept->len; i++) {
    const Kept *kept = g_ptr_array_index (self->kept, i);

    if (g_str_equal (kept->method, RJ_OV2_PARTICIPANT_LEFT) &&
        g_strcmp0 (rj_json_get_string (kept->params, "connectionId", NULL), connection) == 0)
      return TRUE;
  }
  return FALSE;
}

GPtrArray *
rj_ov2_book_fill (RjOpenvidu2Signaller *self, GPtrArray *connections)
{
  GPtrArray *present = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_remote_stream_free);

  for (guint i = 0; i < connections->len; i++) {
    const RjOv2Connection *other = g_ptr_array_index (connections, i);

    if (has_left_early (self, other->id) || is_own (self, other->id))
      continue;
    remember (self, other->id, other->metadata);
    for (guint j = 0; other->streams != NULL && j < other->streams->len; j++) {
      RjRemoteStream *remote =
        remote_stream_new (self, other->id, g_ptr_array_index (other->streams, j));

      g_ptr_array_add (present, rj_remote_stream_copy (remote));
      g_hash_table_replace (self->streams, remote->stream, remote);
    }
  }
  return present;
}

static void
tell_present (RjOpenvidu2Signaller *self)
{
  g_autoptr (GPtrArray) streams =
    g_ptr_array_new_with_free_func ((GDestroyNotify) rj_remote_stream_free);
  g_autofree gpointer *keys = g_hash_table_get_keys_as_array (self->people, NULL);
  g_auto (GStrv) connections = g_strdupv ((char **) keys);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (streams, rj_remote_stream_copy (value));
  for (guint i = 0; connections[i] != NULL && is_listening (self); i++)
    g_signal_emit_by_name (self, "participant-joined", connections[i],
                           (const char *) g_hash_table_lookup (self->people, connections[i]));
  for (guint i = 0; i < streams->len && is_listening (self); i++)
    g_signal_emit_by_name (self, "stream-published", g_ptr_array_index (streams, i));
}

void
rj_ov2_book_open (RjOpenvidu2Signaller *self)
{
  g_autoptr (RjOpenvidu2Signaller) alive = g_object_ref (self);

  if (is_listening (self))
    tell_present (self);
  self->is_entered = TRUE;
  while (self->kept->len > 0) {
    Kept *kept = g_ptr_array_steal_index (self->kept, 0);

    if (is_listening (self))
      tell (self, kept->method, kept->params);
    kept_free (kept);
  }
}
