#include "rj-server-session.h"

#include "rj-json.h"
#include "rj-openvidu2-names.h"
#include "rj-openvidu2-room.h"
#include "rj-server-closing.h"
#include "rj-server-lock.h"
#include "rj-server-record.h"
#include "rj-states.h"

#define LOCK_LIMIT_US (15 * G_USEC_PER_SEC) /* OpenVidu 2 protocol, 8.1 */

typedef struct {
  RjServerSession *session;
  RjServerSessionReady ready;
  gpointer user_data;
  RjTimer *limit;
} Waiting;

#define TO(s) RJ_STATE_BIT (RJ_SERVER_SESSION_##s)

static const RjStateRow session_states[] = {
  [RJ_SERVER_SESSION_NOT_ACTIVE] = { "not-active", TO (STARTING) | TO (CLOSED) },
  [RJ_SERVER_SESSION_STARTING] = { "starting", TO (NOT_ACTIVE) | TO (ACTIVE) | TO (CLOSED) },
  [RJ_SERVER_SESSION_ACTIVE] = { "active", TO (CLOSED) },
  [RJ_SERVER_SESSION_CLOSED] = { "closed", 0 },
};

G_DEFINE_FINAL_TYPE (RjServerSession, rj_server_session, G_TYPE_OBJECT)

static void
move_to (RjServerSession *self, RjServerSessionState state)
{
  g_assert (rj_states_allow (session_states, RJ_N_SERVER_SESSION_STATES, self->state, state));
  g_debug ("session %s: %s -> %s", self->id, session_states[self->state].name,
           session_states[state].name);
  self->state = state;
}

RjServerSession *
rj_server_session_new (RjServerCore *core, char *id)
{
  RjServerSession *self = g_object_new (RJ_TYPE_SERVER_SESSION, NULL);

  self->core = g_object_ref (core);
  self->id = id;
  self->created_ms = rj_server_now_ms ();
  self->created_us = rj_clock_now_us (core->clock);
  self->custom_id = g_strdup ("");
  self->media_mode = g_strdup ("ROUTED");
  self->recording_mode = g_strdup ("MANUAL");
  self->recording_properties = json_object_new ();
  self->forced_codec = g_strdup (core->config->forced_video_codec);
  g_hash_table_insert (core->sessions, self->id, self);
  return self;
}

/* --- starting --- */

static void
answer_waiting (Waiting *waiting, int code, const char *text)
{
  g_autoptr (RjServerSession) self = waiting->session;
  g_autoptr (GError) error = code == 0 ? NULL : g_error_new_literal (RJ_SERVER_ERROR, code, text);

  rj_clock_cancel_timer (self->core->clock, &waiting->limit);
  waiting->ready (self, error, waiting->user_data);
  g_free (waiting);
}

static void
answer_all (RjServerSession *self, int code, const char *text)
{
  Waiting *waiting;

  while ((waiting = g_queue_pop_head (&self->waiting)) != NULL)
    answer_waiting (waiting, code, text);
}

static void
on_lock_limit (gpointer data)
{
  Waiting *waiting = data;

  waiting->limit = NULL;
  g_queue_remove (&waiting->session->waiting, waiting);
  answer_waiting (waiting, RJ_OV2_CODE_ROOM_CANNOT_BE_CREATED,
                  "Timeout of 15 seconds waiting to acquire lock");
}

static void try_start (RjServerSession *self);

/* The first joiner's attempt failed: it hears of it, the next one tries. */
static void
fail_start (RjServerSession *self, const char *why)
{
  g_autofree char *text =
    g_strdup_printf ("No media node can hold session '%s': %s", self->id, why);
  Waiting *first = g_queue_pop_head (&self->waiting);

  self->node = NULL;
  move_to (self, RJ_SERVER_SESSION_NOT_ACTIVE);
  if (first != NULL)
    answer_waiting (first, RJ_OV2_CODE_ROOM_CANNOT_BE_CREATED, text);
  if (!g_queue_is_empty (&self->waiting) && self->state == RJ_SERVER_SESSION_NOT_ACTIVE)
    try_start (self);
}

