/* Consent freshness (RFC 7675) for the agents of webrtcbin: a peer whose other side has not answered a check
 * for long (libnice 0.1.21: ten seconds, checks every four to six) fails. libnice can do it since 0.1.19, but
 * only an agent that is made so, and GStreamer 1.22 makes its agents without. So the value is replaced while
 * webrtcbin constructs its agent. Home thread. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Whether agents that are made from now on have it. Switch it off again when yours is made. */
void rj_consent_want (gboolean wanted);

/* @agent: a NiceAgent */
gboolean rj_consent_has (GObject *agent);

G_END_DECLS
