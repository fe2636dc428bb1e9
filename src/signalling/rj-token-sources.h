/* The token sources that exist. Each limits a request to 10 s by its clock. Home thread. */
#pragma once

#include <libsoup/soup.h>

#include "rj-app-presets.h"
#include "rj-clock.h"
#include "rj-token-source.h"

G_BEGIN_DECLS

/* What is known of a participant for whom a token is asked */
typedef struct {
  const char *role;  /* (nullable) static: "SUBSCRIBER", …; NULL: not asked for */
  const char *group; /* (nullable): outlives the source */
  guint index;       /* in its group */
} RjAsker;

/* @participant: its name in the run. @asker: untouched where nothing is known */
typedef void (*RjAskerFunc) (const char *session,
                             const char *participant,
                             RjAsker *asker,
                             gpointer user_data);

/* For sources of HTTP. Presets ask for the role where they make a connection (RJ_APP_SESSIONS, REST); of the other
 * ones the server decides. */
void rj_token_source_set_askers (RjTokenSource *source, RjAskerFunc func, gpointer user_data);

/* @url: of the app server, with or without /api at its end. Returns: (transfer full) */
RjTokenSource *
rj_token_source_new_app (SoupSession *session, RjClock *clock, const char *url, RjAppPreset preset);

/* OpenVidu's own REST API. @url: of the server, with or without /openvidu/api. Returns: (transfer full) */
RjTokenSource *rj_token_source_new_rest (SoupSession *session,
                                         RjClock *clock,
                                         const char *url,
                                         const char *secret);

/* An app server that is asked as @template says: @run is filled in for {run}, what there is of the participant for the
 * others; {role} is PUBLISHER where none is asked for. Returns: (transfer full) */
RjTokenSource *rj_token_source_new_request (SoupSession *session,
                                            RjClock *clock,
                                            RjRequestTemplate *template,
                                            const char *run);

/* Sessions that RJ_APP_SESSIONS and REST make themselves have this forcedVideoCodec (OpenVidu 2 protocol
 * 2.3). @codec: "VP8", "H264", "NONE" */
void rj_token_source_force_video_codec (RjTokenSource *self, const char *codec);

/* A command for /bin/sh whose first line of output is the token. {session} and {name} are replaced when
 * they are harmless to a shell; $REJOIN_SESSION and $REJOIN_NAME are always set. Its process group is
 * killed after @limit_us (0: 10 s). RJ_ERROR_REJECTED when it fails. Returns: (transfer full) */
RjTokenSource *rj_token_source_new_command (RjClock *clock, const char *command, gint64 limit_us);

/* One token, for one join of one participant. Returns: (transfer full) */
RjTokenSource *rj_token_source_new_literal (const char *token);

/* Whether it looks like a token */
gboolean rj_token_is_one (const char *text);

/* Finds the token in what a source said: plain text, a JSON string, or an object with "token". @what: who
 * said it, for the error (RJ_ERROR_PROTOCOL). Returns: (transfer full) (nullable) */
char *rj_token_read (const char *text, const char *what, GError **error);

/* The same for a session id: text, a JSON string, or an object with "id" or "sessionId" */
char *rj_session_id_read (const char *text, const char *what, GError **error);

G_END_DECLS
