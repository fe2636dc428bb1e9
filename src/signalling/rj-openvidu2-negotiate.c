#include "rj-openvidu2-private.h"

#include "rj-candidate.h"
#include "rj-error.h"

/* One media connection, ours or to somebody, as far as signalling cares */
typedef struct {
  gboolean is_offered;
  GPtrArray *kept;  /* of JsonObject: params of own candidates, until our SDP is written */
  GHashTable *seen; /* keys of the server's candidates: each comes once per m-line */
} Leg;

static void
leg_free (Leg *self)
{
  g_ptr_array_unref (self->kept);
  g_hash_table_unref (self->seen);
  g_free (self);
}

void
rj_ov2_legs_init (RjOpenvidu2Signaller *self)
{
  self->legs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) leg_free);
}

void
rj_ov2_legs_clear (RjOpenvidu2Signaller *self)
{
  g_clear_pointer (&self->legs, g_hash_table_unref);
  g_clear_pointer (&self->own_stream, g_free);
}

void
rj_ov2_drop_leg (RjOpenvidu2Signaller *self, const char *connection)
{
  g_hash_table_remove (self->legs, connection);
}

static Leg *
get_leg (RjOpenvidu2Signaller *self, const char *connection)
{
  Leg *leg = g_hash_table_lookup (self->legs, connection);

  if (leg != NULL)
    return leg;
  leg = g_new0 (Leg, 1);
  leg->kept = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  leg->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_insert (self->legs, g_strdup (connection), leg);
  return leg;
}

static void
write_candidate (RjOpenvidu2Signaller *self, JsonObject *params)
{
  rj_rpc_call (self->rpc, RJ_OV2_ON_ICE_CANDIDATE, params, RJ_RPC_REPEATABLE, RJ_RPC_LIMIT_US, NULL,
               NULL);
}

/* Our SDP was written */
static void
let_candidates_go (RjOpenvidu2Signaller *self, Leg *leg)
{
  leg->is_offered = TRUE;
  for (guint i = 0; i < leg->kept->len; i++)
    write_candidate (self, json_object_ref (g_ptr_array_index (leg->kept, i)));
  g_ptr_array_set_size (leg->kept, 0);
}

/* An offer for @connection was written */
static void
note_offer (RjOpenvidu2Signaller *self, const char *connection)
{
  Leg *leg = get_leg (self, connection);

  g_hash_table_remove_all (leg->seen);
  let_candidates_go (self, leg);
}

/* What is waited for: task data */
typedef enum {
  ASK_SUBSCRIBE,
  ASK_PUBLISH,
  ASK_PREPARE,
  ASK_ACCEPT,
} Ask;

/* Returns: (transfer none) (nullable): what @answer lacks */
static const char *
find_lack (const RjOv2Negotiated *answer, Ask what)
{
  const char *sdp = what == ASK_PREPARE ? answer->sdp_offer : answer->sdp_answer;

  if (what == ASK_ACCEPT)
    return NULL;
  if (sdp == NULL || sdp[0] == '\0')
    return "SDP";
  return what == ASK_PUBLISH && answer->id == NULL ? "stream id" : NULL;
}

static void
on_negotiated (JsonObject *result, const GError *error, gint64 read_us, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RjOpenvidu2Signaller *self = g_task_get_source_object (task);
  const Ask what = GPOINTER_TO_INT (g_task_get_task_data (task));
  g_autoptr (RjOv2Negotiated) answer = NULL;
  RjNegotiated *negotiated;

  if (error != NULL) {
    g_task_return_error (task, g_error_copy (error));
    return;
  }
  answer = rj_ov2_negotiated_parse (result);
  if (find_lack (answer, what) != NULL) {
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_PROTOCOL,
                             "the server accepted the request, but its answer has no %s",
                             find_lack (answer, what));
    return;
  }
  negotiated = g_new0 (RjNegotiated, 1);
  negotiated->sdp = what == ASK_PREPARE  ? g_steal_pointer (&answer->sdp_offer)
                    : what == ASK_ACCEPT ? g_strdup ("")
                                         : g_steal_pointer (&answer->sdp_answer);
  if (what == ASK_PUBLISH) {
    g_free (self->own_stream);
    self->own_stream = g_strdup (answer->id);
    negotiated->stream = g_strdup (answer->id);
  }
  g_task_return_pointer (task, negotiated, (GDestroyNotify) rj_negotiated_free);
}

static void
ask (RjOpenvidu2Signaller *self, Ask what, const char *method, JsonObject *params, GTask *task)
{
  g_task_set_task_data (task, GINT_TO_POINTER (what), NULL);
  rj_rpc_call (self->rpc, method, params, RJ_RPC_PLAIN, RJ_RPC_LIMIT_US, on_negotiated, task);
}

static JsonObject *
build_publish (const RjPublishInfo *info, const char *offer)
{
  g_autofree char *dimensions = rj_ov2_dimensions_build (info->width, info->height);
  const RjOv2Publish publish = {
    .sdp_offer = (char *) offer,
    .has_audio = info->has_audio,
    .has_video = info->has_video,
    .audio_active = rj_ov2_flag_from (info->has_audio && !info->audio_muted),
    .video_active = rj_ov2_flag_from (info->has_video && !info->video_muted),
    .type_of_video = info->has_video ? (char *) "CAMERA" : NULL,
    .has_frame_rate = info->has_video,
    .frame_rate = info->fps > 0 ? info->fps : -1,
    .video_dimensions = info->has_video ? dimensions : NULL,
  };

  return rj_ov2_publish_build (&publish);
}

