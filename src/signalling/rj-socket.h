/* A text socket that may break: what the signaller needs of a websocket. The real one is rj-websocket; the
 * fault sweep brings one that loses, delays and doubles messages. Home thread.
 *
 * Opened once, never reused. After rj_socket_close() nothing is emitted any more. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define RJ_TYPE_SOCKET (rj_socket_get_type ())
G_DECLARE_INTERFACE (RjSocket, rj_socket, RJ, SOCKET, GObject)

/* Signals:
 *   "text"   (const char *text, gint64 read_us)   one whole message; binary ones are dropped
 *   "closed" (guint code, const char *reason, const GError *error)   once: closed by the other side, or
 *            broken. @code: of the close frame, 0 without one. @reason: (nullable). @error: (nullable) */
struct _RjSocketInterface {
  GTypeInterface parent;

  void (*open_async) (RjSocket *self,
                      const char *url,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  gboolean (*open_finish) (RjSocket *self, GAsyncResult *result, GError **error);
  void (*send) (RjSocket *self, const char *text);
  void (*close) (RjSocket *self, guint code, const char *reason);
  void (*cut) (RjSocket *self, gboolean with_reset);
};

/* Makes sockets for a signaller. Returns: (transfer full) */
typedef RjSocket *(*RjSocketMaker) (gpointer user_data);

/* Errors of the finish: RJ_ERROR_UNREACHABLE, RJ_ERROR_TIMEOUT, RJ_ERROR_REJECTED (no websocket there),
 * G_TLS_ERROR, G_IO_ERROR_CANCELLED */
void rj_socket_open_async (RjSocket *self,
                           const char *url,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean rj_socket_open_finish (RjSocket *self, GAsyncResult *result, GError **error);

/* Says @text; a socket that is not open (any more) swallows it */
void rj_socket_send (RjSocket *self, const char *text);

/* Says good-bye in the background and is silent from now on. @reason: (nullable): no text. Idempotent */
void rj_socket_close (RjSocket *self, guint code, const char *reason);

/* Breaks the TCP connection without a word, by FIN or by RST; "closed" follows like after any loss */
void rj_socket_cut (RjSocket *self, gboolean with_reset);

/* For implementations */
void rj_socket_emit_text (RjSocket *self, const char *text, gint64 read_us);
void rj_socket_emit_closed (RjSocket *self, guint code, const char *reason, const GError *error);

G_END_DECLS
