/* A scripted participant without media, and REST calls, towards a server in this very thread. Every wait runs
 * the main context and has a deadline. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _RjtGuest RjtGuest;

/* Opens a websocket to @url's /openvidu. @url: "http://127.0.0.1:port" */
RjtGuest *rjt_guest_new (const char *url);
void rjt_guest_free (RjtGuest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtGuest, rjt_guest_free)

/* @params: (transfer full) (nullable). Returns: the id */
gint64 rjt_guest_send (RjtGuest *self, const char *method, JsonObject *params);
void rjt_guest_send_text (RjtGuest *self, const char *text);
/* Returns: (transfer none) (nullable): the whole answer, if it came */
JsonObject *rjt_guest_get_answer (RjtGuest *self, gint64 id);
guint rjt_guest_count_answers (RjtGuest *self); /* all that came, repeated ones too */
/* Waits for it. Returns: (transfer none) */
JsonObject *rjt_guest_call (RjtGuest *self, const char *method, JsonObject *params);
/* The same. Returns: code of the error, 0: none */
gint64 rjt_guest_try (RjtGuest *self, const char *method, JsonObject *params);

/* An answer to joinRoom that came to rjt_guest_send() */
void rjt_guest_take_join (RjtGuest *self, JsonObject *answer);
/* joinRoom. Returns: code of the error, 0: joined */
gint64 rjt_guest_join (RjtGuest *self, const char *session, const char *token, const char *name);
gint64 rjt_guest_publish (RjtGuest *self);
gint64 rjt_guest_receive (RjtGuest *self, const char *stream);
const char *rjt_guest_get_connection (RjtGuest *self); /* (nullable) */
const char *rjt_guest_get_stream (RjtGuest *self);     /* (nullable) */
const char *rjt_guest_get_rpc (RjtGuest *self);        /* (nullable) */

/* How many such notifications came. @connection, @reason: (nullable): any */
guint
rjt_guest_count (RjtGuest *self, const char *method, const char *connection, const char *reason);
/* All notifications as "method connection-of-params reason", in order, iceCandidate left out, joined by "; ".
 * Returns: (transfer full) */
char *rjt_guest_tell (RjtGuest *self);

void rjt_guest_close (RjtGuest *self, gushort code, const char *text);
void rjt_guest_cut (RjtGuest *self); /* the end of the TCP connection, without a close frame */
gboolean rjt_guest_is_closed (RjtGuest *self);
gushort rjt_guest_get_close_code (RjtGuest *self);
const char *rjt_guest_get_close_text (RjtGuest *self); /* (nullable) */

/* @body: (nullable) JSON text. @secret: (nullable): without credentials. @answer: (out) (transfer full)
 * (nullable): text. Returns: status */
guint rjt_rest (const char *url,
                const char *secret,
                const char *method,
                const char *path,
                const char *body,
                char **answer);
/* Session (409 is fine) and connection. Returns: (transfer full): the token */
char *rjt_rest_token (const char *url, const char *secret, const char *session, const char *role);

G_END_DECLS
