/* Runs the embedded cluster: media nodes and one or more OpenVidu-compatible servers as child processes, the
 * app server, and the front of several servers, in this one. Does faults to them. Home thread only; one per
 * process.
 *
 * Every event of the cluster goes to the sink with source "cluster": process-started, process-ended, and
 * what the server reports (session-placed, node-control-closed, node-crashed, …). */
#pragma once

#include <gio/gio.h>

#include "rj-clock.h"
#include "rj-event.h"
#include "rj-quirks.h"

G_BEGIN_DECLS

typedef struct {
  guint n_nodes;
  guint n_masters; /* OpenVidu servers; several stand behind a front */
  guint app_port;  /* 0: any free port; so for the next two */
  guint server_port;
  guint first_node_port;    /* the next nodes take the next ports */
  char *secret;             /* OpenVidu secret */
  char *tls_certificate;    /* (nullable) PEM file: app server and OpenVidu server speak TLS */
  char *tls_key;            /* (nullable) */
  char *forced_video_codec; /* (nullable): of sessions that ask for none; as the real server */
  char *turn;               /* (nullable) USER:PASSWORD@HOST:PORT for the participants; a secret */
  char *media_server;       /* (nullable): "kurento", the default, or "mediasoup" */
  gint64 crash_after_us;  /* control socket closed -> node crashed; -1: as the real server, 3.5 s */
  guint quirks;           /* of RjQuirk */
  char *webhook;          /* (nullable): URL that hears of the server's events */
  char **webhook_headers; /* (nullable): of "Name: value". Perhaps secrets */
  gint64 restart_after_us; /* a node that ends is started again after this; -1: never */
} RjSupervisorConfig;

RjSupervisorConfig *rj_supervisor_config_new (void);
void rj_supervisor_config_free (RjSupervisorConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjSupervisorConfig, rj_supervisor_config_free)

/* As a line for another process, and back. The secret travels in it: over pipes only. */
JsonObject *rj_supervisor_config_to_json (const RjSupervisorConfig *self);
RjSupervisorConfig *rj_supervisor_config_from_json (JsonObject *line);
/* Returns: (transfer full) */
JsonArray *rj_supervisor_config_list_headers (const RjSupervisorConfig *self);

#define RJ_TYPE_SUPERVISOR (rj_supervisor_get_type ())
G_DECLARE_FINAL_TYPE (RjSupervisor, rj_supervisor, RJ, SUPERVISOR, GObject)

/* Signal: "failed" (const GError *error): the only server process has ended by itself; the cluster is useless.
 *
 * @config: (transfer full) */
RjSupervisor *rj_supervisor_new (RjSupervisorConfig *config, RjClock *clock, RjEventSink *events);

/* Done when all processes are ready. */
void
rj_supervisor_start_async (RjSupervisor *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean rj_supervisor_start_finish (RjSupervisor *self, GAsyncResult *result, GError **error);

/* Ends all processes in order, killing those that do not end within 2 s. A start that is under way ends with
 * G_IO_ERROR_CANCELLED. */
void
rj_supervisor_stop_async (RjSupervisor *self, GAsyncReadyCallback callback, gpointer user_data);
gboolean rj_supervisor_stop_finish (RjSupervisor *self, GAsyncResult *result, GError **error);

/* @what: "stop-media-node" (out of service in order) and "roll-media-node" (and back), which take their time; or
 * anything of rj_supervisor_do_fault(), which is done at once. */
void rj_supervisor_fault_async (RjSupervisor *self,
                                const char *what,
                                const char *target,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* @ret_place: as of rj_supervisor_do_fault() */
gboolean rj_supervisor_fault_finish (RjSupervisor *self,
                                     GAsyncResult *result,
                                     int *ret_place,
                                     GError **error);

/* @what: "kill-media-node", "freeze-media-node", "thaw-media-node", "restart-media-node", and the same of
 * "…-master". @target: "0", "1", …, "all" (media nodes), "same" as the last fault, or "session:<id>": the one
 * that hosts that session. @ret_place: (out) (optional): the one that was meant, -1 for all.
 * A restart is done when the old process has ended and the new one was started; it becomes ready later. */
gboolean rj_supervisor_do_fault (
  RjSupervisor *self, const char *what, const char *target, int *ret_place, GError **error);

const char *rj_supervisor_get_app_url (RjSupervisor *self);
const char *rj_supervisor_get_server_url (RjSupervisor *self);
guint rj_supervisor_get_n_masters (RjSupervisor *self);
GPid rj_supervisor_get_master_pid (RjSupervisor *self, guint master); /* 0: not running */
guint rj_supervisor_get_master_port (RjSupervisor *self, guint master);
guint rj_supervisor_get_n_nodes (RjSupervisor *self);
GPid rj_supervisor_get_node_pid (RjSupervisor *self, guint node); /* 0: not running */
guint rj_supervisor_get_node_port (RjSupervisor *self, guint node);

G_END_DECLS
