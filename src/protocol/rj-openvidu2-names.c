#include "rj-openvidu2-names.h"

static const char *const reasons[RJ_OV2_N_REASONS] = {
  [RJ_OV2_REASON_UNKNOWN] = "",
  [RJ_OV2_REASON_UNSUBSCRIBE] = "unsubscribe",
  [RJ_OV2_REASON_UNPUBLISH] = "unpublish",
  [RJ_OV2_REASON_DISCONNECT] = "disconnect",
  [RJ_OV2_REASON_FORCE_UNPUBLISH_BY_USER] = "forceUnpublishByUser",
  [RJ_OV2_REASON_FORCE_UNPUBLISH_BY_SERVER] = "forceUnpublishByServer",
  [RJ_OV2_REASON_FORCE_DISCONNECT_BY_USER] = "forceDisconnectByUser",
  [RJ_OV2_REASON_FORCE_DISCONNECT_BY_SERVER] = "forceDisconnectByServer",
  [RJ_OV2_REASON_LAST_PARTICIPANT_LEFT] = "lastParticipantLeft",
  [RJ_OV2_REASON_RECORDING_STOPPED_BY_SERVER] = "recordingStoppedByServer",
  [RJ_OV2_REASON_BROADCAST_STOPPED_BY_SERVER] = "broadcastStoppedByServer",
  [RJ_OV2_REASON_SESSION_CLOSED_BY_SERVER] = "sessionClosedByServer",
  [RJ_OV2_REASON_NETWORK_DISCONNECT] = "networkDisconnect",
  [RJ_OV2_REASON_MEDIA_SERVER_DISCONNECT] = "mediaServerDisconnect",
  [RJ_OV2_REASON_MEDIA_SERVER_RECONNECT] = "mediaServerReconnect",
  [RJ_OV2_REASON_NODE_CRASHED] = "nodeCrashed",
  [RJ_OV2_REASON_OPENVIDU_SERVER_STOPPED] = "openviduServerStopped",
  [RJ_OV2_REASON_AUTOMATIC_STOP] = "automaticStop",
};

const char *
rj_ov2_reason_to_text (RjOv2Reason reason)
{
  return reason < RJ_OV2_N_REASONS ? reasons[reason] : "";
}

RjOv2Reason
rj_ov2_reason_from_text (const char *text)
{
  for (guint i = 1; i < RJ_OV2_N_REASONS; i++)
    if (g_strcmp0 (text, reasons[i]) == 0)
      return i;
  return RJ_OV2_REASON_UNKNOWN;
}
