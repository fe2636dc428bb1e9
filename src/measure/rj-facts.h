/* What the events said, kept as stamps: compact, and independent of the order in which the events came
 * (logs of several machines, events stamped on other threads). Everything that is concluded is computed
 * from here, live and at the end. Private to measure. One thread.
 *
 * All stamps are CLOCK_MONOTONIC microseconds; 0: did not happen. Every array is sorted by its stamp. */
#pragma once

#include "rj-measure.h"
#include "rj-names.h"
#include "rj-store.h"

G_BEGIN_DECLS

typedef struct _RjMember RjMember;
typedef struct _RjEdge RjEdge;

typedef enum {
  RJ_MARK_ANNOUNCED, /* remote-published */
  RJ_MARK_MUTED,
  RJ_MARK_UNMUTED,
  RJ_MARK_UNPUBLISHED, /* on purpose */
  RJ_MARK_LOST,        /* unpublished or left, and not on purpose */
} RjMarkKind;

typedef struct {
  gint64 us;
  RjMarkKind kind;
  gboolean muted; /* ANNOUNCED: of a stream that is muted */
} RjMark;

typedef struct {
  gint64 us; /* started */
  guint number;
  gboolean rejoin;
  gint64 token_requested_us, token_received_us;
  gint64 connect_us, connected_us;
  gint64 join_us, joined_us;
  gint64 failed_us, closed_us;
  const char *step;       /* interned: where it failed */
  const char *node;       /* interned: that joined named */
  const char *connection; /* interned: the same */
} RjAttemptFacts;

/* One peer connection: a publication or a subscription. */
typedef struct {
  gint64 us;         /* created */
  gboolean implicit; /* its peer-created has not come yet */
  RjAttemptFacts *attempt;
  RjEdge *edge; /* NULL: publication */
  gint64 offer_us, answer_us, ice_us, dtls_us, packet_us, key_us;
  gint64 offered_us,
    reply_us; /* where the server offers: its offer came, our answer went; offer_us is when it was
                                  asked for, answer_us when our answer was taken */
  const char *local, *remote; /* interned: its chosen candidates; NULL: not told */
  gint64 closed_us, failed_us;
  gint64 silent_us, sound_us; /* told silent / heard again: for live questions only */
  gboolean has_stats, stats_open;
  gint64 stats_us;
  guint64 frames, wrong_frames, foreign_frames, packets, bytes;
  guint64 lost_packets, sequence_gaps, duplicates, reordered, played_frames;
  double receiving_ms, playing_ms;
  double jitter_ms, jitter_max_ms; /* RJ_MS_UNKNOWN */
  gint64 last_frame_us, longest_gap_at_us;
  double longest_gap_ms;
  guint64 reports; /* of a publication, that told a round trip */
  double rtt_ms, rtt_max_ms;
} RjPeerFacts;

typedef struct {
  gint64 last_us; /* last complete frame before */
  gint64 next_us, key_us;
} RjFrameGap;

struct _RjEdge {
  RjMember *to;
  char *from;
  gboolean foreign;
  gboolean audio_only;
  GPtrArray *peers; /* of RjPeerFacts */
  GArray *marks;    /* of RjMark */
  GArray *gaps;     /* of RjFrameGap */
  double frame_interval_ms, latency_ms;
  gint64 latency_at_us, picture_at_us;
  guint picture_checks, picture_failures;
  gboolean picture_bad;
};

typedef struct {
  gint64 us;
  const char *cause, *detected_by; /* interned */
} RjRejoinStart;

typedef struct {
  gint64 us, done_us;
  gint64 connect_us, connected_us; /* of its last try */
  guint tries;
} RjResume;

typedef struct {
  gint64 us;
  gboolean on_purpose;  /* forceUnpublish…: no publication is expected after it */
  gboolean reconnected; /* mediaServerReconnect: published again in the same session */
} RjTaken;

typedef struct {
  gint64 us;
  gboolean server_away; /* refused with 204 */
} RjWait;

