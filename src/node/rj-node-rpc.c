#include "rj-node-rpc.h"

#include "rj-dice.h"
#include "rj-log.h"
#include "rj-kurento.h"
#include "rj-node-object.h"
#include "rj-node-operation.h"
#include "rj-node-sessions.h"
#include "rj-transport.h"

/* What this node claims to be: openvidu-server wants a Kurento it knows */
#define KMS_VERSION   "7.3.1~rejoin" RJ_VERSION
#define KMS_GENERATED "Nov 24 2026 00:00:00"

/* JSON-RPC 2.0, 5.1 */
#define CODE_NO_METHOD  -32601
#define CODE_BAD_PARAMS -32602
/* Kurento's */
#define CODE_UNEXPECTED     40001
#define CODE_NO_CONSTRUCTOR 40104
#define CODE_NO_OPERATION   40105
#define CODE_NO_EVENT       40106

struct _RjNodeRpc {
  GObject parent_instance;

  RjNodeSendFunc send;
  gpointer user_data;
  gboolean loopback_only;
  gboolean black_pictures;
  char *server_id;
  RjDice *dice;
  RjNodeObjects *objects;
  RjNodeSessions *sessions;
  RjTransport *threads;
  RjMailbox *mailbox; /* of the media threads */
};

G_DEFINE_FINAL_TYPE (RjNodeRpc, rj_node_rpc, G_TYPE_OBJECT)

/* One request that is being worked on */
typedef struct {
  guint connection;
  gint64 id;
  char *session;
} Call;

static void
call_free (gpointer user_data)
{
  Call *call = user_data;

  g_free (call->session);
  g_free (call);
}

/* --- answers --- */

/* @text: (transfer full) */
static void
answer (RjNodeRpc *self, const Call *call, char *text)
{
  if (call->id != RJ_FRAME_NO_ID && self->send != NULL)
    self->send (call->connection, text, self->user_data);
  g_free (text);
}

static void
refuse_object (RjNodeRpc *self, const Call *call, const char *object)
{
  answer (self, call, rj_kms_error_no_object (call->id, object));
}

static void
refuse_params (RjNodeRpc *self, const Call *call, const char *why)
{
  g_autofree char *message = g_strdup_printf ("Invalid params: %s", why);

  answer (self, call, rj_kms_error (call->id, CODE_BAD_PARAMS, message, NULL));
}

static void
refuse_kind (
  RjNodeRpc *self, const Call *call, int code, const char *what, const char *name, const char *type)
{
  g_autofree char *message = g_strdup_printf ("%s '%.100s' not found", what, name);

  answer (self, call, rj_kms_error (call->id, code, message, type));
}

static void
on_order_done (gpointer owner, gpointer letter)
{
  RjNodeRpc *self = owner;
  const RjOrder *order = letter;
  const Call *call = order->call;
  const GError *error = order->error;

  if (error != NULL) {
    gboolean known = error->domain == RJ_ENDPOINT_ERROR;

    answer (self, call,
            rj_kms_error (call->id, known ? error->code : CODE_UNEXPECTED, error->message,
                          known ? rj_endpoint_error_get_type (error->code) : "UNEXPECTED_ERROR"));
  } else if (order->result != NULL) {
    answer (self, call, rj_kms_result_text (call->id, call->session, order->result));
  } else {
    answer (self, call, rj_kms_result_null (call->id, call->session));
  }
}

/* --- events --- */

static void
send_event (RjNodeRpc *self, const RjNodeObject *object, const RjKmsEvent *event)
{
  g_autofree char *text = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, object->subscriptions);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const RjNodeSubscription *subscription = value;
    guint connection = rj_node_sessions_get_connection (self->sessions, subscription->session);

    if (connection == 0 || !g_str_equal (subscription->type, event->type))
      continue;
    if (text == NULL)
      text = rj_frame_notification (RJ_KMS_ON_EVENT, rj_kms_event_build (event));
    self->send (connection, text, self->user_data);
  }
}

static void
on_event (gpointer owner, gpointer letter)
{
  RjNodeRpc *self = owner;
  const RjKmsEvent *event = letter;
  const RjNodeObject *object = rj_node_objects_find (self->objects, event->object);

  if (object != NULL)
    send_event (self, object, event);
}

/* --- methods --- */

