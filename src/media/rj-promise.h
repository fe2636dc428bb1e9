/* From a GstPromise, answered on a thread of webrtcbin, to the owner of a mailbox. Never waits. */
#pragma once

#include <gst/gst.h>

#include "rj-mailbox.h"

G_BEGIN_DECLS

/* At home. @reply: (nullable): NULL when @error is set */
typedef void (*RjPromiseFunc) (gpointer owner, const GstStructure *reply, const GError *error);

/* Returns: (transfer full): give it to an action signal of webrtcbin and drop it */
GstPromise *rj_promise_new (RjMailbox *mailbox, RjPromiseFunc func);

G_END_DECLS