typedef struct {
  gint64 us;
  const char *detector; /* interned */
  gboolean acted;
} RjFiring;

typedef enum {
  RJ_PRESENCE_HERE,   /* it begins to join */
  RJ_PRESENCE_LEFT,   /* on purpose */
  RJ_PRESENCE_FAILED, /* it will not come back by itself */
} RjPresenceKind;

typedef struct {
  gint64 us;
  RjPresenceKind kind;
} RjPresence;

/* What the server told one of ours of another connection */
typedef enum {
  RJ_NOTICE_JOINED,
  RJ_NOTICE_PUBLISHED,
  RJ_NOTICE_LEFT,
} RjNoticeKind;

typedef struct {
  gint64 us;
  RjNoticeKind kind;
  const char *connection; /* interned */
} RjNotice;

struct _RjMember {
  RjStore *store; /* of the facts, for what is of it */
  char *name;
  const char *session; /* interned */
  const char *group;   /* interned; (nullable) */
  GHashTable *sees;    /* set of the names that it subscribes to; NULL: everybody */
  guint rank;          /* order in the plan, or of run-started */
  gboolean planned;    /* it stands in one */
  int publishes;       /* 1 yes, 0 no, -1 not told: when it has published */
  const char *state;   /* interned */
  gint64 state_us;
  GArray *presence; /* of RjPresence */
  GArray
    *removals; /* of gint64: a step of the run threw it out, so that its end is none of its own */
  gint64 left_us;   /* on purpose, and not joined since; worked out from the two */
  gint64 failed_us; /* the same */
  char *failure;
  char *last_error;
  gint64 last_error_us;
  char *connection;
  gint64 connection_us;
  guint n_connections;
  const char
    *server_session; /* interned; of the last join, as the server calls it; NULL: not told */
  gboolean was_where_planned; /* once that was the planned one, by its name */
  GPtrArray *attempts;        /* of RjAttemptFacts */
  GPtrArray *publications;    /* of RjPeerFacts */
  GPtrArray *edges;           /* of RjEdge, incoming */
  GHashTable *edges_by_from;
  GArray *rejoin_starts; /* of RjRejoinStart */
  GArray *resumes;       /* of RjResume */
  GArray *taken;         /* of RjTaken: own stream */
  GArray *reconnected;   /* of gint64: somebody's stream went with mediaServerReconnect */
  GArray *waits;         /* of RjWait */
  GArray *firings;       /* of RjFiring */
  GArray *evictions;     /* of gint64, told by the embedded cluster */
  GArray *notices;       /* of RjNotice */
  guint n_double;        /* notices that came twice */
};

typedef struct {
  gint64 us;
  const char *session, *node; /* interned */
  const char *master;         /* interned (nullable): where there are several */
} RjPlacement;

typedef struct {
  gint64 us;
  const char *node;   /* interned (nullable) */
  gboolean of_master; /* an OpenVidu server, which the front took out */
} RjCrash;

typedef struct {
  gint64 us;
  guint index;
  const char *node;          /* interned (nullable): that was hit */
  const char *what, *target; /* interned */
  char *error, *output, *hit_session;
  gint64 ended_us;
  gboolean has_started, ok, timed_out;
  int exit_code;
} RjFaultFacts;

/* An expectation of the script */
typedef struct {
  gint64 us;
  guint index;       /* among the steps */
  const char *after; /* interned (nullable): what came before */
  gboolean ok;
  double within_ms, found_ms;
} RjStepCheck;

/* Whose log it is, where several processes made the run: a share of the participants */
typedef struct {
  guint number, of; /* from 1 */
} RjShardFacts;

