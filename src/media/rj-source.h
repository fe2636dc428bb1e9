/* The first element of a sending pipeline: a pad into which another thread pushes. No thread of its own.
 *
 * It tells its caps before the first buffer, so that an offer can be made before anything flows, and
 * remembers that somebody downstream asked for a key frame (PLI or FIR of a receiver). */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define RJ_TYPE_SOURCE (rj_source_get_type ())
G_DECLARE_FINAL_TYPE (RjSource, rj_source, RJ, SOURCE, GstElement)

/* Returns: (transfer floating) */
RjSource *rj_source_new (GstCaps *caps);

/* Sends stream start, caps and segment. Once, when the element has started; the thread that starts it. */
gboolean rj_source_announce (RjSource *self, const char *stream_id);

/* @buffer: (transfer full). @at_us: CLOCK_MONOTONIC, the moment that it stands for. A refused buffer is an
 * error of the pipeline, except while it is torn down. */
GstFlowReturn rj_source_push (RjSource *self, GstBuffer *buffer, gint64 at_us);

/* Returns: whether a key frame was asked for since the last question. Any thread. */
gboolean rj_source_take_key_request (RjSource *self);

G_END_DECLS
