/* Buries pipelines that were given up. Setting a pipeline to NULL may take long, in rare races for ever:
 * that happens on threads of the reaper, is limited in time, and a hung one is counted and left behind.
 * When there was nothing to bury for a moment, the memory that the buried ones left goes back to the system.
 * Any thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define RJ_REAPER_PATIENCE_US (5 * G_USEC_PER_SEC)

typedef struct _RjReaper RjReaper;

/* @patience_us: for one pipeline; RJ_REAPER_PATIENCE_US */
RjReaper *rj_reaper_new (gint64 patience_us);
RjReaper *rj_reaper_ref (RjReaper *self);
/* What was taken is still buried after that. */
void rj_reaper_unref (RjReaper *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjReaper, rj_reaper_unref)

/* The name of a webrtcbin in a pipeline: it is given time to finish what it does */
#define RJ_REAPER_WEBRTC_NAME "webrtc"

/* Takes over a pipeline. @pipeline: (transfer full): a GstBin */
void rj_reaper_take (RjReaper *self, GstElement *pipeline);

/* Waits until everything taken is buried or hung, at the end of a run. Returns: FALSE after @timeout_us */
gboolean rj_reaper_wait (RjReaper *self, gint64 timeout_us);

/* Pipelines of this process whose teardown took longer than the patience and has not ended yet are @hung;
 * @made and @finalized count webrtcbins. All (out) (optional) */
void rj_peer_census_get (guint *made, guint *finalized, guint *hung);

/* For who makes a webrtcbin: counts it now and when it is gone. */
void rj_peer_census_add (GstElement *webrtc);

G_END_DECLS