static void
do_ping (RjNodeRpc *self, const Call *call, const RjKmsParams *params)
{
  if (params->interval_ms > 0)
    rj_node_sessions_set_interval_ms (self->sessions, params->interval_ms);
  answer (self, call, rj_kms_result_pong (call->id));
}

static void
do_connect (RjNodeRpc *self, const Call *call, const RjKmsParams *params)
{
  const char *session = params->session;

  if (session == NULL)
    session = rj_node_sessions_add (self->sessions, call->connection);
  else if (!rj_node_sessions_has (self->sessions, session)) {
    answer (self, call, rj_kms_error_invalid_session (call->id));
    return;
  }
  rj_node_sessions_use (self->sessions, session, call->connection);
  answer (self, call, rj_kms_result_empty (call->id, session, self->server_id));
}

static void
create_pipeline (RjNodeRpc *self, const Call *call)
{
  RjMediaPlace *place =
    rj_media_place_new (rj_transport_next_context (self->threads), rj_dice_roll_u32 (self->dice),
                        self->loopback_only, self->black_pictures, self->mailbox, on_event);
  RjNodeObject *object = rj_node_objects_add_pipeline (self->objects, call->session, place);

  rj_media_place_unref (place);
  answer (self, call, rj_kms_result_text (call->id, call->session, object->id));
}

static void
do_create (RjNodeRpc *self, const Call *call, const RjKmsParams *params)
{
  const char *pipeline_id = rj_kms_params_get_argument (params, "mediaPipeline");
  RjNodeObject *pipeline;
  RjNodeKind kind;

  if (!rj_node_kind_from_text (params->type, &kind)) {
    refuse_kind (self, call, CODE_NO_CONSTRUCTOR, "Class", params->type,
                 "MEDIA_OBJECT_CONSTRUCTOR_NOT_FOUND");
    return;
  }
  if (kind == RJ_NODE_PIPELINE) {
    create_pipeline (self, call);
    return;
  }
  if (pipeline_id == NULL) {
    refuse_params (self, call, "member \"mediaPipeline\" is missing");
    return;
  }
  pipeline = rj_node_objects_find (self->objects, pipeline_id);
  if (pipeline == NULL || pipeline->kind != RJ_NODE_PIPELINE) {
    refuse_object (self, call, pipeline_id);
    return;
  }
  answer (self, call,
          rj_kms_result_text (
            call->id, call->session,
            rj_node_objects_add_child (self->objects, call->session, pipeline, kind)->id));
}

static gboolean
is_event (const char *type)
{
  if (g_str_equal (type, RJ_KMS_EVENT_ERROR) || g_str_equal (type, RJ_KMS_EVENT_CANDIDATE))
    return TRUE;
  return g_strv_contains (rj_kms_webrtc_events, type);
}

static void
do_subscribe (RjNodeRpc *self, const Call *call, const RjKmsParams *params)
{
  RjNodeObject *object = rj_node_objects_find (self->objects, params->object);

  if (object == NULL) {
    refuse_object (self, call, params->object);
    return;
  }
  if (!is_event (params->type)) {
    refuse_kind (self, call, CODE_NO_EVENT, "Event", params->type,
                 "MEDIA_OBJECT_EVENT_NOT_SUPPORTED");
    return;
  }
  answer (self, call,
          rj_kms_result_text (call->id, call->session,
                              rj_node_object_subscribe (object, params->type, call->session)));
}

static void
do_unsubscribe (RjNodeRpc *self, const Call *call, const RjKmsParams *params)
{
  RjNodeObject *object = rj_node_objects_find (self->objects, params->object);

  if (object == NULL) {
    refuse_object (self, call, params->object);
    return;
  }
  rj_node_object_unsubscribe (object, params->subscription);
  answer (self, call, rj_kms_result_empty (call->id, call->session, NULL));
}

static void
do_release (RjNodeRpc *self, const Call *call, const RjKmsParams *params)
{
  RjNodeObject *object = rj_node_objects_find (self->objects, params->object);

  if (object == NULL) {
    refuse_object (self, call, params->object);
    return;
  }
  rj_node_objects_release (self->objects, object);
  answer (self, call, rj_kms_result_empty (call->id, call->session, NULL));
}

