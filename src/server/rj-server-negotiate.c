#include "rj-server-negotiate.h"

#include "rj-openvidu2-media.h"
#include "rj-openvidu2-names.h"
#include "rj-sdp-munge.h"

RjMediaNodeClient *
rj_server_get_client (RjServerCall *call)
{
  return rj_node_watcher_get_client (call->participant->session->node);
}

char *
rj_server_munge (RjServerCall *call, const char *sdp, GError **error)
{
  RjServerSession *session = call->participant->session;
  g_autoptr (GError) lack = NULL;
  char *munged = rj_sdp_munge_codec (sdp, session->codec, &lack);

  if (munged != NULL)
    return munged;
  if (session->allow_transcoding)
    return g_strdup (sdp);
  g_set_error (error, RJ_SERVER_ERROR, RJ_OV2_CODE_FORCED_CODEC_NOT_FOUND,
               "Codec '%s' cannot be forced for participant '%s' in session '%s': it is not in the "
               "offer.\nSDP:\n%s",
               session->codec, call->participant->connection, session->id, sdp);
  return NULL;
}

gboolean
rj_server_check_pipeline (RjServerCall *call, GError **error)
{
  if (call->participant->session->pipeline != NULL &&
      rj_media_node_client_is_open (rj_server_get_client (call)))
    return TRUE;
  g_set_error (error, RJ_SERVER_ERROR, RJ_OV2_CODE_MEDIA_ENDPOINT,
               "The media endpoint could not be created");
  return FALSE;
}

void
rj_server_return_published (RjServerCall *call, const RjOv2Stream *stream, char *answer)
{
  RjOv2Negotiated result = { .sdp_answer = answer,
                             .id = stream->id,
                             .created_at_ms = stream->created_at_ms };

  rj_server_call_return (call, rj_ov2_negotiated_build (&result));
}

void
rj_server_fail (
  RjServerCall *call, const GError *error, gboolean thrown, const char *data, int fallback)
{
  int code = error->domain == RJ_SERVER_ERROR ? error->code : fallback;

  if (code == RJ_OV2_CODE_JAVA_EXCEPTION)
    rj_server_call_crash (call, error->message);
  else if (thrown)
    rj_server_call_throw (call, code, "%s", error->message);
  else
    rj_server_call_reply_error (call, code, data, "%s", error->message);
}
