#include "rj-token-source.h"

G_DEFINE_INTERFACE (RjTokenSource, rj_token_source, G_TYPE_OBJECT)

static void
rj_token_source_default_init (RjTokenSourceInterface *iface)
{
}

const char *
rj_token_source_get_kind (RjTokenSource *self)
{
  g_return_val_if_fail (RJ_IS_TOKEN_SOURCE (self), NULL);

  return RJ_TOKEN_SOURCE_GET_IFACE (self)->get_kind (self);
}

void
rj_token_source_fetch_async (RjTokenSource *self,
                             const RjTokenRequest *request,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_return_if_fail (RJ_IS_TOKEN_SOURCE (self));
  g_return_if_fail (request->session != NULL && request->name != NULL &&
                    request->participant != NULL);

  RJ_TOKEN_SOURCE_GET_IFACE (self)->fetch_async (self, request, cancellable, callback, user_data);
}

char *
rj_token_source_fetch_finish (RjTokenSource *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (RJ_IS_TOKEN_SOURCE (self), NULL);

  return RJ_TOKEN_SOURCE_GET_IFACE (self)->fetch_finish (self, result, error);
}
