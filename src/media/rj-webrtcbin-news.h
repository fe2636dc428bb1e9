/* What webrtcbin's threads have to say, brought home through a mailbox, and what is read from it at home. */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "rj-mailbox.h"

G_BEGIN_DECLS

/* At home. Moments are CLOCK_MONOTONIC microseconds of the thread where it happened. */
typedef struct {
  void (*candidate) (gpointer owner, guint mline, const char *text);
  void (*ice_connected) (gpointer owner, gint64 at_us);
  void (*dtls_connected) (gpointer owner, gint64 at_us); /* ICE and DTLS of all transports */
  void (*ice_failed) (gpointer owner, gint64 at_us);
  void (*connection_failed) (gpointer owner, gint64 at_us);
  void (*pipeline_error) (gpointer owner, const GError *error);
} RjWebrtcbinNews;

/* Listens, and drains the bus: what waits there would keep webrtcbin alive. Before the pipeline starts.
 * @news: static */
void rj_webrtcbin_listen (GstElement *pipeline,
                          GstElement *webrtc,
                          const RjWebrtcbinNews *news,
                          RjMailbox *mailbox);

/* Returns: (transfer full) (nullable): the NiceAgent below webrtcbin */
GObject *rj_webrtcbin_dup_nice_agent (GstElement *webrtc);

/* Returns: (transfer full) (nullable): the socket of the selected pair, once ICE is connected. Home. */
GSocket *rj_webrtcbin_dup_socket (GstElement *webrtc);

/* Types of the selected candidates: "host", "srflx", "prflx", "relay". @local, @remote: (out) (transfer full)
 * (nullable). Home thread. */
void rj_webrtcbin_read_selected_pair (GstElement *webrtc, char **local, char **remote);

/* Returns: (transfer full) (nullable): what the other side has shown in the DTLS handshake, PEM. Home. */
char *rj_webrtcbin_read_remote_certificate (GstElement *webrtc);

G_END_DECLS
