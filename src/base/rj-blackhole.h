/* A hole into which packets vanish while it is on: a fault that we do to ourselves. Whoever sends and
 * receives asks it; nothing is told to the other side. Home thread only.
 *
 * Signal: "changed" (): it was switched on or off. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define RJ_TYPE_BLACKHOLE (rj_blackhole_get_type ())
G_DECLARE_FINAL_TYPE (RjBlackhole, rj_blackhole, RJ, BLACKHOLE, GObject)

RjBlackhole *rj_blackhole_new (void);

/* Several may do it at the same time: it is off again when it was switched off as often as on. */
void rj_blackhole_switch (RjBlackhole *self, gboolean on);

/* @self: (nullable): one that is never on */
gboolean rj_blackhole_is_on (RjBlackhole *self);

G_END_DECLS
