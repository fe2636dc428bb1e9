/* A peer of an engine in a call with a counterpart: makes both, exchanges offer, answer and candidates, and
 * keeps what the peer has told. */
#pragma once

#include "rj-media-engine.h"
#include "rjt-counterpart.h"

G_BEGIN_DECLS

#define RJT_RUN       "media-test"
#define RJT_PUBLISHER 7

/* Everything that tests share; made once per process */
typedef struct {
  RjClock *clock;
  RjMediaEngine *engine;
  RjClip *clip;
  RjPacer *pacer;   /* of counterparts */
  RjReaper *reaper; /* of counterparts */
  gint64 run_start_us;
} RjtStudio;

/* @decode_pause_us: as in the engine's config. Encodes and warms up; blocks. */
RjtStudio *rjt_studio_new (gint64 decode_pause_us);
RjtStudio *rjt_studio_new_for_codec (gint64 decode_pause_us, RjVideoCodec codec);
/* Asserts that every webrtcbin is gone */
void rjt_studio_free (RjtStudio *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtStudio, rjt_studio_free)

typedef struct {
  RjtStudio *studio;
  RjPeer *peer;
  RjPeerConfig config; /* for rj_peer_assign(), if it was made ahead */
  RjtCounterpart *counterpart;
  char *(*edit_offer) (const char *offer);
  char *(*edit_answer) (const char *answer);
  char *offer;
  char *answer; /* as the peer got it, or gave it */
  gboolean answer_set;
  GError *error; /* of offer or answer */

  gint64 ice_us, dtls_us, packet_us, key_frame_us;
  char *local_type, *remote_type;
  guint n_candidates;
  guint n_gaps;
  RjGap gap; /* the last one */
  guint n_checks;
  RjPictureCheck check; /* the last one, without detail */
  char *check_detail;
  GError *failure; /* of "failed" */
} RjtCall;

/* How the call differs from the usual one */
typedef struct {
  RjDirection direction; /* of the peer */
  gboolean no_audio, no_video;
  guint16 publisher; /* that the sender has; 0: the expected one */
  RjClip *clip;      /* (nullable) of a sending counterpart */
  gboolean detect_icmp;
  gboolean detect_consent;
  gboolean answers;                          /* the counterpart offers */
  RjBlackhole *blackhole;                    /* (nullable) */
  gboolean ahead;                            /* assign it yourself */
  gboolean foreign;                          /* the sending counterpart belongs to another run */
  char *(*edit_answer) (const char *answer); /* (nullable) */
  char *(*edit_offer) (const char *offer);   /* (nullable): before the counterpart sees it */
} RjtCallPlan;

RjtCall *rjt_call_new (RjtStudio *studio, const RjtCallPlan *plan);
void rjt_call_free (RjtCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtCall, rjt_call_free)

/* Offer, answer and candidates; returns when the answer was applied or refused. */
void rjt_call_negotiate (RjtCall *self);
void rjt_call_request_offer (RjtCall *self);

/* A sending counterpart that was stopped begins again. */
void rjt_call_resume (RjtCall *self);

/* How one asynchronous step ended */
typedef struct {
  gboolean is_there;
  char *offer;
  GError *error;
} RjtOutcome;

RjtOutcome *rjt_outcome_new (void);
void rjt_outcome_free (RjtOutcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtOutcome, rjt_outcome_free)
void rjt_outcome_take_offer (GObject *peer, GAsyncResult *result, gpointer outcome);
/* Of accept_offer: the answer is in offer */
void rjt_outcome_take_own_answer (GObject *peer, GAsyncResult *result, gpointer outcome);
void rjt_outcome_take_answer (GObject *peer, GAsyncResult *result, gpointer outcome);
gboolean rjt_outcome_is_there (gpointer outcome);

typedef gboolean (*RjtCondition) (gpointer data);
/* Runs the main context until @condition holds; fails the test, which says @what, after 20 seconds. */
void rjt_wait_until (RjtCondition condition, gpointer data, const char *what);

/* Whether a moment has come: for tests that do something "some time" later. @at_us: gint64 * */
gboolean rjt_is_time (gpointer at_us);

gboolean rjt_call_is_connected (gpointer call);
gboolean rjt_call_has_key_frame (gpointer call);
gboolean rjt_call_has_failed (gpointer call);

G_END_DECLS
