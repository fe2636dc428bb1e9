/* Asks the server's REST API which connections there are, to find ghosts (rj-ghost-book.h): every second after
 * something was lost or a fault was made, until everything is listed as it ought to be; once before and once after
 * leaving. One request at a time. Emits ghost-found, ghost-gone, and census where it was asked to tell. Home
 * thread. */
#pragma once

#include <libsoup/soup.h>

#include "rj-clock.h"
#include "rj-event.h"
#include "rj-roster.h"

G_BEGIN_DECLS

#define RJ_CENSUS_PERIOD_US   G_USEC_PER_SEC
#define RJ_CENSUS_LIMIT_US    (2 * G_USEC_PER_SEC) /* of a request */
#define RJ_CENSUS_AGAIN_US    (250 * 1000)  /* after leaving, while somebody is still listed … */
#define RJ_CENSUS_PATIENCE_US (1500 * 1000) /* … so long */

typedef struct {
  RjClock *clock;
  RjEventSink *events;
  SoupSession *http;
  const RjRoster *roster;
  const char *server_url; /* (nullable) */
  const char *secret;     /* (nullable) */
  const GPtrArray *
    expect; /* (nullable) (element-type utf8): "ghosts == 0 within 15s" makes the run wait so long */
} RjCensusConfig;

#define RJ_TYPE_CENSUS (rj_census_get_type ())
G_DECLARE_FINAL_TYPE (RjCensus, rj_census, RJ, CENSUS, GObject)

/* Returns: (transfer full) (nullable): NULL where nobody may be asked, which the functions take where they say so */
RjCensus *rj_census_new (const RjCensusConfig *config);

/* Every event of the run. @self: (nullable) */
void rj_census_take (RjCensus *self, const RjEvent *event);

/* Whether the run ought to go on: there are ghosts, and the time that they may take is not over. @self: (nullable) */
gboolean rj_census_is_waited_for (RjCensus *self);

/* Asks once more, or if @patient until no connection of ours is listed (bounded), and tells how far it has looked.
 * After a patient one nothing is asked any more. Never fails */
void rj_census_tell_async (RjCensus *self,
                           gboolean patient,
                           GAsyncReadyCallback callback,
                           gpointer user_data);

/* Stops asking. Idempotent. @self: (nullable) */
void rj_census_stop (RjCensus *self);

G_END_DECLS
