/* The last signalling messages of one participant, in both directions, for the bundle of a run that failed. Bounded:
 * the newest RJ_TAPE_MESSAGES, and beside them the newest RJ_TAPE_DESCRIPTIONS that carry an SDP, so that pings and
 * candidates do not push these out; longer ones than RJ_TAPE_LENGTH are cut. Kept as they were; what comes out is
 * scrubbed. Home thread only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RJ_TAPE_MESSAGES     80
#define RJ_TAPE_DESCRIPTIONS 40
#define RJ_TAPE_LENGTH       16384

typedef struct _RjTape RjTape;

RjTape *rj_tape_new (void);
RjTape *rj_tape_ref (RjTape *self);
void rj_tape_unref (RjTape *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjTape, rj_tape_unref)

/* @self: (nullable). @us: CLOCK_MONOTONIC */
void rj_tape_put (RjTape *self, gint64 us, guint attempt, gboolean sent, const char *text);

/* Returns: (transfer full): a line of JSON for each message, oldest first: at_ms since @start_us, attempt, sent, and
 * the message, as text */
char *rj_tape_to_text (RjTape *self, gint64 start_us);

/* An SDP of the last attempt that came so far, with the number of its message and the method that it came with or was an answer to */
typedef void (*RjTapeSdpFunc) (
  guint number, gboolean sent, const char *method, const char *sdp, gpointer user_data);
void rj_tape_foreach_sdp (RjTape *self, RjTapeSdpFunc func, gpointer user_data);

/* Requests of the last attempt that nobody answered. Returns: (transfer full): of char *, "joinRoom (id 3)" */
GPtrArray *rj_tape_list_unanswered (RjTape *self);

G_END_DECLS