typedef struct {
  RjStore *store; /* attempts, peers, faults */
  char *run, *name;
  RjRepetition repetition;
  double within_ms;
  gboolean wants_pictures; /* --decode */
  guint n_started, n_ended, n_planned;
  gint64 started_us, flowing_us, ended_us, last_us;
  gint64 first_end_us;   /* where there are several: of the first one that ended */
  GArray *shards;        /* of RjShardFacts: those that have begun */
  gboolean wants_shards; /* all of them, or the log is not whole */
  const char *twice;     /* interned (nullable): somebody who takes part in two of the logs */
  char *ended_reason, *ended_error;
  int signal;
  GHashTable *members_by_name;
  RjNames *names;     /* what the server was told, of those whose names have {attempt} */
  GPtrArray *members; /* of RjMember, by rank */
  GPtrArray *faults;  /* of RjFaultFacts */
  GArray *checks;     /* of RjStepCheck */
  guint n_marks, n_marks_expected; /* from outside */
  GArray *placements;              /* of RjPlacement */
  GArray *crashes;                 /* of RjCrash */
  struct _RjCensusFacts *census;   /* rj-ghosts.h */
  double loop_lag_ms, pacing_lag_ms;
  gboolean overloaded;
  gboolean overload_spoils; /* a run that would pass, too: a run-started does not say otherwise */
  gint64 overloaded_us;     /* the first time */
  char *overload;           /* (nullable) what it was then */
  GArray *samples;          /* of RjSelfSample */
  GPtrArray *expectations;  /* (element-type utf8) */
  GPtrArray *warnings;
  guint64 n_missing;   /* events that the log ought to have */
  gint64 last_loss_us; /* somebody lost something */
} RjFacts;

RjFacts *rj_facts_new (void);
void rj_facts_free (RjFacts *self);

/* Takes an event in. Types that mean nothing here are ignored. */
void rj_facts_take (RjFacts *self, const RjEvent *event);
/* The part for events of a participant (rj-member-events.c) */
void rj_facts_take_member_event (RjFacts *self, RjMember *member, const RjEvent *event);
/* Once: logs of several machines bring the same ones. */
void rj_facts_expect (RjFacts *self, const char *text);
void rj_facts_note_loss (RjFacts *self, gint64 us);

RjMember *rj_facts_find_member (const RjFacts *self, const char *name); /* (nullable) */
RjMember *rj_facts_ensure_member (RjFacts *self, const char *name);
RjEdge *rj_member_ensure_edge (RjMember *self, const char *from);
RjEdge *rj_member_find_edge (RjMember *self, const char *from); /* (nullable) */
RjAttemptFacts *rj_member_ensure_attempt (RjMember *self, guint number, gint64 us);
/* @peers: of RjPeerFacts. Returns: of the last one that was connected */
RjCandidatePair rj_facts_get_candidates (const GPtrArray *peers);

/* Last attempt that started at or before @us. Returns: (nullable) */
RjAttemptFacts *rj_member_find_attempt (RjMember *self, gint64 us);
RjPeerFacts *rj_member_add_peer (RjMember *self, RjEdge *edge, RjAttemptFacts *attempt, gint64 us);
/* The end of the run, or the last event as long as it goes on */
gint64 rj_facts_get_end (const RjFacts *self);
/* The same for a participant: not after it left on purpose */
gint64 rj_member_get_end (const RjFacts *facts, const RjMember *self);
gboolean rj_member_publishes (const RjMember *self);
/* Whether it is to subscribe to the stream of @name */
gboolean rj_member_sees (const RjMember *self, const char *name);
gint64 rj_member_get_first_published (const RjMember *self); /* 0: never */

/* Works out left_us and failed_us */
void rj_member_settle_presence (RjMember *self);
/* Inserts a value that begins with its stamp, keeping the order (after equal ones). Returns: its place */
gpointer rj_stamped_insert (GArray *array, gconstpointer value);
/* For pointers to structs that begin with their stamp. */
void rj_stamped_insert_pointer (GPtrArray *array, gpointer value);
/* Stamp of the first element after @us, G_MAXINT64 without one */
gint64 rj_stamped_next (const GArray *array, gint64 us);
/* Number of elements whose stamp is at or before @us */
guint rj_stamped_count (const GArray *array, gint64 us);
guint rj_stamped_count_pointers (const GPtrArray *array, gint64 us);

G_END_DECLS
