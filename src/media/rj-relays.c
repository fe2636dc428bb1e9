#include "rj-relays.h"

#include <agent.h>

#include "rj-webrtcbin-news.h"

#define NOTE "rj-relays"

/* For a server that does not answer: 200, 400 and 800 ms, then libnice gives up */
#define FIRST_TIMEOUT_MS 200
#define N_TRANSMISSIONS  3

void
rj_relays_note (GstElement *webrtc)
{
  g_object_set_data (G_OBJECT (webrtc), NOTE, GINT_TO_POINTER (TRUE));
}

static void
on_closed (GObject *agent, GAsyncResult *result, gpointer done)
{
  *(gboolean *) done = TRUE;
}

static void
close_agent (NiceAgent *agent, GMainContext *context)
{
  gboolean done = FALSE;

  g_object_set (agent, "stun-initial-timeout", FIRST_TIMEOUT_MS, "stun-max-retransmissions",
                N_TRANSMISSIONS, NULL);
  nice_agent_close_async (agent, on_closed, &done);
  while (!done)
    g_main_context_iteration (context, TRUE);
}

void
rj_relays_give_back (GstElement *webrtc)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GObject) agent = NULL;

  if (g_object_get_data (G_OBJECT (webrtc), NOTE) == NULL)
    return;
  agent = rj_webrtcbin_dup_nice_agent (webrtc);
  if (agent == NULL)
    return;
  /* where libnice's answer arrives: home may be blocked, waiting for us */
  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  close_agent (NICE_AGENT (agent), context);
  g_main_context_pop_thread_default (context);
}
