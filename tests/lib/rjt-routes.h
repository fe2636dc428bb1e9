/* What a scripted server answers over HTTP, by path. Every answer with a body sets a cookie. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _RjtRoutes RjtRoutes;

RjtRoutes *rjt_routes_new (void);
void rjt_routes_free (RjtRoutes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtRoutes, rjt_routes_free)

/* A SoupServerCallback; @routes: RjtRoutes */
void rjt_routes_answer (SoupServer *soup,
                        SoupServerMessage *message,
                        const char *path,
                        GHashTable *query,
                        gpointer routes);

#define RJT_ROUTES_COOKIE "OVJSESSIONID=0123456789ABCDEF; Path=/"

/* @status 0: never answer. @body: (nullable), sent as it is */
void rjt_routes_set (RjtRoutes *self, const char *path, guint status, const char *body);
/* The app server's answer at @path: @token, with another last letter group each time after the first */
void rjt_routes_set_tokens (RjtRoutes *self, const char *path, const char *token);

/* Requests to @path so far; body and Authorization of the last one (nullable) */
guint rjt_routes_count (RjtRoutes *self, const char *path);
const char *rjt_routes_get_body (RjtRoutes *self, const char *path);
const char *rjt_routes_get_authorization (RjtRoutes *self, const char *path);

G_END_DECLS
