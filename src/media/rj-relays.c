#include "rj-relays.h"

#include <agent.h>

#include "rj-webrtcbin-news.h"

#define NOTE "rj-relays"

/* For a server that does not answer: 200, 400 and 800 ms. libnice ends it by then; the limit is for libnice. */
#define FIRST_TIMEOUT_MS 200
#define N_TRANSMISSIONS  3
#define LIMIT_US         (3 * G_USEC_PER_SEC)

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

static gboolean
on_limit (gpointer limit_reached)
{
  *(gboolean *) limit_reached = TRUE;
  return G_SOURCE_REMOVE;
}

static void
close_agent (NiceAgent *agent, GMainContext *context)
{
  g_autoptr (GSource) limit = g_timeout_source_new (LIMIT_US / 1000);
  gboolean limit_reached = FALSE;
  gboolean *done = g_new0 (gboolean, 1); /* its callback may come when nobody listens any more */

  g_source_set_callback (limit, on_limit, &limit_reached, NULL);
  g_source_attach (limit, context);
  g_object_set (agent, "stun-initial-timeout", FIRST_TIMEOUT_MS, "stun-max-retransmissions",
                N_TRANSMISSIONS, NULL);
  nice_agent_close_async (agent, on_closed, done);
  while (!*done && !limit_reached)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (limit);
  if (*done)
    g_free (done);
  else
    g_debug ("relays were not given back in time");
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
