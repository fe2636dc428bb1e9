#include "rjt-stage.h"

/* --- a sink that keeps everything --- */

#define RJT_TYPE_KEEPER (rjt_keeper_get_type ())
G_DECLARE_FINAL_TYPE (RjtKeeper, rjt_keeper, RJT, KEEPER, GObject)

struct _RjtKeeper {
  GObject parent_instance;
  GPtrArray *types;
  GPtrArray *data; /* of JsonObject */
};

static void
take (RjEventSink *sink, const RjEvent *event)
{
  RjtKeeper *self = RJT_KEEPER (sink);

  g_assert_cmpstr (event->source, ==, "cluster");
  g_ptr_array_add (self->types, (gpointer) event->type);
  g_ptr_array_add (self->data,
                   event->data == NULL ? json_object_new () : json_object_ref (event->data));
}

static void
iface_init (RjEventSinkInterface *iface)
{
  iface->take = take;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RjtKeeper,
                               rjt_keeper,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK, iface_init))

static void
rjt_keeper_finalize (GObject *object)
{
  RjtKeeper *self = RJT_KEEPER (object);

  g_ptr_array_unref (self->types);
  g_ptr_array_unref (self->data);
  G_OBJECT_CLASS (rjt_keeper_parent_class)->finalize (object);
}

static void
rjt_keeper_class_init (RjtKeeperClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rjt_keeper_finalize;
}

static void
rjt_keeper_init (RjtKeeper *self)
{
  self->types = g_ptr_array_new ();
  self->data = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
}

/* --- the stage --- */

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
start (RjtStage *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  rj_server_start_async (self->server, NULL, on_done, &result);
  rjt_wait_until (result != NULL);
  rj_server_start_finish (self->server, result, &error);
  g_assert_no_error (error);
  self->url = rj_server_get_public_url (self->server);
}

void
rjt_stage_set_up_with (RjtStage *self, guint n_nodes, RjServerConfig *config)
{
  self->clock = rj_fake_clock_new (0);
  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) rjt_fake_kurento_free);
  self->guests = g_ptr_array_new_with_free_func ((GDestroyNotify) rjt_guest_free);
  self->sink = g_object_new (RJT_TYPE_KEEPER, NULL);
  for (guint i = 0; i < n_nodes; i++) {
    RjtFakeKurento *node = rjt_fake_kurento_new ();

    g_ptr_array_add (self->nodes, node);
    rj_server_config_add_media_node (config, rjt_fake_kurento_get_url (node));
  }
  self->server = rj_server_new (config, self->clock, self->sink);
  start (self);
}

void
rjt_stage_set_up (RjtStage *self, gconstpointer n_nodes)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (RJT_SECRET);

  rjt_stage_set_up_with (self, GPOINTER_TO_UINT (n_nodes), config);
}

void
rjt_stage_tear_down (RjtStage *self, gconstpointer n_nodes)
{
  g_ptr_array_unref (self->guests);
  g_clear_object (&self->server);
  g_ptr_array_unref (self->nodes);
  g_clear_object (&self->sink);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&self->clock);
}

RjtFakeKurento *
rjt_stage_get_node (RjtStage *self, guint index)
{
  return g_ptr_array_index (self->nodes, index);
}

RjtGuest *
rjt_stage_join_as (RjtStage *self, const char *session, const char *name, const char *role)
{
  g_autofree char *token = rjt_rest_token (self->url, RJT_SECRET, session, role);
  RjtGuest *guest = rjt_guest_new (self->url);

  g_ptr_array_add (self->guests, guest);
  g_assert_cmpint (rjt_guest_join (guest, session, token, name), ==, 0);
  return guest;
}

RjtGuest *
rjt_stage_join (RjtStage *self, const char *session, const char *name)
{
  return rjt_stage_join_as (self, session, name, "PUBLISHER");
}

gint64
rjt_stage_try_join (RjtStage *self, const char *session)
{
  g_autofree char *token = rjt_rest_token (self->url, RJT_SECRET, session, "PUBLISHER");
  RjtGuest *guest = rjt_guest_new (self->url);

  g_ptr_array_add (self->guests, guest);
  return rjt_guest_join (guest, session, token, "trying");
}

guint
rjt_stage_count (RjtStage *self, const char *type)
{
  RjtKeeper *keeper = RJT_KEEPER (self->sink);
  guint n = 0;

  for (guint i = 0; i < keeper->types->len; i++)
    n += g_str_equal (g_ptr_array_index (keeper->types, i), type);
  return n;
}

JsonObject *
rjt_stage_get_data (RjtStage *self, const char *type)
{
  RjtKeeper *keeper = RJT_KEEPER (self->sink);

  for (guint i = keeper->types->len; i-- > 0;)
    if (g_str_equal (g_ptr_array_index (keeper->types, i), type))
      return g_ptr_array_index (keeper->data, i);
  return NULL;
}

void
rjt_stage_advance_ms (RjtStage *self, gint64 ms)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (self->clock), ms * 1000);
}

void
rjt_stage_wait_for_attempt (RjtStage *self)
{
  /* while an attempt runs, nothing but its limit of 3 s is due soon */
  rjt_wait_until (rj_fake_clock_get_next_us (RJ_FAKE_CLOCK (self->clock)) <= 500 * 1000);
}
