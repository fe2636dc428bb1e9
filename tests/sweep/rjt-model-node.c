/* The media node behind the model, and how the others come back from it. */
#include "rjt-model-private.h"

#include "rj-openvidu2.h"

#define NODE_DOWN_US (1500 * 1000)
#define RETURN_US    (200 * 1000)

gboolean
rjt_model_is_up (RjtModel *self)
{
  return rj_clock_now_us (self->clock) >= self->node_up_us;
}

static void
on_return (gpointer user_data)
{
  RjtModel *self = user_data;
  g_autofree char *name = g_queue_pop_head (&self->returning);

  self->return_timer = NULL;
  if (name == NULL)
    return;
  rjt_model_add (self, name);
  if (self->return_timer == NULL)
    self->return_timer = rj_clock_start_timer (self->clock, RETURN_US, on_return, self);
}

void
rjt_model_crash (RjtModel *self, const char *reason)
{
  self->node_up_us = rj_clock_now_us (self->clock) + NODE_DOWN_US;
  self->frozen = FALSE;
  while (self->people->len > 0) {
    Person *person = g_ptr_array_index (self->people, 0);

    if (!person->is_client)
      g_queue_push_tail (&self->returning, g_strdup (person->name));
    rjt_model_drop (self, person, reason, TRUE);
  }
  rj_clock_cancel_timer (self->clock, &self->return_timer);
  self->return_timer =
    rj_clock_start_timer (self->clock, NODE_DOWN_US + RETURN_US, on_return, self);
}

static void
lose_server (Line *line)
{
  g_autofree char *text = rj_frame_notification (RJ_OV2_MASTER_NODE_CRASHED, json_object_new ());

  if (line->wire != NULL && line->person != NULL)
    rjt_wire_say (line->wire, text);
  line->dead = TRUE;
  line->was_in = TRUE;
  line->person = NULL;
}

void
rjt_model_crash_master (RjtModel *self)
{
  g_ptr_array_foreach (self->lines, (GFunc) lose_server, NULL);
  while (self->people->len > 0) {
    Person *person = g_ptr_array_index (self->people, 0);

    if (!person->is_client)
      g_queue_push_tail (&self->returning, g_strdup (person->name));
    rjt_model_forget (self, person);
  }
  rj_clock_cancel_timer (self->clock, &self->return_timer);
  self->return_timer = rj_clock_start_timer (self->clock, RETURN_US, on_return, self);
}

static gboolean
is_client_present (RjtModel *self, Person *person)
{
  return rjt_model_has (self, person) && person->stream != NULL;
}

static void
on_published_again (gpointer user_data)
{
  RjtModel *self = user_data;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  self->return_timer = NULL;
  for (guint i = 0; i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);

    if (!person->is_client)
      g_ptr_array_add (names, g_strdup (person->name));
  }
  for (guint i = 0; i < names->len; i++)
    rjt_model_publish (self, g_ptr_array_index (names, i));
}

void
rjt_model_reset (RjtModel *self)
{
  g_autoptr (GPtrArray) all = g_ptr_array_copy (self->people, NULL, NULL);

  g_ptr_array_set_free_func (all, NULL);
  for (guint i = 0; i < all->len; i++) {
    if (is_client_present (self, g_ptr_array_index (all, i)))
      rjt_model_take_stream (self, g_ptr_array_index (all, i), "mediaServerReconnect");
  }
  rj_clock_cancel_timer (self->clock, &self->return_timer);
  self->return_timer = rj_clock_start_timer (self->clock, RETURN_US, on_published_again, self);
}

void
rjt_model_freeze (RjtModel *self, gboolean frozen)
{
  self->frozen = frozen;
}

void
rjt_model_break_edge (RjtModel *self, const char *name)
{
  Person *publisher = rjt_model_find_name (self, name);

  for (guint i = 0; publisher != NULL && i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);
    const char *endpoint = g_hash_table_lookup (person->subscriptions, publisher->id);

    if (endpoint != NULL)
      g_hash_table_add (self->broken, g_strdup (endpoint));
  }
}

void
rjt_model_renew_edge (RjtModel *self, const char *name)
{
  Person *publisher = rjt_model_find_name (self, name);

  rjt_model_break_edge (self, name);
  for (guint i = 0; publisher != NULL && i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);

    if (person->line != NULL && g_hash_table_contains (person->subscriptions, publisher->id))
      rjt_model_offer_again (person->line, publisher);
  }
}

gboolean
rjt_model_flows (RjtModel *self, const char *answer)
{
  if (self->frozen || !rjt_model_is_up (self) || g_hash_table_contains (self->broken, answer))
    return FALSE;
  for (guint i = 0; i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);
    GHashTableIter iter;
    gpointer endpoint;

    if (g_strcmp0 (person->endpoint, answer) == 0)
      return TRUE;
    g_hash_table_iter_init (&iter, person->subscriptions);
    while (g_hash_table_iter_next (&iter, NULL, &endpoint)) {
      if (g_str_equal (endpoint, answer))
        return TRUE;
    }
  }
  return FALSE;
}
