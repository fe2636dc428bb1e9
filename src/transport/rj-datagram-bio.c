#include "rj-datagram-bio.h"

#include <string.h>

typedef struct {
  const guint8 *input; /* (nullable) */
  gsize input_size;
  GQueue output; /* of GBytes */
  guint mtu_bytes;
} Datagrams;

static int
on_read (BIO *bio, char *buffer, int room)
{
  Datagrams *self = BIO_get_data (bio);
  int size;

  BIO_clear_retry_flags (bio);
  if (self->input == NULL) {
    BIO_set_retry_read (bio);
    return -1;
  }
  size = (int) MIN (self->input_size, (gsize) MAX (room, 0));
  memcpy (buffer, self->input, (gsize) size);
  self->input = NULL;
  return size;
}

static int
on_write (BIO *bio, const char *data, int size)
{
  Datagrams *self = BIO_get_data (bio);

  BIO_clear_retry_flags (bio);
  if (size > 0)
    g_queue_push_tail (&self->output, g_bytes_new (data, (gsize) size));
  return size;
}

static long
on_ctrl (BIO *bio, int command, long number, void *pointer)
{
  Datagrams *self = BIO_get_data (bio);

  switch (command) {
  case BIO_CTRL_FLUSH:
  case BIO_CTRL_DUP:
    return 1;
  case BIO_CTRL_DGRAM_QUERY_MTU:
  case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
    return self->mtu_bytes;
  case BIO_CTRL_PENDING:
    return self->input == NULL ? 0 : (long) self->input_size;
  default:
    return 0;
  }
}

static int
on_create (BIO *bio)
{
  Datagrams *self = g_new0 (Datagrams, 1);

  g_queue_init (&self->output);
  BIO_set_data (bio, self);
  BIO_set_init (bio, 1);
  return 1;
}

static int
on_destroy (BIO *bio)
{
  Datagrams *self = BIO_get_data (bio);

  g_queue_clear_full (&self->output, (GDestroyNotify) g_bytes_unref);
  g_free (self);
  return 1;
}

static BIO_METHOD *
make_method (void)
{
  BIO_METHOD *method = BIO_meth_new (BIO_TYPE_SOURCE_SINK | BIO_get_new_index (), "rj-datagrams");

  BIO_meth_set_read (method, on_read);
  BIO_meth_set_write (method, on_write);
  BIO_meth_set_ctrl (method, on_ctrl);
  BIO_meth_set_create (method, on_create);
  BIO_meth_set_destroy (method, on_destroy);
  return method;
}

BIO *
rj_datagram_bio_new (guint mtu_bytes)
{
  static gsize method;
  BIO *bio;

  if (g_once_init_enter (&method))
    g_once_init_leave (&method, (gsize) make_method ());
  bio = BIO_new ((BIO_METHOD *) method);
  if (bio != NULL)
    ((Datagrams *) BIO_get_data (bio))->mtu_bytes = mtu_bytes;
  return bio;
}

void
rj_datagram_bio_set_input (BIO *bio, const guint8 *datagram, gsize size)
{
  Datagrams *self = BIO_get_data (bio);

  self->input = datagram;
  self->input_size = size;
}

GBytes *
rj_datagram_bio_pop_output (BIO *bio)
{
  Datagrams *self = BIO_get_data (bio);

  return g_queue_pop_head (&self->output);
}
