#include "rj-blackhole.h"

struct _RjBlackhole {
  GObject parent_instance;

  guint n; /* times that it was switched on */
};

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjBlackhole, rj_blackhole, G_TYPE_OBJECT)

void
rj_blackhole_switch (RjBlackhole *self, gboolean on)
{
  g_return_if_fail (RJ_IS_BLACKHOLE (self));

  g_return_if_fail (on || self->n > 0);

  self->n += on ? 1 : -1;
  if (self->n == (on ? 1 : 0))
    g_signal_emit (self, signals[CHANGED], 0);
}

gboolean
rj_blackhole_is_on (RjBlackhole *self)
{
  return self != NULL && self->n > 0;
}

static void
rj_blackhole_class_init (RjBlackholeClass *klass)
{
  signals[CHANGED] = g_signal_new ("changed", RJ_TYPE_BLACKHOLE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
rj_blackhole_init (RjBlackhole *self)
{
}

RjBlackhole *
rj_blackhole_new (void)
{
  return g_object_new (RJ_TYPE_BLACKHOLE, NULL);
}
