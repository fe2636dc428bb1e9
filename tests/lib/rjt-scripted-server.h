/* A server that does what a test tells it, in the test's own process and main context: REST and token
 * requests by path, OpenVidu 2 websockets at /openvidu. Without a script it lets one participant, con_SELF,
 * into an empty session. Listens on 127.0.0.1, port 0. JSON texts of scripts are written with ' for ". */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _RjtServer RjtServer;

#define RJT_SELF        "con_SELF"
#define RJT_RPC_SESSION "rpc0session"
#define RJT_SECRET      "MY_TEST_SECRET"

typedef enum {
  RJT_ANSWER, /* the result of the script, or the default one */
  RJT_SILENT, /* never answer */
  RJT_TWICE,  /* answer twice */
  RJT_THROW,  /* error of shape (a): code and message */
  RJT_REPLY,  /* error of shape (b) */
  RJT_CLOSE,  /* close the socket without answering */
} RjtReaction;

/* @certificate: (nullable): https and wss */
RjtServer *rjt_server_new (GTlsCertificate *certificate);
void rjt_server_free (RjtServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtServer, rjt_server_free)

/* "http://127.0.0.1:port", "https://…" */
const char *rjt_server_get_url (RjtServer *self);
/* "ws://127.0.0.1:port?sessionId=room&token=tok_…": the first one; each answer to /api/get-token has another */
const char *rjt_server_get_token (RjtServer *self);

/* Nobody listens any more; open sockets stay. / Again, on the same port. */
void rjt_server_stop (RjtServer *self);
void rjt_server_start (RjtServer *self);

/* --- HTTP --- */
/* @status 0: never answer. @body: (nullable), sent as it is */
void rjt_server_set_http (RjtServer *self, const char *path, guint status, const char *body);
guint rjt_server_count_http (RjtServer *self, const char *path);
/* Of the last request to @path. (nullable) */
const char *rjt_server_get_body (RjtServer *self, const char *path);
const char *rjt_server_get_authorization (RjtServer *self, const char *path);

/* --- websocket: requests --- */
void rjt_server_script (
  RjtServer *self, const char *method, RjtReaction reaction, int code, const char *text);
/* Only for the next @times requests, then as without a script */
void rjt_server_script_times (RjtServer *self,
                              const char *method,
                              guint times,
                              RjtReaction reaction,
                              int code,
                              const char *text);
/* Number of requests so far, and the params ("{…}" text, or "") of the nth, from 0 */
guint rjt_server_count (RjtServer *self, const char *method);
JsonObject *rjt_server_get_params (RjtServer *self, const char *method, guint n);
/* All methods so far, in order, separated by spaces */
const char *rjt_server_get_methods (RjtServer *self);
/* Ids so far were integers, unique and increasing */
gboolean rjt_server_ids_are_fine (RjtServer *self);
/* The first breach of what holds for every request: version, id, no params.sessionId where it would lead
 * astray, at most 50 KiB. (nullable) */
const char *rjt_server_get_complaint (RjtServer *self);

/* --- websocket: sockets and messages --- */
guint rjt_server_count_open (RjtServer *self);
guint rjt_server_count_opened (RjtServer *self);
/* Query, path and headers (nullable) of the last upgrade. Every answer of this server sets a cookie. */
const char *rjt_server_get_query (RjtServer *self);
const char *rjt_server_get_path (RjtServer *self);
const char *rjt_server_get_header (RjtServer *self, const char *name);
/* Of the last socket that was closed: code (0: broken), reason (nullable), reset */
guint rjt_server_get_close_code (RjtServer *self);
const char *rjt_server_get_close_reason (RjtServer *self);
gboolean rjt_server_was_reset (RjtServer *self);

void rjt_server_say (RjtServer *self, const char *text);
void rjt_server_say_binary (RjtServer *self, const void *data, gsize length);
/* @params: with ' for " */
void rjt_server_notify (RjtServer *self, const char *method, const char *params);
void rjt_server_close_sockets (RjtServer *self, gushort code, const char *reason);
/* 503 for every upgrade */
void rjt_server_refuse_upgrades (RjtServer *self, gboolean refuse);

G_END_DECLS
