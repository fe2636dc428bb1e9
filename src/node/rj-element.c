#include "rj-element.h"

struct _RjElement {
  const RjElementFuncs *funcs;
  gpointer owner;
  GPtrArray *sinks[RJ_N_MEDIA]; /* of RjElement, not owned: whoever goes takes itself out */
  RjElement *sources[RJ_N_MEDIA];
  /* a call is passing through: ends circles. News go down and cause demands that come up. */
  gboolean tells;
  gboolean pushes;
  gboolean asks;
};

const char *
rj_medium_get_name (RjMedium medium)
{
  return medium == RJ_MEDIUM_AUDIO ? "AUDIO" : "VIDEO";
}

RjElement *
rj_element_new (const RjElementFuncs *funcs, gpointer owner)
{
  RjElement *self = g_new0 (RjElement, 1);

  self->funcs = funcs;
  self->owner = owner;
  for (guint i = 0; i < RJ_N_MEDIA; i++)
    self->sinks[i] = g_ptr_array_new ();
  return self;
}

static void
cut (RjElement *source, RjElement *sink, RjMedium medium)
{
  g_ptr_array_remove (source->sinks[medium], sink);
  sink->sources[medium] = NULL;
}

void
rj_element_free (RjElement *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < RJ_N_MEDIA; i++) {
    if (self->sources[i] != NULL)
      cut (self->sources[i], self, i);
    while (self->sinks[i]->len > 0)
      cut (self, g_ptr_array_index (self->sinks[i], 0), i);
    g_ptr_array_unref (self->sinks[i]);
  }
  g_free (self);
}

/* Tells everybody behind @self, itself included, that packets will come from elsewhere */
static void
tell_source_changed (RjElement *self, guint media)
{
  if (self->tells)
    return;
  if (self->funcs != NULL) {
    if (self->funcs->source_changed != NULL)
      self->funcs->source_changed (self->owner);
    return;
  }
  self->tells = TRUE;
  for (guint i = 0; i < RJ_N_MEDIA; i++) {
    for (guint k = 0; media & 1u << i && k < self->sinks[i]->len; k++)
      tell_source_changed (g_ptr_array_index (self->sinks[i], k), 1u << i);
  }
  self->tells = FALSE;
}

void
rj_element_connect (RjElement *self, RjElement *sink, guint media)
{
  guint changed = 0;

  for (guint i = 0; i < RJ_N_MEDIA; i++) {
    if (!(media & 1u << i) || sink->sources[i] == self)
      continue;
    if (sink->sources[i] != NULL)
      cut (sink->sources[i], sink, i);
    sink->sources[i] = self;
    g_ptr_array_add (self->sinks[i], sink);
    changed |= 1u << i;
  }
  if (changed != 0)
    tell_source_changed (sink, changed);
}

void
rj_element_disconnect (RjElement *self, RjElement *sink, guint media)
{
  for (guint i = 0; i < RJ_N_MEDIA; i++) {
    if (media & 1u << i && sink->sources[i] == self)
      cut (self, sink, i);
  }
}

void
rj_element_push (RjElement *self, const RjUnit *unit)
{
  GPtrArray *sinks = self->sinks[unit->medium];

  if (self->pushes)
    return;
  self->pushes = TRUE;
  for (guint i = 0; i < sinks->len; i++) {
    RjElement *sink = g_ptr_array_index (sinks, i);

    if (sink->funcs == NULL)
      rj_element_push (sink, unit);
    else if (sink->funcs->take != NULL)
      sink->funcs->take (sink->owner, unit);
  }
  self->pushes = FALSE;
}

void
rj_element_demand_key_frame (RjElement *self)
{
  RjElement *source = self->sources[RJ_MEDIUM_VIDEO];

  if (source == NULL || self->asks)
    return;
  self->asks = TRUE;
  if (source->funcs == NULL)
    rj_element_demand_key_frame (source);
  else if (source->funcs->want_key_frame != NULL)
    source->funcs->want_key_frame (source->owner);
  self->asks = FALSE;
}

gboolean
rj_element_find_above (
  RjElement *self, RjMedium medium, guint source_serial, guint16 sequence, RjUnit *unit)
{
  RjElement *source = self->sources[medium];
  gboolean found = FALSE;

  if (source == NULL || self->asks)
    return FALSE;
  self->asks = TRUE;
  if (source->funcs == NULL)
    found = rj_element_find_above (source, medium, source_serial, sequence, unit);
  else if (source->funcs->find != NULL)
    found = source->funcs->find (source->owner, medium, source_serial, sequence, unit);
  self->asks = FALSE;
  return found;
}
