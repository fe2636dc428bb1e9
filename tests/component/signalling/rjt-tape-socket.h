/* A socket without a network: what the signaller writes is kept, what it hears comes from the test. */
#pragma once

#include <json-glib/json-glib.h>

#include "rj-socket.h"

G_BEGIN_DECLS

#define RJT_TYPE_TAPE_SOCKET (rjt_tape_socket_get_type ())
G_DECLARE_FINAL_TYPE (RjtTapeSocket, rjt_tape_socket, RJT, TAPE_SOCKET, GObject)

RjtTapeSocket *rjt_tape_socket_new (void);

const char *rjt_tape_socket_get_url (RjtTapeSocket *self);
gboolean rjt_tape_socket_is_closed (RjtTapeSocket *self);
/* Code that the signaller closed it with */
guint rjt_tape_socket_get_code (RjtTapeSocket *self);

/* Takes the oldest request of @method out. Returns: (transfer full) (nullable) */
JsonObject *rjt_tape_socket_take (RjtTapeSocket *self, const char *method);
guint rjt_tape_socket_count (RjtTapeSocket *self);

G_END_DECLS
