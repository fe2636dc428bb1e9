/* What a server needs to know before it starts. Plain struct, any thread. */
#pragma once

#include <glib-object.h>

#include "rj-quirks.h"

G_BEGIN_DECLS

/* Measured on the real server: control socket closed -> declared crashed */
#define RJ_SERVER_CRASH_AFTER_US (3500 * (gint64) 1000)

/* The version that the server says it has */
#define RJ_SERVER_VERSION "2.32.2"

typedef struct {
  guint16 port;        /* on 127.0.0.1; 0: any free one */
  char *secret;        /* password of OPENVIDUAPP. A secret */
  char *public_url;    /* (nullable): http://127.0.0.1:port. Tokens start with its ws form */
  char *tls_cert_path; /* (nullable): PEM; together with tls_key_path: https and wss */
  char *tls_key_path;  /* (nullable) */
  char *
    *media_nodes; /* control URLs, "ws://127.0.0.1:8888/kurento"; the index is the node's number */
  guint quirks;   /* of RjQuirk: what to do wrong */
  char *webhook;  /* (nullable): events are posted to this URL */
  char **webhook_headers; /* (nullable): of "Name: value" */
  gint64 crash_after_us;  /* from the closed control socket to the crash declaration */
  /* "kurento" or "mediasoup": what joiners are told. With the second the server makes the offers of subscriptions
   * (OpenVidu 2 protocol, 10.1); the nodes are the same */
  char *media_server;
  /* 0: the only master. Else one of several, and this differs with every start of each */
  gint64 life;
  guint index; /* which of them: where media nodes are equally loaded, each prefers another one */
  /* of sessions that ask for none: "MEDIA_SERVER_PREFERRED", "NONE", "VP8", "H264" */
  char *forced_video_codec;
  char *turn; /* (nullable): as rj_turn_server_parse() takes it; joiners are told. A secret */
} RjServerConfig;

/* Returns: (transfer full): port 0, @secret, no media nodes, the real timing */
RjServerConfig *rj_server_config_new (const char *secret);
RjServerConfig *rj_server_config_copy (const RjServerConfig *self);
void rj_server_config_free (RjServerConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjServerConfig, rj_server_config_free)

void rj_server_config_add_media_node (RjServerConfig *self, const char *url);

G_END_DECLS
