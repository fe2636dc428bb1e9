#include "rj-roll.h"

#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>

#include "rj-error.h"
#include "rj-json.h"

#define END_LIMIT_US (2 * G_USEC_PER_SEC)
#define LOOK_US      (50 * 1000)

struct _RjRoll {
  GObject parent_instance;
  SoupSession *http;
  RjClock *clock;
  char *authorization;
  GHashTable *away; /* of RjChild: under way, or out for good */
  GPtrArray *tasks; /* of GTask: those under way */
  GCancellable *lifetime;
};

G_DEFINE_FINAL_TYPE (RjRoll, rj_roll, G_TYPE_OBJECT)

/* One call of rj_roll_async(): the node under way is the first of nodes. Owned by its task. */
typedef struct {
  char **servers;
  GPtrArray *nodes;
  gboolean again;
  guint server;    /* the one that is asked now */
  gboolean coming; /* on its way back */
  SoupMessage *message;
  gboolean asking; /* until the answer to message */
  RjTimer *timer;
  RjClock *clock;
} Job;

static void
job_free (Job *job)
{
  rj_clock_cancel_timer (job->clock, &job->timer);
  g_clear_object (&job->message);
  g_ptr_array_unref (job->nodes);
  g_strfreev (job->servers);
  g_object_unref (job->clock);
  g_free (job);
}

static RjChild *
get_node (GTask *task)
{
  return g_ptr_array_index (((Job *) g_task_get_task_data (task))->nodes, 0);
}

static void
forget_node (GTask *task)
{
  g_signal_handlers_disconnect_by_data (get_node (task), task);
}

/* Drops the reference that the work had on @task */
static void
end (GTask *task)
{
  RjRoll *self = g_task_get_source_object (task);

  g_ptr_array_remove_fast (self->tasks, task);
}

static void
fail (GTask *task, GError *error)
{
  forget_node (task);
  g_task_return_error (task, error);
  end (task);
}

static char *
make_node_url (RjChild *node)
{
  return g_strdup_printf ("ws://127.0.0.1:%u/kurento", rj_child_get_port (node));
}

/* --- REST --- */

/* @path: below /openvidu/api/. @body: (transfer full) (nullable) */
static void
ask (
  GTask *task, const char *method, const char *path, JsonObject *body, GAsyncReadyCallback callback)
{
  RjRoll *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  g_autofree char *url = g_strconcat (job->servers[job->server], "/openvidu/api/", path, NULL);
  g_autoptr (JsonObject) owned = body;

  g_clear_object (&job->message);
  job->message = soup_message_new (method, url);
  soup_message_headers_replace (soup_message_get_request_headers (job->message), "Authorization",
                                self->authorization);
  if (owned != NULL) {
    g_autofree char *text = rj_json_object_to_text (owned);
    g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

    soup_message_set_request_body_from_bytes (job->message, "application/json", bytes);
  }
  job->asking = TRUE;
  soup_session_send_and_read_async (self->http, job->message, G_PRIORITY_DEFAULT, self->lifetime,
                                    callback, task);
}

/* @ret_answer: (out) (optional) (transfer full). Returns: FALSE when the task is over */
static gboolean
take_answer (GTask *task, GObject *source, GAsyncResult *result, JsonObject **ret_answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
    soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  ((Job *) g_task_get_task_data (task))->asking = FALSE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    fail (task, g_steal_pointer (&error));
    return FALSE;
  }
  if (ret_answer != NULL)
    *ret_answer = bytes == NULL || g_bytes_get_size (bytes) == 0
                    ? NULL
                    : rj_json_parse_object (g_bytes_get_data (bytes, NULL),
                                            (gssize) g_bytes_get_size (bytes), NULL);
  return TRUE;
}

/* Returns: (transfer none) (nullable): the entry of the present node */
static JsonObject *
find_entry (GTask *task, JsonObject *list)
{
  g_autofree char *url = make_node_url (get_node (task));
  JsonArray *content = rj_json_get_array (list, "content");

  for (guint i = 0; content != NULL && i < json_array_get_length (content); i++) {
    JsonObject *entry = rj_json_array_get_object (content, i);

    if (g_strcmp0 (rj_json_get_string (entry, "uri", NULL), url) == 0)
      return entry;
  }
  return NULL;
}

