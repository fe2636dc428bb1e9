#include "rj-rpc.h"

#include "rj-error.h"
#include "rj-json.h"
#include "rj-jsonrpc.h"
#include "rj-openvidu2-names.h"

typedef struct {
  RjRpc *owner;
  gint64 id; /* -1: not written yet */
  char *method;
  JsonObject *params; /* (nullable) */
  RjRpcFlags flags;
  gint64 limit_us;
  gsize length; /* too long to be written; 0: it is not */
  RjTimer *timer;
  RjRpcFunc func;
  gpointer user_data;
} Request;

struct _RjRpc {
  GObject parent_instance;

  RjClock *clock;
  RjRpcWriteFunc write;
  RjRpcNotifyFunc notify;
  gpointer user_data;

  gint64 next_id;
  GQueue requests; /* of Request, in order of calling; those with an id are written */
  gboolean is_held;
  gboolean is_closed;
};

G_DEFINE_FINAL_TYPE (RjRpc, rj_rpc, G_TYPE_OBJECT)

static void
request_free (Request *self)
{
  rj_clock_cancel_timer (self->owner->clock, &self->timer);
  g_clear_pointer (&self->params, json_object_unref);
  g_free (self->method);
  g_free (self);
}

/* @request: already taken out of the table; freed */
static void
answer (Request *request, JsonObject *result, const GError *error, gint64 read_us)
{
  rj_clock_cancel_timer (request->owner->clock, &request->timer);
  if (request->func != NULL)
    request->func (result, error, read_us, request->user_data);
  request_free (request);
}

/* Returns: (transfer full) */
static GError *
explain (const Request *request)
{
  if (request->length != 0)
    return g_error_new (RJ_ERROR, RJ_ERROR_PROTOCOL,
                        "%s: a message of %zu bytes, but the server takes at most %d",
                        request->method, request->length, RJ_OV2_MAX_MESSAGE_BYTES);
  return g_error_new (RJ_ERROR, RJ_ERROR_TIMEOUT, "%s: no answer within %.3g s", request->method,
                      request->limit_us / 1e6);
}

static void
on_late (gpointer user_data)
{
  Request *request = user_data;
  g_autoptr (RjRpc) self = g_object_ref (request->owner);
  g_autoptr (GError) error = explain (request);

  request->timer = NULL;
  g_queue_remove (&self->requests, request);
  answer (request, NULL, error, rj_clock_now_us (self->clock));
}

static void
write_request (RjRpc *self, Request *request)
{
  g_autofree char *text = NULL;

  request->id = self->next_id++;
  text = rj_frame_request (request->id, request->method,
                           request->params == NULL ? NULL : json_object_ref (request->params));
  if (strlen (text) <= RJ_OV2_MAX_MESSAGE_BYTES) {
    self->write (text, self->user_data);
    return;
  }
  /* the server would close the socket, and keep a ghost of us (section 12) */
  request->length = strlen (text);
  rj_clock_cancel_timer (self->clock, &request->timer);
  request->timer = rj_clock_start_timer (self->clock, 0, on_late, request);
}

void
rj_rpc_call (RjRpc *self,
             const char *method,
             JsonObject *params,
             RjRpcFlags flags,
             gint64 limit_us,
             RjRpcFunc func,
             gpointer user_data)
{
  Request *request;

  g_return_if_fail (RJ_IS_RPC (self));
  g_return_if_fail (!self->is_closed);

  request = g_new0 (Request, 1);
  request->owner = self;
  request->id = -1;
  request->method = g_strdup (method);
  request->params = params;
  request->flags = flags;
  request->limit_us = limit_us;
  request->func = func;
  request->user_data = user_data;
  request->timer = rj_clock_start_timer (self->clock, limit_us, on_late, request);
  g_queue_push_tail (&self->requests, request);
  if (!self->is_held || (flags & RJ_RPC_URGENT))
    write_request (self, request);
}

static Request *
take_request (RjRpc *self, gint64 id)
{
  for (GList *link = self->requests.head; link != NULL; link = link->next) {
    Request *request = link->data;

    if (request->id == id && id >= 0) {
      g_queue_delete_link (&self->requests, link);
      return request;
    }
  }
  return NULL;
}

