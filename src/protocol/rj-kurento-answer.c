/* Answers and errors of a media server */
#include "rj-kurento.h"

#include "rj-json.h"

char *
rj_kms_result_text (gint64 id, const char *session, const char *value)
{
  return rj_frame_result (id, rj_json_build ("value", 's', value, NULL), session);
}

char *
rj_kms_result_null (gint64 id, const char *session)
{
  JsonObject *result = json_object_new ();

  json_object_set_null_member (result, "value");
  return rj_frame_result (id, result, session);
}

char *
rj_kms_result_empty (gint64 id, const char *session, const char *server_id)
{
  return rj_frame_result (id, rj_json_build ("serverId", 's', server_id, NULL), session);
}

char *
rj_kms_result_pong (gint64 id)
{
  return rj_frame_result_value (id, "pong", NULL);
}

static JsonObject *
build_module (const char *name,
              const char *version,
              const char *generated,
              const char *const *types)
{
  JsonArray *factories = json_array_new ();

  for (guint i = 0; types[i] != NULL; i++)
    json_array_add_string_element (factories, types[i]);
  return rj_json_build ("__module__", 's', "kurento", "__type__", 's', "ModuleInfo", "factories",
                        'a', factories, "generationTime", 's', generated, "name", 's', name,
                        "version", 's', version, NULL);
}

char *
rj_kms_result_info (gint64 id, const char *session, const char *version, const char *generated)
{
  static const char *const core[] = { RJ_KMS_PIPELINE, RJ_KMS_PASS_THROUGH, NULL };
  static const char *const elements[] = { RJ_KMS_WEBRTC, NULL };
  JsonArray *capabilities = json_array_new ();
  JsonArray *modules = json_array_new ();
  JsonObject *info;

  json_array_add_string_element (capabilities, "transactions");
  json_array_add_object_element (modules, build_module ("core", version, generated, core));
  json_array_add_object_element (modules, build_module ("elements", version, generated, elements));
  info = rj_json_build ("__module__", 's', "kurento", "__type__", 's', "ServerInfo", "capabilities",
                        'a', capabilities, "modules", 'a', modules, "type", 's', "KMS", "version",
                        's', version, NULL);
  return rj_frame_result (id, rj_json_build ("value", 'o', info, NULL), session);
}

char *
rj_kms_error (gint64 id, gint64 code, const char *message, const char *type)
{
  JsonNode *data = NULL;

  if (type != NULL) {
    data = json_node_alloc ();
    json_node_init (data, JSON_NODE_OBJECT);
    json_node_take_object (data, rj_json_build ("type", 's', type, NULL));
  }
  return rj_frame_error (id, code, message, data);
}

char *
rj_kms_error_no_object (gint64 id, const char *object)
{
  g_autofree char *message = g_strdup_printf ("Object '%s' not found", object);

  return rj_kms_error (id, RJ_KMS_CODE_OBJECT_NOT_FOUND, message, "MEDIA_OBJECT_NOT_FOUND");
}

char *
rj_kms_error_invalid_session (gint64 id)
{
  return rj_kms_error (id, RJ_KMS_CODE_INVALID_SESSION, "Invalid session", "INVALID_SESSION");
}

char *
rj_kms_error_sdp (gint64 id)
{
  return rj_kms_error (id, RJ_KMS_CODE_SDP_PARSE_ERROR, "Invalid SDP", "SDP_PARSE_ERROR");
}

char *
rj_kms_error_no_offer (gint64 id)
{
  return rj_kms_error (id, RJ_KMS_CODE_NO_OFFER,
                       "Offer not generated. It is not possible to process an answer.",
                       "SDP_END_POINT_NOT_OFFER_GENERATED");
}

const char *
rj_kms_result_get_text (const RjFrame *frame)
{
  JsonObject *result = rj_frame_get_result_object (frame);

  return result == NULL ? NULL : rj_json_get_string (result, "value", NULL);
}

const char *
rj_kms_error_get_type (const RjFrame *frame)
{
  return frame->error_data != NULL && JSON_NODE_HOLDS_OBJECT (frame->error_data)
           ? rj_json_get_string (json_node_get_object (frame->error_data), "type", NULL)
           : NULL;
}
