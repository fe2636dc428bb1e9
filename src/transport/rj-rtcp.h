/* RTCP (RFC 3550, 6) and its feedback messages (RFC 4585, 5104, REMB). Pure functions over bytes; any thread.
 *
 * Reading: walk a compound with rj_rtcp_iter_next(), then ask each packet for what its type promises. Nothing of
 * a packet is copied; results point into it. Every parse function checks type and bounds itself.
 * Writing: each function appends one packet at the end of a buffer and returns its bytes, or 0 when there is no
 * room (then nothing was written); several calls make a compound. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_RTCP_SR = 200,
  RJ_RTCP_RR = 201,
  RJ_RTCP_SDES = 202,
  RJ_RTCP_BYE = 203,
  RJ_RTCP_APP = 204,
  RJ_RTCP_RTPFB = 205, /* transport layer feedback: NACK, transport-cc */
  RJ_RTCP_PSFB = 206,  /* payload-specific feedback: PLI, FIR, REMB */
} RjRtcpType;

typedef struct {
  guint8 type;  /* an RjRtcpType, or another number */
  guint8 count; /* reports, sources, or the format of a feedback message */
  guint32 ssrc; /* first word: the sender (for SDES and BYE the first source); 0 without one */
  const guint8 *data; /* with its header */
  gsize size;         /* without padding */
} RjRtcpPacket;

typedef struct {
  const guint8 *data;
  gsize left;
} RjRtcpIter;

void rj_rtcp_iter_init (RjRtcpIter *self, const guint8 *compound, gsize size);
/* Returns: FALSE at the end, and at the first malformed packet (then rj_rtcp_iter_is_clean() is FALSE too) */
gboolean rj_rtcp_iter_next (RjRtcpIter *self, RjRtcpPacket *packet);
gboolean rj_rtcp_iter_is_clean (const RjRtcpIter *self);

typedef struct {
  guint64 ntp; /* 32.32 seconds since 1900 */
  guint32 rtp_timestamp;
  guint32 n_packets;
  guint32 n_octets;
} RjRtcpSenderInfo;

gboolean rj_rtcp_parse_sr (const RjRtcpPacket *packet, RjRtcpSenderInfo *info);

typedef struct {
  guint32 ssrc;                /* the stream that is reported on */
  guint8 fraction_lost;        /* of 256 */
  gint32 total_lost;           /* 24 bits, signed */
  guint32 highest_sequence;    /* with cycles */
  guint32 jitter;              /* RTP clock units */
  guint32 last_sr;             /* middle 32 bits of the NTP time of the last SR; 0: none */
  guint32 delay_since_last_sr; /* 1/65536 s */
} RjRtcpReportBlock;

/* Of an SR or RR. Returns: FALSE when there is no @index-th block */
gboolean
rj_rtcp_parse_report_block (const RjRtcpPacket *packet, guint index, RjRtcpReportBlock *block);

/* Returns: FALSE when it is another message. @media_ssrc: the stream that shall send a key frame */
gboolean rj_rtcp_parse_pli (const RjRtcpPacket *packet, guint32 *media_ssrc);
/* Returns: FALSE when it is another message or there is no @index-th entry */
gboolean
rj_rtcp_parse_fir (const RjRtcpPacket *packet, guint index, guint32 *media_ssrc, guint8 *sequence);
/* Returns: how many lost sequence numbers it names, of which the first @room are written; 0: another message */
guint rj_rtcp_parse_nack (const RjRtcpPacket *packet,
                          guint32 *media_ssrc,
                          guint16 *sequences,
                          guint room);
/* @ssrcs: big enough for 255. Returns: FALSE when it is another message */
gboolean rj_rtcp_parse_remb (const RjRtcpPacket *packet,
                             guint64 *bits_per_second,
                             guint32 *ssrcs,
                             guint *n_ssrcs);
/* Returns: FALSE when it is no BYE or there is no @index-th source */
gboolean rj_rtcp_parse_bye (const RjRtcpPacket *packet, guint index, guint32 *ssrc);
/* The CNAME of the first source. Returns: (transfer full) (nullable) */
char *rj_rtcp_parse_cname (const RjRtcpPacket *packet);

#define RJ_RTCP_MAX_BLOCKS 31

gsize rj_rtcp_write_sr (guint8 *buffer,
                        gsize room,
                        guint32 ssrc,
                        const RjRtcpSenderInfo *info,
                        const RjRtcpReportBlock *blocks,
                        guint n_blocks);
gsize rj_rtcp_write_rr (
  guint8 *buffer, gsize room, guint32 ssrc, const RjRtcpReportBlock *blocks, guint n_blocks);
gsize rj_rtcp_write_sdes (guint8 *buffer, gsize room, guint32 ssrc, const char *cname);
gsize rj_rtcp_write_bye (guint8 *buffer, gsize room, guint32 ssrc);
gsize rj_rtcp_write_pli (guint8 *buffer, gsize room, guint32 sender_ssrc, guint32 media_ssrc);
/* @sequence: one more for each new request, the same for a repeated one (RFC 5104, 4.3.1.2) */
gsize rj_rtcp_write_fir (
  guint8 *buffer, gsize room, guint32 sender_ssrc, guint32 media_ssrc, guint8 sequence);
/* @sequences: in ascending order (modulo 65536) */
gsize rj_rtcp_write_nack (guint8 *buffer,
                          gsize room,
                          guint32 sender_ssrc,
                          guint32 media_ssrc,
                          const guint16 *sequences,
                          guint n_sequences);
gsize rj_rtcp_write_remb (guint8 *buffer,
                          gsize room,
                          guint32 sender_ssrc,
                          guint64 bits_per_second,
                          const guint32 *ssrcs,
                          guint n_ssrcs);

/* @wall_us: microseconds since 1970. Returns: NTP time, 32.32 seconds since 1900 */
guint64 rj_ntp_from_wall_us (gint64 wall_us);

G_END_DECLS
