/* One OpenVidu session: who is in it, who may come, and where its media is. Home thread.
 *
 *   not-active -> starting -> active -> closed        starting -> not-active, not-active -> closed
 *
 * Not active: made over REST, nobody joined; survives crashes of nodes. Starting: the pipeline of the first
 * joiner is being made; later joiners wait. Active: has participants and a node. Closing is a flag of the
 * loop that evicts everybody. */
#pragma once

#include "rj-server-core.h"
#include "rj-server-participant.h"

G_BEGIN_DECLS

typedef enum {
  RJ_SERVER_SESSION_NOT_ACTIVE,
  RJ_SERVER_SESSION_STARTING,
  RJ_SERVER_SESSION_ACTIVE,
  RJ_SERVER_SESSION_CLOSED,
  RJ_N_SERVER_SESSION_STATES,
} RjServerSessionState;

#define RJ_TYPE_SERVER_SESSION (rj_server_session_get_type ())
G_DECLARE_FINAL_TYPE (RjServerSession, rj_server_session, RJ, SERVER_SESSION, GObject)

/* Called once: @error (nullable) is RJ_SERVER_ERROR 203 or 204 */
typedef void (*RjServerSessionReady) (RjServerSession *self,
                                      const GError *error,
                                      gpointer user_data);

struct _RjServerSession {
  GObject parent_instance;
  RjServerCore *core;
  char *id;
  gint64 created_ms; /* wall clock */
  gint64 created_us; /* clock of the core */
  char *custom_id;   /* "" when it was not given */
  char *media_mode;
  char *recording_mode;
  JsonObject *recording_properties;
  char *forced_codec; /* as asked for */
  char *codec;        /* (nullable): as resolved; NULL: offers pass untouched */
  gboolean allow_transcoding;
  char *wanted_node; /* (nullable): id of the media node that it must be on */

  RjServerSessionState state;
  gboolean closing;
  struct _RjServerClosing *end; /* (nullable): while that takes its time */
  GPtrArray *participants;      /* of RjServerParticipant, in order of joining */
  GPtrArray *tokens;            /* of RjServerToken */
  RjNodeWatcher *node;          /* (unowned) (nullable): outlives sessions */
  char *pipeline;               /* (nullable): NULL while it is being made anew */
  GQueue waiting;               /* joiners, while starting */
  gboolean locked;              /* rj-server-lock.h */
  GQueue lock_waiting;
};

/* @id: (transfer full). Put into core->sessions. Returns: (transfer none) */
RjServerSession *rj_server_session_new (RjServerCore *core, char *id);

/* Makes sure that there is a node and a pipeline; @ready may be called at once. Waits at most 15 s. */
void
rj_server_session_start (RjServerSession *self, RjServerSessionReady ready, gpointer user_data);

void rj_server_session_add (RjServerSession *self, RjServerParticipant *participant);
/* Without telling anybody; ends the session when nobody is left. @reason: of the leaver */
void rj_server_session_remove (RjServerSession *self,
                               RjServerParticipant *participant,
                               const char *reason);

/* (transfer none) (nullable) */
RjServerParticipant *rj_server_session_find (RjServerSession *self, const char *connection);
RjServerParticipant *rj_server_session_find_stream (RjServerSession *self, const char *stream);
RjServerToken *rj_server_session_find_pending (RjServerSession *self, const char *connection);

/* @token: (transfer full) */
void rj_server_session_add_token (RjServerSession *self, RjServerToken *token);
/* Spends it. Returns: (transfer full) (nullable) */
RjServerToken *rj_server_session_take_token (RjServerSession *self, const char *token);
gboolean rj_server_session_drop_pending (RjServerSession *self, const char *connection);

/* The node came back as another process: streams are taken away, a new pipeline is made (8.5). */
void rj_server_session_reset_media (RjServerSession *self);

/* Ends it: out of core->sessions, pipeline released (@remote: unless the node is gone). Idempotent.
 * @reason: (nullable): for the webhook; NULL: it was never used */
void rj_server_session_end (RjServerSession *self, const char *reason, gboolean remote);

/* At the end of the server: lets go of everybody, says nothing. */
void rj_server_session_abandon (RjServerSession *self);

/* Sends to all who are there now. @except: (nullable). @params: (transfer full) */
void rj_server_session_notify (RjServerSession *self,
                               RjServerParticipant *except,
                               const char *method,
                               JsonObject *params);

/* An event about @who in this session. Returns: (transfer full): with its connection and name */
RjEvent *
rj_server_session_new_event (RjServerSession *self, const char *type, RjServerParticipant *who);

G_END_DECLS
