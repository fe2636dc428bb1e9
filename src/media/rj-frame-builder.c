#include "rj-frame-builder.h"

#include <string.h>

#include "rj-tap-h264.h"

#define N_OPEN_FRAMES 16
#define N_TAILS       64

/* A frame of which some packets are there */
typedef struct {
  gboolean used;
  guint32 timestamp;
  guint64 age; /* smaller is older */
  gboolean has_first, has_last;
  gint64 first, last;
  gint64 n_packets;
  gboolean is_key;
  /* H.264 */
  gint64 lowest;      /* number of the earliest packet that came */
  gboolean may_start; /* it can be the first one */
  gboolean has_stamp;
  RjFrameStamp stamp;
} OpenFrame;

/* The end of a VP8 packet that came */
typedef struct {
  gint64 number;
  gsize size;
  guint8 bytes[RJ_FRAME_STAMP_SIZE];
} Tail;

struct _RjFrameBuilder {
  OpenFrame frames[N_OPEN_FRAMES];
  Tail tails[N_TAILS]; /* by number modulo N_TAILS */
  guint64 n_opened;
  gint64 last_complete; /* number of the last packet of the last complete frame; -1: none */
  /* of H.264; once there they count for the stream */
  gboolean has_sequence_parameters, has_picture_parameters;
};

RjFrameBuilder *
rj_frame_builder_new (void)
{
  RjFrameBuilder *self = g_new0 (RjFrameBuilder, 1);

  rj_frame_builder_reset (self);
  return self;
}

void
rj_frame_builder_free (RjFrameBuilder *self)
{
  g_free (self);
}

void
rj_frame_builder_reset (RjFrameBuilder *self)
{
  memset (self, 0, sizeof *self);
  self->last_complete = -1;
  for (guint i = 0; i < N_TAILS; i++)
    self->tails[i].number = -1;
}

/* Returns: the frame of @timestamp, made in place of the oldest one if it is new */
static OpenFrame *
get_frame (RjFrameBuilder *self, guint32 timestamp)
{
  OpenFrame *victim = &self->frames[0];

  for (guint i = 0; i < N_OPEN_FRAMES; i++) {
    OpenFrame *frame = &self->frames[i];

    if (frame->used && frame->timestamp == timestamp)
      return frame;
    if (victim->used && (!frame->used || frame->age < victim->age))
      victim = frame;
  }
  memset (victim, 0, sizeof *victim);
  victim->used = TRUE;
  victim->timestamp = timestamp;
  victim->age = self->n_opened++;
  return victim;
}

static void
keep_tail (RjFrameBuilder *self, gint64 number, const RjTapVp8 *vp8)
{
  Tail *tail = &self->tails[number % N_TAILS];

  tail->number = number;
  tail->size = MIN (vp8->size, sizeof tail->bytes);
  memcpy (tail->bytes, vp8->data + vp8->size - tail->size, tail->size);
}

/* The stamp from the ends of the frame's last packets */
static void
collect_stamp (RjFrameBuilder *self, OpenFrame *frame)
{
  guint8 end[RJ_FRAME_STAMP_SIZE];
  gsize size = 0;

  for (gint64 number = frame->last; number >= frame->first; number--) {
    const Tail *tail = &self->tails[number % N_TAILS];
    gsize wanted = sizeof end - size;
    gsize taken;

    if (wanted == 0 || tail->number != number)
      break;
    taken = MIN (wanted, tail->size);
    memmove (end + taken, end, size);
    memcpy (end, tail->bytes + tail->size - taken, taken);
    size += taken;
  }
  frame->has_stamp = rj_frame_stamp_read (end, size, &frame->stamp);
}

/* Returns: (nullable): the frame, when it is complete */
static OpenFrame *
add_vp8 (RjFrameBuilder *self, const RjTapPacket *packet, gint64 number)
{
  OpenFrame *frame;
  RjTapVp8 vp8;

  if (!rj_tap_packet_parse_vp8 (packet, &vp8))
    return NULL;
  keep_tail (self, number, &vp8);
  frame = get_frame (self, packet->timestamp);
  frame->n_packets++;
  if (vp8.starts_frame) {
    frame->has_first = TRUE;
    frame->first = number;
    frame->is_key = vp8.is_key;
  }
  if (packet->marker) {
    frame->has_last = TRUE;
    frame->last = number;
  }
  if (!frame->has_first || !frame->has_last || frame->n_packets != frame->last - frame->first + 1)
    return NULL;
  collect_stamp (self, frame);
  return frame;
}

static void
take_h264_facts (RjFrameBuilder *self, OpenFrame *frame, const RjTapH264 *h264)
{
  frame->is_key |= h264->has_idr;
  self->has_sequence_parameters |= h264->has_sequence_parameters;
  self->has_picture_parameters |= h264->has_picture_parameters;
  if (h264->has_stamp) {
    frame->has_stamp = TRUE;
    frame->stamp = h264->stamp;
  }
}

static OpenFrame *
add_h264 (RjFrameBuilder *self, const RjTapPacket *packet, gint64 number)
{
  OpenFrame *frame;
  RjTapH264 h264;

  if (!rj_tap_packet_parse_h264 (packet, &h264))
    return NULL;
  frame = get_frame (self, packet->timestamp);
  if (frame->n_packets == 0 || number < frame->lowest) {
    frame->lowest = number;
    frame->may_start = h264.may_start;
  }
  frame->n_packets++;
  take_h264_facts (self, frame, &h264);
  if (packet->marker) {
    frame->has_last = TRUE;
    frame->last = number;
  }
  if (!frame->may_start || !frame->has_last || frame->n_packets != frame->last - frame->lowest + 1)
    return NULL;
  frame->first = frame->lowest;
  frame->is_key &= self->has_sequence_parameters && self->has_picture_parameters;
  return frame;
}

gboolean
rj_frame_builder_push (RjFrameBuilder *self,
                       RjVideoCodec codec,
                       const RjTapPacket *packet,
                       gint64 number,
                       RjBuiltFrame *out)
{
  OpenFrame *frame =
    codec == RJ_VIDEO_H264 ? add_h264 (self, packet, number) : add_vp8 (self, packet, number);

  if (frame == NULL)
    return FALSE;
  out->is_key = frame->is_key;
  out->follows = self->last_complete >= 0 && frame->first == self->last_complete + 1;
  out->has_stamp = frame->has_stamp;
  out->stamp = frame->stamp;
  self->last_complete = MAX (self->last_complete, frame->last);
  frame->used = FALSE;
  return TRUE;
}
