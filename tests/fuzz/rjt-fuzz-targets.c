#include "rjt-fuzz-targets.h"

#include <string.h>

#include "rj-answer-check.h"
#include "rj-candidate.h"
#include "rj-json.h"
#include "rj-kurento-event.h"
#include "rj-openvidu2.h"
#include "rj-sdp-kurento.h"
#include "rj-sdp-munge.h"
#include "rj-secret.h"
#include "rj-token-sources.h"
#include "rj-token-url.h"

static const guint32 ssrcs[64] = { 1 };
static const RjSdpLocal local = {
  .ufrag = "own",
  .password = "pwd",
  .fingerprint = "CC:DD",
  .cname = "c",
  .session_number = 7,
  .ssrcs = ssrcs,
  .n_ssrcs = G_N_ELEMENTS (ssrcs),
};

static char *
to_text (const guint8 *data, gsize size)
{
  return g_strndup ((const char *) data, size);
}

static void
drop_object (JsonObject *object)
{
  g_autofree char *text = NULL;

  if (object == NULL)
    return;
  text = rj_json_object_to_text (object);
  json_object_unref (object);
}

static void
read_requests (JsonObject *params)
{
  g_autoptr (RjOv2Join) join = rj_ov2_join_parse (params, NULL);
  g_autoptr (RjOv2Publish) publish = rj_ov2_publish_parse (params, NULL);
  g_autoptr (RjOv2Receive) receive = rj_ov2_receive_parse (params, NULL);
  g_autoptr (RjOv2Prepare) prepare = rj_ov2_prepare_parse (params, NULL);
  g_autoptr (RjOv2Reconnect) reconnect = rj_ov2_reconnect_parse (params, NULL);
  g_autoptr (RjOv2Candidate) candidate = rj_ov2_on_ice_candidate_parse (params, NULL);
  g_autoptr (RjOv2Message) message = rj_ov2_message_parse (params, NULL);
  g_autoptr (RjOv2Property) property = rj_ov2_property_parse_request (params, NULL);
  g_autofree char *session = rj_ov2_connect_parse (params);
  RjOv2VideoData data;

  drop_object (join == NULL ? NULL : rj_ov2_join_build (join));
  drop_object (publish == NULL ? NULL : rj_ov2_publish_build (publish));
  drop_object (receive == NULL ? NULL : rj_ov2_receive_build (receive));
  drop_object (prepare == NULL ? NULL : rj_ov2_prepare_build (prepare));
  drop_object (reconnect == NULL ? NULL : rj_ov2_reconnect_build (reconnect));
  drop_object (candidate == NULL ? NULL : rj_ov2_candidate_build (candidate));
  drop_object (message == NULL ? NULL : rj_ov2_message_build (message));
  drop_object (property == NULL ? NULL : rj_ov2_property_build (property));
  rj_ov2_video_data_parse (params, &data, NULL);
  rj_ov2_ping_parse (params);
}

static void
read_notifications (JsonObject *params)
{
  g_autoptr (RjOv2Connection) joined = rj_ov2_connection_parse (params, NULL);
  g_autoptr (RjOv2Ended) ended = rj_ov2_ended_parse (params, "x", NULL);
  g_autoptr (RjOv2Published) published = rj_ov2_published_parse (params, NULL);
  g_autoptr (RjOv2Candidate) candidate = rj_ov2_ice_candidate_parse (params, NULL);
  g_autoptr (RjOv2Signal) signal = rj_ov2_signal_parse (params);
  g_autoptr (RjOv2Property) property = rj_ov2_property_parse (params, NULL);
  g_autoptr (RjKmsEvent) event = rj_kms_event_parse (params, NULL);

  drop_object (joined == NULL ? NULL : rj_ov2_connection_build (joined));
  drop_object (
    published == NULL ? NULL : rj_ov2_published_build (published->connection, published->streams));
  drop_object (candidate == NULL ? NULL : rj_ov2_candidate_build (candidate));
  drop_object (rj_ov2_signal_build (signal));
  drop_object (property == NULL ? NULL : rj_ov2_property_build (property));
  drop_object (event == NULL ? NULL : rj_kms_event_build (event));
  if (joined != NULL) {
    g_autofree char *name = rj_ov2_metadata_get_name (joined->metadata);
  }
}

