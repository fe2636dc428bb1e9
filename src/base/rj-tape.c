#include "rj-tape.h"

#include <string.h>

#include "rj-json.h"
#include "rj-secret.h"

typedef struct {
  guint number;
  gint64 us;
  guint attempt;
  gboolean sent;
  char *text;
} Message;

struct _RjTape {
  guint n_refs;
  guint number;
  GQueue plain, descriptions; /* of Message, oldest first */
};

static void
message_free (Message *self)
{
  g_free (self->text);
  g_free (self);
}

RjTape *
rj_tape_new (void)
{
  RjTape *self = g_new0 (RjTape, 1);

  self->n_refs = 1;
  g_queue_init (&self->plain);
  g_queue_init (&self->descriptions);
  return self;
}

RjTape *
rj_tape_ref (RjTape *self)
{
  self->n_refs++;
  return self;
}

void
rj_tape_unref (RjTape *self)
{
  if (--self->n_refs > 0)
    return;
  g_queue_clear_full (&self->plain, (GDestroyNotify) message_free);
  g_queue_clear_full (&self->descriptions, (GDestroyNotify) message_free);
  g_free (self);
}

static char *
cut (const char *text)
{
  g_autofree char *start = NULL;

  if (strlen (text) <= RJ_TAPE_LENGTH)
    return g_strdup (text);
  start = g_strndup (text, RJ_TAPE_LENGTH);
  return g_utf8_make_valid (start, -1);
}

void
rj_tape_put (RjTape *self, gint64 us, guint attempt, gboolean sent, const char *text)
{
  gboolean has_sdp;
  GQueue *queue;
  Message *message;

  if (self == NULL)
    return;
  has_sdp = strstr (text, "v=0") != NULL;
  queue = has_sdp ? &self->descriptions : &self->plain;
  message = g_new0 (Message, 1);
  *message = (Message){ ++self->number, us, attempt, sent, cut (text) };
  g_queue_push_tail (queue, message);
  if (queue->length > (has_sdp ? RJ_TAPE_DESCRIPTIONS : RJ_TAPE_MESSAGES))
    message_free (g_queue_pop_head (queue));
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const Message *left = *(Message *const *) a, *right = *(Message *const *) b;

  return (left->number > right->number) - (left->number < right->number);
}

/* Returns: (transfer container) (element-type Message): of both queues, oldest first */
static GPtrArray *
list (RjTape *self)
{
  GPtrArray *all = g_ptr_array_new ();

  for (GList *i = self->plain.head; i != NULL; i = i->next)
    g_ptr_array_add (all, i->data);
  for (GList *i = self->descriptions.head; i != NULL; i = i->next)
    g_ptr_array_add (all, i->data);
  g_ptr_array_sort (all, compare_numbers);
  return all;
}

static guint
get_last_attempt (const GQueue *queue)
{
  return queue->tail == NULL ? 0 : ((Message *) queue->tail->data)->attempt;
}

char *
rj_tape_to_text (RjTape *self, gint64 start_us)
{
  g_autoptr (GPtrArray) all = list (self);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < all->len; i++) {
    const Message *message = g_ptr_array_index (all, i);
    g_autofree char *text = rj_secret_scrub (message->text);
    g_autoptr (JsonObject) line =
      rj_json_build ("number", 'i', (gint64) message->number, "at_ms", 'i',
                     (message->us - start_us) / 1000, "attempt", 'i', (gint64) message->attempt,
                     "sent", 'b', message->sent, "text", 's', text, NULL);
    g_autofree char *json = rj_json_object_to_text (line);

    g_string_append_printf (out, "%s\n", json);
  }
  return g_string_free (out, FALSE);
}

/* --- what the messages are about --- */

static const char *
find_sdp (JsonNode *node)
{
  const char *found = NULL;

  if (JSON_NODE_HOLDS_VALUE (node)) {
    const char *text = json_node_get_string (node);

    return text != NULL && g_str_has_prefix (text, "v=0") ? text : NULL;
  }
  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObjectIter iter;
    JsonNode *member;

    json_object_iter_init (&iter, json_node_get_object (node));
    while (found == NULL && json_object_iter_next (&iter, NULL, &member))
      found = find_sdp (member);
  }
  return found;
}

static const char *
find_method (GHashTable *methods, JsonObject *message)
{
  gint64 id = rj_json_get_int (message, "id", -1);
  const char *method = rj_json_get_string (message, "method", NULL);

  if (method == NULL)
    method = g_hash_table_lookup (methods, GINT_TO_POINTER ((int) id));
  return method != NULL ? method : "answer";
}

typedef void (*MessageFunc) (const Message *message,
                             JsonNode *node,
                             GHashTable *methods, /* id → name, of what we have asked for so far */
                             gpointer user_data);

static void
foreach_of_attempt (
  RjTape *self, guint attempt, GHashTable *methods, MessageFunc func, gpointer user_data)
{
  g_autoptr (GPtrArray) all = list (self);

  for (guint i = 0; i < all->len; i++) {
    const Message *message = g_ptr_array_index (all, i);
    g_autoptr (JsonNode) node =
      message->attempt != attempt ? NULL : rj_json_parse_node (message->text, -1, NULL);
    JsonObject *object =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
    const char *method = object == NULL ? NULL : rj_json_get_string (object, "method", NULL);

    if (object == NULL)
      continue;
    if (message->sent && method != NULL)
      g_hash_table_insert (methods, GINT_TO_POINTER ((int) rj_json_get_int (object, "id", -1)),
                           g_strdup (method));
    func (message, node, methods, user_data);
  }
}

typedef struct {
  RjTapeSdpFunc func;
  gpointer user_data;
} SdpCall;

static void
tell_sdp (const Message *message, JsonNode *node, GHashTable *methods, gpointer user_data)
{
  SdpCall *call = user_data;
  const char *sdp = find_sdp (node);
  g_autofree char *scrubbed = rj_secret_scrub (sdp);

  if (sdp != NULL)
    call->func (message->number, message->sent, find_method (methods, json_node_get_object (node)),
                scrubbed, call->user_data);
}

void
rj_tape_foreach_sdp (RjTape *self, RjTapeSdpFunc func, gpointer user_data)
{
  g_autoptr (GHashTable) methods = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  SdpCall call = { func, user_data };

  foreach_of_attempt (self, get_last_attempt (&self->descriptions), methods, tell_sdp, &call);
}

/* An answer takes its question away. */
static void
settle (const Message *message, JsonNode *node, GHashTable *methods, gpointer unused)
{
  JsonObject *object = json_node_get_object (node);

  if (!message->sent && rj_json_get_string (object, "method", NULL) == NULL)
    g_hash_table_remove (methods, GINT_TO_POINTER ((int) rj_json_get_int (object, "id", -1)));
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

GPtrArray *
rj_tape_list_unanswered (RjTape *self)
{
  g_autoptr (GHashTable) methods = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer id, method;

  foreach_of_attempt (self,
                      MAX (get_last_attempt (&self->plain), get_last_attempt (&self->descriptions)),
                      methods, settle, NULL);
  g_hash_table_iter_init (&iter, methods);
  while (g_hash_table_iter_next (&iter, &id, &method))
    g_ptr_array_add (found,
                     g_strdup_printf ("%s (id %d)", (const char *) method, GPOINTER_TO_INT (id)));
  g_ptr_array_sort (found, compare_texts);
  return found;
}
