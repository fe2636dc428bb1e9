/* A client's websocket, and the watchdog over its pings. Home thread.
 * Source: OpenVidu 2 protocol, sections 3.2, 3.3 and 4.5. */
#pragma once

#include <libsoup/soup.h>

#include "rj-server-core.h"

G_BEGIN_DECLS

struct _RjServerRpc;

/* Closes the rpc session's socket when three intervals pass without a ping. */
typedef struct _RjServerWatchdog RjServerWatchdog;

RjServerWatchdog *rj_server_watchdog_new (RjClock *clock);
void rj_server_watchdog_free (RjServerWatchdog *self);
/* A ping came. @interval_ms counts the first time only; 0: not named */
void rj_server_watchdog_ping (RjServerWatchdog *self, gint64 interval_ms);
/* @rpc: (unowned) (nullable): without one it watches over nothing */
void rj_server_watchdog_attach (RjServerWatchdog *self, struct _RjServerRpc *rpc);
void rj_server_watchdog_suspend (RjServerWatchdog *self);

#define RJ_TYPE_SERVER_SOCKET (rj_server_socket_get_type ())
G_DECLARE_FINAL_TYPE (RjServerSocket, rj_server_socket, RJ, SERVER_SOCKET, GObject)

struct _RjServerSocket {
  GObject parent_instance;
  RjServerCore *core;
  SoupWebsocketConnection *websocket;
  char *ip;
  char *user_id;
  gboolean is_open;
  struct _RjServerRpc *rpc;   /* (unowned) (nullable): the one that its requests belong to */
  RjServerWatchdog *watchdog; /* (nullable): before the first ping */
};

/* Takes over a websocket just accepted; lives until that is closed. */
void rj_server_socket_accept (RjServerCore *core,
                              SoupWebsocketConnection *websocket,
                              const char *ip,
                              const char *user_id);

/* Whether what is sent has a chance to arrive */
gboolean rj_server_socket_can_send (RjServerSocket *self);

/* @text: (transfer full): one frame. A closed socket swallows it. */
void rj_server_socket_send (RjServerSocket *self, char *text);

/* @text: (nullable). The client's echo is not waited for. */
void rj_server_socket_close (RjServerSocket *self, gushort code, const char *text);

G_END_DECLS
