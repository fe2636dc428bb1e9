#include "rj-node-operation.h"

#include "rj-error.h"
#include "rj-json.h"

#define ANY     (1u << RJ_NODE_PIPELINE | 1u << RJ_NODE_WEBRTC | 1u << RJ_NODE_PASS_THROUGH)
#define ELEMENT (1u << RJ_NODE_WEBRTC | 1u << RJ_NODE_PASS_THROUGH)
#define WEBRTC  (1u << RJ_NODE_WEBRTC)

#define ACCEPT(name, objects)                                                                      \
  {                                                                                                \
    name, objects, RJ_OPERATION_ACCEPT, 0, NULL, NULL, FALSE                                       \
  }
#define ORDER(name, objects, order, text, number, links)                                           \
  {                                                                                                \
    name, objects, RJ_OPERATION_ORDER, order, text, number, links                                  \
  }

static const RjOperation operations[] = {
  { RJ_KMS_GET_NAME, ANY, RJ_OPERATION_GET_NAME, 0, NULL, NULL, FALSE },
  { RJ_KMS_SET_NAME, ANY, RJ_OPERATION_SET_NAME, 0, "name", NULL, FALSE },
  ACCEPT ("setSendTagsInEvents", ANY),
  ACCEPT ("addTag", ANY),
  ACCEPT ("setLatencyStats", 1u << RJ_NODE_PIPELINE),
  ORDER (RJ_KMS_LINK, ELEMENT, RJ_ORDER_CONNECT, NULL, NULL, TRUE),
  ORDER (RJ_KMS_UNLINK, ELEMENT, RJ_ORDER_DISCONNECT, NULL, NULL, TRUE),
  ORDER (RJ_KMS_PROCESS_OFFER, WEBRTC, RJ_ORDER_PROCESS_OFFER, "offer", NULL, FALSE),
  ORDER (RJ_KMS_GENERATE_OFFER, WEBRTC, RJ_ORDER_GENERATE_OFFER, NULL, NULL, FALSE),
  ORDER (RJ_KMS_PROCESS_ANSWER, WEBRTC, RJ_ORDER_PROCESS_ANSWER, "answer", NULL, FALSE),
  ORDER (RJ_KMS_GATHER_CANDIDATES, WEBRTC, RJ_ORDER_GATHER, NULL, NULL, FALSE),
  ORDER (RJ_KMS_ADD_CANDIDATE, WEBRTC, RJ_ORDER_ADD_CANDIDATE, NULL, NULL, FALSE),
  ORDER ("setStunServerAddress", WEBRTC, RJ_ORDER_STUN_ADDRESS, "stunServerAddress", NULL, FALSE),
  ORDER ("setStunServerPort", WEBRTC, RJ_ORDER_STUN_PORT, NULL, "stunServerPort", FALSE),
  ORDER (
    "setMaxVideoRecvBandwidth", WEBRTC, RJ_ORDER_MAX_RECEIVE, NULL, "maxVideoRecvBandwidth", FALSE),
  /* packets are forwarded as they come, and no relay is needed where this node runs */
  ACCEPT ("setMinVideoRecvBandwidth", WEBRTC),
  ACCEPT ("setMaxVideoSendBandwidth", WEBRTC),
  ACCEPT ("setMinVideoSendBandwidth", WEBRTC),
  ACCEPT ("setMaxAudioRecvBandwidth", WEBRTC),
  ACCEPT ("setTurnUrl", WEBRTC),
  ACCEPT ("setNetworkInterfaces", WEBRTC),
  ACCEPT ("setExternalIPv4", WEBRTC),
  ACCEPT ("setExternalIPv6", WEBRTC),
  ACCEPT ("setIceTcp", WEBRTC),
  ACCEPT ("setMtu", WEBRTC),
  ACCEPT ("setRembParams", WEBRTC),
  ACCEPT ("setOutputBitrate", ELEMENT),
  ACCEPT ("setMinOutputBitrate", ELEMENT),
  ACCEPT ("setMaxOutputBitrate", ELEMENT),
};

const RjOperation *
rj_operation_find (const char *name, RjNodeKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (operations); i++) {
    if (operations[i].objects & 1u << kind && g_str_equal (operations[i].name, name))
      return &operations[i];
  }
  return NULL;
}

static gboolean
read_candidate (RjOrder *order, const RjKmsParams *params, GError **error)
{
  JsonObject *argument = NULL;

  if (params->arguments != NULL)
    argument = rj_json_get_object (params->arguments, "candidate");
  if (argument == NULL) {
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "member \"candidate\" is missing");
    return FALSE;
  }
  return rj_json_read_string (argument, "candidate", &order->text, error);
}

static gboolean
read_media (RjOrder *order, const RjKmsParams *params, GError **error)
{
  const char *type = rj_kms_params_get_argument (params, "mediaType");

  if (type == NULL)
    return TRUE;
  order->media = 0;
  for (guint i = 0; i < RJ_N_MEDIA; i++) {
    if (g_str_equal (type, rj_medium_get_name (i)))
      order->media = 1u << i;
  }
  if (order->media != 0 || g_str_equal (type, "DATA"))
    return TRUE;
  g_set_error_literal (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "member \"mediaType\" is unknown");
  return FALSE;
}

/* OfferOptions; what is not said is offered */
static void
read_offered (RjOrder *order, const RjKmsParams *params)
{
  JsonObject *options =
    params->arguments == NULL ? NULL : rj_json_get_object (params->arguments, "options");
  gboolean audio = rj_json_get_bool (options, "offerToReceiveAudio", TRUE);
  gboolean video = rj_json_get_bool (options, "offerToReceiveVideo", TRUE);

  order->media = (audio ? 1u << RJ_MEDIUM_AUDIO : 0) | (video ? 1u << RJ_MEDIUM_VIDEO : 0);
}

static gboolean
read_number (const RjOperation *self, RjOrder *order, const RjKmsParams *params, GError **error)
{
  if (!rj_json_read_int (params->arguments, self->number, &order->number, error))
    return FALSE;
  if (order->number >= 0 && order->number <= G_MAXINT)
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "member \"%s\" is out of range", self->number);
  return FALSE;
}

static gboolean
read_arguments (const RjOperation *self, RjOrder *order, const RjKmsParams *params, GError **error)
{
  if (self->order == RJ_ORDER_ADD_CANDIDATE)
    return read_candidate (order, params, error);
  if (self->order == RJ_ORDER_GENERATE_OFFER)
    read_offered (order, params);
  if (self->links)
    return read_media (order, params, error);
  if (self->text != NULL)
    return rj_json_read_string (params->arguments, self->text, &order->text, error);
  if (self->number != NULL)
    return read_number (self, order, params, error);
  return TRUE;
}

RjOrder *
rj_operation_make_order (const RjOperation *self,
                         const RjNodeObject *object,
                         const RjKmsParams *params,
                         GError **error)
{
  g_autoptr (RjOrder) order = rj_order_new (self->order, object->media);

  return read_arguments (self, order, params, error) ? g_steal_pointer (&order) : NULL;
}