static void
subscribe_pipeline (RjServerSession *self)
{
  rj_media_node_client_call_async (rj_node_watcher_get_client (self->node), RJ_KMS_SUBSCRIBE,
                                   rj_kms_subscribe (NULL, self->pipeline, RJ_KMS_EVENT_ERROR),
                                   NULL, NULL);
}

/* Returns: (transfer full) (nullable): id of a pipeline that is wanted; otherwise it is released */
static char *
take_pipeline (RjServerSession *self, GObject *source, GAsyncResult *result, GError **error)
{
  RjMediaNodeClient *client = RJ_MEDIA_NODE_CLIENT (source);
  g_autoptr (JsonNode) value = rj_media_node_client_call_finish (client, result, error);

  if (value == NULL)
    return NULL;
  if (json_node_get_value_type (value) != G_TYPE_STRING) {
    g_set_error (error, RJ_SERVER_ERROR, RJ_OV2_CODE_MEDIA_GENERIC, "no pipeline id");
    return NULL;
  }
  if (self->state == RJ_SERVER_SESSION_CLOSED) {
    rj_media_node_client_release (client, json_node_get_string (value));
    g_set_error (error, RJ_SERVER_ERROR, RJ_OV2_CODE_ROOM_CLOSED, "closed meanwhile");
    return NULL;
  }
  return json_node_dup_string (value);
}

static void
on_pipeline_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerSession) self = data;
  g_autoptr (GError) error = NULL;
  char *pipeline = take_pipeline (self, source, result, &error);
  RjEvent *event;

  if (self->state == RJ_SERVER_SESSION_CLOSED)
    return;
  if (pipeline == NULL) {
    fail_start (self, error->message);
    return;
  }
  self->pipeline = pipeline;
  subscribe_pipeline (self);
  move_to (self, RJ_SERVER_SESSION_ACTIVE);
  event = rj_server_core_new_event (RJ_EVENT_SESSION_PLACED, self->id);
  rj_event_set_int (event, "node", rj_node_watcher_get_index (self->node));
  if (self->core->config->life != 0)
    rj_event_set_int (event, "master", self->core->config->index);
  rj_server_core_emit (self->core, event);
  answer_all (self, 0, NULL);
}

static void
create_pipeline (RjServerSession *self, GAsyncReadyCallback callback)
{
  rj_media_node_client_call_async (rj_node_watcher_get_client (self->node), RJ_KMS_CREATE,
                                   rj_kms_create (NULL, RJ_KMS_PIPELINE, NULL), callback,
                                   g_object_ref (self));
}

static void
try_start (RjServerSession *self)
{
  move_to (self, RJ_SERVER_SESSION_STARTING);
  self->node = rj_server_core_choose_node (self->core, self->wanted_node);
  if (self->node == NULL)
    fail_start (self, "none is connected");
  else
    create_pipeline (self, on_pipeline_created);
}

void
rj_server_session_start (RjServerSession *self, RjServerSessionReady ready, gpointer user_data)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  *waiting = (Waiting){ g_object_ref (self), ready, user_data, NULL };
  if (self->closing || self->state == RJ_SERVER_SESSION_CLOSED) {
    answer_waiting (waiting, RJ_OV2_CODE_ROOM_CLOSED, "The session is closing");
    return;
  }
  if (self->state == RJ_SERVER_SESSION_ACTIVE) {
    answer_waiting (waiting, 0, NULL);
    return;
  }
  waiting->limit = rj_clock_start_timer (self->core->clock, LOCK_LIMIT_US, on_lock_limit, waiting);
  g_queue_push_tail (&self->waiting, waiting);
  if (self->state == RJ_SERVER_SESSION_NOT_ACTIVE)
    try_start (self);
}