/* Both ends must be in one pipeline: packets do not change threads. Returns: FALSE when it has been refused */
static gboolean
set_sink (RjNodeRpc *self,
          const Call *call,
          RjOrder *order,
          const RjNodeObject *source,
          const char *sink_id)
{
  const RjNodeObject *sink;

  if (sink_id == NULL) {
    refuse_params (self, call, "member \"sink\" is missing");
    return FALSE;
  }
  sink = rj_node_objects_find (self->objects, sink_id);
  if (sink == NULL || sink->media == NULL) {
    refuse_object (self, call, sink_id);
    return FALSE;
  }
  if (!g_str_equal (sink->pipeline, source->pipeline)) {
    refuse_params (self, call, "source and sink are not in the same pipeline");
    return FALSE;
  }
  order->sink = rj_media_object_ref (sink->media);
  return TRUE;
}

static void
post_order (RjNodeRpc *self,
            const Call *call,
            const RjOperation *operation,
            const RjNodeObject *object,
            const RjKmsParams *params)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjOrder) order = rj_operation_make_order (operation, object, params, &error);
  Call *kept;

  if (order == NULL) {
    refuse_params (self, call, error->message);
    return;
  }
  if (operation->links &&
      !set_sink (self, call, order, object, rj_kms_params_get_argument (params, "sink")))
    return;
  kept = g_new0 (Call, 1);
  *kept = *call;
  kept->session = g_strdup (call->session);
  order->call = kept;
  order->free_call = call_free;
  rj_order_post (g_steal_pointer (&order), on_order_done);
}

static void
set_name (RjNodeRpc *self, const Call *call, RjNodeObject *object, const RjKmsParams *params)
{
  const char *name = rj_kms_params_get_argument (params, "name");

  if (name == NULL) {
    refuse_params (self, call, "member \"name\" is missing");
    return;
  }
  g_free (object->name);
  object->name = g_strdup (name);
  answer (self, call, rj_kms_result_null (call->id, call->session));
}

static void
invoke_manager (RjNodeRpc *self, const Call *call, const RjKmsParams *params)
{
  if (g_str_equal (params->operation, RJ_KMS_GET_INFO))
    answer (self, call, rj_kms_result_info (call->id, call->session, KMS_VERSION, KMS_GENERATED));
  else
    refuse_kind (self, call, CODE_NO_OPERATION, "Method", params->operation,
                 "MEDIA_OBJECT_METHOD_NOT_FOUND");
}

static void
do_invoke (RjNodeRpc *self, const Call *call, const RjKmsParams *params)
{
  RjNodeObject *object;
  const RjOperation *operation;

  if (g_str_equal (params->object, RJ_KMS_MANAGER)) {
    invoke_manager (self, call, params);
    return;
  }
  object = rj_node_objects_find (self->objects, params->object);
  if (object == NULL) {
    refuse_object (self, call, params->object);
    return;
  }
  operation = rj_operation_find (params->operation, object->kind);
  if (operation == NULL) {
    refuse_kind (self, call, CODE_NO_OPERATION, "Method", params->operation,
                 "MEDIA_OBJECT_METHOD_NOT_FOUND");
    return;
  }
  switch (operation->kind) {
  case RJ_OPERATION_GET_NAME:
    answer (self, call, rj_kms_result_text (call->id, call->session, object->name));
    break;
  case RJ_OPERATION_SET_NAME:
    set_name (self, call, object, params);
    break;
  case RJ_OPERATION_ACCEPT:
    answer (self, call, rj_kms_result_null (call->id, call->session));
    break;
  case RJ_OPERATION_ORDER:
    post_order (self, call, operation, object, params);
    break;
  }
}

static const struct {
  const char *name;
  void (*func) (RjNodeRpc *self, const Call *call, const RjKmsParams *params);
  gboolean has_session; /* made when the request names none */
} methods[] = {
  { RJ_KMS_PING, do_ping, FALSE },          { RJ_KMS_CONNECT, do_connect, FALSE },
  { RJ_KMS_CREATE, do_create, TRUE },       { RJ_KMS_INVOKE, do_invoke, TRUE },
  { RJ_KMS_SUBSCRIBE, do_subscribe, TRUE }, { RJ_KMS_UNSUBSCRIBE, do_unsubscribe, TRUE },
  { RJ_KMS_RELEASE, do_release, TRUE },
};

