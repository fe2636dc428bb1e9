/* Metadata of a connection: what the client said at join and what the application server said with the
 * token, in one text. Pure; any thread. Source: OpenVidu 2 protocol, section 5.1. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @metadata: "client", "server", or "client%/%server"; what stands alone cannot be told apart and is taken
 * as the client's. Outputs: (transfer full) (nullable). @metadata: (nullable) */
void rj_ov2_metadata_split (const char *metadata, char **client, char **server);

/* @client, @server: (nullable). Returns: (transfer full) */
char *rj_ov2_metadata_join (const char *client, const char *server);

/* The member clientData when the client's part is JSON with one that is a non-empty string, else NULL.
 * Our own participants and openvidu-browser's tutorial page name themselves so.
 * Returns: (transfer full) (nullable) */
char *rj_ov2_metadata_get_name (const char *metadata);

/* {"clientData":"<name>"}. Returns: (transfer full) */
char *rj_ov2_metadata_from_name (const char *name);

G_END_DECLS
