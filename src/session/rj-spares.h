/* Peers that are made ahead: when a way back begins, or all edges are silent and one is likely, so that their
 * offers are ready when they are due. They send nothing and belong to nobody; a leg takes one, and what is
 * left over is thrown away. Owned by a participant, reference counted. Home thread only. */
#pragma once

#include "rj-participant-config.h"

G_BEGIN_DECLS

#define RJ_SPARES_MAX 8 /* receivers; with more of them the processor is what everybody waits for */

typedef struct _RjSpares RjSpares;

RjSpares *rj_spares_new (RjParticipantConfig *config);
RjSpares *rj_spares_ref (RjSpares *self);
void rj_spares_unref (RjSpares *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjSpares, rj_spares_unref)

/* Who makes the offers of subscriptions is known: receivers that were made for the other case are thrown away. */
void rj_spares_set_server_offers (RjSpares *self, gboolean server_offers);

/* Makes one for the own stream, if there is one, and up to @n_receivers, one step after the other; those that
 * are there count. */
void rj_spares_prepare (RjSpares *self, guint n_receivers);

/* Returns: (transfer full) (nullable): one that fits, assigned to @config */
RjPeer *rj_spares_take (RjSpares *self, const RjPeerConfig *config);

/* Throws all away. */
void rj_spares_clear (RjSpares *self);

guint rj_spares_count (RjSpares *self);

G_END_DECLS
