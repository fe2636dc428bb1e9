/* The quirk black-pictures: what a media server passes on that has lost the picture, while packets and frames come as
 * before. Any thread.
 *
 * Each VP8 frame becomes a black key frame (RFC 6386). The last bytes of each packet stay, where ours have their
 * stamps: decoders ignore what is behind a frame. Other encodings are left alone. */
#pragma once

#include "rj-media-packet.h"

G_BEGIN_DECLS

/* @encoding: "VP8/90000" … @out: room for RJ_MEDIA_PACKET_MAX bytes. Returns: bytes written, 0 when the packet stays as
 * it is */
gsize rj_black_picture_paint (const RjMediaPacket *packet, const char *encoding, guint8 *out);

G_END_DECLS
