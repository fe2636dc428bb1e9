/* Sampled decoding: looks for about a second at the picture of one receiving peer after the other, new ones first. One
 * decoder for all peers of an engine; home thread, the work is done on its pipeline's own threads.
 *
 * It checks that the picture is not black, moves, and shows the counter that the frame's stamp announces. */
#pragma once

#include "rj-clock.h"
#include "rj-peer.h"
#include "rj-reaper.h"
#include "rj-receiver.h"

G_BEGIN_DECLS

#define RJ_TYPE_DECODER (rj_decoder_get_type ())
G_DECLARE_FINAL_TYPE (RjDecoder, rj_decoder, RJ, DECODER, GObject)

/* At home. @check: of this peer */
typedef void (*RjDecoderFunc) (gpointer owner, const RjPictureCheck *check);

typedef struct {
  guint16 run_hash; /* of our stamps */
  gint64 pause_us;  /* between two looks; before the first one at somebody it is shorter */
} RjDecoderConfig;

RjDecoder *rj_decoder_new (const RjDecoderConfig *config, RjClock *clock, RjReaper *reaper);

/* Takes part in the rotation until it is removed. @fps: of the publisher; the counter in its picture wraps with
 * the clip. @owner: not referenced; removes itself before it goes. */
void rj_decoder_add (
  RjDecoder *self, RjReceiver *receiver, guint fps, RjDecoderFunc func, gpointer owner);
void rj_decoder_remove (RjDecoder *self, gpointer owner);

/* Nobody is looked at any more; the owner calls it before it lets go. */
void rj_decoder_close (RjDecoder *self);

G_END_DECLS
