#include "rj-masters.h"

#include <signal.h>

#include "rj-child.h"
#include "rj-error.h"
#include "rj-front.h"
#include "rj-json.h"

struct _RjMasters {
  GObject parent_instance;

  const RjSupervisorConfig *config;
  RjClock *clock;
  RjEventSink *events;
  JsonArray *media_nodes;
  GPtrArray *servers;   /* of RjChild */
  GHashTable *restarts; /* those that are started again as soon as they have ended */
  RjFront *front;       /* (nullable): there is only one server */
  char *url;            /* (nullable) before "ready": of the front, or the only server */
  gint64 last_life;     /* of the server process that was started last */
  int hit;              /* by the last fault; -1: none yet */
  gboolean is_ready;
  gboolean stopping;
};

enum {
  READY,
  FAILED,
  ENDED,
  EVENT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjMasters, rj_masters, G_TYPE_OBJECT)

static char *
make_url (RjMasters *self, guint port)
{
  return g_strdup_printf ("%s://127.0.0.1:%u",
                          self->config->tls_certificate == NULL ? "http" : "https", port);
}

/* The configuration of a server for its next start */
static JsonObject *
build_config (RjMasters *self, RjChild *server)
{
  const RjSupervisorConfig *config = self->config;
  gint64 port = rj_child_get_port (server);
  JsonObject *line = rj_json_build (
    "secret", 's', config->secret, "media_nodes", 'a', json_array_ref (self->media_nodes),
    "crash_after_us", 'i', config->crash_after_us, "quirks", 'i', (gint64) config->quirks,
    "webhook", 's', config->webhook, "webhook_headers", 'a',
    rj_supervisor_config_list_headers (config), "media_server", 's', config->media_server,
    "forced_video_codec", 's', config->forced_video_codec, "turn", 's', config->turn, NULL);

  if (self->front == NULL) {
    json_object_set_int_member (line, "port", port != 0 ? port : config->server_port);
    if (config->tls_certificate != NULL)
      json_object_set_string_member (line, "tls_certificate", config->tls_certificate);
    if (config->tls_key != NULL)
      json_object_set_string_member (line, "tls_key", config->tls_key);
    return line;
  }
  json_object_set_int_member (line, "port", port);
  json_object_set_string_member (line, "public_url", self->url);
  json_object_set_int_member (line, "index", rj_child_get_index (server));
  json_object_set_int_member (line, "life", ++self->last_life);
  return line;
}

static void
on_ready (RjChild *server, RjMasters *self)
{
  if (self->front != NULL)
    rj_front_set_master (self->front, rj_child_get_index (server), rj_child_get_port (server));
  if (self->is_ready || self->stopping)
    return;
  for (guint i = 0; i < self->servers->len; i++) {
    if (!rj_child_is_ready (g_ptr_array_index (self->servers, i)))
      return;
  }
  if (self->url == NULL)
    self->url = make_url (self, rj_child_get_port (server));
  self->is_ready = TRUE;
  g_signal_emit (self, signals[READY], 0);
}

static void
on_event (RjChild *server, RjEvent *event, RjMasters *self)
{
  g_signal_emit (self, signals[EVENT], 0, event);
}

static void
restart (RjMasters *self, RjChild *server)
{
  g_autoptr (GError) error = NULL;

  if (!rj_child_start (server, build_config (self, server), &error))
    g_warning ("OpenVidu server %u does not start: %s", rj_child_get_index (server),
               error->message);
}

static void
on_ended (RjChild *server, RjMasters *self)
{
  g_autoptr (RjMasters) alive = g_object_ref (self);

  if (self->stopping && self->front != NULL)
    rj_front_stop (self->front); /* that it is gone is no news */
  if (!self->stopping && g_hash_table_remove (self->restarts, server)) {
    restart (self, server);
  } else if (!self->stopping && (!self->is_ready || self->front == NULL)) {
    g_autoptr (GError) error = g_error_new (
      RJ_ERROR, RJ_ERROR_ENVIRONMENT,
      "the embedded OpenVidu server has ended; its messages stand above. If its port %u is in use, "
      "stop the other program or choose another one with --port",
      self->config->server_port);

    g_signal_emit (self, signals[FAILED], 0, error);
  }
  g_signal_emit (self, signals[ENDED], 0);
}

static gboolean
start_front (RjMasters *self, GError **error)
{
  const RjSupervisorConfig *config = self->config;
  g_autoptr (GTlsCertificate) certificate = NULL;

  if (config->tls_certificate != NULL) {
    certificate = g_tls_certificate_new_from_files (
      config->tls_certificate, config->tls_key == NULL ? config->tls_certificate : config->tls_key,
      error);
    if (certificate == NULL) {
      g_prefix_error (error, "the TLS certificate: ");
      return FALSE;
    }
  }
  self->front = rj_front_new (config->n_masters, self->clock, self->events);
  if (!rj_front_listen (self->front, config->server_port, certificate, error))
    return FALSE;
  self->url = make_url (self, rj_front_get_port (self->front));
  return TRUE;
}

gboolean
rj_masters_start (RjMasters *self, JsonArray *media_nodes, GError **error)
{
  g_return_val_if_fail (self->servers->len == 0, FALSE);

  self->media_nodes = media_nodes;
  if (self->config->n_masters > 1 && !start_front (self, error))
    return FALSE;
  for (guint i = 0; i < MAX (self->config->n_masters, 1); i++) {
    RjChild *server = rj_child_new ("internal-server", "server", i, self->events);

    g_ptr_array_add (self->servers, server);
    g_signal_connect (server, "ready", G_CALLBACK (on_ready), self);
    g_signal_connect (server, "event", G_CALLBACK (on_event), self);
    g_signal_connect (server, "ended", G_CALLBACK (on_ended), self);
    if (!rj_child_start (server, build_config (self, server), error))
      return FALSE;
  }
  return TRUE;
}

