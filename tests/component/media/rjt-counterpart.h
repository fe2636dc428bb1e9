/* A bare webrtcbin that answers, as the other side of a peer under test: receives what a sending peer sends,
 * or sends a clip to a receiving peer. Steps block; the tested peer's own threads do not need us. */
#pragma once

#include "rj-clip.h"
#include "rj-pacer.h"
#include "rj-peer.h"
#include "rj-reaper.h"

G_BEGIN_DECLS

typedef struct _RjtCounterpart RjtCounterpart;

typedef struct {
  gboolean sends; /* the peer under test receives */
  gboolean has_audio, has_video;
  RjClip *clip; /* of a sender */
  guint16 publisher;
  guint16 run_hash;
  gint64 run_start_us;
  void (*candidate) (guint mline, const char *text, gpointer user_data); /* at home: one of ours */
  gpointer user_data;
} RjtCounterpartConfig;

RjtCounterpart *
rjt_counterpart_new (const RjtCounterpartConfig *config, RjPacer *pacer, RjReaper *reaper);

/* The other way round: it offers, and takes the answer. Returns: (transfer full): the offer, without candidates */
char *rjt_counterpart_offer (RjtCounterpart *self);
void rjt_counterpart_take_answer (RjtCounterpart *self, const char *answer);

/* Returns: (transfer full): the answer, without candidates */
char *rjt_counterpart_answer (RjtCounterpart *self, const char *offer);

void rjt_counterpart_add_candidate (RjtCounterpart *self, guint mline, const char *candidate);

gboolean rjt_counterpart_is_connected (RjtCounterpart *self);

/* What has arrived from a sending peer. (transfer none) */
RjTap *rjt_counterpart_get_tap (RjtCounterpart *self);

/* Sends PLI (or FIR) to the sending peer */
void rjt_counterpart_ask_for_key (RjtCounterpart *self, gboolean fir);

/* Starts and stops what it sends; it starts by itself when it is connected. */
void rjt_counterpart_start_sending (RjtCounterpart *self);
void rjt_counterpart_stop_sending (RjtCounterpart *self);

/* Its port is closed from one moment to the next, as if its process had been killed: no farewell. */
void rjt_counterpart_close_port (RjtCounterpart *self);

void rjt_counterpart_free (RjtCounterpart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtCounterpart, rjt_counterpart_free)

G_END_DECLS
