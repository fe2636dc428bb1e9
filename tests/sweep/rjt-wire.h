/* A websocket without a network, between the signaller and the model of a server: each message takes a moment by
 * the clock, in order, and whatever the fault of the run makes of it. Home thread. */
#pragma once

#include "rj-clock.h"
#include "rj-socket.h"
#include "rjt-sweep.h"

G_BEGIN_DECLS

#define RJT_TYPE_WIRE (rjt_wire_get_type ())
G_DECLARE_FINAL_TYPE (RjtWire, rjt_wire, RJT, WIRE, GObject)

#define RJT_WIRE_US 1000 /* how long a message takes */

/* The server's end. Nothing is called after rjt_wire_forget(). */
typedef struct {
  /* Returns: whether somebody listens there */
  gboolean (*opened) (RjtWire *wire, const char *url, gpointer user_data);
  void (*text) (RjtWire *wire, const char *text, gpointer user_data);
  /* @reason: (nullable): no text, or broken */
  void (*closed) (RjtWire *wire, const char *reason, gpointer user_data);
  /* A message to the client did not arrive, and never will */
  void (*lost) (RjtWire *wire, const char *text, gpointer user_data);
  /* The fault "crash" is due */
  void (*crash) (gpointer user_data);
} RjtWireFuncs;

/* @clock: of the world, @funcs: static. Returns: (transfer full): not open yet */
RjtWire *rjt_wire_new (RjtRun *run, RjClock *clock, const RjtWireFuncs *funcs, gpointer user_data);

/* What the server does */
void rjt_wire_say (RjtWire *self, const char *text);
void rjt_wire_close (RjtWire *self, guint code, const char *reason);
gboolean rjt_wire_is_open (RjtWire *self);

/* The other end goes away: whatever is under way is lost */
void rjt_wire_forget (RjtWire *self);

/* An answer of the server that carries @code in one of the three shapes of errors. Returns: (transfer full) */
char *rjt_wire_make_error (gint64 id, int code, const char *rpc_session);

G_END_DECLS
