#include "rj-supervisor.h"

#include "rj-json.h"

RjSupervisorConfig *
rj_supervisor_config_new (void)
{
  RjSupervisorConfig *self = g_new0 (RjSupervisorConfig, 1);

  self->n_nodes = 2;
  self->crash_after_us = -1;
  self->restart_after_us = -1;
  return self;
}

void
rj_supervisor_config_free (RjSupervisorConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->secret);
  g_free (self->tls_certificate);
  g_free (self->tls_key);
  g_free (self);
}

JsonObject *
rj_supervisor_config_to_json (const RjSupervisorConfig *self)
{
  return rj_json_build ("n_nodes", 'i', (gint64) self->n_nodes, "app_port", 'i',
                        (gint64) self->app_port, "server_port", 'i', (gint64) self->server_port,
                        "first_node_port", 'i', (gint64) self->first_node_port, "secret", 's',
                        self->secret, "tls_certificate", 's', self->tls_certificate, "tls_key", 's',
                        self->tls_key, "crash_after_us", 'i', self->crash_after_us,
                        "restart_after_us", 'i', self->restart_after_us, NULL);
}

RjSupervisorConfig *
rj_supervisor_config_from_json (JsonObject *line)
{
  RjSupervisorConfig *self = rj_supervisor_config_new ();

  self->n_nodes = rj_json_get_int (line, "n_nodes", self->n_nodes);
  self->app_port = rj_json_get_int (line, "app_port", 0);
  self->server_port = rj_json_get_int (line, "server_port", 0);
  self->first_node_port = rj_json_get_int (line, "first_node_port", 0);
  self->secret = g_strdup (rj_json_get_string (line, "secret", NULL));
  self->tls_certificate = g_strdup (rj_json_get_string (line, "tls_certificate", NULL));
  self->tls_key = g_strdup (rj_json_get_string (line, "tls_key", NULL));
  self->crash_after_us = rj_json_get_int (line, "crash_after_us", -1);
  self->restart_after_us = rj_json_get_int (line, "restart_after_us", -1);
  return self;
}