/* --- back into service --- */

static void begin_node (GTask *task);
static void tell_next_server (GTask *task);

static void
on_pause_over (gpointer user_data)
{
  GTask *task = user_data;

  ((Job *) g_task_get_task_data (task))->timer = NULL;
  begin_node (task);
}

static void
end_node (GTask *task)
{
  RjRoll *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);

  forget_node (task);
  if (job->again)
    g_hash_table_remove (self->away, get_node (task));
  g_ptr_array_remove_index (job->nodes, 0);
  if (job->nodes->len > 0) {
    job->timer = rj_clock_start_timer (self->clock, RJ_ROLL_PAUSE_US, on_pause_over, task);
    return;
  }
  g_task_return_boolean (task, TRUE);
  end (task);
}

static void look (gpointer user_data);

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Job *job = g_task_get_task_data (task);
  g_autoptr (JsonObject) list = NULL;
  JsonObject *entry;

  if (!take_answer (task, source, result, &list))
    return;
  entry = find_entry (task, list);
  if (entry != NULL && !rj_json_get_bool (entry, "connected", FALSE)) {
    job->timer = rj_clock_start_timer (job->clock, LOOK_US, look, task);
    return;
  }
  job->server++;
  tell_next_server (task);
}

static void
look (gpointer user_data)
{
  GTask *task = user_data;

  ((Job *) g_task_get_task_data (task))->timer = NULL;
  ask (task, SOUP_METHOD_GET, "media-nodes", NULL, on_looked);
}

static void
on_added (GObject *source, GAsyncResult *result, gpointer user_data)
{
  if (take_answer (user_data, source, result, NULL))
    look (user_data);
}

static void
tell_next_server (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  g_autofree char *url = make_node_url (get_node (task));

  if (job->servers[job->server] == NULL)
    end_node (task);
  else
    ask (task, SOUP_METHOD_POST, "media-nodes", rj_json_build ("uri", 's', url, NULL), on_added);
}

static void
on_node_ready (RjChild *node, GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (!job->coming)
    return;
  job->coming = FALSE;
  job->server = 0;
  tell_next_server (task);
}

/* --- out of service --- */

static void
on_node_ended (RjChild *node, GTask *task)
{
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;

  rj_clock_cancel_timer (job->clock, &job->timer);
  if (job->coming) {
    fail (task, g_error_new (RJ_ERROR, RJ_ERROR_ENVIRONMENT, "media node %u does not come back",
                             rj_child_get_index (node)));
    return;
  }
  if (!job->again) {
    end_node (task);
    return;
  }
  job->coming = TRUE;
  if (!rj_child_start (node, NULL, &error))
    fail (task, error);
}

static void
on_end_limit (gpointer user_data)
{
  GTask *task = user_data;

  ((Job *) g_task_get_task_data (task))->timer = NULL;
  rj_child_send_signal (get_node (task), SIGKILL, NULL);
}

static void
end_process (GTask *task)
{
  Job *job = g_task_get_task_data (task);
  RjChild *node = get_node (task);

  g_signal_connect (node, "ready", G_CALLBACK (on_node_ready), task);
  g_signal_connect (node, "ended", G_CALLBACK (on_node_ended), task);
  if (!rj_child_is_running (node)) {
    on_node_ended (node, task);
    return;
  }
  rj_child_send_signal (node, SIGTERM, NULL);
  rj_child_send_signal (node, SIGCONT, NULL); /* a frozen one would not hear the other */
  job->timer = rj_clock_start_timer (job->clock, END_LIMIT_US, on_end_limit, task);
}

static void withdraw_from_next_server (GTask *task);

