/* The media half of an object of the control protocol, and what is asked of it.
 *
 * The control half lives in the home thread and never touches media; it posts orders, which are carried out in the
 * thread of the pipeline one after the other, and come back with their result. References and orders: any thread;
 * the content belongs to the thread of the pipeline. */
#pragma once

#include "rj-endpoint.h"
#include "rj-mailbox.h"

G_BEGIN_DECLS

/* --- what the objects of a pipeline share --- */

typedef struct _RjMediaPlace RjMediaPlace;

/* @letter: an RjKmsEvent, freed after the call; runs in the thread of @home */
RjMediaPlace *rj_media_place_new (GMainContext *context,
                                  guint32 seed,
                                  gboolean loopback_only,
                                  gboolean black_pictures,
                                  RjMailbox *home,
                                  RjMailboxFunc event);
RjMediaPlace *rj_media_place_ref (RjMediaPlace *self);
void rj_media_place_unref (RjMediaPlace *self);

/* --- objects --- */

typedef struct _RjMediaObject RjMediaObject;

/* @number: of its kind within the process; endpoints are numbered, a PassThrough is not. Empty until the order
 * RJ_ORDER_CREATE. Returns: (transfer full) */
RjMediaObject *
rj_media_object_new (RjMediaPlace *place, const char *id, gboolean is_endpoint, guint number);
RjMediaObject *rj_media_object_ref (RjMediaObject *self);
void rj_media_object_unref (RjMediaObject *self);

/* --- orders --- */

typedef enum {
  RJ_ORDER_CREATE,
  RJ_ORDER_RELEASE,
  RJ_ORDER_PROCESS_OFFER,  /* text; result */
  RJ_ORDER_GENERATE_OFFER, /* media; result */
  RJ_ORDER_PROCESS_ANSWER, /* text */
  RJ_ORDER_GATHER,
  RJ_ORDER_ADD_CANDIDATE, /* text */
  RJ_ORDER_CONNECT,       /* sink, media */
  RJ_ORDER_DISCONNECT,    /* sink, media */
  RJ_ORDER_STUN_ADDRESS,  /* text */
  RJ_ORDER_STUN_PORT,     /* number */
  RJ_ORDER_MAX_RECEIVE,   /* number, kbit/s */
  RJ_N_ORDERS,
} RjOrderKind;

typedef struct {
  RjOrderKind kind;
  RjMediaObject *object;
  RjMediaObject *sink; /* (nullable) */
  guint media;         /* bits 1 << RjMedium */
  char *text;          /* (nullable) */
  gint64 number;
  gpointer call; /* of the asking side */
  GDestroyNotify free_call;
  char *result;  /* (nullable) */
  GError *error; /* (nullable) */
} RjOrder;

/* @object: gets a reference. Returns: (transfer full) */
RjOrder *rj_order_new (RjOrderKind kind, RjMediaObject *object);
void rj_order_free (RjOrder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOrder, rj_order_free)

/* @self: (transfer full). @done: (nullable) gets the order back in the thread of the place's mailbox; the order is
 * freed after it */
void rj_order_post (RjOrder *self, RjMailboxFunc done);

G_END_DECLS
