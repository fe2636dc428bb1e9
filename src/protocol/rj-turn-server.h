/* A TURN server as the user of the embedded cluster writes it: USER:PASSWORD@HOST:PORT, perhaps with
 * "?transport=tcp" behind it. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *host; /* IPv6 in brackets */
  guint port;
  char *username;
  char *password; /* secret */
  gboolean tcp;   /* between the client and the TURN server; relayed is always UDP */
} RjTurnServer;

/* Errors: RJ_ERROR_USAGE, without what was written, because there is a secret in it.
 * Returns: (transfer full) (nullable) */
RjTurnServer *rj_turn_server_parse (const char *text, GError **error);
void rj_turn_server_free (RjTurnServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjTurnServer, rj_turn_server_free)

/* RFC 7065. Returns: (transfer full): "turn:host:port", "turn:host:port?transport=tcp" */
char *rj_turn_server_get_url (const RjTurnServer *self);

G_END_DECLS
