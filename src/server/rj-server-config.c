#include "rj-server-config.h"

RjServerConfig *
rj_server_config_new (const char *secret)
{
  RjServerConfig *self = g_new0 (RjServerConfig, 1);

  self->secret = g_strdup (secret);
  self->media_nodes = g_new0 (char *, 1);
  self->media_server = g_strdup ("kurento");
  self->forced_video_codec = g_strdup ("MEDIA_SERVER_PREFERRED");
  self->crash_after_us = RJ_SERVER_CRASH_AFTER_US;
  return self;
}

RjServerConfig *
rj_server_config_copy (const RjServerConfig *self)
{
  RjServerConfig *copy = g_memdup2 (self, sizeof *self);

  copy->secret = g_strdup (self->secret);
  copy->public_url = g_strdup (self->public_url);
  copy->tls_cert_path = g_strdup (self->tls_cert_path);
  copy->tls_key_path = g_strdup (self->tls_key_path);
  copy->media_nodes = g_strdupv (self->media_nodes);
  copy->webhook = g_strdup (self->webhook);
  copy->webhook_headers = g_strdupv (self->webhook_headers);
  copy->media_server = g_strdup (self->media_server);
  copy->forced_video_codec = g_strdup (self->forced_video_codec);
  copy->turn = g_strdup (self->turn);
  return copy;
}

void
rj_server_config_free (RjServerConfig *self)
{
  g_free (self->secret);
  g_free (self->public_url);
  g_free (self->webhook);
  g_strfreev (self->webhook_headers);
  g_free (self->tls_cert_path);
  g_free (self->tls_key_path);
  g_strfreev (self->media_nodes);
  g_free (self->media_server);
  g_free (self->forced_video_codec);
  g_free (self->turn);
  g_free (self);
}

void
rj_server_config_add_media_node (RjServerConfig *self, const char *url)
{
  guint n = g_strv_length (self->media_nodes);

  self->media_nodes = g_renew (char *, self->media_nodes, n + 2);
  self->media_nodes[n] = g_strdup (url);
  self->media_nodes[n + 1] = NULL;
}
