#include "rj-tap-h264.h"

#include <string.h>

#include "rj-bytes.h"

/* H.264, table 7-1, and RFC 6184, table 1 */
enum {
  UNIT_SLICE = 1,
  UNIT_SLICE_PART = 2,
  UNIT_IDR = 5,
  UNIT_SEI = 6,
  UNIT_SEQUENCE_PARAMETERS = 7,
  UNIT_PICTURE_PARAMETERS = 8,
  UNIT_DELIMITER = 9,
  UNIT_PREFIX = 14,
  UNIT_LAST_RESERVED = 18,
  UNIT_LAST = 23,
  UNIT_STAP_A = 24,
  UNIT_FU_A = 28,
};

#define TYPE_MASK 0x1f

static gboolean
stands_before_slices (guint type)
{
  return (type >= UNIT_SEI && type <= UNIT_DELIMITER) ||
         (type >= UNIT_PREFIX && type <= UNIT_LAST_RESERVED);
}

/* @body: what follows the unit's header; of a fragmented unit its beginning */
static void
look_at_unit (RjTapH264 *out, guint type, const guint8 *body, gsize size, gboolean is_first)
{
  gboolean is_slice = type == UNIT_SLICE || type == UNIT_SLICE_PART || type == UNIT_IDR;

  /* first_mb_in_slice is 0: one bit in Exp-Golomb code */
  if (is_first)
    out->may_start = stands_before_slices (type) || (is_slice && size > 0 && (body[0] & 0x80) != 0);
  out->has_idr |= type == UNIT_IDR;
  out->has_sequence_parameters |= type == UNIT_SEQUENCE_PARAMETERS;
  out->has_picture_parameters |= type == UNIT_PICTURE_PARAMETERS;
  if (type == UNIT_SEI && !out->has_stamp)
    out->has_stamp = rj_frame_stamp_find_sei (body, size, &out->stamp);
}

/* RFC 6184, 5.7.1: units, each behind its size of 16 bits */
static gboolean
look_at_aggregate (RjTapH264 *out, const guint8 *payload, gsize size)
{
  gsize at = 1;

  while (at < size) {
    gsize unit;

    if (size - at < 2)
      return FALSE;
    unit = rj_read_u16 (payload + at);
    at += 2;
    if (unit == 0 || unit > size - at)
      return FALSE;
    look_at_unit (out, payload[at] & TYPE_MASK, payload + at + 1, unit - 1, at == 3);
    at += unit;
  }
  return size > 1;
}

/* RFC 6184, 5.8: S and E are not in the same fragment */
static gboolean
look_at_fragment (RjTapH264 *out, const guint8 *payload, gsize size)
{
  guint type;

  if (size < 3 || (payload[1] & 0xc0) == 0xc0)
    return FALSE;
  type = payload[1] & TYPE_MASK;
  if (type == 0 || type > UNIT_LAST)
    return FALSE;
  if (payload[1] & 0x80)
    look_at_unit (out, type, payload + 2, size - 2, TRUE);
  return TRUE;
}

gboolean
rj_tap_packet_parse_h264 (const RjTapPacket *self, RjTapH264 *out)
{
  const guint8 *payload = self->payload;
  gsize size = self->payload_size;
  guint type;

  memset (out, 0, sizeof *out);
  if (size == 0 || (payload[0] & 0x80) != 0) /* forbidden_zero_bit */
    return FALSE;
  type = payload[0] & TYPE_MASK;
  if (type == UNIT_STAP_A)
    return look_at_aggregate (out, payload, size);
  if (type == UNIT_FU_A)
    return look_at_fragment (out, payload, size);
  if (type == 0 || type > UNIT_LAST)
    return FALSE;
  look_at_unit (out, type, payload + 1, size - 1, TRUE);
  return TRUE;
}