void
rj_masters_stop (RjMasters *self, gboolean kill)
{
  self->stopping = TRUE;
  g_hash_table_remove_all (self->restarts);
  for (guint i = 0; i < self->servers->len; i++) {
    RjChild *server = g_ptr_array_index (self->servers, i);

    rj_child_send_signal (server, kill ? SIGKILL : SIGTERM, NULL);
    rj_child_send_signal (server, SIGCONT, NULL); /* a frozen one would not hear the other */
  }
}

gboolean
rj_masters_is_running (RjMasters *self)
{
  for (guint i = 0; i < self->servers->len; i++) {
    if (rj_child_is_running (g_ptr_array_index (self->servers, i)))
      return TRUE;
  }
  return FALSE;
}

/* Returns: -1 with @error */
static int
find_target (RjMasters *self, const char *target, GError **error)
{
  const char *session = g_str_has_prefix (target, "session:") ? target + strlen ("session:") : NULL;
  guint64 index = 0;

  if (g_str_equal (target, "same")) {
    if (self->hit < 0)
      g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "no fault before this one has hit a master");
    return self->hit;
  }
  if (session != NULL && self->front != NULL) {
    int found = rj_front_find_master (self->front, session);

    if (found < 0)
      g_set_error (error, RJ_ERROR, RJ_ERROR_REJECTED, "no master hosts session %s", session);
    return found;
  }
  if (self->servers->len == 0 ||
      (session == NULL &&
       !g_ascii_string_to_unsigned (target, 10, 0, self->servers->len - 1, &index, NULL))) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "there is no master \"%s\"; the cluster has %u, counted from 0", target,
                 self->servers->len);
    return -1;
  }
  return index;
}

static gboolean
do_restart (RjMasters *self, RjChild *server, int signal_number, GError **error)
{
  if (!rj_child_is_running (server))
    return rj_child_start (server, build_config (self, server), error);
  g_hash_table_add (self->restarts, server);
  return rj_child_send_signal (server, signal_number, error);
}

gboolean
rj_masters_do_fault (
  RjMasters *self, const char *what, const char *target, int *ret_master, GError **error)
{
  int master = find_target (self, target, error);
  RjChild *server;

  if (master < 0)
    return FALSE;
  server = g_ptr_array_index (self->servers, master);
  self->hit = master;
  if (ret_master != NULL)
    *ret_master = master;
  if (g_str_equal (what, "restart-master"))
    return do_restart (self, server, SIGKILL, error);
  if (g_str_equal (what, "roll-master"))
    return do_restart (self, server, SIGTERM, error);
  if (self->front == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "%s: it is the only master, and nobody could come back; give --masters 2, or "
                 "restart-master",
                 what);
    return FALSE;
  }
  if (g_str_equal (what, "kill-master"))
    return rj_child_send_signal (server, SIGKILL, error);
  if (g_str_equal (what, "freeze-master"))
    return rj_child_send_signal (server, SIGSTOP, error);
  if (g_str_equal (what, "thaw-master"))
    return rj_child_send_signal (server, SIGCONT, error);
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "the embedded cluster does not know the fault %s",
               what);
  return FALSE;
}

const char *
rj_masters_get_url (RjMasters *self)
{
  return self->url;
}

guint
rj_masters_count (RjMasters *self)
{
  return self->servers->len;
}

GPid
rj_masters_get_pid (RjMasters *self, guint master)
{
  return rj_child_get_pid (g_ptr_array_index (self->servers, master));
}

guint
rj_masters_get_port (RjMasters *self, guint master)
{
  return rj_child_get_port (g_ptr_array_index (self->servers, master));
}

static void
disconnect (gpointer server, gpointer self)
{
  g_signal_handlers_disconnect_by_data (server, self);
}

static void
rj_masters_dispose (GObject *object)
{
  RjMasters *self = RJ_MASTERS (object);

  g_ptr_array_foreach (self->servers, disconnect, self);
  g_ptr_array_set_size (self->servers, 0);
  if (self->front != NULL)
    rj_front_stop (self->front);
  g_clear_object (&self->front);
  G_OBJECT_CLASS (rj_masters_parent_class)->dispose (object);
}

static void
rj_masters_finalize (GObject *object)
{
  RjMasters *self = RJ_MASTERS (object);

  g_ptr_array_unref (self->servers);
  g_hash_table_unref (self->restarts);
  g_clear_pointer (&self->media_nodes, json_array_unref);
  g_clear_object (&self->clock);
  g_clear_object (&self->events);
  g_free (self->url);
  G_OBJECT_CLASS (rj_masters_parent_class)->finalize (object);
}

static void
rj_masters_class_init (RjMastersClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = rj_masters_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_masters_finalize;
  signals[READY] =
    g_signal_new ("ready", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[ENDED] =
    g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[EVENT] = g_signal_new ("event", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_POINTER);
}

static void
rj_masters_init (RjMasters *self)
{
  self->servers = g_ptr_array_new_with_free_func (g_object_unref);
  self->restarts = g_hash_table_new (NULL, NULL);
  self->hit = -1;
}

RjMasters *
rj_masters_new (const RjSupervisorConfig *config, RjClock *clock, RjEventSink *events)
{
  RjMasters *self = g_object_new (RJ_TYPE_MASTERS, NULL);

  self->config = config;
  self->clock = g_object_ref (clock);
  self->events = events == NULL ? NULL : g_object_ref (events);
  return self;
}
