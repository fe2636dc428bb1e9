/* One HTTP request that is answered in time or fails with a sentence. Home thread.
 *
 * Errors: RJ_ERROR_TIMEOUT when the clock ran out, else what rj_http_explain() makes of it. An HTTP status
 * is no error here. */
#pragma once

#include <libsoup/soup.h>

#include "rj-clock.h"

G_BEGIN_DECLS

/* Default limit of a token request */
#define RJ_HTTP_LIMIT_US (10 * G_USEC_PER_SEC)

typedef struct {
  guint status;
  char *body;     /* UTF-8 is not checked; ends with a zero byte */
  char *location; /* (nullable): target of a redirection, which is not followed */
} RjHttpReply;

void rj_http_reply_free (RjHttpReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjHttpReply, rj_http_reply_free)

typedef struct {
  char *name;
  char *value; /* a secret */
} RjHttpHeader;

RjHttpHeader *rj_http_header_new (const char *name, const char *value);
void rj_http_header_free (RjHttpHeader *self);

/* Anything that is asked by HTTP */
typedef struct {
  char *method;
  char *url;
  GPtrArray *headers; /* of RjHttpHeader */
  char *body;         /* (nullable) */
  char *content_type; /* (nullable) of body */
} RjHttpRequest;

RjHttpRequest *rj_http_request_new (const char *method, const char *url);
void rj_http_request_free (RjHttpRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjHttpRequest, rj_http_request_free)
/* Sends HTTP basic authentication at once, without waiting for a challenge. */
void rj_http_request_authorize (RjHttpRequest *self, const char *user, const char *password);

/* @request: not needed any longer when this returns. Ends with rj_http_call_finish() */
void rj_http_request_async (SoupSession *session,
                            RjClock *clock,
                            gint64 limit_us,
                            const RjHttpRequest *request,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/* The same in short. @body: (nullable): JSON text. @user, @password: (nullable): sent at once, without waiting for a challenge */
void rj_http_call_async (SoupSession *session,
                         RjClock *clock,
                         gint64 limit_us,
                         const char *method,
                         const char *url,
                         const char *user,
                         const char *password,
                         const char *body,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
/* Returns: (transfer full) (nullable) */
RjHttpReply *rj_http_call_finish (GAsyncResult *result, GError **error);

/* Returns: (transfer full): the beginning of @body on one line, without secrets (nor @secret, nullable), for
 * error texts */
char *rj_http_excerpt (const char *body, const char *secret);

G_END_DECLS
