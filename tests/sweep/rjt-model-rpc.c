/* What clients ask for. */
#include "rjt-model-private.h"

#include "rj-json.h"
#include "rj-openvidu2.h"

static void
say (Line *line, char *owned)
{
  g_autofree char *text = owned;

  if (line->wire != NULL)
    rjt_wire_say (line->wire, text);
}

static void
answer (Line *line, const RjFrame *frame, JsonObject *result)
{
  say (line, rj_frame_result (frame->id, result, line->id));
}

static void
refuse (Line *line, const RjFrame *frame, int code)
{
  say (line, rjt_wire_make_error (frame->id, code, line->id));
}

/* --- joinRoom --- */

static void
join (Line *line, const RjFrame *frame)
{
  RjtModel *self = line->model;
  const char *token = rj_json_get_string (frame->params, "token", "");
  g_autofree char *name =
    rj_ov2_metadata_get_name (rj_json_get_string (frame->params, "metadata", ""));
  Person *person;

  if (!g_hash_table_remove (self->tokens, token)) {
    refuse (line, frame, RJ_OV2_CODE_USER_UNAUTHORIZED);
    return;
  }
  if (!rjt_model_is_up (self)) {
    refuse (line, frame, RJ_OV2_CODE_ROOM_CANNOT_BE_CREATED);
    return;
  }
  person = rjt_model_enter (self, name, line);
  answer (line, frame,
          rj_json_build ("id", 's', person->id, "createdAt", 'i', (gint64) 1, "metadata", 's', "",
                         "value", 'a', rjt_model_list_others (self, person), "session", 's', "room",
                         "version", 's', "2.32.2", "mediaServer", 's',
                         self->server_offers ? "mediasoup" : "kurento", "role", 's', "PUBLISHER",
                         NULL));
}

/* --- media --- */

static void
tell_candidates (Line *line, const char *sender, const char *endpoint)
{
  for (int mline = 0; mline < 2; mline++) {
    g_autofree char *mid = g_strdup_printf ("%d", mline);
    const RjOv2Candidate candidate = {
      .sender = (char *) sender,
      .endpoint = (char *) endpoint,
      .candidate = (char *) "candidate:1 1 UDP 2015364095 127.0.0.1 30473 typ host",
      .mid = mid,
      .mline = mline,
    };

    say (line, rj_frame_notification (RJ_OV2_ICE_CANDIDATE, rj_ov2_candidate_build (&candidate)));
  }
}

static gboolean
is_media_away (Line *line, const RjFrame *frame)
{
  if (line->model->frozen)
    return TRUE; /* it never comes back to this one */
  if (rjt_model_is_up (line->model))
    return FALSE;
  refuse (line, frame, RJ_OV2_CODE_MEDIA_ENDPOINT);
  return TRUE;
}

static void
publish (Line *line, const RjFrame *frame)
{
  RjtModel *self = line->model;
  Person *person = line->person;
  g_autofree char *unique = rjt_model_make_id (self, "X");

  if (person->stream != NULL) {
    refuse (line, frame, RJ_OV2_CODE_USER_ALREADY_STREAMING);
    return;
  }
  if (is_media_away (line, frame))
    return;
  person->stream = rj_ov2_stream_make_id (TRUE, "CAMERA", unique, person->id);
  person->endpoint = rjt_model_make_id (self, "endpoint-");
  answer (line, frame,
          rj_json_build ("sdpAnswer", 's', person->endpoint, "id", 's', person->stream, "createdAt",
                         'i', (gint64) 1, NULL));
  tell_candidates (line, person->id, person->stream);
  rjt_model_tell_published (self, person);
}

/* A new endpoint for a subscription. @offered: nothing flows before the client has answered */
static const char *
make_subscription (Line *line, Person *publisher, gboolean offered)
{
  char *endpoint = rjt_model_make_id (line->model, "endpoint-");

  g_hash_table_replace (line->person->subscriptions, g_strdup (publisher->id), endpoint);
  if (offered)
    g_hash_table_add (line->model->broken, g_strdup (endpoint));
  return endpoint;
}

static void
tell_candidates_of (Line *line, Person *publisher)
{
  g_autofree char *name = g_strdup_printf ("%s_%s", line->person->id, publisher->stream);

  tell_candidates (line, publisher->id, name);
}

