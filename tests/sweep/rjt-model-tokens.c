/* Where the model's tokens come from: a request and an answer that can be struck like all other messages. */
#include "rj-error.h"
#include "rjt-model-private.h"

#define LIMIT_US (10 * G_USEC_PER_SEC) /* of every real source */

#define RJT_TYPE_MODEL_TOKENS (rjt_model_tokens_get_type ())
G_DECLARE_FINAL_TYPE (RjtModelTokens, rjt_model_tokens, RJT, MODEL_TOKENS, GObject)

struct _RjtModelTokens {
  GObject parent_instance;
  RjtModel *model;
};

typedef struct {
  RjtModel *model;
  GTask *task;
  RjTimer *timer;
  GError *error; /* (nullable): what the answer is */
} Ask;

static void rjt_model_tokens_iface_init (RjTokenSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjtModelTokens,
                               rjt_model_tokens,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_TOKEN_SOURCE,
                                                      rjt_model_tokens_iface_init))

static void
ask_free (Ask *self)
{
  rjt_model_count_token (self->model, -1);
  rj_clock_cancel_timer (rjt_model_get_clock (self->model), &self->timer);
  g_clear_error (&self->error);
  g_object_unref (self->task);
  g_free (self);
}

static void
on_cancelled (GCancellable *cancellable, Ask *self)
{
  g_signal_handlers_disconnect_by_data (cancellable, self);
  g_task_return_error_if_cancelled (self->task);
  ask_free (self);
}

static void
finish (Ask *self, char *token)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  if (cancellable != NULL)
    g_signal_handlers_disconnect_by_data (cancellable, self);
  if (self->error != NULL)
    g_task_return_error (self->task, g_steal_pointer (&self->error));
  else
    g_task_return_pointer (self->task, token, g_free);
  ask_free (self);
}

/* The answer is on its way, or never will be. Returns: microseconds until something comes */
static gint64
strike (Ask *self, const char *label, RjtMessageKind kind)
{
  int code;

  switch (rjt_run_strike (rjt_model_get_run (self->model), label, kind, &code)) {
  case RJT_FAULT_LOST:
  case RJT_FAULT_DELAYED:
  case RJT_FAULT_STALLED:
  case RJT_FAULT_DEAD:
    self->error = g_error_new (RJ_ERROR, RJ_ERROR_TIMEOUT, "no token within 10 s");
    return LIMIT_US;
  case RJT_FAULT_ERROR:
    self->error = g_error_new (RJ_HTTP_ERROR, code, "HTTP %d", code);
    break;
  case RJT_FAULT_CUT:
  case RJT_FAULT_CUT_AFTER:
    self->error = g_error_new (RJ_ERROR, RJ_ERROR_UNREACHABLE, "the app server hung up");
    break;
  case RJT_FAULT_CRASH:
    rjt_model_crash (self->model, "nodeCrashed");
    break;
  case RJT_FAULT_NONE:
  case RJT_FAULT_DOUBLED:
  case RJT_FAULT_GONE:
  case RJT_FAULT_RANDOM:
  case RJT_N_FAULTS:
    break;
  }
  return RJT_WIRE_US;
}

static void
on_answer (gpointer user_data)
{
  Ask *self = user_data;

  self->timer = NULL;
  finish (self, self->error != NULL ? NULL : rjt_model_take_token (self->model));
}

static void
on_request (gpointer user_data)
{
  Ask *self = user_data;
  gint64 delay_us;

  self->timer = NULL;
  if (self->error != NULL) {
    finish (self, NULL);
    return;
  }
  delay_us = strike (self, "< token", RJT_MESSAGE_ANSWER);
  self->timer = rj_clock_start_timer (rjt_model_get_clock (self->model), delay_us, on_answer, self);
}

static const char *
rjt_model_tokens_get_kind (RjTokenSource *source)
{
  return "app";
}

static void
rjt_model_tokens_fetch_async (RjTokenSource *source,
                              const RjTokenRequest *request,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  RjtModelTokens *tokens = RJT_MODEL_TOKENS (source);
  Ask *self = g_new0 (Ask, 1);

  self->model = tokens->model;
  self->task = g_task_new (source, cancellable, callback, user_data);
  rjt_model_count_token (self->model, 1);
  if (cancellable != NULL)
    g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), self);
  self->timer = rj_clock_start_timer (rjt_model_get_clock (self->model),
                                      strike (self, "> token", RJT_MESSAGE_HTTP), on_request, self);
}

static char *
rjt_model_tokens_fetch_finish (RjTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
rjt_model_tokens_iface_init (RjTokenSourceInterface *iface)
{
  iface->get_kind = rjt_model_tokens_get_kind;
  iface->fetch_async = rjt_model_tokens_fetch_async;
  iface->fetch_finish = rjt_model_tokens_fetch_finish;
}

static void
rjt_model_tokens_class_init (RjtModelTokensClass *klass)
{
}

static void
rjt_model_tokens_init (RjtModelTokens *self)
{
}

RjTokenSource *
rjt_model_make_tokens (RjtModel *self)
{
  RjtModelTokens *tokens = g_object_new (RJT_TYPE_MODEL_TOKENS, NULL);

  tokens->model = self;
  return RJ_TOKEN_SOURCE (tokens);
}
