#include "rj-life-signs.h"

#include <agent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rj-webrtcbin-news.h"

/* What a probe of a streaming thread needs */
typedef struct {
  gatomicrefcount references;
  GMutex mutex;
  gint64 last_rtcp_us;    /* protected by mutex */
  RjRoundTrip round_trip; /* the same */
} Ear;

struct _RjLifeSigns {
  Ear *ear;
  int
    fd; /* of the connected socket, while ICMP is watched: our own, libnice closes its own; -1: none */
};

static Ear *
ear_ref (Ear *ear)
{
  g_atomic_ref_count_inc (&ear->references);
  return ear;
}

static void
ear_unref (gpointer data)
{
  Ear *ear = data;

  if (!g_atomic_ref_count_dec (&ear->references))
    return;
  g_mutex_clear (&ear->mutex);
  g_free (ear);
}

static void
ear_unref_closure (gpointer data, GClosure *closure)
{
  ear_unref (data);
}

typedef void (*CompoundFunc) (RjRoundTrip *trip, const guint8 *data, gsize size, gint64 at_us);

static void
show_locked (Ear *ear, const GstPadProbeInfo *info, gint64 at_us, CompoundFunc take)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstMapInfo map;

  if (!(info->type & GST_PAD_PROBE_TYPE_BUFFER) || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  take (&ear->round_trip, map.data, map.size, at_us);
  gst_buffer_unmap (buffer, &map);
}

static GstPadProbeReturn
on_rtcp_any (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Ear *ear = user_data;

  g_mutex_lock (&ear->mutex);
  ear->last_rtcp_us = g_get_monotonic_time ();
  show_locked (ear, info, ear->last_rtcp_us, rj_round_trip_push_received);
  g_mutex_unlock (&ear->mutex);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_sent_rtcp_any (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Ear *ear = user_data;

  g_mutex_lock (&ear->mutex);
  show_locked (ear, info, g_get_monotonic_time (), rj_round_trip_push_sent);
  g_mutex_unlock (&ear->mutex);
  return GST_PAD_PROBE_OK;
}

static void
on_rtpbin_pad_any (GstElement *rtpbin, GstPad *pad, gpointer user_data)
{
  GstPadProbeCallback listen = NULL;

  if (g_str_has_prefix (GST_OBJECT_NAME (pad), "recv_rtcp_sink"))
    listen = on_rtcp_any;
  else if (g_str_has_prefix (GST_OBJECT_NAME (pad), "send_rtcp_src"))
    listen = on_sent_rtcp_any;
  if (listen != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, listen,
                       ear_ref (user_data), ear_unref);
}

RjLifeSigns *
rj_life_signs_new (GstElement *webrtc)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (webrtc), "rtpbin");
  RjLifeSigns *self = g_new0 (RjLifeSigns, 1);

  self->fd = -1;
  self->ear = g_new0 (Ear, 1);
  g_atomic_ref_count_init (&self->ear->references);
  g_mutex_init (&self->ear->mutex);
  if (rtpbin != NULL)
    g_signal_connect_data (rtpbin, "pad-added", G_CALLBACK (on_rtpbin_pad_any), ear_ref (self->ear),
                           ear_unref_closure, 0);
  return self;
}

void
rj_life_signs_free (RjLifeSigns *self)
{
  rj_life_signs_stop (self);
  ear_unref (self->ear);
  g_free (self);
}

gint64
rj_life_signs_get_last_rtcp_us (RjLifeSigns *self)
{
  gint64 at_us;

  g_mutex_lock (&self->ear->mutex);
  at_us = self->ear->last_rtcp_us;
  g_mutex_unlock (&self->ear->mutex);
  return at_us;
}

void
rj_life_signs_get_round_trip (RjLifeSigns *self, RjRoundTrip *out)
{
  g_mutex_lock (&self->ear->mutex);
  *out = self->ear->round_trip;
  g_mutex_unlock (&self->ear->mutex);
}

void
rj_life_signs_watch_icmp (RjLifeSigns *self, GstElement *webrtc)
{
  g_autoptr (GSocket) socket = rj_webrtcbin_dup_socket (webrtc);
  const int on = 1;

  if (self->fd >= 0 || socket == NULL)
    return;
  self->fd = fcntl (g_socket_get_fd (socket), F_DUPFD_CLOEXEC, 0);
  if (self->fd < 0 || setsockopt (self->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on) != 0)
    g_debug ("no ICMP: %s", g_strerror (errno));
  if (self->fd >= 0 && g_socket_get_family (socket) == G_SOCKET_FAMILY_IPV6)
    setsockopt (self->fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
}

void
rj_life_signs_stop (RjLifeSigns *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

/* The report waits in the socket's queue of errors; libnice has only seen that reading failed */
gboolean
rj_life_signs_has_seen_icmp (RjLifeSigns *self)
{
  char control[512];
  char data[64];
  struct iovec space = { data, sizeof data };
  struct msghdr message = {
    .msg_iov = &space, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control
  };

  if (self->fd < 0 || recvmsg (self->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
    return FALSE;
  for (struct cmsghdr *header = CMSG_FIRSTHDR (&message); header != NULL;
       header = CMSG_NXTHDR (&message, header)) {
    const struct sock_extended_err *report = (const void *) CMSG_DATA (header);

    if (report->ee_origin == SO_EE_ORIGIN_ICMP || report->ee_origin == SO_EE_ORIGIN_ICMP6)
      return TRUE;
  }
  return FALSE;
}
