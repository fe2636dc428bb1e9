/* One end of a pair of RjIcePeers in a test: remembers what happened and trickles its candidates to the other. */
#pragma once

#include "rj-ice-peer.h"

typedef struct _RjtIceEnd RjtIceEnd;

struct _RjtIceEnd {
  RjIcePeer *peer;
  RjtIceEnd *other;      /* (nullable) gets the candidates */
  GPtrArray *candidates; /* all own ones */
  gboolean hold;         /* do not trickle */
  gboolean gathered;
  gboolean ice_connected;
  gboolean connected;
  gboolean close_in_callback;
  void (*on_connected) (RjtIceEnd *self); /* (nullable) */
  gpointer user_data;                     /* the test's */
  GError *error;
  guint n_callbacks;
  GByteArray *rtp; /* the last one */
  GByteArray *rtcp;
  guint n_rtp;
  guint n_rtcp;
  gint64 at_us;
  RjIcePeer *forward_to; /* (nullable) gets every RTP packet, and nothing is kept */
};

void rjt_ice_end_init (RjtIceEnd *self, gboolean controlling);
/* @clock: (nullable) */
void rjt_ice_end_init_with_clock (RjtIceEnd *self, gboolean controlling, RjClock *clock);
void rjt_ice_end_clear (RjtIceEnd *self);
void rjt_ice_end_set_remote (RjtIceEnd *self, RjtIceEnd *other, RjDtlsRole own_role);
/* Both ways, gathering, and waits until both are connected. */
void rjt_ice_ends_connect (RjtIceEnd *one, RjtIceEnd *two, RjDtlsRole role_of_one);

/* Iterates the default context until @condition holds; ends the test after ten seconds. */
#define RJT_WAIT(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 deadline_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;                            \
    while (!(condition)) {                                                                         \
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);                                   \
      rjt_iterate_briefly ();                                                                      \
    }                                                                                              \
  }                                                                                                \
  G_STMT_END
void rjt_iterate_briefly (void);

/* A packet that parses: @size bytes of payload */
GByteArray *rjt_make_rtp (guint32 ssrc, guint16 sequence, gsize size);
GByteArray *rjt_make_rr (guint32 ssrc);
