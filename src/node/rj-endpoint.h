/* A WebRtcEndpoint: one client's transport with ICE, DTLS and RTP, at one place of the media graph.
 *
 * Answers an offer (then it is controlled, and DTLS client unless the offer decides otherwise) or makes one, gathers,
 * takes candidates at any time, and hands packets on. All m-lines share one transport: both sides of OpenVidu
 * bundle. In the thread of its context only. */
#pragma once

#include "rj-clock.h"
#include "rj-dice.h"
#include "rj-element.h"
#include "rj-ice-peer.h"
#include "rj-kurento-event.h"

G_BEGIN_DECLS

/* What all endpoints of a pipeline share; valid as long as they live */
typedef struct {
  GMainContext *context;
  RjClock *clock;
  RjDice *dice;
  gboolean loopback_only;
  gboolean black_pictures; /* the quirk */
} RjEndpointPlace;

/* Errors of an endpoint; the numbers are Kurento's */
#define RJ_ENDPOINT_ERROR (rj_endpoint_error_quark ())
GQuark rj_endpoint_error_quark (void);

typedef enum {
  RJ_ENDPOINT_ERROR_SDP = 40201, /* cannot be parsed */
  RJ_ENDPOINT_ERROR_PROCESS_ANSWER = 40206,
  RJ_ENDPOINT_ERROR_NEGOTIATED = 40208, /* only once */
  RJ_ENDPOINT_ERROR_NO_OFFER = 40209,
  RJ_ENDPOINT_ERROR_ANSWERED = 40210, /* our offer, before */
  RJ_ENDPOINT_ERROR_GATHER = 40400,
} RjEndpointErrorCode;

/* The word that Kurento gives beside the number. Returns: (nullable) */
const char *rj_endpoint_error_get_type (int code);

/* @event: (transfer full) */
typedef void (*RjEndpointFunc) (RjKmsEvent *event, gpointer user_data);

typedef struct _RjEndpoint RjEndpoint;

/* @place: borrowed. @id: the object's. @number: of its kind within the process. Returns: (transfer full) */
RjEndpoint *rj_endpoint_new (const RjEndpointPlace *place,
                             const char *id,
                             guint number,
                             RjEndpointFunc event,
                             gpointer user_data);
void rj_endpoint_free (RjEndpoint *self);

/* (transfer none) */
RjElement *rj_endpoint_get_element (RjEndpoint *self);

/* Before the offer */
void rj_endpoint_set_stun_address (RjEndpoint *self, const char *address);
void rj_endpoint_set_stun_port (RjEndpoint *self, guint port);
void rj_endpoint_set_max_receive_kbps (RjEndpoint *self, guint kbps);

/* Returns: (transfer full) (nullable) */
char *rj_endpoint_process_offer (RjEndpoint *self, const char *offer, GError **error);
/* @media: bits 1 << RjMedium */
char *rj_endpoint_generate_offer (RjEndpoint *self, guint media, GError **error);
gboolean rj_endpoint_process_answer (RjEndpoint *self, const char *answer, GError **error);

gboolean rj_endpoint_gather (RjEndpoint *self, GError **error);
/* What cannot be used is ignored. */
void rj_endpoint_add_candidate (RjEndpoint *self, const char *candidate);

G_END_DECLS
