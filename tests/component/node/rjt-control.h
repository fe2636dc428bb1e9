/* A scripted client of the control protocol over a real websocket, and waiting for facts. */
#pragma once

#include <libsoup/soup.h>

#include "rj-kurento-event.h"

G_BEGIN_DECLS

typedef void (*RjtControlFunc) (const RjKmsEvent *event, gpointer user_data);

typedef struct {
  SoupSession *http;
  SoupWebsocketConnection *socket;
  gboolean closed;
  gint64 last_id;
  char *session; /* (nullable) sent along */
  GHashTable *answers;
  GPtrArray *events; /* of RjKmsEvent, in order */
  GPtrArray *texts;  /* of all messages, in order */
  RjtControlFunc on_event;
  gpointer user_data;
} RjtControl;

/* Connects to the node at @port, and waits for it. */
RjtControl *rjt_control_new (guint port);
void rjt_control_free (RjtControl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtControl, rjt_control_free)

/* What openvidu-server begins with; sets session. */
void rjt_control_greet (RjtControl *self);

/* @params: (transfer full). Returns: the request's id */
gint64 rjt_control_send (RjtControl *self, const char *method, JsonObject *params);
/* Sends and waits. Returns: (transfer none): valid as long as @self */
const RjFrame *rjt_control_call (RjtControl *self, const char *method, JsonObject *params);
/* The same, which must succeed. Returns: (transfer none) (nullable): its value if it is a text */
const char *rjt_control_do (RjtControl *self, const char *method, JsonObject *params);
/* The same, which must fail with @code. */
void rjt_control_fail (RjtControl *self, const char *method, JsonObject *params, gint64 code);

const char *rjt_control_create (RjtControl *self, const char *type, const char *pipeline);
void rjt_control_connect (RjtControl *self, const char *source, const char *sink);
void rjt_control_subscribe_all (RjtControl *self, const char *object);

/* Returns: how many events of this kind came; @object, @state: (nullable): any */
guint rjt_control_count (RjtControl *self, const char *type, const char *object, const char *state);

/* Iterates the default context until @condition holds; ends the test after ten seconds. */
#define RJT_WAIT(condition)                                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 deadline_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;                            \
    while (!(condition)) {                                                                         \
      if (g_get_monotonic_time () > deadline_us)                                                   \
        g_error ("%s:%d: waited in vain for %s", __FILE__, __LINE__, #condition);                  \
      rjt_iterate_briefly ();                                                                      \
    }                                                                                              \
  }                                                                                                \
  G_STMT_END
void rjt_iterate_briefly (void);

G_END_DECLS
