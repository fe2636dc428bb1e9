#include "rjt-model-private.h"

#include "rj-json.h"
#include "rj-openvidu2.h"

char *
rjt_model_make_id (RjtModel *self, const char *prefix)
{
  return g_strdup_printf ("%s%u", prefix, ++self->n_ids);
}

/* --- people --- */

static void
person_free (gpointer data)
{
  Person *self = data;

  g_free (self->id);
  g_free (self->name);
  g_free (self->stream);
  g_free (self->endpoint);
  g_hash_table_unref (self->subscriptions);
  g_free (self);
}

Person *
rjt_model_find (RjtModel *self, const char *connection)
{
  for (guint i = 0; i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);

    if (g_strcmp0 (person->id, connection) == 0)
      return person;
  }
  return NULL;
}

Person *
rjt_model_find_name (RjtModel *self, const char *name)
{
  for (guint i = 0; i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);

    if (g_str_equal (person->name, name))
      return person;
  }
  return NULL;
}

Person *
rjt_model_find_stream (RjtModel *self, const char *stream)
{
  for (guint i = 0; i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);

    if (g_strcmp0 (person->stream, stream) == 0)
      return person;
  }
  return NULL;
}

/* --- what is told --- */

gboolean
rjt_model_has (RjtModel *self, Person *person)
{
  return g_ptr_array_find (self->people, person, NULL);
}

/* A notification to a closed socket evicts: the zombie window, 8.2 */
static void
tell (RjtModel *self, Person *person, const char *method, JsonObject *params)
{
  g_autofree char *text = NULL;

  if (!person->is_client)
    return;
  if (person->line == NULL || person->line->wire == NULL) {
    rjt_model_drop (self, person, rj_json_get_string (params, "reason", ""), TRUE);
    return;
  }
  text = rj_frame_notification (method, json_object_ref (params));
  rjt_wire_say (person->line->wire, text);
}

void
rjt_model_tell_all (RjtModel *self, Person *except, const char *method, JsonObject *params)
{
  g_autoptr (GPtrArray) all = g_ptr_array_copy (self->people, NULL, NULL);

  g_ptr_array_set_free_func (all, NULL);
  for (guint i = 0; i < all->len; i++) {
    Person *person = g_ptr_array_index (all, i);

    if (rjt_model_has (self, person) && person != except)
      tell (self, person, method, params);
  }
  json_object_unref (params);
}

static void
forget_subscriptions_to (RjtModel *self, const char *connection)
{
  for (guint i = 0; i < self->people->len; i++)
    g_hash_table_remove (((Person *) g_ptr_array_index (self->people, i))->subscriptions,
                         connection);
}

void
rjt_model_forget (RjtModel *self, Person *person)
{
  g_ptr_array_remove (self->people, person);
  person_free (person);
}

void
rjt_model_drop (RjtModel *self, Person *person, const char *reason, gboolean evicted)
{
  g_autofree char *id = g_strdup (person->id);
  g_autofree char *why = g_strdup (reason);
  Line *line = person->line;

  g_ptr_array_remove (self->people, person);
  forget_subscriptions_to (self, id);
  rjt_model_tell_all (self, NULL, RJ_OV2_PARTICIPANT_LEFT, rj_ov2_ended_build (id, why));
  if (evicted && line != NULL && line->wire != NULL) {
    g_autofree char *text =
      rj_frame_notification (RJ_OV2_PARTICIPANT_EVICTED, rj_ov2_ended_build (id, why));

    rjt_wire_say (line->wire, text);
  }
  if (evicted)
    rjt_model_tell_all (self, NULL, RJ_OV2_PARTICIPANT_EVICTED, rj_ov2_ended_build (id, why));
  if (line != NULL)
    rjt_line_end (line);
  person_free (person);
}

Person *
rjt_model_enter (RjtModel *self, const char *name, Line *line)
{
  Person *person = g_new0 (Person, 1);
  g_autofree char *metadata = rj_ov2_metadata_from_name (name);

  person->model = self;
  person->id = rjt_model_make_id (self, "con_");
  person->name = g_strdup (name);
  person->is_client = line != NULL;
  person->line = line;
  person->subscriptions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (line != NULL)
    line->person = person;
  g_ptr_array_add (self->people, person);
  rjt_model_tell_all (self, person, RJ_OV2_PARTICIPANT_JOINED,
                      rj_json_build ("id", 's', person->id, "createdAt", 'i', (gint64) 1,
                                     "metadata", 's', metadata, NULL));
  return person;
}

static JsonObject *
describe_stream (const Person *person)
{
  const RjOv2Stream stream = {
    .id = person->stream,
    .created_at_ms = 1,
    .has_audio = TRUE,
    .has_video = TRUE,
    .audio_active = person->audio_muted ? RJ_OV2_NO : RJ_OV2_YES,
    .video_active = RJ_OV2_YES,
    .type_of_video = (char *) "CAMERA",
    .video_dimensions = (char *) "{\"width\":640,\"height\":480}",
  };

  return rj_ov2_stream_build (&stream);
}

