/* All participants of a run: makes them from the roster, starts and ends them together. Home thread only. */
#pragma once

#include "rj-clock.h"
#include "rj-dice.h"
#include "rj-event.h"
#include "rj-fault.h"
#include "rj-peer.h"
#include "rj-roster.h"
#include "rj-run-options.h"
#include "rj-token-source.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct {
  const RjRunOptions *options;
  const RjRoster *roster;
  RjClock *clock;
  RjDice *dice;
  RjEventSink *events;
  RjPeerFactory *factory;
  RjTokenSource *tokens;
  SoupSession *http;
  RjLoopback loopback;
  const char *server_url; /* (nullable) for deleting a dead session */
  const char *secret;     /* (nullable) */
  GHashTable *tapes;      /* (nullable) participant → RjTape, filled by the crew */
} RjCrewConfig;

#define RJ_TYPE_CREW (rj_crew_get_type ())
G_DECLARE_FINAL_TYPE (RjCrew, rj_crew, RJ, CREW, GObject)

/* What @config points to outlives the crew. */
RjCrew *rj_crew_new (const RjCrewConfig *config);
void rj_crew_start (RjCrew *self);

/* Everybody leaves; done when all have, or after @limit_us. */
void rj_crew_leave_async (RjCrew *self,
                          gint64 limit_us,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean rj_crew_leave_finish (RjCrew *self, GAsyncResult *result, GError **error);

/* A step: what participant @name does on purpose, or has done to it. Ends with a GTask of a boolean. */
void rj_crew_act_async (RjCrew *self,
                        const RjFault *step,
                        const char *name,
                        GAsyncReadyCallback callback,
                        gpointer user_data);

/* Faults to participant @name, who is one of the roster: its websocket breaks; packets of its media (else: of its
 * websockets) vanish, or no longer; it stands still, or goes on. */
void rj_crew_cut (RjCrew *self, const char *name, gboolean with_reset);
void rj_crew_blackhole (RjCrew *self, const char *name, gboolean media, gboolean on);
void rj_crew_freeze (RjCrew *self, const char *name, gboolean on);

/* Emits what each one is still waiting for. */
void rj_crew_tell_pending (RjCrew *self);
/* Has every participant emit the statistics of its open peers */
void rj_crew_emit_stats (RjCrew *self);

/* Every participant has failed for good */
gboolean rj_crew_is_lost (RjCrew *self);

G_END_DECLS
