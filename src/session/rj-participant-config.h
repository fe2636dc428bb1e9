/* What a participant is told when it is made. Fill the fields in before it is handed over, then leave them
 * alone. Reference counted. Home thread only. */
#pragma once

#include "rj-backoff.h"
#include "rj-blackhole.h"
#include "rj-clock.h"
#include "rj-dice.h"
#include "rj-event.h"
#include "rj-peer.h"
#include "rj-signaller.h"
#include "rj-steps.h"

G_BEGIN_DECLS

typedef struct _RjParticipant RjParticipant;

typedef struct {
  gint64 silence_us;       /* without a packet: an edge is silent. 1 s */
  gint64 silence_leave_us; /* all edges silent: leave, rejoin. 7 s, above a server's worst case */
  gint64 reconnect_us;     /* for a reconnected stream to flow. 3 s */
  gint64 peer_us;          /* from an answer to flowing. 10 s */
  gint64 leave_us;         /* for the answer to leaveRoom. 1 s */
  gint64 again_us;         /* before publishing or subscribing again after -1 or 303. 1 s */
  gint64 deadline_us;      /* for a join or rejoin with all its tries. 60 s */
  gint64 tick_us;          /* how often silent edges are looked at. 100 ms */
  /* Without RTCP from the media server for what we publish: stamped. 2.5 s. Kurento sets GStreamer's
   * rtcp-min-interval to 500 ms, so its reports are 0.25 to 0.75 s apart (RFC 4585, 3.5.3), plus at most
   * 0.15 s by the 5 % rule with video, 0.85 s for audio alone (GStreamer counts with at least 64 kbit/s,
   * also when nothing flows): 1.6 s at worst, and one of them may be lost. Our node: every second. */
  gint64 rtcp_us;
  RjBackoff backoff; /* between tries. RJ_BACKOFF_REJOIN */
} RjLimits;

#define RJ_LIMITS_DEFAULT                                                                          \
  ((RjLimits){ .silence_us = G_USEC_PER_SEC,                                                       \
               .silence_leave_us = 7 * G_USEC_PER_SEC,                                             \
               .reconnect_us = 3 * G_USEC_PER_SEC,                                                 \
               .peer_us = 10 * G_USEC_PER_SEC,                                                     \
               .leave_us = G_USEC_PER_SEC,                                                         \
               .again_us = G_USEC_PER_SEC,                                                         \
               .deadline_us = 60 * G_USEC_PER_SEC,                                                 \
               .tick_us = 100 * 1000,                                                              \
               .rtcp_us = 2500 * 1000,                                                             \
               .backoff = RJ_BACKOFF_REJOIN })

/* A new signaller for one attempt; it emits its own events with this participant, session and attempt.
 * @attempt: from 1. Returns: (transfer full) */
typedef RjSignaller *(*RjMakeSignallerFunc) (RjParticipant *participant,
                                             guint attempt,
                                             gpointer user_data);

/* A participant of this run, as those who subscribe to it have to know it */
typedef struct {
  guint16 number;             /* of its frame stamp */
  const RjClipFormat *format; /* (nullable): what it shows; its codec is asked for first */
  gboolean elsewhere; /* in another process, whose frame stamps count time from its own start */
} RjKnownPublisher;

/* Whether @name is one of this run's participants in the same session. @found: what is known of it. Returns:
 * FALSE: a foreign one */
typedef gboolean (*RjFindPublisherFunc) (const char *session,
                                         const char *name,
                                         RjKnownPublisher *found,
                                         gpointer user_data);

/* Whether @name, foreign or not, is to subscribe to the stream of @publisher in the same session */
typedef gboolean (*RjWantsFunc) (const char *session,
                                 const char *name,
                                 const char *publisher,
                                 gpointer user_data);

/* The session seems dead without any event: this participant joined it twice after silence, and nothing
 * flowed. Have it deleted over REST, once for all its participants, if the plan allows it and no other one
 * of them flows; tell the others before (rj_participant_expect_close()). Returns: whether it is being
 * deleted */
typedef gboolean (*RjDeleteSessionFunc) (RjParticipant *participant, gpointer user_data);

typedef struct {
  guint n_refs;
  char *name;
  char *session;
  guint16 number; /* of the frame stamp */
  gboolean publishes;
  RjPublishInfo publish; /* of one that only watches: what it expects of others */
  gboolean has_format;
  RjClipFormat format; /* with has_format: what it shows; else that of the factory */
  gboolean subscribes; /* TRUE */
  RjLoopback loopback;
  gboolean relay_only; /* media through TURN servers only */
  gboolean detect_icmp;
  gboolean detect_consent;
  const char *engine; /* word for events, static. "webrtcbin" */
  RjLimits limits;

  RjClock *clock;          /* owned: an RjPausableClock of its own, for rj_participant_freeze() */
  RjDice *dice;            /* not owned; outlives all participants */
  RjEventSink *events;     /* owned, (nullable) */
  RjPeerFactory *factory;  /* owned */
  RjBlackhole *media_hole; /* owned: the fault that swallows packets of all peers */
  RjBlackhole *signalling_hole; /* owned: the same for websockets, for make_signaller */
  RjSteps *steps;               /* owned */

  RjMakeSignallerFunc make_signaller;
  gpointer make_signaller_data;
  RjFindPublisherFunc find_publisher; /* (nullable): everybody is foreign */
  gpointer find_publisher_data;
  RjWantsFunc wants; /* (nullable): everybody */
  gpointer wants_data;
  RjDeleteSessionFunc delete_session; /* (nullable): not allowed */
  gpointer delete_session_data;
} RjParticipantConfig;

/* @steps: shared by all participants of the process */
RjParticipantConfig *rj_participant_config_new (const char *name,
                                                const char *session,
                                                RjClock *clock,
                                                RjDice *dice,
                                                RjEventSink *events,
                                                RjPeerFactory *factory,
                                                RjSteps *steps);
RjParticipantConfig *rj_participant_config_ref (RjParticipantConfig *self);
void rj_participant_config_unref (RjParticipantConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjParticipantConfig, rj_participant_config_unref)

/* Asks find_publisher. @found: (out) (optional) */
gboolean rj_participant_config_knows (const RjParticipantConfig *self,
                                      const char *name,
                                      RjKnownPublisher *found);
/* Returns: (transfer none) (nullable): what it shows; NULL: as the factory likes */
const RjClipFormat *rj_participant_config_get_format (const RjParticipantConfig *self);
/* Whether the stream of @publisher is to be seen */
gboolean rj_participant_config_wants (const RjParticipantConfig *self, const char *publisher);

G_END_DECLS
