/* The OpenVidu 2 dialect of RjSignaller: one stay of one participant in one session, over one rpc session
 * that may move to another websocket. Home thread only. Source: OpenVidu 2 protocol.
 *
 *   new → token → connecting → joining → joined ⇄ resuming → checking → joined
 *   joined, resuming, checking → leaving → closed       joined, resuming, checking → over (lost) → closed
 *   any → closed
 *
 * Requests made while it is resuming are kept and written after "resumed"; requests that were written and not
 * answered when the websocket broke fail with RJ_ERROR_LOST after "suspended" was emitted (candidates and
 * unsubscriptions are written again instead). A failed join closes its websocket. */
#pragma once

#include <libsoup/soup.h>

#include "rj-blackhole.h"
#include "rj-clock.h"
#include "rj-event.h"
#include "rj-names.h"
#include "rj-signaller.h"
#include "rj-socket.h"
#include "rj-tape.h"
#include "rj-token-source.h"

G_BEGIN_DECLS

/* Everything is copied or referenced by rj_openvidu2_signaller_new(). */
typedef struct {
  const char *session;     /* OpenVidu session id */
  const char *participant; /* its name in the run, for events */
  RjNames *names; /* (nullable): what the server is told of all; NULL: their names in the run */
  guint attempt;  /* number, for events */
  RjEventSink *events; /* (nullable) */
  RjClock *clock;
  RjTokenSource *tokens;
  SoupSession *http;         /* from rj_http_session_new(); (nullable) with make_socket */
  gboolean never_resume;     /* a lost websocket ends the stay at once */
  RjBlackhole *blackhole;    /* (nullable): a fault that swallows what its websockets carry */
  RjTape *tape;              /* (nullable): what goes in and out */
  RjSocketMaker make_socket; /* (nullable): websockets through http */
  gpointer make_socket_data; /* must outlive the signaller */
} RjOpenvidu2Config;

#define RJ_TYPE_OPENVIDU2_SIGNALLER (rj_openvidu2_signaller_get_type ())
G_DECLARE_FINAL_TYPE (
  RjOpenvidu2Signaller, rj_openvidu2_signaller, RJ, OPENVIDU2_SIGNALLER, GObject)

/* Returns: (transfer full) */
RjSignaller *rj_openvidu2_signaller_new (const RjOpenvidu2Config *config);

/* Websocket resume: 0, 250, 500 ms after the loss, then every 500 ms until 9 s.
 * Returns: microseconds after the loss of the first try later than @elapsed_us, or -1 when there is none */
gint64 rj_openvidu2_next_resume_us (gint64 elapsed_us);

G_END_DECLS