static void
subscribe (Line *line, const RjFrame *frame, Person *publisher)
{
  const char *endpoint = make_subscription (line, publisher, FALSE);

  answer (line, frame, rj_json_build ("sdpAnswer", 's', endpoint, NULL));
  tell_candidates_of (line, publisher);
}

static void
offer (Line *line, const RjFrame *frame, Person *publisher)
{
  const char *endpoint = make_subscription (line, publisher, TRUE);

  tell_candidates_of (line, publisher);
  answer (line, frame, rj_json_build ("sdpOffer", 's', endpoint, NULL));
}

void
rjt_model_offer_again (Line *line, Person *publisher)
{
  const char *endpoint = make_subscription (line, publisher, TRUE);

  say (line,
       rj_frame_notification (RJ_OV2_FORCIBLY_RECONNECT,
                              rj_json_build ("connectionId", 's', publisher->id, "streamId", 's',
                                             publisher->stream, "sdpOffer", 's', endpoint, NULL)));
  tell_candidates_of (line, publisher);
}

/* The client's answer to our offer. Returns: whether there was one */
static gboolean
take_answer (Line *line, Person *publisher)
{
  const char *endpoint = g_hash_table_lookup (line->person->subscriptions, publisher->id);

  if (endpoint != NULL)
    g_hash_table_remove (line->model->broken, endpoint);
  return endpoint != NULL;
}

/* @wants_offer: prepareReceiveVideoFrom */
static void
subscribe_to (Line *line, const RjFrame *frame, gboolean wants_offer)
{
  gboolean again = rj_json_get_bool (frame->params, "reconnect", FALSE);
  gboolean answers = rj_json_get_string (frame->params, "sdpAnswer", NULL) != NULL;
  const char *stream = rj_json_get_string (frame->params, "sender", "");
  const char *connection = rj_ov2_stream_get_connection (stream);
  Person *publisher = rjt_model_find (line->model, connection);

  if (publisher == NULL)
    refuse (line, frame, RJ_OV2_CODE_USER_NOT_FOUND);
  else if (publisher->stream == NULL)
    refuse (line, frame, RJ_OV2_CODE_USER_NOT_STREAMING);
  else if (!answers && !again && g_hash_table_contains (line->person->subscriptions, publisher->id))
    refuse (line, frame, RJ_OV2_CODE_JAVA_EXCEPTION);
  else if (is_media_away (line, frame))
    return;
  else if (answers && !take_answer (line, publisher))
    refuse (line, frame, RJ_OV2_CODE_JAVA_EXCEPTION);
  else if (answers)
    answer (line, frame, json_object_new ());
  else if (wants_offer)
    offer (line, frame, publisher);
  else
    subscribe (line, frame, publisher);
}

static void
receive (Line *line, const RjFrame *frame)
{
  subscribe_to (line, frame, FALSE);
}

static void
prepare (Line *line, const RjFrame *frame)
{
  subscribe_to (line, frame, TRUE);
}

static void
reconnect (Line *line, const RjFrame *frame)
{
  Person *person = line->person;
  Person *publisher =
    rjt_model_find_stream (line->model, rj_json_get_string (frame->params, "stream", ""));

  if (publisher == NULL) {
    refuse (line, frame, RJ_OV2_CODE_USER_NOT_STREAMING);
    return;
  }
  if (is_media_away (line, frame))
    return;
  if (publisher != person && rj_json_get_string (frame->params, "sdpString", NULL) != NULL) {
    take_answer (line, publisher);
    answer (line, frame, json_object_new ());
    return;
  }
  if (publisher != person) {
    subscribe (line, frame, publisher);
    return;
  }
  g_free (person->endpoint);
  person->endpoint = rjt_model_make_id (line->model, "endpoint-");
  answer (line, frame,
          rj_json_build ("sdpAnswer", 's', person->endpoint, "id", 's', person->stream, NULL));
  tell_candidates (line, person->id, person->stream);
}

