#include "rj-proxy-resolver.h"

struct _RjProxyResolver {
  GObject parent_instance;

  GProxyResolver *inner;
};

static void rj_proxy_resolver_iface_init (GProxyResolverInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjProxyResolver,
                               rj_proxy_resolver,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER,
                                                      rj_proxy_resolver_iface_init))

static gboolean
is_loopback (const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_NONE, NULL);
  const char *host = parsed == NULL ? NULL : g_uri_get_host (parsed);
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost"))
    return TRUE;
  address = g_inet_address_new_from_string (host);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

static char **
new_direct (void)
{
  return g_strdupv ((char *[]){ (char *) "direct://", NULL });
}

static char **
rj_proxy_resolver_lookup (GProxyResolver *resolver,
                          const char *uri,
                          GCancellable *cancellable,
                          GError **error)
{
  if (is_loopback (uri))
    return new_direct ();
  return g_proxy_resolver_lookup (RJ_PROXY_RESOLVER (resolver)->inner, uri, cancellable, error);
}

static void
on_inner_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  char **proxies = g_proxy_resolver_lookup_finish (G_PROXY_RESOLVER (source), result, &error);

  if (proxies == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, proxies, (GDestroyNotify) g_strfreev);
}

static void
rj_proxy_resolver_lookup_async (GProxyResolver *resolver,
                                const char *uri,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, user_data);

  g_task_set_source_tag (task, rj_proxy_resolver_lookup_async);
  if (is_loopback (uri)) {
    g_task_return_pointer (task, new_direct (), (GDestroyNotify) g_strfreev);
    return;
  }
  g_proxy_resolver_lookup_async (RJ_PROXY_RESOLVER (resolver)->inner, uri, cancellable,
                                 on_inner_answered, g_steal_pointer (&task));
}

static char **
rj_proxy_resolver_lookup_finish (GProxyResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
rj_proxy_resolver_finalize (GObject *object)
{
  g_clear_object (&RJ_PROXY_RESOLVER (object)->inner);
  G_OBJECT_CLASS (rj_proxy_resolver_parent_class)->finalize (object);
}

static void
rj_proxy_resolver_iface_init (GProxyResolverInterface *iface)
{
  iface->lookup = rj_proxy_resolver_lookup;
  iface->lookup_async = rj_proxy_resolver_lookup_async;
  iface->lookup_finish = rj_proxy_resolver_lookup_finish;
}

static void
rj_proxy_resolver_class_init (RjProxyResolverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_proxy_resolver_finalize;
}

static void
rj_proxy_resolver_init (RjProxyResolver *self)
{
}

GProxyResolver *
rj_proxy_resolver_new (GProxyResolver *inner)
{
  RjProxyResolver *self = g_object_new (RJ_TYPE_PROXY_RESOLVER, NULL);

  self->inner = g_object_ref (inner);
  return G_PROXY_RESOLVER (self);
}
