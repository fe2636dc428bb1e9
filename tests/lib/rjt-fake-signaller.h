/* A signaller without a server: it answers every request after 5 ms by the clock, unless the test decides
 * otherwise, and the test plays the rest of the room. */
#pragma once

#include "rj-clock.h"
#include "rj-signaller.h"

G_BEGIN_DECLS

#define RJT_TYPE_FAKE_SIGNALLER (rjt_fake_signaller_get_type ())
G_DECLARE_FINAL_TYPE (RjtFakeSignaller, rjt_fake_signaller, RJT, FAKE_SIGNALLER, GObject)

#define RJT_ANSWER_US  5000
#define RJT_TIMEOUT_US (10 * G_USEC_PER_SEC)

/* What becomes of a request. Initially: answered well after RJT_ANSWER_US. */
typedef struct {
  gint64 delay_us;
  GError *error; /* (nullable): answered with it */
  gboolean
    silent; /* never answered: RJ_ERROR_TIMEOUT after RJT_TIMEOUT_US (leave: after its limit) */
} RjtAnswer;

/* @request: "join", "publish", "republish" (with reconnect), "subscribe", "resubscribe", "leave"; where the
 * server offers "prepare", "accept", "re-prepare", "re-accept", "forced-accept"; deeds "unpublish",
 * "mute" (detail "audio-off"), "signal", "force-disconnect", "force-unpublish".
 * @detail: stream id, or "" */
typedef void (*RjtDecideFunc) (RjtFakeSignaller *self,
                               const char *request,
                               const char *detail,
                               RjtAnswer *answer,
                               gpointer user_data);

RjtFakeSignaller *rjt_fake_signaller_new (RjClock *clock, const char *connection);
void rjt_fake_signaller_set_decide (RjtFakeSignaller *self, RjtDecideFunc func, gpointer user_data);

/* Shortcuts for decide functions */
void rjt_answer_refuse (RjtAnswer *self, int rpc_code);
void rjt_answer_timeout (RjtAnswer *self);

/* Present at the join: part of its answer. */
void rjt_fake_signaller_list (RjtFakeSignaller *self,
                              const char *connection,
                              const char *stream,
                              const char *name);
void rjt_fake_signaller_forbid_publishing (RjtFakeSignaller *self);
/* From its next join on: it makes the offers of subscriptions. */
void rjt_fake_signaller_make_offers (RjtFakeSignaller *self);

/* Notifications */
/* The server reconnects the subscription by itself (forciblyReconnectSubscriber). */
void rjt_fake_signaller_offer (RjtFakeSignaller *self, const char *stream);
void rjt_fake_signaller_publish (RjtFakeSignaller *self,
                                 const char *connection,
                                 const char *stream,
                                 const char *name);
void rjt_fake_signaller_mute (RjtFakeSignaller *self,
                              const char *connection,
                              const char *stream,
                              const char *name,
                              gboolean audio_active,
                              gboolean video_active);
void
rjt_fake_signaller_unpublish (RjtFakeSignaller *self, const char *connection, const char *reason);
void rjt_fake_signaller_own_unpublish (RjtFakeSignaller *self, const char *reason);
void
rjt_fake_signaller_remote_left (RjtFakeSignaller *self, const char *connection, const char *reason);
/* Requests that wait for an answer are not answered any more. */
void rjt_fake_signaller_suspend (RjtFakeSignaller *self);
void rjt_fake_signaller_resume (RjtFakeSignaller *self);
void rjt_fake_signaller_lose (RjtFakeSignaller *self, const char *reason, const char *detector);

/* Everything that was asked, in order: "join publish subscribe:s1 candidate:c1 unsubscribe:c1 leave cut
 * close" */
const char *rjt_fake_signaller_get_log (RjtFakeSignaller *self);
guint rjt_fake_signaller_count (RjtFakeSignaller *self, const char *entry);
gboolean rjt_fake_signaller_is_closed (RjtFakeSignaller *self);

G_END_DECLS