static void
unsubscribe (Line *line, const RjFrame *frame)
{
  const char *sender = rj_json_get_string (frame->params, "sender", "");

  if (rjt_model_find (line->model, sender) == NULL) {
    refuse (line, frame, RJ_OV2_CODE_USER_NOT_FOUND);
    return;
  }
  g_hash_table_remove (line->person->subscriptions, sender);
  answer (line, frame, json_object_new ());
}

/* --- the rest --- */

static void
acknowledge (Line *line, const RjFrame *frame)
{
  answer (line, frame, json_object_new ());
}

static void
signal_all (Line *line, const RjFrame *frame)
{
  say (line,
       rj_frame_notification (RJ_OV2_SEND_MESSAGE, rj_json_build ("type", 's', "signal", "from",
                                                                  's', line->person->id, NULL)));
  answer (line, frame, json_object_new ());
}

static void
leave (Line *line, const RjFrame *frame)
{
  rjt_model_drop (line->model, line->person, "disconnect", FALSE);
  answer (line, frame, json_object_new ());
}

static const struct {
  const char *method;
  void (*take) (Line *line, const RjFrame *frame);
} inside[] = {
  { RJ_OV2_PUBLISH_VIDEO, publish },   { RJ_OV2_RECEIVE_VIDEO_FROM, receive },
  { RJ_OV2_PREPARE_RECEIVE, prepare }, { RJ_OV2_RECONNECT_STREAM, reconnect },
  { RJ_OV2_UNSUBSCRIBE, unsubscribe }, { RJ_OV2_ON_ICE_CANDIDATE, acknowledge },
  { RJ_OV2_SEND_MESSAGE, signal_all }, { RJ_OV2_LEAVE_ROOM, leave },
};

static void
take_request (Line *line, const RjFrame *frame)
{
  if (line->person == NULL && !line->was_in) {
    if (g_str_equal (frame->method, RJ_OV2_JOIN_ROOM))
      join (line, frame);
    else
      refuse (line, frame, RJ_OV2_CODE_TRANSPORT_ERROR);
    return;
  }
  if (g_str_equal (frame->method, RJ_OV2_JOIN_ROOM)) {
    join (line, frame); /* a second one makes a second participant */
    return;
  }
  for (guint i = 0; line->person != NULL && i < G_N_ELEMENTS (inside); i++) {
    if (g_str_equal (inside[i].method, frame->method)) {
      inside[i].take (line, frame);
      return;
    }
  }
}

static void
resume (RjtModel *self, RjtWire *wire, const RjFrame *frame)
{
  g_autofree char *id = rj_ov2_connect_parse (frame->params);
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->lines->len; i++) {
    Line *line = g_ptr_array_index (self->lines, i);

    if (g_strcmp0 (line->id, id) != 0 || line->dead)
      continue;
    rjt_line_resume (line, wire);
    say (line, rj_frame_result_value (frame->id, RJ_OV2_RESUMED, line->id));
    return;
  }
  text = rj_frame_error (frame->id, RJ_OV2_CODE_NO_SESSION, RJ_OV2_RESUME_REFUSED, NULL);
  rjt_wire_say (wire, text);
}

static void
pong (RjtModel *self, RjtWire *wire, const RjFrame *frame)
{
  Line *line = rjt_line_of (self, wire);
  g_autofree char *text = rj_frame_result_value (frame->id, RJ_OV2_PONG, NULL);

  rjt_line_ping_on (self, line, wire, rj_ov2_ping_parse (frame->params));
  rjt_wire_say (wire, text);
}

void
rjt_model_take (RjtModel *self, RjtWire *wire, const char *text)
{
  g_autoptr (RjFrame) frame = rj_frame_parse (text, -1);
  g_autoptr (RjtWire) alive = g_object_ref (wire);
  Line *line;

  if (frame->kind != RJ_FRAME_REQUEST) {
    rjt_run_fail (self->run, "the client sent no request: %s", text);
    return;
  }
  line = rjt_line_of (self, wire);
  if (line != NULL && line->dead)
    return;
  if (g_str_equal (frame->method, RJ_OV2_PING)) {
    pong (self, wire, frame);
    return;
  }
  if (g_str_equal (frame->method, RJ_OV2_CONNECT)) {
    resume (self, wire, frame);
    return;
  }
  take_request (line != NULL ? line : rjt_line_new (self, wire), frame);
}
