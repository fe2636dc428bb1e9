/* Stands between two peers as a network would: a socket towards each, and a rule for the datagrams in between.
 * The default main context only. */
#pragma once

#include <gio/gio.h>

typedef struct _RjtRelay RjtRelay;

/* The ends are 0 and 1. */
RjtRelay *rjt_relay_new (void);
void rjt_relay_free (RjtRelay *self);

/* Tells where an end really is. @candidate: its own host candidate. Returns: (transfer full): the candidate to give
 * to the other end instead */
char *rjt_relay_take_candidate (RjtRelay *self, guint end, const char *candidate);

/* From now on DTLS from @end waits until @n_packets of SRTP from it have gone ahead. */
void rjt_relay_let_srtp_overtake (RjtRelay *self, guint end, guint n_packets);
guint rjt_relay_count_overtaken (RjtRelay *self); /* DTLS datagrams that had to wait */