void
rj_ov2_publish (RjOpenvidu2Signaller *self,
                const RjPublishInfo *info,
                const char *offer,
                gboolean reconnect,
                GTask *task)
{
  if (!reconnect) {
    ask (self, ASK_PUBLISH, RJ_OV2_PUBLISH_VIDEO, build_publish (info, offer), task);
  } else if (self->own_stream == NULL) {
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_PROTOCOL,
                             "nothing is published that could be reconnected");
    g_object_unref (task);
    return;
  } else {
    /* a publisher's offer is sdpString, whatever the name says (section 5.9) */
    const RjOv2Reconnect again = { .stream = self->own_stream, .sdp_string = (char *) offer };

    ask (self, ASK_PUBLISH, RJ_OV2_RECONNECT_STREAM, rj_ov2_reconnect_build (&again), task);
  }
  note_offer (self, self->connection);
}

static char *
find_owner (RjOpenvidu2Signaller *self, const char *stream)
{
  const RjRemoteStream *remote = g_hash_table_lookup (self->streams, stream);

  return g_strdup (remote != NULL ? remote->connection : rj_ov2_stream_get_connection (stream));
}

void
rj_ov2_subscribe (RjOpenvidu2Signaller *self,
                  const char *stream,
                  const char *offer,
                  gboolean reconnect,
                  GTask *task)
{
  g_autofree char *owner = find_owner (self, stream);

  if (reconnect) {
    const RjOv2Reconnect again = { .stream = (char *) stream,
                                   .sdp_offer = (char *) offer,
                                   .forcibly_reconnect = RJ_OV2_NO };

    ask (self, ASK_SUBSCRIBE, RJ_OV2_RECONNECT_STREAM, rj_ov2_reconnect_build (&again), task);
  } else {
    const RjOv2Receive receive = { .sender = (char *) stream, .sdp_offer = (char *) offer };

    ask (self, ASK_SUBSCRIBE, RJ_OV2_RECEIVE_VIDEO_FROM, rj_ov2_receive_build (&receive), task);
  }
  if (owner != NULL)
    note_offer (self, owner);
}

void
rj_ov2_prepare (RjOpenvidu2Signaller *self, const char *stream, gboolean reconnect, GTask *task)
{
  const RjOv2Prepare prepare = { .sender = (char *) stream, .reconnect = reconnect };
  g_autofree char *owner = find_owner (self, stream);

  ask (self, ASK_PREPARE, RJ_OV2_PREPARE_RECEIVE, rj_ov2_prepare_build (&prepare), task);
  if (owner != NULL) /* its candidates may come before the offer does, ours follow the answer */
    rj_ov2_drop_leg (self, owner);
}

void
rj_ov2_accept (
  RjOpenvidu2Signaller *self, const char *stream, const char *answer, RjAccept how, GTask *task)
{
  g_autofree char *owner = find_owner (self, stream);

  if (how == RJ_ACCEPT_FIRST) {
    const RjOv2Receive receive = { .sender = (char *) stream, .sdp_answer = (char *) answer };

    ask (self, ASK_ACCEPT, RJ_OV2_RECEIVE_VIDEO_FROM, rj_ov2_receive_build (&receive), task);
  } else {
    const RjOv2Reconnect again = { .stream = (char *) stream,
                                   .sdp_string = (char *) answer,
                                   .forcibly_reconnect =
                                     rj_ov2_flag_from (how == RJ_ACCEPT_FORCED) };

    ask (self, ASK_ACCEPT, RJ_OV2_RECONNECT_STREAM, rj_ov2_reconnect_build (&again), task);
  }
  if (owner != NULL)
    let_candidates_go (self, get_leg (self, owner));
}

static gboolean
is_inside (RjOpenvidu2Signaller *self)
{
  return self->state == RJ_OV2_JOINED || self->state == RJ_OV2_RESUMING ||
         self->state == RJ_OV2_CHECKING;
}

void
rj_ov2_unsubscribe (RjOpenvidu2Signaller *self, const char *connection)
{
  rj_ov2_drop_leg (self, connection);
  if (is_inside (self))
    rj_rpc_call (self->rpc, RJ_OV2_UNSUBSCRIBE, rj_ov2_unsubscribe_build (connection),
                 RJ_RPC_REPEATABLE, RJ_RPC_LIMIT_US, NULL, NULL);
}

void
rj_ov2_send_candidate (RjOpenvidu2Signaller *self,
                       const char *connection,
                       guint mline,
                       const char *mid,
                       const char *candidate)
{
  const RjOv2Candidate own = {
    .endpoint = (char *) connection,
    .candidate = (char *) candidate,
    .mid = mid == NULL ? (char *) "" : (char *) mid,
    .mline = mline,
  };
  Leg *leg;

  if (!is_inside (self))
    return;
  leg = get_leg (self, connection);
  if (leg->is_offered)
    write_candidate (self, rj_ov2_candidate_build (&own));
  else
    g_ptr_array_add (leg->kept, rj_ov2_candidate_build (&own));
}

static char *
get_key (const RjOv2Candidate *theirs)
{
  g_autoptr (RjCandidate) candidate = rj_candidate_parse (theirs->candidate, NULL);

  return candidate == NULL ? g_strdup (theirs->candidate) : rj_candidate_get_key (candidate);
}

void
rj_ov2_take_candidate (RjOpenvidu2Signaller *self, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjOv2Candidate) theirs = rj_ov2_ice_candidate_parse (params, &error);

  if (theirs == NULL || theirs->sender == NULL) {
    g_debug ("iceCandidate dropped: %s", error == NULL ? "no sender" : error->message);
    return;
  }
  if (theirs->candidate[0] == '\0' ||
      !g_hash_table_add (get_leg (self, theirs->sender)->seen, get_key (theirs)))
    return;
  g_signal_emit_by_name (self, "candidate", theirs->sender, (guint) MAX (theirs->mline, 0),
                         theirs->mid, theirs->candidate);
}
