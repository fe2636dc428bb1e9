/* One signaller opposite a scripted server, on a fake clock, with everything that it tells written down. */
#pragma once

#include "rj-clock.h"
#include "rj-event.h"
#include "rj-openvidu2-signaller.h"
#include "rjt-scripted-server.h"
#include "rjt-wait.h"

G_BEGIN_DECLS

typedef struct {
  RjtServer *server;
  RjClock *clock;
  SoupSession *http;
  RjTokenSource *tokens;
  RjSignaller *signaller;
  GString *told;   /* signals, one a line: "stream-published con_B str_… bob" */
  GString *events; /* one a line: "joined {…}" */
  gboolean join_answered;
  RjJoined *joined;
  GError *error; /* of the last operation that failed */
  RjNegotiated *negotiated;
  guint n_answers; /* of publish, subscribe, leave */
  gboolean left;
} RjtStay;

/* A server of its own when @server is NULL */
RjtStay *rjt_stay_new (void);
RjtStay *rjt_stay_new_with (void (*adjust) (RjOpenvidu2Config *config));
void rjt_stay_free (RjtStay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtStay, rjt_stay_free)

/* Starts to join / joins and fails the test when refused / and fails the test when let in */
void rjt_stay_start (RjtStay *self);
void rjt_stay_join (RjtStay *self);
void rjt_stay_fail_to_join (RjtStay *self);

/* Waits until the line @line was told (signals or events) */
void rjt_stay_expect (RjtStay *self, const char *line);
gboolean rjt_stay_was_told (RjtStay *self, const char *line);
guint rjt_stay_count (RjtStay *self, const char *line);

void rjt_stay_publish (RjtStay *self, gboolean reconnect);
void rjt_stay_subscribe (RjtStay *self, const char *stream, gboolean reconnect);
void rjt_stay_prepare (RjtStay *self, const char *stream, gboolean reconnect);
void rjt_stay_do (RjtStay *self, const RjDeed *deed);
void rjt_stay_accept (RjtStay *self, const char *stream, RjAccept how);
void rjt_stay_leave (RjtStay *self, gint64 limit_us);

/* Lets the clock run in steps of 50 ms, with the sockets, until the line was told or @limit_us is over.
 * Returns: microseconds that it took */
gint64 rjt_stay_run_until (RjtStay *self, const char *line, gint64 limit_us);

/* Everything on its way between the two has arrived */
void rjt_stay_settle (RjtStay *self);

G_END_DECLS