static void
read_kurento (const RjFrame *frame)
{
  static const char *const methods[] = { "ping",      "connect",     "create", "invoke",
                                         "subscribe", "unsubscribe", "release" };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    g_autoptr (RjKmsParams) params = rj_kms_params_parse (methods[i], frame->params, NULL);

    if (params != NULL)
      rj_kms_params_get_argument (params, "offer");
  }
}

static void
read_result (const RjFrame *frame)
{
  JsonObject *result = rj_frame_get_result_object (frame);
  g_autoptr (RjOv2Joined) joined = rj_ov2_joined_parse (result, NULL);
  g_autoptr (RjOv2Negotiated) negotiated = rj_ov2_negotiated_parse (result);

  drop_object (joined == NULL ? NULL : rj_ov2_joined_build (joined));
  drop_object (rj_ov2_negotiated_build (negotiated));
  rj_kms_result_get_text (frame);
}

static void
run_frame (const guint8 *data, gsize size)
{
  g_autoptr (RjFrame) frame = rj_frame_parse ((const char *) data, (gssize) size);
  g_autoptr (GError) error = NULL;

  g_assert_true (frame->kind != RJ_FRAME_INVALID || frame->problem != NULL);
  switch (frame->kind) {
  case RJ_FRAME_REQUEST:
  case RJ_FRAME_NOTIFICATION:
    read_requests (frame->params);
    read_notifications (frame->params);
    read_kurento (frame);
    break;
  case RJ_FRAME_RESULT:
    read_result (frame);
    break;
  case RJ_FRAME_ERROR:
    rj_frame_set_error (frame, &error);
    g_assert_nonnull (error);
    rj_kms_error_get_type (frame);
    break;
  case RJ_FRAME_INVALID:
    break;
  }
}

/* The params of a notification alone, so that most inputs get that far */
static void
run_notification (const guint8 *data, gsize size)
{
  g_autoptr (JsonObject) params = rj_json_parse_object ((const char *) data, (gssize) size, NULL);

  read_notifications (params);
}

static void
run_kurento (const guint8 *data, gsize size)
{
  g_autoptr (RjFrame) frame = rj_frame_parse ((const char *) data, (gssize) size);

  if (frame->kind == RJ_FRAME_INVALID)
    return;
  read_kurento (frame);
  rj_kms_result_get_text (frame);
  if (frame->kind == RJ_FRAME_ERROR)
    rj_kms_error_get_type (frame);
  if (frame->params != NULL) {
    g_autoptr (RjKmsEvent) event = rj_kms_event_parse (frame->params, NULL);

    drop_object (event == NULL ? NULL : rj_kms_event_build (event));
  }
}

/* What whoever gives the tokens answers */
static void
run_app_answer (const guint8 *data, gsize size)
{
  g_autofree char *text = to_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autofree char *token = rj_token_read (text, "the app server", &error);
  g_autofree char *session = rj_session_id_read (text, "the app server", NULL);
  g_autoptr (RjTokenUrl) url = token == NULL ? NULL : rj_token_url_parse (token, NULL);

  g_assert_true ((token == NULL) == (error != NULL));
  g_assert_true (token == NULL || g_utf8_validate (token, -1, NULL));
}

static const char offer[] =
  "v=0\r\no=- 1 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
  "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n"
  "a=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\na=mid:0\r\na=recvonly\r\na=rtcp-mux\r\n"
  "a=rtpmap:111 OPUS/48000/2\r\n"
  "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n"
  "a=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\na=mid:1\r\na=recvonly\r\na=rtcp-mux\r\n"
  "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 H264/90000\r\n";

/* What the client makes of an answer, and of an offer of the server, before webrtcbin sees it */
static void
run_answer (const guint8 *data, gsize size)
{
  g_autofree char *text = to_text (data, size);
  g_autofree char *adapted = rj_answer_adapt (offer, text);
  g_autofree char *mirrored = NULL;
  g_autoptr (GPtrArray) mids = rj_offer_read_mids (text);
  RjAnswerFacts facts = { 0 };

  for (int we_send = 0; we_send < 2; we_send++) {
    g_autoptr (GError) error = NULL;
    gboolean ok = rj_answer_check (offer, text, we_send, &facts, &error);

    g_assert_true (ok == (error == NULL));
    rj_answer_facts_clear (&facts);
  }
  if (rj_offer_check (text, &facts, NULL))
    mirrored = rj_answer_adapt (text, text);
  rj_answer_facts_clear (&facts);
}

