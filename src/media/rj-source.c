#include "rj-source.h"

#include <gst/video/video.h>

struct _RjSource {
  GstElement parent_instance;

  GstPad *pad; /* owned by the element */
  GstCaps *caps;
  int key_request; /* atomic */
};

G_DEFINE_FINAL_TYPE (RjSource, rj_source, GST_TYPE_ELEMENT)

static GstStaticPadTemplate source_template =
  GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static gboolean
on_event_any (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (gst_video_event_is_force_key_unit (event))
    g_atomic_int_set (&RJ_SOURCE (parent)->key_request, TRUE);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
on_query_any (GstPad *pad, GstObject *parent, GstQuery *query)
{
  switch (GST_QUERY_TYPE (query)) {
  case GST_QUERY_LATENCY:
    gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
    return TRUE;
  case GST_QUERY_CAPS:
    gst_query_set_caps_result (query, RJ_SOURCE (parent)->caps);
    return TRUE;
  default:
    return gst_pad_query_default (pad, parent, query);
  }
}

static GstStateChangeReturn
rj_source_change_state (GstElement *element, GstStateChange transition)
{
  GstStateChangeReturn result =
    GST_ELEMENT_CLASS (rj_source_parent_class)->change_state (element, transition);

  if (result == GST_STATE_CHANGE_SUCCESS && (transition == GST_STATE_CHANGE_READY_TO_PAUSED ||
                                             transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL; /* live */
  return result;
}

static void
rj_source_finalize (GObject *object)
{
  gst_clear_caps (&RJ_SOURCE (object)->caps);
  G_OBJECT_CLASS (rj_source_parent_class)->finalize (object);
}

static void
rj_source_class_init (RjSourceClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = rj_source_finalize;
  element_class->change_state = rj_source_change_state;
  gst_element_class_add_static_pad_template (element_class, &source_template);
  gst_element_class_set_static_metadata (element_class, "Paced source", "Source",
                                         "Gives out what another thread pushes", "rejoin");
}

static void
rj_source_init (RjSource *self)
{
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
  self->pad = gst_pad_new_from_static_template (&source_template, "src");
  gst_pad_set_event_function (self->pad, on_event_any);
  gst_pad_set_query_function (self->pad, on_query_any);
  gst_pad_use_fixed_caps (self->pad);
  gst_element_add_pad (GST_ELEMENT (self), self->pad);
}

RjSource *
rj_source_new (GstCaps *caps)
{
  RjSource *self = g_object_new (RJ_TYPE_SOURCE, NULL);

  self->caps = gst_caps_ref (caps);
  return self;
}

gboolean
rj_source_announce (RjSource *self, const char *stream_id)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  return gst_pad_push_event (self->pad, gst_event_new_stream_start (stream_id)) &&
         gst_pad_push_event (self->pad, gst_event_new_caps (self->caps)) &&
         gst_pad_push_event (self->pad, gst_event_new_segment (&segment));
}

GstFlowReturn
rj_source_push (RjSource *self, GstBuffer *buffer, gint64 at_us)
{
  /* the pipeline's clock is the system's: CLOCK_MONOTONIC */
  GstClockTimeDiff running =
    at_us * GST_USECOND - (GstClockTimeDiff) gst_element_get_base_time (GST_ELEMENT (self));
  GstFlowReturn result;

  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = (GstClockTime) MAX (running, 0);
  result = gst_pad_push (self->pad, buffer);
  if (result != GST_FLOW_OK && result != GST_FLOW_FLUSHING)
    GST_ELEMENT_FLOW_ERROR (GST_ELEMENT (self), result);
  return result;
}

gboolean
rj_source_take_key_request (RjSource *self)
{
  return g_atomic_int_exchange (&self->key_request, FALSE);
}
