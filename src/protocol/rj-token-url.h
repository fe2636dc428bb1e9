/* The token of an OpenVidu 2 session is a URL; the whole text is the secret and goes into joinRoom
 * byte for byte. Pure; any thread. Source: OpenVidu 2 protocol, sections 3.1 and 3.2. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *scheme;  /* "ws" or "wss" */
  char *host;    /* host[:port]; IPv6 in brackets */
  char *session; /* decoded; value of joinRoom.session */
  char *token;   /* (nullable) opaque; secret. NULL in a URL that joins with the secret */
  char *secret;  /* (nullable) secret; value of joinRoom.secret */
  gboolean recorder;
  gboolean stt;
} RjTokenUrl;

/* Unknown parameters and any path are ignored. Errors: RJ_ERROR_PROTOCOL; the text never quotes the token.
 * Returns: (transfer full) (nullable) */
RjTokenUrl *rj_token_url_parse (const char *token, GError **error);
void rj_token_url_free (RjTokenUrl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjTokenUrl, rj_token_url_free)

/* "<scheme>://<host[:port]>/openvidu?sessionId=<session>", plus "&reconnect=true" on a resume. Holds no
 * secret. Returns: (transfer full) */
char *rj_token_url_get_websocket_uri (const RjTokenUrl *self, gboolean reconnect);

/* What a server hands out: @public_url with https → wss, http → ws, without path and trailing slash.
 * @public_url: "https://host[:port]" or "http://…"; wss and ws are taken as well.
 * Errors: RJ_ERROR_USAGE. Returns: (transfer full) (nullable) */
char *
rj_token_url_build (const char *public_url, const char *session, const char *token, GError **error);

G_END_DECLS
