/* A pure fold over events: what happened to every edge and every participant, and what it means. Used live
 * by the runner and by reports over a log that was read back: the same events give the same result.
 * One thread. Definitions (outage, flowing, own part) stand in HACKING.md, "Measures". */
#pragma once

#include "rj-event.h"

G_BEGIN_DECLS

typedef enum {
  RJ_VERDICT_PASSED,       /* exit code 0 */
  RJ_VERDICT_FAILED,       /* 1 */
  RJ_VERDICT_INCONCLUSIVE, /* 3 */
  RJ_VERDICT_ENVIRONMENT,  /* 4: nobody could join in the first place */
} RjVerdict;

/* Returns: "passed", "failed", "inconclusive", "environment" */
const char *rj_verdict_get_name (RjVerdict verdict);
int rj_verdict_get_exit_code (RjVerdict verdict);

/* Names, and the verdict of each: rj-reason.h. In the order in which they are looked for. */
typedef enum {
  RJ_REASON_LOG_WITHOUT_START, /* of the run */
  RJ_REASON_LOG_WITHOUT_END,
  RJ_REASON_LOG_INCOMPLETE,
  RJ_REASON_SHARD_MISSING,
  RJ_REASON_INTERRUPTED,
  RJ_REASON_NOBODY_JOINED,
  RJ_REASON_NO_MEDIA,
  RJ_REASON_BROKE_OFF,
  RJ_REASON_FAULT_UNFINISHED,
  RJ_REASON_FAULT_TIMED_OUT,
  RJ_REASON_FAULT_EXIT_CODE,
  RJ_REASON_FAULT_FAILED,
  RJ_REASON_OVERLOADED,
  RJ_REASON_TIMED_OUT_EARLY,
  RJ_REASON_WRONG_SESSION, /* of a participant, and of the run whose worst it is */
  RJ_REASON_WRONG_FRAMES,
  RJ_REASON_BAD_PICTURE,
  RJ_REASON_GAVE_UP,
  RJ_REASON_NOT_BACK,
  RJ_REASON_BACK_LATE,
  RJ_REASON_SEEN_LATE,
  RJ_REASON_NEVER_SEEN,
  RJ_REASON_DARK_EDGE,
  RJ_REASON_NEVER_JOINED,
  RJ_REASON_NEVER_FLOWED,
  RJ_REASON_SENDS_NOTHING,
  RJ_REASON_JOIN_DEADLINE, /* of the run */
  RJ_REASON_MARK_MISSING,
  RJ_REASON_SHARDS_APART,
  RJ_REASON_NO_EFFECT,
  RJ_REASON_TIMED_OUT,
  RJ_REASON_NO_PICTURE,
  RJ_REASON_UNMET,
  RJ_REASON_UNDECIDED,
  RJ_REASON_ALL_FLOWED,
  RJ_REASON_NOBODY_TO_SEE,
  RJ_REASON_ALL_BACK,
  RJ_N_REASONS,
} RjReason;

#define RJ_REASON_BIT(reason) (G_GUINT64_CONSTANT (1) << (reason))

#define RJ_MS_UNKNOWN (-1.0) /* printed as null or "–" */

/* One way back into the session, along its critical path: the edge that flows last, or the own publication
 * if that is later or there is no edge. Phases are contiguous and add up to total_ms. A way that did not
 * end (flowing_at_us 0) has only detect_ms; the others are RJ_MS_UNKNOWN and stuck_in says how far it came.
 * What is neither detect_ms nor own_ms is the server's part (or the other participants'). */
typedef struct {
  char
    *cause; /* "nodeCrashed", "networkDisconnect", "silence", "mediaServerReconnect", "resume" … */
  char *detected_by; /* the detector that acted */
  guint tries;       /* token + join cycles, 1 if the first one succeeded */
  char *last_edge;   /* "<publisher>><subscriber>", (nullable) when there is none */
  double detect_ms, wait_ms, token_ms, connect_ms, join_ms, publish_ms, subscribe_ms;
  double ice_ms, dtls_ms, first_packet_ms, first_key_frame_ms;
  double own_ms, total_ms;
  gint64 lost_at_us; /* zero of the total: the fault, or the last packet of the first silent edge */
  gint64 detected_at_us; /* the detector that acted fired; without one, rejoin-started */
  gint64 evicted_at_us;  /* server's notice, 0: none */
  gint64 flowing_at_us;  /* everything flows again; 0: not yet */
  char *stuck_in; /* (nullable) phase that did not end: "wait", "token" … "first_key_frame" */
  char *node_before, *node_after;     /* (nullable) where known */
  char *master_before, *master_after; /* (nullable) where known */
  GHashTable *detectors; /* detector name -> gint64 * stamp of its first firing for this loss */
} RjRejoin;

/* What ICE has chosen: type (host, srflx, prflx, relay) and protocol, "relay/tcp"; of a local relay the one
 * that is spoken to the TURN server. Interned; NULL: no connection yet */
