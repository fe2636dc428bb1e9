/* The engine of every fault sweep. A story is run again and again; each time the nth message in either direction
 * is struck by one fault, for n = 1, 2, 3 … until a run has no nth message any more. The story says what was wrong
 * at its end, the engine counts and tells the case that repeats it: "join/lost/7", "join/error:303/12".
 *
 * The first run of a story has no fault: it must be right, and what it sends is the list of messages. Nothing in a
 * story may depend on real time, so that the same case always goes the same way. Home thread. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  RJT_FAULT_NONE,
  RJT_FAULT_LOST,      /* it never arrives */
  RJT_FAULT_DELAYED,   /* a request or answer arrives when its time is over; others overtake it */
  RJT_FAULT_STALLED,   /* the same for everything that follows it in its direction, in order */
  RJT_FAULT_DOUBLED,   /* it arrives twice */
  RJT_FAULT_ERROR,     /* a request is not done, but answered by an error */
  RJT_FAULT_CUT,       /* the socket breaks before it arrives */
  RJT_FAULT_CUT_AFTER, /* the socket breaks after it has arrived */
  RJT_FAULT_DEAD,      /* from here on its socket carries nothing, and nobody is told */
  RJT_FAULT_CRASH, /* while it is under way the other side ends the stay: the media node has crashed */
  RJT_FAULT_GONE,   /* from here on nothing arrives anywhere: the deployment is gone for good */
  RJT_FAULT_RANDOM, /* up to four of the above, rolled; nth is the seed */
  RJT_N_FAULTS
} RjtFault;

/* Later than any limit of whoever waits (10 s) */
#define RJT_DELAY_US (11 * G_USEC_PER_SEC)

/* What a message is, as far as faults care */
typedef enum {
  RJT_MESSAGE_NEWS, /* a notification: nothing that follows it can overtake it */
  RJT_MESSAGE_ANSWER,
  RJT_MESSAGE_REQUEST, /* may be answered by one of the story's errors */
  RJT_MESSAGE_HTTP,    /* the same, with a status of HTTP */
} RjtMessageKind;

typedef struct _RjtRun RjtRun;

typedef struct {
  const char *name;
  guint faults;      /* RJT_FAULT_BIT of those that make sense */
  const int *errors; /* codes for requests, ended by RJT_NO_CODE; (nullable) */
  void (*play) (RjtRun *run);
} RjtStory;

#define RJT_FAULT_BIT(fault) (1u << (fault))
#define RJT_NO_CODE          G_MININT

/* Every code of an OpenVidu server, OpenVidu 2 protocol 4.8; statuses of HTTP */
extern const int rjt_openvidu_codes[];
extern const int rjt_http_codes[];

/* --- for stories --- */

/* From here on messages count; before, they pass. */
void rjt_run_arm (RjtRun *self);
/* From here on they pass again. */
void rjt_run_disarm (RjtRun *self);

/* Asked for each message, by whoever carries it. @label: "> joinRoom", "< iceCandidate".
 * @code: (out): of RJT_FAULT_ERROR */
RjtFault rjt_run_strike (RjtRun *self, const char *label, RjtMessageKind kind, int *code);

/* Something is wrong. The first sentence counts; it becomes the failure of this case. */
void rjt_run_fail (RjtRun *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean rjt_run_has_failed (RjtRun *self);

/* Whether somebody repeats this very case, and wants to know all of it */
gboolean rjt_run_wants_story (RjtRun *self);

/* What happened, for whoever repeats one case */
void rjt_run_tell (RjtRun *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The fault of this case, its code, and the message that it struck (nullable: not yet) */
RjtFault rjt_run_get_fault (RjtRun *self);
int rjt_run_get_code (RjtRun *self);
const char *rjt_run_get_struck (RjtRun *self);
/* A defect that a test wants to be found: "deaf", "ghost", "leak"; NULL: none */
const char *rjt_run_get_defect (RjtRun *self);

/* --- the program --- */

/* Plays @stories (ended by a NULL name) as the command line says, see --help. Speaks TAP.
 * Returns: exit code, 0: nothing failed */
int rjt_sweep_main (int argc, char **argv, const char *name, const RjtStory *stories);

G_END_DECLS
