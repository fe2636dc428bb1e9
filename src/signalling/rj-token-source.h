/* Where fresh tokens come from: the app server, OpenVidu's REST API, a command, or one literal. Home thread.
 *
 * A token is asked for once per join attempt and never kept. Implementations: rj_token_source_new_…() below;
 * tests bring scripted ones. Errors: RJ_HTTP_ERROR with the status when the source refused (message: what
 * was asked, what it answered, what to check), RJ_ERROR_TIMEOUT, RJ_ERROR_UNREACHABLE, RJ_ERROR_PROTOCOL
 * (not JSON, no token in it), RJ_ERROR_USAGE (literal used up), G_TLS_ERROR. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RJ_TYPE_TOKEN_SOURCE (rj_token_source_get_type ())
G_DECLARE_INTERFACE (RjTokenSource, rj_token_source, RJ, TOKEN_SOURCE, GObject)

typedef struct {
  const char *session;     /* OpenVidu session id */
  const char *name;        /* that the server will be told in this attempt (a command gets it) */
  guint attempt;           /* of the participant, from 1 */
  const char *participant; /* its name in the run, see rj-names.h */
} RjTokenRequest;

struct _RjTokenSourceInterface {
  GTypeInterface parent;

  const char *(*get_kind) (RjTokenSource *self);
  void (*fetch_async) (RjTokenSource *self,
                       const RjTokenRequest *request,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  char *(*fetch_finish) (RjTokenSource *self, GAsyncResult *result, GError **error);
};

/* Returns: "app", "rest", "command" or "literal" */
const char *rj_token_source_get_kind (RjTokenSource *self);

/* @request: not needed any longer when this returns */
void rj_token_source_fetch_async (RjTokenSource *self,
                                  const RjTokenRequest *request,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
/* Returns: (transfer full) (nullable): the token URL, a secret */
char *rj_token_source_fetch_finish (RjTokenSource *self, GAsyncResult *result, GError **error);

G_END_DECLS
