#include "rj-webhook.h"

#include <libsoup/soup.h>
#include <string.h>

#include "rj-error.h"
#include "rj-json.h"

#define MAX_TRIES 5
#define TIMEOUT_S 10

typedef struct {
  char *event;
  char *body;
} Post;

struct _RjWebhook {
  GObject parent_instance;
  char *url;
  char **headers; /* (nullable) */
  RjClock *clock;
  SoupSession *http;
  GQueue posts; /* of Post; the first one is under way */
  SoupMessage *message;
  guint n_tries;
  GCancellable *lifetime;
  GTask *flushing; /* (nullable) */
  RjTimer *limit;
  gboolean closed;
};

enum { REFUSED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjWebhook, rj_webhook, G_TYPE_OBJECT)

char *
rj_webhook_show_url (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);

  return uri == NULL ? g_strdup ("?")
                     : g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY);
}

static gboolean
check_header (const char *header, GError **error)
{
  const char *colon = strstr (header, ": ");

  if (colon != NULL && colon != header && colon[2] != '\0' && strpbrk (header, "\r\n") == NULL)
    return TRUE;
  g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE,
                       "--webhook-header: write NAME: VALUE, such as \"Authorization: Basic …\"");
  return FALSE;
}

gboolean
rj_webhook_check (const char *url, const char *const *headers, GError **error)
{
  g_autoptr (GUri) uri = url == NULL ? NULL : g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  gboolean has_headers = headers != NULL && headers[0] != NULL;

  if (url == NULL && has_headers) {
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE, "--webhook-header needs --webhook");
    return FALSE;
  }
  if (url == NULL)
    return TRUE;
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      (!g_str_equal (g_uri_get_scheme (uri), "http") &&
       !g_str_equal (g_uri_get_scheme (uri), "https"))) {
    g_set_error_literal (
      error, RJ_ERROR, RJ_ERROR_USAGE,
      "--webhook: that is no http or https URL; write it like http://127.0.0.1:7777/webhook");
    return FALSE;
  }
  for (guint i = 0; has_headers && headers[i] != NULL; i++)
    if (!check_header (headers[i], error))
      return FALSE;
  return TRUE;
}

/* --- posting --- */

static void
post_free (Post *post)
{
  g_free (post->event);
  g_free (post->body);
  g_free (post);
}

static gboolean
accept_any (SoupMessage *message, GTlsCertificate *certificate, int faults, gpointer unused)
{
  return TRUE;
}

static void
end_flush (RjWebhook *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->flushing);

  rj_clock_cancel_timer (self->clock, &self->limit);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void try_post (RjWebhook *self);

static void
go_on (RjWebhook *self)
{
  post_free (g_queue_pop_head (&self->posts));
  self->n_tries = 0;
  if (!g_queue_is_empty (&self->posts))
    try_post (self);
  else
    end_flush (self);
}

static void
tell_refused (RjWebhook *self, const char *why)
{
  const Post *post = g_queue_peek_head (&self->posts);
  g_autofree char *shown = rj_webhook_show_url (self->url);
  g_autofree char *sentence =
    g_strdup_printf ("webhook %s has not taken %s: %s", shown, post->event, why);

  g_signal_emit (self, signals[REFUSED], 0, sentence);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjWebhook) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body =
    soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  guint status = soup_message_get_status (self->message);
  g_autofree char *why = NULL;

  g_clear_object (&self->message);
  if (g_cancellable_is_cancelled (self->lifetime))
    return;
  if (body == NULL && self->n_tries < MAX_TRIES) {
    try_post (self);
    return;
  }
  if (body == NULL)
    why = g_strdup (error->message);
  else if (status != SOUP_STATUS_OK)
    why = g_strdup_printf ("it answered %u instead of 200", status);
  if (why != NULL)
    tell_refused (self, why);
  go_on (self);
}

static void
add_headers (RjWebhook *self)
{
  SoupMessageHeaders *out = soup_message_get_request_headers (self->message);

  for (guint i = 0; self->headers != NULL && self->headers[i] != NULL; i++) {
    const char *colon = strstr (self->headers[i], ": ");
    g_autofree char *name = g_strndup (self->headers[i], (gsize) (colon - self->headers[i]));

    soup_message_headers_replace (out, name, colon + 2);
  }
}

static void
try_post (RjWebhook *self)
{
  const Post *post = g_queue_peek_head (&self->posts);
  g_autoptr (GBytes) body = g_bytes_new (post->body, strlen (post->body));

  self->n_tries++;
  self->message = soup_message_new (SOUP_METHOD_POST, self->url);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_set_request_body_from_bytes (self->message, "application/json", body);
  add_headers (self);
  g_signal_connect (self->message, "accept-certificate", G_CALLBACK (accept_any), NULL);
  soup_session_send_and_read_async (self->http, self->message, G_PRIORITY_DEFAULT, self->lifetime,
                                    on_answer, g_object_ref (self));
}

void
rj_webhook_post (RjWebhook *self, const char *event, JsonObject *fields)
{
  g_autoptr (JsonObject) owned = fields;
  Post *post;

  if (self->closed)
    return;
  post = g_new0 (Post, 1);
  json_object_set_string_member (owned, "event", event);
  post->event = g_strdup (event);
  post->body = rj_json_object_to_text (owned);
  g_queue_push_tail (&self->posts, post);
  if (g_queue_get_length (&self->posts) == 1)
    try_post (self);
}

static void
on_limit (gpointer user_data)
{
  RjWebhook *self = user_data;

  self->limit = NULL;
  g_cancellable_cancel (self->lifetime);
  end_flush (self);
}

void
rj_webhook_close (RjWebhook *self)
{
  self->closed = TRUE;
  g_cancellable_cancel (self->lifetime);
  rj_clock_cancel_timer (self->clock, &self->limit);
}

void
rj_webhook_flush_async (RjWebhook *self,
                        gint64 limit_us,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  g_return_if_fail (self->flushing == NULL);

  self->closed = TRUE;
  self->flushing = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->flushing, rj_webhook_flush_async);
  if (g_queue_is_empty (&self->posts))
    end_flush (self);
  else
    self->limit = rj_clock_start_timer (self->clock, limit_us, on_limit, self);
}

void
rj_webhook_flush_finish (RjWebhook *self, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}

RjWebhook *
rj_webhook_new (const char *url, const char *const *headers, RjClock *clock)
{
  RjWebhook *self = g_object_new (RJ_TYPE_WEBHOOK, NULL);

  self->url = g_strdup (url);
  self->headers = g_strdupv ((char **) headers);
  self->clock = g_object_ref (clock);
  return self;
}

static void
rj_webhook_finalize (GObject *object)
{
  RjWebhook *self = RJ_WEBHOOK (object);

  rj_clock_cancel_timer (self->clock, &self->limit);
  g_queue_clear_full (&self->posts, (GDestroyNotify) post_free);
  g_clear_object (&self->message);
  g_clear_object (&self->http);
  g_clear_object (&self->lifetime);
  g_clear_object (&self->clock);
  g_strfreev (self->headers);
  g_free (self->url);
  G_OBJECT_CLASS (rj_webhook_parent_class)->finalize (object);
}

static void
rj_webhook_class_init (RjWebhookClass *klass)
{
  signals[REFUSED] = g_signal_new ("refused", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  G_OBJECT_CLASS (klass)->finalize = rj_webhook_finalize;
}

static void
rj_webhook_init (RjWebhook *self)
{
  g_queue_init (&self->posts);
  self->lifetime = g_cancellable_new ();
  self->http = soup_session_new_with_options ("proxy-resolver", NULL, "timeout", TIMEOUT_S, NULL);
}