static void
take_answer (RjRpc *self, const RjFrame *frame, gint64 read_us)
{
  Request *request = frame->id_kind == RJ_FRAME_ID_INT ? take_request (self, frame->id) : NULL;
  g_autoptr (GError) error = NULL;

  if (request == NULL) {
    g_debug ("answer to an unknown request dropped (id %" G_GINT64_FORMAT ")", frame->id);
    return;
  }
  if (frame->kind == RJ_FRAME_ERROR) {
    rj_frame_set_error (frame, &error);
    g_prefix_error (&error, "%s: ", request->method);
  }
  answer (request, error == NULL ? rj_frame_get_result_object (frame) : NULL, error, read_us);
}

void
rj_rpc_take (RjRpc *self, const char *text, gint64 read_us)
{
  g_autoptr (RjRpc) alive = g_object_ref (self);
  g_autoptr (RjFrame) frame = NULL;

  if (self->is_closed)
    return;
  frame = rj_frame_parse (text, -1);
  switch (frame->kind) {
  case RJ_FRAME_RESULT:
  case RJ_FRAME_ERROR:
    take_answer (self, frame, read_us);
    break;
  case RJ_FRAME_NOTIFICATION:
    self->notify (frame->method, frame->params, read_us, self->user_data);
    break;
  case RJ_FRAME_REQUEST:
    g_debug ("request of the server dropped: %s", frame->method);
    break;
  case RJ_FRAME_INVALID:
    g_debug ("message dropped: %s", frame->problem);
    break;
  }
}

void
rj_rpc_set_held (RjRpc *self, gboolean held)
{
  self->is_held = held;
  for (GList *link = self->requests.head; link != NULL && !held; link = link->next) {
    Request *request = link->data;

    if (request->id < 0)
      write_request (self, request);
  }
}

/* Takes out the requests that @wanted picks. Returns: (transfer full): a queue of Request */
static GQueue
take_requests (RjRpc *self, gboolean (*wanted) (const Request *request))
{
  GQueue taken = G_QUEUE_INIT;

  for (GList *link = self->requests.head; link != NULL;) {
    GList *next = link->next;

    if (wanted (link->data)) {
      g_queue_unlink (&self->requests, link);
      g_queue_push_tail_link (&taken, link);
    }
    link = next;
  }
  return taken;
}

static void
fail_all (RjRpc *self, GQueue *requests, RjErrorCode code, const char *why)
{
  Request *request;

  while ((request = g_queue_pop_head (requests)) != NULL) {
    g_autoptr (GError) error = g_error_new (RJ_ERROR, code, "%s: %s", request->method, why);

    answer (request, NULL, error, rj_clock_now_us (self->clock));
  }
}

static gboolean
is_lost (const Request *request)
{
  return request->id >= 0 && !(request->flags & RJ_RPC_REPEATABLE);
}

static gboolean
is_any (const Request *request)
{
  return TRUE;
}

void
rj_rpc_lose (RjRpc *self, const char *why)
{
  g_autoptr (RjRpc) alive = g_object_ref (self);
  GQueue lost = take_requests (self, is_lost);

  self->is_held = TRUE;
  for (GList *link = self->requests.head; link != NULL; link = link->next)
    ((Request *) link->data)->id = -1;
  fail_all (self, &lost, RJ_ERROR_LOST, why);
}

void
rj_rpc_close (RjRpc *self)
{
  g_autoptr (RjRpc) alive = g_object_ref (self);
  GQueue open;

  if (self->is_closed)
    return;
  self->is_closed = TRUE;
  open = take_requests (self, is_any);
  fail_all (self, &open, RJ_ERROR_CLOSED, "closed");
}

guint
rj_rpc_count_open (RjRpc *self)
{
  return self->requests.length;
}

static void
rj_rpc_dispose (GObject *object)
{
  rj_rpc_close (RJ_RPC (object));
  G_OBJECT_CLASS (rj_rpc_parent_class)->dispose (object);
}

static void
rj_rpc_finalize (GObject *object)
{
  g_clear_object (&RJ_RPC (object)->clock);
  G_OBJECT_CLASS (rj_rpc_parent_class)->finalize (object);
}

static void
rj_rpc_class_init (RjRpcClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_rpc_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_rpc_finalize;
}

static void
rj_rpc_init (RjRpc *self)
{
  g_queue_init (&self->requests);
}

RjRpc *
rj_rpc_new (RjClock *clock, RjRpcWriteFunc write, RjRpcNotifyFunc notify, gpointer user_data)
{
  RjRpc *self = g_object_new (RJ_TYPE_RPC, NULL);

  self->clock = g_object_ref (clock);
  self->write = write;
  self->notify = notify;
  self->user_data = user_data;
  return self;
}
