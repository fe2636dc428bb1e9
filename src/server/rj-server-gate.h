/* Where frames of clients come in: pings, connect and closeSession are answered at once, the rest goes to
 * the queue of its rpc session. Home thread. Source: OpenVidu 2 protocol, sections 4.1 to 4.7 and 12. */
#pragma once

#include "rj-server-socket.h"

G_BEGIN_DECLS

void rj_server_gate_take (RjServerSocket *socket, const char *text, gsize size);

G_END_DECLS