static void
on_withdrawn (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;

  if (!take_answer (task, source, result, NULL))
    return;
  ((Job *) g_task_get_task_data (task))->server++;
  withdraw_from_next_server (task);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Job *job = g_task_get_task_data (task);
  g_autoptr (JsonObject) list = NULL;
  g_autofree char *path = NULL;
  JsonObject *entry;

  if (!take_answer (task, source, result, &list))
    return;
  entry = find_entry (task, list);
  if (entry == NULL) { /* it has none, or cannot be told */
    job->server++;
    withdraw_from_next_server (task);
    return;
  }
  path = g_strdup_printf ("media-nodes/%s?wait=false&deletion-strategy=now",
                          rj_json_get_string (entry, "id", ""));
  ask (task, SOUP_METHOD_DELETE, path, NULL, on_withdrawn);
}

static void
withdraw_from_next_server (GTask *task)
{
  Job *job = g_task_get_task_data (task);

  if (job->servers[job->server] == NULL)
    end_process (task);
  else
    ask (task, SOUP_METHOD_GET, "media-nodes", NULL, on_found);
}

static void
begin_node (GTask *task)
{
  RjRoll *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);

  g_hash_table_add (self->away, g_object_ref (get_node (task)));
  job->server = 0;
  withdraw_from_next_server (task);
}

/* --- life --- */

void
rj_roll_async (RjRoll *self,
               char **servers,
               GPtrArray *nodes,
               gboolean again,
               GAsyncReadyCallback callback,
               gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  Job *job = g_new0 (Job, 1);

  g_return_if_fail (nodes->len > 0);
  g_task_set_source_tag (task, rj_roll_async);
  *job = (Job){ .servers = servers, .nodes = nodes, .again = again };
  job->clock = g_object_ref (self->clock);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  g_ptr_array_add (self->tasks, task);
  begin_node (task);
}

gboolean
rj_roll_finish (RjRoll *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
rj_roll_expects_end (RjRoll *self, RjChild *node)
{
  return g_hash_table_contains (self->away, node);
}

void
rj_roll_stop (RjRoll *self)
{
  g_autoptr (GPtrArray) now = g_ptr_array_copy (self->tasks, (GCopyFunc) g_object_ref, NULL);

  g_ptr_array_set_free_func (now, g_object_unref);
  g_cancellable_cancel (self->lifetime); /* those that wait for an answer end by that */
  for (guint i = 0; i < now->len; i++) {
    GTask *task = g_ptr_array_index (now, i);
    Job *job = g_task_get_task_data (task);

    rj_clock_cancel_timer (job->clock, &job->timer);
    if (!job->asking)
      fail (task, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the cluster is stopped"));
  }
}

static gboolean
accept_certificate (SoupMessage *message, GTlsCertificate *certificate, int flags, gpointer unused)
{
  return TRUE;
}

static void
on_message_queued (SoupSession *http, SoupMessage *message, gpointer unused)
{
  /* the server beside us, on the loopback, with a certificate that the user chose */
  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_certificate), NULL);
}

RjRoll *
rj_roll_new (const char *secret, RjClock *clock)
{
  RjRoll *self = g_object_new (RJ_TYPE_ROLL, NULL);
  g_autofree char *pair = g_strdup_printf ("OPENVIDUAPP:%s", secret);
  g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));

  self->authorization = g_strdup_printf ("Basic %s", encoded);
  self->clock = g_object_ref (clock);
  return self;
}

static void
rj_roll_finalize (GObject *object)
{
  RjRoll *self = RJ_ROLL (object);

  g_clear_object (&self->http);
  g_clear_object (&self->clock);
  g_clear_object (&self->lifetime);
  g_hash_table_unref (self->away);
  g_ptr_array_unref (self->tasks);
  g_free (self->authorization);
  G_OBJECT_CLASS (rj_roll_parent_class)->finalize (object);
}

static void
rj_roll_class_init (RjRollClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_roll_finalize;
}

static void
rj_roll_init (RjRoll *self)
{
  self->http = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  self->away = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->tasks = g_ptr_array_new_with_free_func (g_object_unref);
  self->lifetime = g_cancellable_new ();
  g_signal_connect (self->http, "request-queued", G_CALLBACK (on_message_queued), NULL);
}