JsonArray *
rjt_model_list_others (RjtModel *self, Person *except)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);
    g_autofree char *metadata = rj_ov2_metadata_from_name (person->name);
    JsonArray *streams = NULL;

    if (person == except)
      continue;
    if (person->stream != NULL) {
      streams = json_array_new ();
      json_array_add_object_element (streams, describe_stream (person));
    }
    json_array_add_object_element (
      list, streams == NULL
              ? rj_json_build ("id", 's', person->id, "createdAt", 'i', (gint64) 1, "metadata", 's',
                               metadata, NULL)
              : rj_json_build ("id", 's', person->id, "createdAt", 'i', (gint64) 1, "metadata", 's',
                               metadata, "streams", 'a', streams, NULL));
  }
  return list;
}

void
rjt_model_tell_published (RjtModel *self, Person *person)
{
  JsonArray *streams = json_array_new ();

  json_array_add_object_element (streams, describe_stream (person));
  rjt_model_tell_all (self, person, RJ_OV2_PARTICIPANT_PUBLISHED,
                      rj_json_build ("id", 's', person->id, "streams", 'a', streams, NULL));
}

/* --- the others --- */

void
rjt_model_publish (RjtModel *self, const char *name)
{
  Person *person = rjt_model_find_name (self, name);
  g_autofree char *unique = rjt_model_make_id (self, "X");

  if (person == NULL || person->stream != NULL)
    return;
  person->stream = rj_ov2_stream_make_id (TRUE, "CAMERA", unique, person->id);
  person->endpoint = rjt_model_make_id (self, "endpoint-");
  rjt_model_tell_published (self, person);
}

void
rjt_model_add (RjtModel *self, const char *name)
{
  rjt_model_enter (self, name, NULL);
  rjt_model_publish (self, name);
}

void
rjt_model_remove (RjtModel *self, const char *name, const char *reason)
{
  Person *person = rjt_model_find_name (self, name);

  if (person != NULL)
    rjt_model_drop (self, person, reason, FALSE);
}

void
rjt_model_take_stream (RjtModel *self, Person *person, const char *reason)
{
  g_clear_pointer (&person->stream, g_free);
  g_clear_pointer (&person->endpoint, g_free);
  forget_subscriptions_to (self, person->id);
  rjt_model_tell_all (self, NULL, RJ_OV2_PARTICIPANT_UNPUBLISHED,
                      rj_ov2_ended_build (person->id, reason));
}

void
rjt_model_unpublish (RjtModel *self, const char *name, const char *reason)
{
  Person *person = rjt_model_find_name (self, name);

  if (person != NULL && person->stream != NULL)
    rjt_model_take_stream (self, person, reason);
}

void
rjt_model_mute (RjtModel *self, const char *name, gboolean active)
{
  Person *person = rjt_model_find_name (self, name);
  g_autoptr (RjOv2Property) change = NULL;

  if (person == NULL || person->stream == NULL)
    return;
  person->audio_muted = !active;
  change = g_new0 (RjOv2Property, 1);
  change->connection = g_strdup (person->id);
  change->stream = g_strdup (person->stream);
  change->property = g_strdup ("audioActive");
  change->reason = g_strdup ("trackPropertyChanged");
  change->value = json_node_init_boolean (json_node_alloc (), active);
  rjt_model_tell_all (self, person, RJ_OV2_STREAM_PROPERTY_CHANGED, rj_ov2_property_build (change));
}

/* --- sockets --- */

static gboolean
on_opened (RjtWire *wire, const char *url, gpointer user_data)
{
  RjtModel *self = user_data;

  g_ptr_array_add (self->fresh, g_object_ref (wire));
  return TRUE;
}

static void
on_text (RjtWire *wire, const char *text, gpointer user_data)
{
  rjt_model_take (user_data, wire, text);
}

static void
on_closed (RjtWire *wire, const char *reason, gpointer user_data)
{
  RjtModel *self = user_data;
  Line *line = rjt_line_of (self, wire);

  if (line != NULL)
    rjt_line_closed (line, reason);
  else
    g_ptr_array_remove (self->fresh, wire);
}

static void
on_lost (RjtWire *wire, const char *text, gpointer user_data)
{
  Line *line = rjt_line_that_had (user_data, wire);
  g_autoptr (RjFrame) frame = rj_frame_parse (text, -1);

  if (line != NULL && g_strcmp0 (frame->method, RJ_OV2_PARTICIPANT_PUBLISHED) == 0)
    line->n_untold++;
  if (line != NULL && g_strcmp0 (frame->method, RJ_OV2_PARTICIPANT_JOINED) == 0)
    line->n_unnamed++;
}