static void
dispatch (RjNodeRpc *self, guint row, Call *call, JsonObject *object)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjKmsParams) params = rj_kms_params_parse (methods[row].name, object, &error);

  if (params == NULL) {
    refuse_params (self, call, error->message);
    return;
  }
  if (methods[row].has_session) {
    if (params->session != NULL)
      rj_node_sessions_use (self->sessions, params->session, call->connection);
    call->session =
      g_strdup (params->session != NULL ? params->session
                                        : rj_node_sessions_add (self->sessions, call->connection));
  }
  methods[row].func (self, call, params);
}

void
rj_node_rpc_take (RjNodeRpc *self, guint connection, const char *text, gssize length)
{
  g_autoptr (RjFrame) frame = rj_frame_parse (text, length);
  Call call = { .connection = connection, .id = frame->id };

  g_return_if_fail (RJ_IS_NODE_RPC (self) && connection != 0);
  RJ_ASSERT_HOME ();

  if (self->objects == NULL)
    return;
  if (frame->method == NULL) {
    g_debug ("ignored: %s", frame->problem == NULL ? "not a request" : frame->problem);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    if (g_str_equal (frame->method, methods[i].name)) {
      dispatch (self, i, &call, frame->params);
      g_free (call.session);
      return;
    }
  }
  refuse_kind (self, &call, CODE_NO_METHOD, "Method", frame->method, NULL);
}

void
rj_node_rpc_lose_connection (RjNodeRpc *self, guint connection)
{
  g_return_if_fail (RJ_IS_NODE_RPC (self));

  if (self->sessions != NULL)
    rj_node_sessions_lose_connection (self->sessions, connection);
}

/* --- life --- */

static void
on_session_expired (const char *session, gpointer user_data)
{
  RjNodeRpc *self = user_data;
  guint n_released = rj_node_objects_release_session (self->objects, session);

  g_debug ("a session expired, %u objects collected", n_released);
}

RjNodeRpc *
rj_node_rpc_new (const RjNodeConfig *config, RjNodeSendFunc send, gpointer user_data)
{
  RjNodeRpc *self = g_object_new (RJ_TYPE_NODE_RPC, NULL);
  g_autoptr (RjClock) clock =
    config->clock != NULL ? g_object_ref (config->clock) : rj_real_clock_new ();

  self->send = send;
  self->user_data = user_data;
  self->loopback_only = config->loopback_only;
  self->black_pictures = config->black_pictures;
  self->sessions = rj_node_sessions_new (clock, on_session_expired, self);
  self->threads =
    rj_transport_new (config->n_threads == 0 ? RJ_NODE_DEFAULT_THREADS : config->n_threads);
  return self;
}

void
rj_node_rpc_close (RjNodeRpc *self)
{
  g_return_if_fail (RJ_IS_NODE_RPC (self));

  if (self->objects == NULL)
    return;
  self->send = NULL;
  rj_mailbox_close (self->mailbox);
  g_clear_pointer (&self->objects, rj_node_objects_free);
  g_clear_pointer (&self->sessions, rj_node_sessions_free);
  g_clear_pointer (&self->threads, rj_transport_free); /* after what has been ordered is done */
}

guint
rj_node_rpc_count_objects (RjNodeRpc *self)
{
  return self->objects == NULL ? 0 : rj_node_objects_count (self->objects);
}

static void
rj_node_rpc_dispose (GObject *object)
{
  rj_node_rpc_close (RJ_NODE_RPC (object));
  G_OBJECT_CLASS (rj_node_rpc_parent_class)->dispose (object);
}

static void
rj_node_rpc_finalize (GObject *object)
{
  RjNodeRpc *self = RJ_NODE_RPC (object);

  g_clear_pointer (&self->mailbox, rj_mailbox_unref);
  g_clear_pointer (&self->dice, rj_dice_free);
  g_free (self->server_id);
  G_OBJECT_CLASS (rj_node_rpc_parent_class)->finalize (object);
}

static void
rj_node_rpc_class_init (RjNodeRpcClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_node_rpc_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_node_rpc_finalize;
}

static void
rj_node_rpc_init (RjNodeRpc *self)
{
  self->server_id = g_uuid_string_random ();
  self->dice = rj_dice_new_from_kernel ();
  self->objects = rj_node_objects_new ();
  self->mailbox = rj_mailbox_new (G_OBJECT (self), G_PRIORITY_DEFAULT);
}
