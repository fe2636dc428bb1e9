#include "rj-relays.h"

#include <agent.h>

#include "rj-webrtcbin-news.h"

/* For a server that does not answer: 200, 400 and 800 ms, then libnice gives up */
#define FIRST_TIMEOUT_MS 200
#define N_TRANSMISSIONS  3

/* What a webrtcbin with TURN servers bears under that name */
#define NAME "rj-relays"

typedef struct {
  GMainContext
    *context; /* where libnice's answer arrives: home may be blocked, waiting for the reaper */
  gboolean done;
} Return;

void
rj_relays_note (GstElement *webrtc)
{
  if (g_object_get_data (G_OBJECT (webrtc), NAME) == NULL)
    g_object_set_data (G_OBJECT (webrtc), NAME, g_new0 (Return, 1));
}

static void
on_closed (GObject *agent, GAsyncResult *result, gpointer data)
{
  ((Return *) data)->done = TRUE;
}

void
rj_relays_begin_return (GstElement *webrtc)
{
  Return *self = g_object_get_data (G_OBJECT (webrtc), NAME);
  g_autoptr (GObject) agent = self == NULL ? NULL : rj_webrtcbin_dup_nice_agent (webrtc);

  if (agent == NULL)
    return;
  self->context = g_main_context_new ();
  g_object_set (agent, "stun-initial-timeout", FIRST_TIMEOUT_MS, "stun-max-retransmissions",
                N_TRANSMISSIONS, NULL);
  g_main_context_push_thread_default (self->context);
  nice_agent_close_async (NICE_AGENT (agent), on_closed, self);
  g_main_context_pop_thread_default (self->context);
}

void
rj_relays_finish_return (GstElement *webrtc)
{
  Return *self = g_object_get_data (G_OBJECT (webrtc), NAME);

  if (self == NULL)
    return;
  while (self->context != NULL && !self->done)
    g_main_context_iteration (self->context, TRUE);
  g_object_set_data (G_OBJECT (webrtc), NAME, NULL);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}
