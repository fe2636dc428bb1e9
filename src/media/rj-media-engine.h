/* Makes peers carried by webrtcbin, and owns what they share: clip, pacer, reaper, picture checks.
 * Implements RjPeerFactory. Home thread only.
 *
 * rj_media_init() first. Start it while other things start, too: encoding the clip and the first certificate
 * take up to a second. */
#pragma once

#include "rj-clip.h"
#include "rj-clock.h"
#include "rj-peer.h"

G_BEGIN_DECLS

typedef struct {
  const char *run;     /* its name, hashed into the frame stamps */
  gint64 run_start_us; /* CLOCK_MONOTONIC, zero of the stamps */
  RjClipFormat format; /* what senders show that ask for nothing else */
  /* (array length=n_formats): all that they may ask for by RjPeerConfig.format. Copied */
  const RjClipFormat *formats;
  guint n_formats;
  RjClock *clock;
  gint64 decode_pause_us; /* between two picture checks; 0: none (no --decode) */
} RjMediaEngineConfig;

#define RJ_TYPE_MEDIA_ENGINE (rj_media_engine_get_type ())
G_DECLARE_FINAL_TYPE (RjMediaEngine, rj_media_engine, RJ, MEDIA_ENGINE, GObject)

RjMediaEngine *rj_media_engine_new (const RjMediaEngineConfig *config);

/* Encodes the clip and warms the media stack up. Sending peers can be made afterwards. */
void rj_media_engine_start_async (RjMediaEngine *self,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data);
gboolean rj_media_engine_start_finish (RjMediaEngine *self, GAsyncResult *result, GError **error);

/* Returns: milliseconds by which the latest push since the last question was late */
double rj_media_engine_take_pacing_lag_ms (RjMediaEngine *self);

/* Ends the picture checks and waits for closed peers to be torn down, at the end. Blocks. Returns: FALSE when some hang */
gboolean rj_media_engine_wait_for_teardown (RjMediaEngine *self, gint64 timeout_us);

G_END_DECLS
