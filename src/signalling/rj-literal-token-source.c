#include "rj-token-sources.h"

#include "rj-error.h"

#define RJ_TYPE_LITERAL_TOKEN_SOURCE (rj_literal_token_source_get_type ())
G_DECLARE_FINAL_TYPE (
  RjLiteralTokenSource, rj_literal_token_source, RJ, LITERAL_TOKEN_SOURCE, GObject)

struct _RjLiteralTokenSource {
  GObject parent_instance;

  char *token; /* (nullable): NULL when it was given out */
};

static void rj_literal_token_source_iface_init (RjTokenSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjLiteralTokenSource,
                               rj_literal_token_source,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_TOKEN_SOURCE,
                                                      rj_literal_token_source_iface_init))

static const char *
rj_literal_token_source_get_kind (RjTokenSource *source)
{
  return "literal";
}

static void
rj_literal_token_source_fetch_async (RjTokenSource *source,
                                     const RjTokenRequest *request,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  RjLiteralTokenSource *self = RJ_LITERAL_TOKEN_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, rj_literal_token_source_fetch_async);
  if (self->token == NULL)
    g_task_return_new_error (
      task, RJ_ERROR, RJ_ERROR_USAGE,
      "the token given with --token was used already: it serves one join of one "
      "participant; give a source of tokens: --app, --secret or --token-command");
  else
    g_task_return_pointer (task, g_steal_pointer (&self->token), g_free);
}

static char *
rj_literal_token_source_fetch_finish (RjTokenSource *source, GAsyncResult *result, GError **error)
{
  g_autofree char *text = g_task_propagate_pointer (G_TASK (result), error);

  return text == NULL ? NULL : rj_token_read (text, "--token", error);
}

static void
rj_literal_token_source_finalize (GObject *object)
{
  g_clear_pointer (&RJ_LITERAL_TOKEN_SOURCE (object)->token, g_free);
  G_OBJECT_CLASS (rj_literal_token_source_parent_class)->finalize (object);
}

static void
rj_literal_token_source_iface_init (RjTokenSourceInterface *iface)
{
  iface->get_kind = rj_literal_token_source_get_kind;
  iface->fetch_async = rj_literal_token_source_fetch_async;
  iface->fetch_finish = rj_literal_token_source_fetch_finish;
}

static void
rj_literal_token_source_class_init (RjLiteralTokenSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_literal_token_source_finalize;
}

static void
rj_literal_token_source_init (RjLiteralTokenSource *self)
{
}

RjTokenSource *
rj_token_source_new_literal (const char *token)
{
  RjLiteralTokenSource *self = g_object_new (RJ_TYPE_LITERAL_TOKEN_SOURCE, NULL);

  self->token = g_strdup (token);
  return RJ_TOKEN_SOURCE (self);
}