typedef struct {
  const char *local, *remote;
} RjCandidatePair;

typedef struct {
  char *name;
  char *session;
  char *group;        /* (nullable) of the plan */
  char *state;        /* last one */
  gboolean flowed;    /* at least once */
  char *failure;      /* (nullable) why it will not come back */
  GPtrArray *rejoins; /* of RjRejoin */
  guint attempts;
  char *connection; /* last connection id */
  char *strayed_to,
    *belongs_to; /* (nullable) server's sessions: it is in the first instead of the second */
  gboolean sends_nothing; /* at the end its own stream is not up, though it ought to be */
  gboolean affected;      /* lost something: a rejoin, an outage, an eviction */
  gboolean
    rejoined; /* left the session or republished: has rejoins; the others only saw others go */
  gboolean same_connection; /* one connection id all the time */
  char *problem;            /* (nullable) a sentence: why this one does not meet the expectations */
  guint64 problems;         /* the same as RJ_REASON_BIT()s; 0: none */
  char *last_error;         /* (nullable) of the last attempt that failed */
  RjCandidatePair candidates; /* of its last publication */
  double longest_gap_ms;      /* over all its incoming edges, between complete frames */
  guint n_double, n_missing;  /* notifications of others that came twice, or never */
  double rtt_ms, rtt_max_ms;  /* of its publications; RJ_MS_UNKNOWN */
} RjParticipantResult;

typedef struct {
  gint64 from_us, to_us;
} RjSpan;

typedef struct {
  char *session;
  char *from;
  char *to;
  gboolean foreign;
  guint64 frames, wrong_frames, foreign_frames, packets, bytes;
  guint64 lost_packets, sequence_gaps, duplicates, reordered;
  double loss_percent; /* of what was sent; this and the next: RJ_MS_UNKNOWN where nothing came */
  double jitter_ms, jitter_max_ms; /* RFC 3550: mean and maximum of the estimate */
  double bitrate_bps;              /* while packets came */
  double fps;                      /* while frames came */
  GArray *outages; /* of RjSpan: last frame before, first key frame after; one that is still open is
                           not among them, see down_at_end */
  GArray *outages_ms;   /* of double, the same */
  gboolean down_at_end; /* expected and not flowing at the end */
  gboolean
    uncounted; /* the log of a run that ended has no counts of its last peer: nobody knows how it went on */
  gboolean flowed;
  double longest_gap_ms;
  gint64 last_outage_from_us, last_outage_to_us; /* to: 0 when it is still open; both 0: none */
  double latency_ms;
  double picture_checks, picture_failures; /* --decode */
  gboolean picture_due;                    /* it has video, and was up */
  gboolean picture_checked;                /* since its last outage */
  RjCandidatePair candidates;              /* of its last peer */
  gboolean picture_bad_at_end;             /* the last check failed */
} RjEdgeResult;

typedef struct {
  guint index;
  char *what;
  char *target;                /* (nullable) */
  gint64 started_us, ended_us; /* 0: not yet */
  gboolean ok;
  int exit_code;              /* -1: does not apply */
  char *error;                /* (nullable) */
  char *output;               /* (nullable) */
  char *hit_session;          /* (nullable) session on the node that was hit, where known */
  double server_detection_ms; /* from its start to node-crashed; RJ_MS_UNKNOWN */
  double
    back_ms; /* from its start until everything flowed again that it had taken; RJ_MS_UNKNOWN where it
                     took nothing, or not all is back */
  gboolean
    took_effect;      /* somebody lost something between it and the next one that should do harm */
  gboolean only_late; /* nobody had to come back from that: frames were late, and nothing else */
} RjFaultResult;

/* Which run of a series (--repeat) a run is */
typedef struct {
  char *series; /* id, that of its first run; NULL: of none */
  guint number; /* from 1 */
  guint wanted; /* runs that were asked for */
} RjRepetition;

/* How far the clock of another machine was moved to that of the first log, where logs of several were merged */
typedef struct {
  char *host, *boot_id;
  double correction_ms; /* beyond what the wall clocks say; usually 0 */
  double low_ms,
    high_ms;    /* what may still be wrong with it, from what both machines saw; NAN: not bounded */
  guint n_seen; /* by both */
  gboolean contradictory; /* the bounds exclude each other */
} RjClockResult;

/* How the tester itself was, once a second */
typedef struct {
  gint64 us;
  double loop_lag_ms, pacing_lag_ms;
  double cpu_percent;     /* of one processor; -1: not told */
  double machine_percent; /* of all; -1: not told */
  gint64 receive_drops;   /* datagrams; -1: not told */
  double memory_mb;       /* resident; -1: not told */
  int threads, files;     /* of the process; -1: not told */
} RjSelfSample;

/* A connection of ours that the server listed although nobody had it any more */
typedef struct {
  char *session, *name, *connection;
  gint64 since_us;     /* its stay had ended */
  gint64 last_seen_us; /* listed */
  gint64 gone_us;      /* not listed any more; 0: it was still there */
  double lifetime_ms;  /* until then; of one that was still there until it was seen last */
} RjGhostResult;

