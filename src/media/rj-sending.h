/* The sending end of a peer: begins when the transport is up and the clip is there in the codec that the answer
 * wants, which may be another one than was linked. Home thread only.
 *
 *   waiting ─► sending ─► stopped      waiting ─► loading (another codec's clip) ─► waiting      any ─► stopped */
#pragma once

#include "rj-peer-kit.h"
#include "rj-webrtcbin-build.h"

G_BEGIN_DECLS

typedef struct _RjSending RjSending;

/* The other codec's clip cannot be made. Not after rj_sending_stop() */
typedef void (*RjSendingFailed) (gpointer owner, const GError *error);

/* @parts: copied; the pipeline outlives it. @owner: not referenced; stops it before it goes */
RjSending *rj_sending_new (const RjPeerKit *kit,
                           const RjPeerConfig *config,
                           const RjWebrtcbinParts *parts,
                           RjSendingFailed failed,
                           gpointer owner);

/* What the answer wants, when it was applied */
void rj_sending_set_codec (RjSending *self, RjVideoCodec codec);

/* The transport is up. */
void rj_sending_start (RjSending *self);

/* Nothing of what is muted is sent. At any time */
void rj_sending_set_muted (RjSending *self, gboolean audio, gboolean video);

/* Stops and frees; before the pipeline goes. NULL is fine. */
void rj_sending_stop (RjSending *self);

G_END_DECLS
