#include "rj-kurento.h"

#include <string.h>

#include "rj-error.h"
#include "rj-json.h"

typedef enum {
  NEED_OBJECT = 1 << 0,
  NEED_TYPE = 1 << 1,
  NEED_OPERATION = 1 << 2,
  NEED_SUBSCRIPTION = 1 << 3,
} Need;

static const struct {
  const char *method;
  guint needs; /* of Need */
} methods[] = {
  { RJ_KMS_PING, 0 },
  { RJ_KMS_CONNECT, 0 },
  { RJ_KMS_CREATE, NEED_TYPE },
  { RJ_KMS_INVOKE, NEED_OBJECT | NEED_OPERATION },
  { RJ_KMS_SUBSCRIBE, NEED_OBJECT | NEED_TYPE },
  { RJ_KMS_UNSUBSCRIBE, NEED_OBJECT | NEED_SUBSCRIPTION },
  { RJ_KMS_RELEASE, NEED_OBJECT },
};

static gboolean
find_needs (const char *method, guint *needs, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    if (strcmp (methods[i].method, method) == 0) {
      *needs = methods[i].needs;
      return TRUE;
    }
  }
  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "unknown method");
  return FALSE;
}

static gboolean
check_needs (const RjKmsParams *self, guint needs, GError **error)
{
  const char *missing = NULL;

  if ((needs & NEED_OBJECT) && self->object == NULL)
    missing = "object";
  else if ((needs & NEED_TYPE) && self->type == NULL)
    missing = "type";
  else if ((needs & NEED_OPERATION) && self->operation == NULL)
    missing = "operation";
  else if ((needs & NEED_SUBSCRIPTION) && self->subscription == NULL)
    missing = "subscription";
  if (missing != NULL)
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "member \"%s\" is missing", missing);
  return missing == NULL;
}

static char *
dup_string (JsonObject *params, const char *name)
{
  return g_strdup (rj_json_get_string (params, name, NULL));
}

static JsonObject *
ref_object (JsonObject *params, const char *name)
{
  JsonObject *object = rj_json_get_object (params, name);

  return object == NULL ? NULL : json_object_ref (object);
}

RjKmsParams *
rj_kms_params_parse (const char *method, JsonObject *params, GError **error)
{
  g_autoptr (RjKmsParams) self = g_new0 (RjKmsParams, 1);
  guint needs;

  if (!find_needs (method, &needs, error))
    return NULL;
  if (params != NULL) {
    self->session = dup_string (params, "sessionId");
    self->object = dup_string (params, "object");
    self->type = dup_string (params, "type");
    self->operation = dup_string (params, "operation");
    self->subscription = dup_string (params, "subscription");
    self->interval_ms = rj_json_get_int (params, "interval", 0);
    self->arguments = ref_object (params, strcmp (method, RJ_KMS_CREATE) == 0 ? "constructorParams"
                                                                              : "operationParams");
    self->properties = ref_object (params, "properties");
  }
  return check_needs (self, needs, error) ? g_steal_pointer (&self) : NULL;
}

void
rj_kms_params_free (RjKmsParams *self)
{
  if (self == NULL)
    return;
  g_free (self->session);
  g_free (self->object);
  g_free (self->type);
  g_free (self->operation);
  g_free (self->subscription);
  g_clear_pointer (&self->arguments, json_object_unref);
  g_clear_pointer (&self->properties, json_object_unref);
  g_free (self);
}

const char *
rj_kms_params_get_argument (const RjKmsParams *self, const char *name)
{
  return self->arguments == NULL ? NULL : rj_json_get_string (self->arguments, name, NULL);
}

JsonObject *
rj_kms_ping (gint64 interval_ms)
{
  return interval_ms == 0 ? json_object_new () : rj_json_build ("interval", 'i', interval_ms, NULL);
}

JsonObject *
rj_kms_connect (const char *session)
{
  return rj_json_build ("sessionId", 's', session, NULL);
}

JsonObject *
rj_kms_create (const char *session, const char *type, const char *pipeline)
{
  return rj_json_build ("type", 's', type, "constructorParams", 'o',
                        rj_json_build ("mediaPipeline", 's', pipeline, NULL), "properties", 'o',
                        json_object_new (), "sessionId", 's', session, NULL);
}

JsonObject *
rj_kms_subscribe (const char *session, const char *object, const char *event)
{
  return rj_json_build ("type", 's', event, "object", 's', object, "sessionId", 's', session, NULL);
}

JsonObject *
rj_kms_unsubscribe (const char *session, const char *object, const char *subscription)
{
  return rj_json_build ("subscription", 's', subscription, "object", 's', object, "sessionId", 's',
                        session, NULL);
}

JsonObject *
rj_kms_release (const char *session, const char *object)
{
  return rj_json_build ("object", 's', object, "sessionId", 's', session, NULL);
}

JsonObject *
rj_kms_invoke (const char *session,
               const char *object,
               const char *operation,
               JsonObject *arguments)
{
  JsonObject *params = rj_json_build ("object", 's', object, "operation", 's', operation,
                                      "sessionId", 's', session, NULL);

  if (arguments != NULL)
    json_object_set_object_member (params, "operationParams", arguments);
  return params;
}

JsonObject *
rj_kms_invoke_text (const char *session,
                    const char *object,
                    const char *operation,
                    const char *argument,
                    const char *value)
{
  return rj_kms_invoke (session, object, operation, rj_json_build (argument, 's', value, NULL));
}

JsonObject *
rj_kms_invoke_int (const char *session,
                   const char *object,
                   const char *operation,
                   const char *argument,
                   gint64 value)
{
  return rj_kms_invoke (session, object, operation, rj_json_build (argument, 'i', value, NULL));
}

JsonObject *
rj_kms_candidate_build (const char *candidate, const char *mid, gint64 mline)
{
  return rj_json_build ("__module__", 's', "kurento", "__type__", 's', "IceCandidate", "candidate",
                        's', candidate, "sdpMLineIndex", 'i', mline, "sdpMid", 's', mid, NULL);
}

RjKmsCandidate *
rj_kms_candidate_parse (JsonObject *object, GError **error)
{
  g_autoptr (RjKmsCandidate) self = g_new0 (RjKmsCandidate, 1);

  if (!rj_json_read_string (object, "candidate", &self->candidate, error) ||
      !rj_json_read_string (object, "sdpMid", &self->mid, error) ||
      !rj_json_read_int (object, "sdpMLineIndex", &self->mline, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
rj_kms_candidate_free (RjKmsCandidate *self)
{
  if (self == NULL)
    return;
  g_free (self->candidate);
  g_free (self->mid);
  g_free (self);
}

JsonObject *
rj_kms_invoke_candidate (
  const char *session, const char *object, const char *candidate, const char *mid, gint64 mline)
{
  JsonObject *argument = rj_kms_candidate_build (candidate, mid, mline);

  return rj_kms_invoke (session, object, RJ_KMS_ADD_CANDIDATE,
                        rj_json_build ("candidate", 'o', argument, NULL));
}

char *
rj_kms_object_id (const char *pipeline, const char *uuid, const char *type)
{
  return g_strdup_printf ("%s%s%s_kurento.%s", pipeline == NULL ? "" : pipeline,
                          pipeline == NULL ? "" : "/", uuid, type);
}