/* --- participants and tokens --- */

void
rj_server_session_add (RjServerSession *self, RjServerParticipant *participant)
{
  participant->session = self;
  g_ptr_array_add (self->participants, g_object_ref (participant));
  rj_server_record_joined (participant);
}

void
rj_server_session_remove (RjServerSession *self,
                          RjServerParticipant *participant,
                          const char *reason)
{
  g_autoptr (RjServerSession) keep = g_object_ref (self);

  participant->session = NULL;
  g_ptr_array_remove (self->participants, participant);
  if (self->participants->len == 0 && !self->closing &&
      !(self->core->config->quirks & RJ_QUIRK_UNDYING_SESSION))
    rj_server_session_end (self, reason, TRUE);
}

RjServerParticipant *
rj_server_session_find (RjServerSession *self, const char *connection)
{
  for (guint i = 0; i < self->participants->len; i++) {
    RjServerParticipant *participant = g_ptr_array_index (self->participants, i);

    if (g_strcmp0 (participant->connection, connection) == 0)
      return participant;
  }
  return NULL;
}

RjServerParticipant *
rj_server_session_find_stream (RjServerSession *self, const char *stream)
{
  for (guint i = 0; i < self->participants->len; i++) {
    RjServerParticipant *participant = g_ptr_array_index (self->participants, i);

    if (participant->stream != NULL && g_strcmp0 (participant->stream->id, stream) == 0)
      return participant;
  }
  return NULL;
}

RjServerToken *
rj_server_session_find_pending (RjServerSession *self, const char *connection)
{
  for (guint i = 0; i < self->tokens->len; i++) {
    RjServerToken *token = g_ptr_array_index (self->tokens, i);

    if (g_strcmp0 (token->connection, connection) == 0)
      return token;
  }
  return NULL;
}

void
rj_server_session_add_token (RjServerSession *self, RjServerToken *token)
{
  g_ptr_array_add (self->tokens, token);
}

RjServerToken *
rj_server_session_take_token (RjServerSession *self, const char *token)
{
  for (guint i = 0; i < self->tokens->len; i++) {
    RjServerToken *candidate = g_ptr_array_index (self->tokens, i);

    if (g_strcmp0 (candidate->token, token) == 0)
      return g_ptr_array_steal_index (self->tokens, i);
  }
  return NULL;
}

gboolean
rj_server_session_drop_pending (RjServerSession *self, const char *connection)
{
  RjServerToken *token = rj_server_session_find_pending (self, connection);

  return token != NULL && g_ptr_array_remove (self->tokens, token);
}

void
rj_server_session_notify (RjServerSession *self,
                          RjServerParticipant *except,
                          const char *method,
                          JsonObject *params)
{
  g_autoptr (JsonObject) owned = params;
  g_autoptr (GPtrArray) now = g_ptr_array_copy (self->participants, (GCopyFunc) g_object_ref, NULL);

  g_ptr_array_set_free_func (now, g_object_unref);
  /* the newest first: one whose socket is gone is then evicted before old friends hear the news */
  for (guint i = now->len; i-- > 0;) {
    RjServerParticipant *participant = g_ptr_array_index (now, i);

    /* somebody may have been evicted by an earlier turn of this loop */
    if (participant != except && participant->session == self)
      rj_server_participant_notify (participant, method, owned);
  }
}

/* --- media --- */

static void
on_pipeline_renewed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerSession) self = data;
  g_autoptr (GError) error = NULL;
  char *pipeline = take_pipeline (self, source, result, &error);

  if (pipeline == NULL) {
    g_debug ("session %s: no new pipeline: %s", self->id, error->message);
    return;
  }
  g_free (self->pipeline);
  self->pipeline = pipeline;
  subscribe_pipeline (self);
}

