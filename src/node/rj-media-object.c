#include "rj-media-object.h"

#include "rj-transport.h"

struct _RjMediaPlace {
  gatomicrefcount references;
  RjEndpointPlace shared;
  RjMailbox *home;
  RjMailboxFunc event;
};

struct _RjMediaObject {
  gatomicrefcount references;
  RjMediaPlace *place;
  char *id;
  gboolean is_endpoint;
  guint number;
  RjEndpoint *endpoint; /* of an endpoint, between create and release */
  RjElement *element;   /* of a PassThrough, likewise */
};

RjMediaPlace *
rj_media_place_new (GMainContext *context,
                    guint32 seed,
                    gboolean loopback_only,
                    gboolean black_pictures,
                    RjMailbox *home,
                    RjMailboxFunc event)
{
  RjMediaPlace *self = g_new0 (RjMediaPlace, 1);

  g_atomic_ref_count_init (&self->references);
  self->shared.context = g_main_context_ref (context);
  self->shared.clock = rj_real_clock_new ();
  self->shared.dice = rj_dice_new (seed);
  self->shared.loopback_only = loopback_only;
  self->shared.black_pictures = black_pictures;
  self->home = rj_mailbox_ref (home);
  self->event = event;
  return self;
}

RjMediaPlace *
rj_media_place_ref (RjMediaPlace *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rj_media_place_unref (RjMediaPlace *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_main_context_unref (self->shared.context);
  g_object_unref (self->shared.clock);
  rj_dice_free (self->shared.dice);
  rj_mailbox_unref (self->home);
  g_free (self);
}

RjMediaObject *
rj_media_object_new (RjMediaPlace *place, const char *id, gboolean is_endpoint, guint number)
{
  RjMediaObject *self = g_new0 (RjMediaObject, 1);

  g_atomic_ref_count_init (&self->references);
  self->place = rj_media_place_ref (place);
  self->id = g_strdup (id);
  self->is_endpoint = is_endpoint;
  self->number = number;
  return self;
}

RjMediaObject *
rj_media_object_ref (RjMediaObject *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rj_media_object_unref (RjMediaObject *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_warn_if_fail (self->endpoint == NULL && self->element == NULL);
  rj_media_place_unref (self->place);
  g_free (self->id);
  g_free (self);
}

RjOrder *
rj_order_new (RjOrderKind kind, RjMediaObject *object)
{
  RjOrder *self = g_new0 (RjOrder, 1);

  self->kind = kind;
  self->object = rj_media_object_ref (object);
  self->media = RJ_ELEMENT_ALL_MEDIA;
  return self;
}

void
rj_order_free (RjOrder *self)
{
  if (self == NULL)
    return;
  rj_media_object_unref (self->object);
  rj_media_object_unref (self->sink);
  g_free (self->text);
  if (self->call != NULL && self->free_call != NULL)
    self->free_call (self->call);
  g_free (self->result);
  g_clear_error (&self->error);
  g_free (self);
}

/* --- carrying out, in the thread of the place --- */

static void
on_event (RjKmsEvent *event, gpointer user_data)
{
  RjMediaPlace *place = user_data;

  rj_mailbox_post (place->home, place->event, event, (GDestroyNotify) rj_kms_event_free);
}

static void
create (RjMediaObject *self, RjOrder *order)
{
  RjMediaPlace *place = self->place;

  if (self->is_endpoint)
    self->endpoint = rj_endpoint_new (&place->shared, self->id, self->number, on_event, place);
  else
    self->element = rj_element_new (NULL, NULL);
}

static void
release (RjMediaObject *self, RjOrder *order)
{
  g_clear_pointer (&self->endpoint, rj_endpoint_free);
  g_clear_pointer (&self->element, rj_element_free);
}

static RjElement *
get_element (RjMediaObject *self)
{
  return self->endpoint != NULL ? rj_endpoint_get_element (self->endpoint) : self->element;
}

static void
connect_sink (RjMediaObject *self, RjOrder *order)
{
  RjElement *source = get_element (self);
  RjElement *sink = get_element (order->sink);

  if (source != NULL && sink != NULL)
    rj_element_connect (source, sink, order->media);
}

static void
disconnect_sink (RjMediaObject *self, RjOrder *order)
{
  RjElement *source = get_element (self);
  RjElement *sink = get_element (order->sink);

  if (source != NULL && sink != NULL)
    rj_element_disconnect (source, sink, order->media);
}

static void
process_offer (RjMediaObject *self, RjOrder *order)
{
  order->result = rj_endpoint_process_offer (self->endpoint, order->text, &order->error);
}

static void
generate_offer (RjMediaObject *self, RjOrder *order)
{
  order->result = rj_endpoint_generate_offer (self->endpoint, order->media, &order->error);
}

static void
process_answer (RjMediaObject *self, RjOrder *order)
{
  rj_endpoint_process_answer (self->endpoint, order->text, &order->error);
}

static void
gather (RjMediaObject *self, RjOrder *order)
{
  rj_endpoint_gather (self->endpoint, &order->error);
}

static void
add_candidate (RjMediaObject *self, RjOrder *order)
{
  rj_endpoint_add_candidate (self->endpoint, order->text);
}

static void
set_stun_address (RjMediaObject *self, RjOrder *order)
{
  rj_endpoint_set_stun_address (self->endpoint, order->text);
}

static void
set_stun_port (RjMediaObject *self, RjOrder *order)
{
  rj_endpoint_set_stun_port (self->endpoint, (guint) order->number);
}

static void
set_max_receive (RjMediaObject *self, RjOrder *order)
{
  rj_endpoint_set_max_receive_kbps (self->endpoint, (guint) order->number);
}

static const struct {
  void (*func) (RjMediaObject *self, RjOrder *order);
  gboolean needs_endpoint;
} rows[RJ_N_ORDERS] = {
  [RJ_ORDER_CREATE] = { create, FALSE },
  [RJ_ORDER_RELEASE] = { release, FALSE },
  [RJ_ORDER_PROCESS_OFFER] = { process_offer, TRUE },
  [RJ_ORDER_GENERATE_OFFER] = { generate_offer, TRUE },
  [RJ_ORDER_PROCESS_ANSWER] = { process_answer, TRUE },
  [RJ_ORDER_GATHER] = { gather, TRUE },
  [RJ_ORDER_ADD_CANDIDATE] = { add_candidate, TRUE },
  [RJ_ORDER_CONNECT] = { connect_sink, FALSE },
  [RJ_ORDER_DISCONNECT] = { disconnect_sink, FALSE },
  [RJ_ORDER_STUN_ADDRESS] = { set_stun_address, TRUE },
  [RJ_ORDER_STUN_PORT] = { set_stun_port, TRUE },
  [RJ_ORDER_MAX_RECEIVE] = { set_max_receive, TRUE },
};

typedef struct {
  RjOrder *order;
  RjMailboxFunc done;
} Job;

static void
carry_out (gpointer user_data)
{
  Job *job = user_data;
  RjMediaObject *object = job->order->object;

  if (!rows[job->order->kind].needs_endpoint || object->endpoint != NULL)
    rows[job->order->kind].func (object, job->order);
  if (job->done != NULL)
    rj_mailbox_post (object->place->home, job->done, g_steal_pointer (&job->order),
                     (GDestroyNotify) rj_order_free);
}

static void
job_free (gpointer user_data)
{
  Job *job = user_data;

  rj_order_free (job->order);
  g_free (job);
}

void
rj_order_post (RjOrder *self, RjMailboxFunc done)
{
  Job *job = g_new0 (Job, 1);

  job->order = self;
  job->done = done;
  rj_transport_post (self->object->place->shared.context, carry_out, job, job_free);
}
