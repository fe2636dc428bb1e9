/* The system's proxies, but never for loopback: a proxy of the environment must not swallow what a test or
 * the embedded cluster says to 127.0.0.1. Home thread (GIO asks asynchronously). */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RJ_TYPE_PROXY_RESOLVER (rj_proxy_resolver_get_type ())
G_DECLARE_FINAL_TYPE (RjProxyResolver, rj_proxy_resolver, RJ, PROXY_RESOLVER, GObject)

/* @inner: (transfer none): asked for everything that is not loopback. Returns: (transfer full) */
GProxyResolver *rj_proxy_resolver_new (GProxyResolver *inner);

G_END_DECLS