void
rj_server_session_reset_media (RjServerSession *self)
{
  g_autoptr (RjServerSession) keep = g_object_ref (self);
  g_autoptr (GPtrArray) publishers = g_ptr_array_new_with_free_func (g_object_unref);
  const char *reason = rj_ov2_reason_to_text (RJ_OV2_REASON_MEDIA_SERVER_RECONNECT);

  g_clear_pointer (&self->pipeline, g_free);
  for (guint i = 0; i < self->participants->len; i++) {
    RjServerParticipant *participant = g_ptr_array_index (self->participants, i);

    if (participant->stream != NULL)
      g_ptr_array_add (publishers, g_object_ref (participant));
    rj_server_participant_release_media (participant, reason, FALSE);
  }
  create_pipeline (self, on_pipeline_renewed);
  for (guint i = 0; i < publishers->len; i++) {
    RjServerParticipant *publisher = g_ptr_array_index (publishers, i);

    rj_server_session_notify (self, NULL, RJ_OV2_PARTICIPANT_UNPUBLISHED,
                              rj_ov2_ended_build (publisher->connection, reason));
  }
}

void
rj_server_session_end (RjServerSession *self, const char *reason, gboolean remote)
{
  g_autoptr (RjServerSession) keep = g_object_ref (self);

  if (self->state == RJ_SERVER_SESSION_CLOSED)
    return;
  if (self->pipeline != NULL && remote)
    rj_media_node_client_release (rj_node_watcher_get_client (self->node), self->pipeline);
  move_to (self, RJ_SERVER_SESSION_CLOSED);
  if (reason != NULL)
    rj_server_record_session_destroyed (self, reason);
  self->node = NULL;
  g_ptr_array_set_size (self->tokens, 0);
  if (g_hash_table_lookup (self->core->sessions, self->id) == self)
    g_hash_table_remove (self->core->sessions, self->id);
  answer_all (self, RJ_OV2_CODE_ROOM_CLOSED, "The session was closed");
  rj_server_lock_clear (self);
}

void
rj_server_session_abandon (RjServerSession *self)
{
  Waiting *waiting;

  for (guint i = 0; i < self->participants->len; i++)
    ((RjServerParticipant *) g_ptr_array_index (self->participants, i))->session = NULL;
  g_ptr_array_set_size (self->participants, 0);
  g_clear_pointer (&self->end, rj_server_closing_free);
  rj_server_lock_clear (self);
  while ((waiting = g_queue_pop_head (&self->waiting)) != NULL)
    answer_waiting (waiting, RJ_OV2_CODE_ROOM_CLOSED, "The server stops");
}

static void
rj_server_session_finalize (GObject *object)
{
  RjServerSession *self = RJ_SERVER_SESSION (object);

  g_clear_pointer (&self->end, rj_server_closing_free);
  g_ptr_array_unref (self->participants);
  g_ptr_array_unref (self->tokens);
  json_object_unref (self->recording_properties);
  g_free (self->id);
  g_free (self->custom_id);
  g_free (self->media_mode);
  g_free (self->recording_mode);
  g_free (self->forced_codec);
  g_free (self->codec);
  g_free (self->pipeline);
  g_free (self->wanted_node);
  g_clear_object (&self->core);
  G_OBJECT_CLASS (rj_server_session_parent_class)->finalize (object);
}

static void
rj_server_session_class_init (RjServerSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_server_session_finalize;
}

static void
rj_server_session_init (RjServerSession *self)
{
  self->participants = g_ptr_array_new_with_free_func (g_object_unref);
  self->tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_server_token_free);
  g_queue_init (&self->waiting);
  g_queue_init (&self->lock_waiting);
}

RjEvent *
rj_server_session_new_event (RjServerSession *self, const char *type, RjServerParticipant *who)
{
  RjEvent *event = rj_server_core_new_event (type, self->id);
  g_autofree char *name = rj_server_participant_dup_name (who);

  rj_event_set_string (event, "connection", who->connection);
  rj_event_set_string (event, "name", name);
  return event;
}
