#include "rj-peer-hole.h"

#include <errno.h>
#include <gio/gio.h>
#include <linux/filter.h>
#include <sys/socket.h>

#include "rj-webrtcbin-news.h"

typedef struct {
  gboolean ours;
  guint mline;
  char *mid;
  char *text;
} Candidate;

typedef struct {
  GstPad *pad;
  gulong probe;
} Plug;

struct _RjPeerHole {
  RjBlackhole *blackhole; /* (nullable) */
  gulong handler;
  GstElement *webrtc;
  RjPeerHoleFunc func;
  gpointer user_data;
  GPtrArray *candidates; /* of Candidate: held back */
  GPtrArray *plugs;      /* of Plug */
  GSocket *socket;       /* (nullable): deaf */
};

static void
candidate_free (gpointer data)
{
  Candidate *candidate = data;

  g_free (candidate->mid);
  g_free (candidate->text);
  g_free (candidate);
}

static void
plug_free (gpointer data)
{
  Plug *plug = data;

  gst_pad_remove_probe (plug->pad, plug->probe);
  gst_object_unref (plug->pad);
  g_free (plug);
}

static GstPadProbeReturn
swallow_any (GstPad *pad, GstPadProbeInfo *info, gpointer unused)
{
  return GST_PAD_PROBE_DROP;
}

static gboolean
is_plugged (RjPeerHole *self, GstPad *pad)
{
  for (guint i = 0; i < self->plugs->len; i++) {
    if (((Plug *) g_ptr_array_index (self->plugs, i))->pad == pad)
      return TRUE;
  }
  return FALSE;
}

static void
plug (RjPeerHole *self, GstElement *element, const char *pad_name)
{
  GstPad *pad = gst_element_get_static_pad (element, pad_name);
  Plug *plug;

  if (pad == NULL || is_plugged (self, pad)) {
    g_clear_pointer (&pad, gst_object_unref);
    return;
  }
  plug = g_new0 (Plug, 1);
  plug->pad = pad;
  plug->probe = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
                                   swallow_any, NULL, NULL);
  g_ptr_array_add (self->plugs, plug);
}

static void
plug_element (const GValue *item, gpointer user_data)
{
  GstElement *element = g_value_get_object (item);
  GstElementFactory *factory = gst_element_get_factory (element);
  const char *name = factory == NULL ? "" : GST_OBJECT_NAME (factory);

  if (g_str_equal (name, "nicesrc"))
    plug (user_data, element, "src");
  else if (g_str_equal (name, "nicesink"))
    plug (user_data, element, "sink");
}

static void
plug_elements (RjPeerHole *self)
{
  GstIterator *iterator = gst_bin_iterate_recurse (GST_BIN (self->webrtc));

  while (gst_iterator_foreach (iterator, plug_element, self) == GST_ITERATOR_RESYNC)
    gst_iterator_resync (iterator);
  gst_iterator_free (iterator);
}

static void
deafen (RjPeerHole *self)
{
  struct sock_filter nothing[] = { BPF_STMT (BPF_RET | BPF_K, 0) };
  struct sock_fprog program = { G_N_ELEMENTS (nothing), nothing };

  if (self->socket != NULL)
    return;
  self->socket = rj_webrtcbin_dup_socket (self->webrtc);
  if (self->socket != NULL && setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET,
                                          SO_ATTACH_FILTER, &program, sizeof program) != 0)
    g_warning ("a socket cannot be made deaf: %s", g_strerror (errno));
}

static void
hear (RjPeerHole *self)
{
  const int unused = 0;

  if (self->socket != NULL && !g_socket_is_closed (self->socket))
    setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET, SO_DETACH_FILTER, &unused,
                sizeof unused);
  g_clear_object (&self->socket);
}

void
rj_peer_hole_cover (RjPeerHole *self)
{
  if (!rj_blackhole_is_on (self->blackhole))
    return;
  plug_elements (self);
  deafen (self);
}

static void
let_candidates_go (RjPeerHole *self)
{
  g_autoptr (GPtrArray) candidates = g_steal_pointer (&self->candidates);

  self->candidates = g_ptr_array_new_with_free_func (candidate_free);
  for (guint i = 0; i < candidates->len; i++) {
    Candidate *c = g_ptr_array_index (candidates, i);

    self->func (c->ours, c->mline, c->mid, c->text, self->user_data);
  }
}

static void
on_changed (RjBlackhole *blackhole, RjPeerHole *self)
{
  if (rj_blackhole_is_on (blackhole)) {
    rj_peer_hole_cover (self);
    return;
  }
  g_ptr_array_set_size (self->plugs, 0);
  hear (self);
  let_candidates_go (self);
}

gboolean
rj_peer_hole_hold (RjPeerHole *self, gboolean ours, guint mline, const char *mid, const char *text)
{
  Candidate *candidate;

  if (!rj_blackhole_is_on (self->blackhole))
    return FALSE;
  candidate = g_new0 (Candidate, 1);
  candidate->ours = ours;
  candidate->mline = mline;
  candidate->mid = g_strdup (mid);
  candidate->text = g_strdup (text);
  g_ptr_array_add (self->candidates, candidate);
  return TRUE;
}

RjPeerHole *
rj_peer_hole_new (RjBlackhole *blackhole,
                  GstElement *webrtc,
                  RjPeerHoleFunc func,
                  gpointer user_data)
{
  RjPeerHole *self = g_new0 (RjPeerHole, 1);

  self->webrtc = webrtc;
  self->func = func;
  self->user_data = user_data;
  self->candidates = g_ptr_array_new_with_free_func (candidate_free);
  self->plugs = g_ptr_array_new_with_free_func (plug_free);
  if (blackhole == NULL)
    return self;
  self->blackhole = g_object_ref (blackhole);
  self->handler = g_signal_connect (blackhole, "changed", G_CALLBACK (on_changed), self);
  return self;
}

void
rj_peer_hole_free (RjPeerHole *self)
{
  if (self == NULL)
    return;
  if (self->blackhole != NULL)
    g_signal_handler_disconnect (self->blackhole, self->handler);
  g_ptr_array_unref (self->plugs);
  hear (self);
  g_ptr_array_unref (self->candidates);
  g_clear_object (&self->blackhole);
  g_free (self);
}
