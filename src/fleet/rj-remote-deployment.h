/* A deployment of the user's own: addresses and nothing else. Starting it means, at most, waiting until it
 * answers. Home thread only. */
#pragma once

#include <libsoup/soup.h>

#include "rj-clock.h"
#include "rj-deployment.h"

G_BEGIN_DECLS

#define RJ_TYPE_REMOTE_DEPLOYMENT (rj_remote_deployment_get_type ())
G_DECLARE_FINAL_TYPE (RjRemoteDeployment, rj_remote_deployment, RJ, REMOTE_DEPLOYMENT, GObject)

/* @app_url, @server_url, @secret: (nullable). @wait_for_us: how long to wait for an HTTP answer of the app
 * server, or else of the OpenVidu server; -1: not at all. An error status is an answer too. */
RjRemoteDeployment *rj_remote_deployment_new (SoupSession *http,
                                              RjClock *clock,
                                              const char *app_url,
                                              const char *server_url,
                                              const char *secret,
                                              gint64 wait_for_us);

G_END_DECLS
