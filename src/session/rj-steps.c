#include "rj-steps.h"

typedef struct {
  RjStepFunc func;
  gpointer owner;
} Step;

struct _RjSteps {
  guint n_refs;
  GQueue queue; /* of Step */
  GSource *source;
};

RjSteps *
rj_steps_new (void)
{
  RjSteps *self = g_new0 (RjSteps, 1);

  self->n_refs = 1;
  g_queue_init (&self->queue);
  return self;
}

RjSteps *
rj_steps_ref (RjSteps *self)
{
  self->n_refs++;
  return self;
}

static void
stop (RjSteps *self)
{
  if (self->source == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

void
rj_steps_unref (RjSteps *self)
{
  if (self == NULL || --self->n_refs > 0)
    return;
  stop (self);
  g_queue_clear_full (&self->queue, g_free);
  g_free (self);
}

static gboolean
on_idle (gpointer user_data)
{
  g_autoptr (RjSteps) self = rj_steps_ref (user_data);
  g_autofree Step *step = g_queue_pop_head (&self->queue);

  if (step != NULL)
    step->func (step->owner);
  if (!g_queue_is_empty (&self->queue))
    return G_SOURCE_CONTINUE;
  stop (self);
  return G_SOURCE_REMOVE;
}

void
rj_steps_push (RjSteps *self, RjStepFunc func, gpointer owner)
{
  Step *step = g_new0 (Step, 1);

  step->func = func;
  step->owner = owner;
  g_queue_push_tail (&self->queue, step);
  if (self->source != NULL)
    return;
  self->source = g_idle_source_new ();
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_callback (self->source, on_idle, self, NULL);
  g_source_attach (self->source, g_main_context_get_thread_default ());
}

void
rj_steps_drop (RjSteps *self, gpointer owner)
{
  for (GList *link = self->queue.head; link != NULL;) {
    GList *next = link->next;
    Step *step = link->data;

    if (step->owner == owner) {
      g_queue_delete_link (&self->queue, link);
      g_free (step);
    }
    link = next;
  }
}

guint
rj_steps_count (RjSteps *self)
{
  return self->queue.length;
}
