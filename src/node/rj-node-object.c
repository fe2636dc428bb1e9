#include "rj-node-object.h"

#include "rj-kurento.h"

struct _RjNodeObjects {
  GHashTable *by_id;
  guint n_endpoints; /* ever made */
};

static const char *const kind_names[] = {
  [RJ_NODE_PIPELINE] = RJ_KMS_PIPELINE,
  [RJ_NODE_WEBRTC] = RJ_KMS_WEBRTC,
  [RJ_NODE_PASS_THROUGH] = RJ_KMS_PASS_THROUGH,
};

gboolean
rj_node_kind_from_text (const char *text, RjNodeKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++) {
    if (g_str_equal (text, kind_names[i])) {
      *kind = i;
      return TRUE;
    }
  }
  return FALSE;
}

static void
subscription_free (gpointer user_data)
{
  RjNodeSubscription *self = user_data;

  g_free (self->type);
  g_free (self->session);
  g_free (self);
}

/* Ends its media half as well */
static void
object_free (gpointer user_data)
{
  RjNodeObject *self = user_data;

  if (self->media != NULL)
    rj_order_post (rj_order_new (RJ_ORDER_RELEASE, self->media), NULL);
  rj_media_object_unref (self->media);
  rj_media_place_unref (self->place);
  g_hash_table_unref (self->subscriptions);
  g_free (self->id);
  g_free (self->pipeline);
  g_free (self->name);
  g_free (self->session);
  g_free (self);
}

RjNodeObjects *
rj_node_objects_new (void)
{
  RjNodeObjects *self = g_new0 (RjNodeObjects, 1);

  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, object_free);
  return self;
}

void
rj_node_objects_free (RjNodeObjects *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_id);
  g_free (self);
}

static RjNodeObject *
add (RjNodeObjects *self,
     RjNodeKind kind,
     const char *pipeline,
     const char *session,
     RjMediaPlace *place)
{
  g_autofree char *uuid = g_uuid_string_random ();
  RjNodeObject *object = g_new0 (RjNodeObject, 1);

  object->kind = kind;
  object->id = rj_kms_object_id (pipeline, uuid, kind_names[kind]);
  object->pipeline = g_strdup (pipeline);
  object->name = g_strdup (object->id);
  object->session = g_strdup (session);
  object->place = rj_media_place_ref (place);
  object->subscriptions =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, subscription_free);
  g_hash_table_insert (self->by_id, object->id, object);
  return object;
}

RjNodeObject *
rj_node_objects_add_pipeline (RjNodeObjects *self, const char *session, RjMediaPlace *place)
{
  return add (self, RJ_NODE_PIPELINE, NULL, session, place);
}

RjNodeObject *
rj_node_objects_add_child (RjNodeObjects *self,
                           const char *session,
                           const RjNodeObject *pipeline,
                           RjNodeKind kind)
{
  RjNodeObject *object = add (self, kind, pipeline->id, session, pipeline->place);
  gboolean is_endpoint = kind == RJ_NODE_WEBRTC;

  object->media = rj_media_object_new (object->place, object->id, is_endpoint,
                                       is_endpoint ? self->n_endpoints++ : 0);
  rj_order_post (rj_order_new (RJ_ORDER_CREATE, object->media), NULL);
  return object;
}

RjNodeObject *
rj_node_objects_find (RjNodeObjects *self, const char *id)
{
  return g_hash_table_lookup (self->by_id, id);
}

static gboolean
is_child_of (gpointer key, gpointer value, gpointer pipeline)
{
  const RjNodeObject *object = value;

  return object->pipeline != NULL && g_str_equal (object->pipeline, pipeline);
}

void
rj_node_objects_release (RjNodeObjects *self, RjNodeObject *object)
{
  if (object->kind == RJ_NODE_PIPELINE)
    g_hash_table_foreach_remove (self->by_id, is_child_of, object->id);
  g_hash_table_remove (self->by_id, object->id);
}

static RjNodeObject *
find_of_session (RjNodeObjects *self, const char *session)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (g_str_equal (((RjNodeObject *) value)->session, session))
      return value;
  }
  return NULL;
}

guint
rj_node_objects_release_session (RjNodeObjects *self, const char *session)
{
  guint before = rj_node_objects_count (self);
  RjNodeObject *object;

  while ((object = find_of_session (self, session)) != NULL)
    rj_node_objects_release (self, object);
  return before - rj_node_objects_count (self);
}

guint
rj_node_objects_count (RjNodeObjects *self)
{
  return g_hash_table_size (self->by_id);
}

const char *
rj_node_object_subscribe (RjNodeObject *self, const char *type, const char *session)
{
  RjNodeSubscription *subscription = g_new0 (RjNodeSubscription, 1);
  char *id = g_uuid_string_random ();

  subscription->type = g_strdup (type);
  subscription->session = g_strdup (session);
  g_hash_table_insert (self->subscriptions, id, subscription);
  return id;
}

void
rj_node_object_unsubscribe (RjNodeObject *self, const char *subscription)
{
  g_hash_table_remove (self->subscriptions, subscription);
}