static void
on_crash_due (gpointer user_data)
{
  RjtModel *self = user_data;

  self->crash_timer = NULL;
  rjt_model_crash (self, "nodeCrashed");
}

static void
on_crash (gpointer user_data)
{
  RjtModel *self = user_data;

  if (self->crash_timer == NULL)
    self->crash_timer = rj_clock_start_timer (self->clock, 0, on_crash_due, self);
}

static const RjtWireFuncs wire_funcs = {
  .opened = on_opened, .text = on_text, .closed = on_closed, .lost = on_lost, .crash = on_crash
};

void
rjt_model_on_wire_gone (gpointer model, GObject *unused)
{
  ((RjtModel *) model)->n_wires--;
}

RjSocket *
rjt_model_make_socket (gpointer model)
{
  RjtModel *self = model;
  RjtWire *wire = rjt_wire_new (self->run, self->clock, &wire_funcs, self);

  self->n_wires++;
  g_object_weak_ref (G_OBJECT (wire), rjt_model_on_wire_gone, self);
  return RJ_SOCKET (wire);
}

void
rjt_model_cut (RjtModel *self)
{
  for (guint i = 0; i < self->lines->len; i++) {
    Line *line = g_ptr_array_index (self->lines, i);

    if (line->wire != NULL)
      rj_socket_cut (RJ_SOCKET (line->wire), FALSE);
  }
}

/* --- tokens --- */

char *
rjt_model_take_token (RjtModel *self)
{
  g_autofree char *id = rjt_model_make_id (self, "tok_");
  char *token = g_strdup_printf ("ws://model:4443?sessionId=room&token=%s", id);

  g_hash_table_add (self->tokens, g_strdup (token));
  return token;
}

void
rjt_model_count_token (RjtModel *self, int change)
{
  self->n_tokens += change;
}

RjtRun *
rjt_model_get_run (RjtModel *self)
{
  return self->run;
}

RjClock *
rjt_model_get_clock (RjtModel *self)
{
  return self->clock;
}

/* --- questions --- */

guint
rjt_model_count (RjtModel *self, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < self->people->len; i++)
    n += g_str_equal (((Person *) g_ptr_array_index (self->people, i))->name, name);
  return n;
}

guint
rjt_model_count_published (RjtModel *self, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);

    n += g_str_equal (person->name, name) && person->stream != NULL;
  }
  return n;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

char *
rjt_model_list (RjtModel *self, const char *except)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);

    if (person->stream != NULL && !g_str_equal (person->name, except))
      g_ptr_array_add (names, person->name);
  }
  g_ptr_array_sort (names, compare_texts);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **) names->pdata);
}

guint
rjt_model_count_untold (RjtModel *self, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);

    if (g_str_equal (person->name, name) && person->line != NULL)
      n = MAX (n, person->line->n_untold);
  }
  return n;
}

guint
rjt_model_count_unnamed (RjtModel *self, const char *name)
{
  guint n = 0;

  for (guint i = 0; i < self->people->len; i++) {
    Person *person = g_ptr_array_index (self->people, i);

    if (g_str_equal (person->name, name) && person->line != NULL)
      n = MAX (n, person->line->n_unnamed);
  }
  return n;
}

guint
rjt_model_count_wires (RjtModel *self)
{
  return self->n_wires;
}

guint
rjt_model_count_tokens (RjtModel *self)
{
  return self->n_tokens;
}

/* --- life --- */

RjtModel *
rjt_model_new (RjtRun *run, RjClock *clock)
{
  RjtModel *self = g_new0 (RjtModel, 1);

  self->run = run;
  self->clock = g_object_ref (clock);
  self->tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->broken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->people = g_ptr_array_new ();
  self->lines = g_ptr_array_new_with_free_func (rjt_line_free);
  self->fresh = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->returning);
  return self;
}

void
rjt_model_set_server_offers (RjtModel *self)
{
  self->server_offers = TRUE;
}

void
rjt_model_close (RjtModel *self)
{
  rj_clock_cancel_timer (self->clock, &self->return_timer);
  rj_clock_cancel_timer (self->clock, &self->crash_timer);
  for (guint i = 0; i < self->fresh->len; i++)
    rjt_wire_forget (g_ptr_array_index (self->fresh, i));
  for (guint i = 0; i < self->lines->len; i++) {
    Line *line = g_ptr_array_index (self->lines, i);

    if (line->wire != NULL)
      rjt_wire_forget (line->wire);
  }
  g_ptr_array_set_size (self->fresh, 0);
  g_ptr_array_set_size (self->lines, 0);
}

void
rjt_model_free (RjtModel *self)
{
  rjt_model_close (self);
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->fresh);
  g_ptr_array_set_free_func (self->people, person_free);
  g_ptr_array_unref (self->people);
  g_queue_clear_full (&self->returning, g_free);
  g_hash_table_unref (self->tokens);
  g_hash_table_unref (self->broken);
  g_object_unref (self->clock);
  g_free (self);
}
