#include "rjt-routes.h"

#include <string.h>

typedef struct {
  guint status;
  char *body;
  char *token; /* (nullable) instead of body */
  guint count;
  char *last_body;
  char *authorization;
} Route;

struct _RjtRoutes {
  GHashTable *routes; /* path → Route */
};

static void
route_free (Route *self)
{
  g_free (self->body);
  g_free (self->token);
  g_free (self->last_body);
  g_free (self->authorization);
  g_free (self);
}

RjtRoutes *
rjt_routes_new (void)
{
  RjtRoutes *self = g_new0 (RjtRoutes, 1);

  self->routes =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) route_free);
  return self;
}

void
rjt_routes_free (RjtRoutes *self)
{
  g_hash_table_unref (self->routes);
  g_free (self);
}

/* Returns: (transfer full) (nullable) */
static char *
make_body (const Route *route)
{
  const guint n_digits = 6;

  if (route->token == NULL)
    return g_strdup (route->body);
  if (route->count == 1)
    return g_strdup_printf ("{\"token\":\"%s\"}", route->token);
  return g_strdup_printf ("{\"token\":\"%.*s%06u\"}", (int) (strlen (route->token) - n_digits),
                          route->token, route->count);
}

void
rjt_routes_answer (SoupServer *soup,
                   SoupServerMessage *message,
                   const char *path,
                   GHashTable *query,
                   gpointer routes)
{
  RjtRoutes *self = routes;
  Route *route = g_hash_table_lookup (self->routes, path);
  SoupMessageBody *request = soup_server_message_get_request_body (message);
  g_autofree char *body = NULL;

  if (route == NULL) {
    soup_server_message_set_status (message, 404, NULL);
    return;
  }
  route->count++;
  g_free (route->last_body);
  route->last_body = g_strndup (request->data, request->length);
  g_free (route->authorization);
  route->authorization = g_strdup (soup_message_headers_get_one (
    soup_server_message_get_request_headers (message), "Authorization"));
  if (route->status == 0) {
    soup_server_message_pause (message);
    return;
  }
  soup_server_message_set_status (message, route->status, NULL);
  body = make_body (route);
  if (body == NULL)
    return;
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, body,
                                    strlen (body));
  soup_message_headers_append (soup_server_message_get_response_headers (message), "Set-Cookie",
                               RJT_ROUTES_COOKIE);
}

void
rjt_routes_set (RjtRoutes *self, const char *path, guint status, const char *body)
{
  Route *route = g_new0 (Route, 1);

  route->status = status;
  route->body = g_strdup (body);
  g_hash_table_replace (self->routes, g_strdup (path), route);
}

void
rjt_routes_set_tokens (RjtRoutes *self, const char *path, const char *token)
{
  Route *route = g_new0 (Route, 1);

  route->status = 200;
  route->token = g_strdup (token);
  g_hash_table_replace (self->routes, g_strdup (path), route);
}

guint
rjt_routes_count (RjtRoutes *self, const char *path)
{
  const Route *route = g_hash_table_lookup (self->routes, path);

  return route == NULL ? 0 : route->count;
}

const char *
rjt_routes_get_body (RjtRoutes *self, const char *path)
{
  const Route *route = g_hash_table_lookup (self->routes, path);

  return route == NULL ? NULL : route->last_body;
}

const char *
rjt_routes_get_authorization (RjtRoutes *self, const char *path)
{
  const Route *route = g_hash_table_lookup (self->routes, path);

  return route == NULL ? NULL : route->authorization;
}
