/* One REST request and its answer. Home thread. Source: OpenVidu 2 protocol, sections 2.1 and 12.16. */
#pragma once

#include <libsoup/soup.h>

#include "rj-server-session.h"

G_BEGIN_DECLS

typedef struct {
  RjServerCore *core;
  SoupServerMessage *message;
  GHashTable *query;        /* (nullable) */
  const char *path;         /* as asked for */
  char **parts;             /* of the path below /openvidu/api */
  JsonObject *body;         /* (nullable): absent */
  RjServerSession *session; /* (nullable): where the path names one that exists */
} RjRestRequest;

void
rj_rest_reply_json (RjRestRequest *self, guint status, JsonObject *object); /* (transfer full) */
void rj_rest_reply_text (RjRestRequest *self, const char *text);            /* 200 */
void rj_rest_reply_empty (RjRestRequest *self, guint status);
/* {timestamp, status, error, message, path} */
void rj_rest_reply_error (RjRestRequest *self, guint status, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

/* Of RjRestShow, by the query. @pending: default of pendingConnections */
guint rj_rest_get_show (RjRestRequest *self, gboolean pending);
gboolean rj_rest_get_flag (RjRestRequest *self, const char *name, gboolean fallback);

/* Optional members of the body. Absent and null leave @out alone. Returns: FALSE after having replied 400 to
 * another type, or to a word that is not in @allowed (nullable) */
gboolean
rj_rest_read_string (RjRestRequest *self, const char *name, const char *const *allowed, char **out);
gboolean rj_rest_read_bool (RjRestRequest *self, const char *name, gboolean *out);

G_END_DECLS
