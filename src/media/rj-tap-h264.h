/* Reads what one RTP packet carries of a H.264 frame (RFC 6184, 5: single units, STAP-A, FU-A; the rest is not
 * allowed in packetization mode 1). What the packet claims is checked against its size. Any thread. */
#pragma once

#include "rj-frame-stamp.h"
#include "rj-tap-packet.h"

G_BEGIN_DECLS

typedef struct {
  /* a frame may begin here (H.264, 7.4.1.2.3): a unit that stands before slices, or the slice of the first
   * macroblock */
  gboolean may_start;
  gboolean has_idr;
  gboolean has_sequence_parameters, has_picture_parameters;
  gboolean has_stamp;
  RjFrameStamp stamp;
} RjTapH264;

/* Returns: FALSE when the payload is no H.264 */
gboolean rj_tap_packet_parse_h264 (const RjTapPacket *self, RjTapH264 *out);

G_END_DECLS