/* What the server was asked of the connections that it has */
typedef struct {
  guint n_asked, n_answered; /* 0: nobody could, or may, ask */
  gint64 answered_us;        /* the last answer */
  char *error;               /* (nullable) of the last question without one */
  GPtrArray *ghosts;         /* of RjGhostResult */
} RjCensusResult;

typedef struct {
  char *run;
  char *name;
  RjRepetition repetition;
  RjVerdict verdict;
  RjReason why;
  RjReason otherwise;      /* of one that was overloaded: why without that; else the same as why */
  char *reason;            /* why, as a sentence */
  GPtrArray *participants; /* of RjParticipantResult, in order of run-started */
  GPtrArray *edges;        /* of RjEdgeResult, sorted by session, from, to */
  GPtrArray *faults;       /* of RjFaultResult */
  gint64 started_us, flowing_us,
    ended_us;         /* run-started, everyone-flowing, run-ended; 0: not reached */
  char *ended_reason; /* reason of run-ended; NULL: the event log ends without run-ended */
  int signal;         /* that ended the run; 0: none */
  double within_ms;
  double max_loop_lag_ms;
  double max_pacing_lag_ms;
  gboolean overloaded;
  char *overload;       /* (nullable) which limit was exceeded first */
  gint64 overloaded_us; /* the first time; 0: never */
  GArray *samples;      /* of RjSelfSample */
  RjCensusResult census;
  gboolean has_notices;    /* somebody was told of somebody */
  GPtrArray *expectations; /* of RjExpectationResult: what the user expected beyond the default */
  GPtrArray *warnings;     /* (element-type utf8) */
  guint64 n_missing;       /* events that the log ought to have */
  GPtrArray
    *clocks; /* of RjClockResult: of other machines than the first; set by whoever merges logs */
} RjResult;

void rj_result_free (RjResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjResult, rj_result_free)

/* Implements RjEventSink: rj_event_sink_emit(), or rj_measure_take() with events of a log. */
#define RJ_TYPE_MEASURE (rj_measure_get_type ())
G_DECLARE_FINAL_TYPE (RjMeasure, rj_measure, RJ, MEASURE, GObject)

RjMeasure *rj_measure_new (void);
/* The run's id, which events do not carry */
void rj_measure_set_run (RjMeasure *self, const char *run);
void rj_measure_take (RjMeasure *self, const RjEvent *event);
/* So many events of the log were found to be missing. */
void rj_measure_note_missing (RjMeasure *self, guint64 n_events);
/* The events are those of logs that were put together: where several processes made the run, all of them must be there.
 * Live, a shard judges what it sees. */
void rj_measure_want_shards (RjMeasure *self);
/* One more expectation, beside those of the events. @text: for rj_expectation_parse() */
void rj_measure_expect (RjMeasure *self, const char *text);

/* Result as of now. Returns: (transfer full) */
RjResult *rj_measure_conclude (RjMeasure *self);

/* Exit code of `run`: that of the verdict, or 130 and 143 after SIGINT and SIGTERM */
int rj_result_get_exit_code (const RjResult *self);

/* Live questions of the runner. All edges that are expected now flow, and so does every participant that
 * has not left on purpose. FALSE as long as somebody of run-started has not joined, or has failed. */
gboolean rj_measure_everyone_flows (RjMeasure *self);
/* No edge was dark at the last event. To be asked right after statistics of all peers were emitted: signs of
 * life (packets, audio) may go on where no frame is complete. */
gboolean rj_measure_everyone_sees (RjMeasure *self);
/* Of the edges that were dark, else of all, the picture of one at least has been checked since (--decode). */
gboolean rj_measure_has_checked_pictures (RjMeasure *self);
/* A fault has taken effect (somebody lost something) and everybody is back. */
gboolean rj_measure_has_recovered (RjMeasure *self);
guint rj_measure_count_flowing (RjMeasure *self);

/* Whether a fault of this name ("thaw-media-node", "repair", "mute") is none that anybody should lose something by: it undoes
 * one, or is what participants do on purpose */
gboolean rj_fault_is_harmless (const char *what);
/* Whether everybody has anew as long as that after it: it does harm, or ends some */
gboolean rj_fault_gives_time (const char *what);

/* What a rejoin spent waiting for the server and for others: total - detect - own, or RJ_MS_UNKNOWN */
double rj_rejoin_get_server_ms (const RjRejoin *self);

/* For sentences. Returns: (transfer full): "812 ms", "4.07 s" */
char *rj_duration_to_text (double ms);
/* Returns: what a sentence that ends with @text still needs: "." or "" */
const char *rj_sentence_get_stop (const char *text);

void rj_clock_result_free (RjClockResult *self);

/* Percentile, exact, from all values (nearest rank). @values: of double, sorted or not. Returns:
 * RJ_MS_UNKNOWN for none */
double rj_percentile (const GArray *values, double percent);

G_END_DECLS