static void
ask_media (const RjSdp *sdp, guint mline)
{
  const RjSdpMedia *media = rj_sdp_get_media (sdp, mline);
  g_autoptr (RjSdpTransport) transport = rj_sdp_get_transport (sdp, mline, NULL);
  g_autoptr (GPtrArray) candidates = rj_sdp_media_get_candidates (media);
  g_autofree char *cname = rj_sdp_media_get_cname (media);
  guint32 ssrc;

  rj_sdp_media_get_ssrc (media, &ssrc);
  rj_sdp_media_find_payload (media, "VP8");
  rj_sdp_media_get_direction (media);
}

/* What is taken comes out as something that is taken, and stays the same from then on */
static void
run_sdp (const guint8 *data, gsize size)
{
  g_autofree char *text = to_text (data, size);
  g_autoptr (RjSdp) sdp = rj_sdp_parse (text, NULL);
  g_autoptr (RjSdp) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *once = NULL;
  g_autofree char *twice = NULL;
  g_autofree char *answer = NULL;

  if (sdp == NULL)
    return;
  once = rj_sdp_to_text (sdp);
  again = rj_sdp_parse (once, &error);
  g_assert_no_error (error);
  twice = rj_sdp_to_text (again);
  g_assert_cmpstr (once, ==, twice);
  for (guint i = 0; i < sdp->media->len; i++)
    ask_media (sdp, i);
  answer = rj_sdp_build_answer (sdp, &local, NULL);
  if (answer != NULL) {
    g_autoptr (RjSdp) own = rj_sdp_parse (answer, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (own->media->len, ==, sdp->media->len);
  }
}

static void
run_munge (const guint8 *data, gsize size)
{
  g_autofree char *text = to_text (data, size);
  g_autoptr (GError) error = NULL;
  g_autofree char *munged = rj_sdp_munge_codec (text, "VP8", &error);
  g_autofree char *other = rj_sdp_munge_codec (text, "H264", NULL);

  g_assert_true ((munged == NULL) == (error != NULL));
}

static void
run_candidate (const guint8 *data, gsize size)
{
  g_autofree char *text = to_text (data, size);
  g_autoptr (RjCandidate) candidate = rj_candidate_parse (text, NULL);
  g_autoptr (RjCandidate) again = NULL;
  g_autofree char *line = NULL;
  g_autofree char *second = NULL;
  g_autofree char *key = NULL;

  if (candidate == NULL)
    return;
  line = rj_candidate_format (candidate);
  again = rj_candidate_parse (line, NULL);
  if (strlen (line) > 1024) /* an rport was added to one that was as long as may be */
    return;
  g_assert_nonnull (again);
  second = rj_candidate_format (again);
  g_assert_cmpstr (line, ==, second);
  key = rj_candidate_get_key (candidate);
  rj_candidate_is_usable (candidate);
}

static void
run_token_url (const guint8 *data, gsize size)
{
  g_autofree char *text = to_text (data, size);
  g_autoptr (RjTokenUrl) url = rj_token_url_parse (text, NULL);
  g_autofree char *uri = url == NULL ? NULL : rj_token_url_get_websocket_uri (url, TRUE);
  g_autofree char *built = rj_token_url_build (text, "A", "t", NULL);

  if (uri != NULL)
    g_assert_true (g_str_has_prefix (uri, "ws"));
}

static void
run_scrub (const guint8 *data, gsize size)
{
  g_autofree char *text = to_text (data, size);
  g_autofree char *once = rj_secret_scrub (text);
  g_autofree char *twice = rj_secret_scrub (once);

  g_assert_true (g_utf8_validate (twice, -1, NULL));
}

const RjtFuzzTarget rjt_fuzz_targets[] = {
  { "frame", run_frame },
  { "notification", run_notification },
  { "kurento", run_kurento },
  { "app-answer", run_app_answer },
  { "sdp", run_sdp },
  { "answer", run_answer },
  { "munge", run_munge },
  { "candidate", run_candidate },
  { "token-url", run_token_url },
  { "scrub", run_scrub },
  { "rtp", rjt_fuzz_run_rtp },
  { "forward", rjt_fuzz_run_forward },
  { "rtcp", rjt_fuzz_run_rtcp },
  { NULL, NULL },
};
