/* The media graph: elements that hand RTP packets on to the elements behind them, without a copy. A PassThrough is
 * an element without functions of its own; a WebRtcEndpoint has both ends. As in Kurento an element has any number
 * of sinks and, per medium, one source; a new source replaces the old one. Everything of one pipeline lives in one
 * worker thread, so that no packet changes threads. */
#pragma once

#include "rj-media-packet.h"

G_BEGIN_DECLS

typedef enum {
  RJ_MEDIUM_AUDIO,
  RJ_MEDIUM_VIDEO,
  RJ_N_MEDIA,
} RjMedium;

/* "AUDIO", "VIDEO" */
const char *rj_medium_get_name (RjMedium medium);

/* One packet on its way through the graph; valid during the call. */
typedef struct {
  RjMediaPacket packet;
  RjMedium medium;
  guint source;         /* serial number of the publisher's RTP session */
  const char *encoding; /* interned, in capitals: "VP8/90000", "OPUS/48000" */
  guint clock_rate;     /* Hz */
  guint8 time_id;       /* header extension abs-send-time; 0: none */
  guint64 ntp;          /* of the publisher's last sender report; 0: none yet */
  guint32 ntp_timestamp;
  gint64 ntp_us; /* when it came */
} RjUnit;

typedef struct {
  /* a packet from the source */
  void (*take) (gpointer owner, const RjUnit *unit);
  /* somebody behind this element needs a key frame */
  void (*want_key_frame) (gpointer owner);
  /* somebody behind it misses a packet of @source. @unit: filled in when TRUE is returned */
  gboolean (*find) (gpointer owner, RjMedium medium, guint source, guint16 sequence, RjUnit *unit);
  /* another source has been connected, here or further up */
  void (*source_changed) (gpointer owner);
} RjElementFuncs;

typedef struct _RjElement RjElement;

/* @funcs: (nullable) static. @owner: not owned. Returns: (transfer full) */
RjElement *rj_element_new (const RjElementFuncs *funcs, gpointer owner);

/* Takes it out of the graph and frees it. */
void rj_element_free (RjElement *self);

/* @media: bits 1 << RjMedium */
void rj_element_connect (RjElement *self, RjElement *sink, guint media);
void rj_element_disconnect (RjElement *self, RjElement *sink, guint media);

/* For owners: downwards and upwards from @self. */
void rj_element_push (RjElement *self, const RjUnit *unit);
void rj_element_demand_key_frame (RjElement *self);
gboolean rj_element_find_above (
  RjElement *self, RjMedium medium, guint source, guint16 sequence, RjUnit *unit);

#define RJ_ELEMENT_ALL_MEDIA ((1u << RJ_N_MEDIA) - 1)

G_END_DECLS
