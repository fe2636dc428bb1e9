/* The methods of the websocket protocol, as a table. Home thread. Source: OpenVidu 2 protocol, section 5. */
#pragma once

#include "rj-server-call.h"

G_BEGIN_DECLS

typedef void (*RjServerMethodFunc) (RjServerCall *call);

/* @call: (transfer full) */
void rj_server_methods_run (RjServerCall *call);

/* The participant that makes the call is set and in a session in all but join, echo and speech. */
void rj_server_method_join (RjServerCall *call);
void rj_server_method_leave (RjServerCall *call);
void rj_server_method_echo (RjServerCall *call);

void rj_server_method_publish (RjServerCall *call);
void rj_server_method_unpublish (RjServerCall *call);
void rj_server_method_receive (RjServerCall *call);
void rj_server_method_prepare (RjServerCall *call);
void rj_server_method_unsubscribe (RjServerCall *call);
void rj_server_method_candidate (RjServerCall *call);
void rj_server_method_reconnect (RjServerCall *call);

void rj_server_method_message (RjServerCall *call);
void rj_server_method_property (RjServerCall *call);
void rj_server_method_video_data (RjServerCall *call);
void rj_server_method_force_disconnect (RjServerCall *call);
void rj_server_method_force_unpublish (RjServerCall *call);
void rj_server_method_apply_filter (RjServerCall *call);
void rj_server_method_no_filter (RjServerCall *call);
void rj_server_method_no_filter_listener (RjServerCall *call);
void rj_server_method_speech (RjServerCall *call);

G_END_DECLS
