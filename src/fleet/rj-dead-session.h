/* Deletes a session over OpenVidu's REST API, when nothing else brings it back. Home thread only. */
#pragma once

#include <libsoup/soup.h>

#include "rj-event.h"

G_BEGIN_DECLS

/* Returns at once; the outcome is a warning event. */
void rj_dead_session_delete (SoupSession *http,
                             RjEventSink *events,
                             const char *server_url,
                             const char *secret,
                             const char *session);

G_END_DECLS
