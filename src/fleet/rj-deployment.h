/* The deployment under test, as the runner sees it: where tokens come from, which faults it can do, which
 * events it reports. apps/ fills it with the embedded cluster or a real deployment. Home thread only. */
#pragma once

#include <gio/gio.h>

#include "rj-event.h"

G_BEGIN_DECLS

/* Signal "lost" (const GError *error): what belongs to the run itself, and not to what is tested, is gone. */
#define RJ_TYPE_DEPLOYMENT (rj_deployment_get_type ())
G_DECLARE_INTERFACE (RjDeployment, rj_deployment, RJ, DEPLOYMENT, GObject)

struct _RjDeploymentInterface {
  GTypeInterface parent;

  void (*start_async) (RjDeployment *self,
                       RjEventSink *events,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  gboolean (*start_finish) (RjDeployment *self, GAsyncResult *result, GError **error);
  const char *(*get_app_url) (RjDeployment *self);
  const char *(*get_server_url) (RjDeployment *self);
  const char *(*get_secret) (RjDeployment *self);
  gboolean (*is_embedded) (RjDeployment *self);
  void (*fault_async) (RjDeployment *self,
                       const char *what,
                       const char *target,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  gboolean (*fault_finish) (RjDeployment *self, GAsyncResult *result, GError **error);
  void (*stop) (RjDeployment *self);
};

/* Starts it and waits until it is ready; from then on its events go to @events (source "cluster"). */
void rj_deployment_start_async (RjDeployment *self,
                                RjEventSink *events,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean rj_deployment_start_finish (RjDeployment *self, GAsyncResult *result, GError **error);

const char *rj_deployment_get_app_url (RjDeployment *self); /* (nullable) "http://127.0.0.1:5000" */
const char *rj_deployment_get_server_url (RjDeployment *self); /* (nullable) */
const char *rj_deployment_get_secret (RjDeployment *self);     /* (nullable) secret */
gboolean rj_deployment_is_embedded (RjDeployment *self);

/* @what: "kill-media-node", "freeze-media-node", "thaw-media-node", "restart-media-node", "roll-media-node", and
 * the same of "…-master"; "stop-media-node". @target: "0", "1" …, "all" (media nodes), "same" (the one that the fault before hit), or a
 * session id prefixed by "session:" (the one that hosts it).
 * RJ_ERROR_USAGE when this deployment cannot do it (a real one: use run:CMD). */
void rj_deployment_fault_async (RjDeployment *self,
                                const char *what,
                                const char *target,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
gboolean rj_deployment_fault_finish (RjDeployment *self, GAsyncResult *result, GError **error);

/* For implementations: emits the signal */
void rj_deployment_tell_lost (RjDeployment *self, const GError *error);

/* Stops everything that it started, and waits for it (bounded). Idempotent. */
void rj_deployment_stop (RjDeployment *self);

G_END_DECLS
