#include "rj-http-call.h"

#include "rj-error.h"
#include "rj-http-session.h"
#include "rj-secret.h"

#define EXCERPT_CHARACTERS 160

typedef struct {
  RjClock *clock;
  RjTimer *timer;
  gint64 limit_us;
  gboolean is_late;
  SoupMessage *message;
  char *url;
  GCancellable *own;   /* cancelled by the timer or by the caller's */
  GCancellable *outer; /* (nullable) */
  gulong outer_id;
} Call;

static void
call_free (Call *self)
{
  rj_clock_cancel_timer (self->clock, &self->timer);
  if (self->outer != NULL)
    g_cancellable_disconnect (self->outer, self->outer_id);
  g_clear_object (&self->outer);
  g_clear_object (&self->own);
  g_clear_object (&self->message);
  g_clear_object (&self->clock);
  g_free (self->url);
  g_free (self);
}

void
rj_http_reply_free (RjHttpReply *self)
{
  if (self == NULL)
    return;
  g_free (self->body);
  g_free (self->location);
  g_free (self);
}

static void
on_late (gpointer user_data)
{
  Call *call = user_data;

  call->timer = NULL;
  call->is_late = TRUE;
  g_cancellable_cancel (call->own);
}

static GError *
explain (Call *call, const GError *error)
{
  g_autofree char *shown = rj_http_show_url (call->url);

  if (call->is_late)
    return g_error_new (RJ_ERROR, RJ_ERROR_TIMEOUT,
                        "%s: no answer within %.0f s: is the server overloaded, or something else "
                        "behind that port?",
                        shown, call->limit_us / 1e6);
  return rj_http_explain (error, call->url, call->message);
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
    soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  RjHttpReply *reply;

  if (bytes == NULL) {
    g_task_return_error (task, explain (call, error));
    return;
  }
  reply = g_new0 (RjHttpReply, 1);
  reply->status = soup_message_get_status (call->message);
  reply->body = g_bytes_get_size (bytes) == 0
                  ? g_strdup ("")
                  : g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  reply->location = g_strdup (
    soup_message_headers_get_one (soup_message_get_response_headers (call->message), "Location"));
  g_task_return_pointer (task, reply, (GDestroyNotify) rj_http_reply_free);
}

RjHttpHeader *
rj_http_header_new (const char *name, const char *value)
{
  RjHttpHeader *self = g_new0 (RjHttpHeader, 1);

  self->name = g_strdup (name);
  self->value = g_strdup (value);
  return self;
}

void
rj_http_header_free (RjHttpHeader *self)
{
  g_free (self->name);
  g_free (self->value);
  g_free (self);
}

RjHttpRequest *
rj_http_request_new (const char *method, const char *url)
{
  RjHttpRequest *self = g_new0 (RjHttpRequest, 1);

  self->method = g_strdup (method);
  self->url = g_strdup (url);
  self->headers = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_http_header_free);
  return self;
}

void
rj_http_request_free (RjHttpRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->method);
  g_free (self->url);
  g_free (self->body);
  g_free (self->content_type);
  g_ptr_array_unref (self->headers);
  g_free (self);
}

void
rj_http_request_authorize (RjHttpRequest *self, const char *user, const char *password)
{
  g_autofree char *pair = g_strdup_printf ("%s:%s", user, password);
  g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
  g_autofree char *value = g_strdup_printf ("Basic %s", encoded);

  g_ptr_array_add (self->headers, rj_http_header_new ("Authorization", value));
}

static void
fill_message (SoupMessage *message, const RjHttpRequest *request)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_headers_replace (headers, "Connection", "close");
  if (request->body != NULL) {
    g_autoptr (GBytes) bytes = g_bytes_new (request->body, strlen (request->body));

    soup_message_set_request_body_from_bytes (message, request->content_type, bytes);
  }
  for (guint i = 0; i < request->headers->len; i++) {
    const RjHttpHeader *header = g_ptr_array_index (request->headers, i);

    soup_message_headers_replace (headers, header->name, header->value);
  }
}

static void
cancel_own (GCancellable *outer, GCancellable *own)
{
  g_cancellable_cancel (own);
}

static Call *
call_new (RjClock *clock, gint64 limit_us, SoupMessage *message, GCancellable *cancellable)
{
  Call *call = g_new0 (Call, 1);

  call->clock = g_object_ref (clock);
  call->limit_us = limit_us;
  call->message = g_object_ref (message);
  call->url = g_uri_to_string (soup_message_get_uri (message));
  call->own = g_cancellable_new ();
  if (cancellable != NULL) {
    call->outer = g_object_ref (cancellable);
    call->outer_id = g_cancellable_connect (cancellable, G_CALLBACK (cancel_own),
                                            g_object_ref (call->own), g_object_unref);
  }
  call->timer = rj_clock_start_timer (clock, limit_us, on_late, call);
  return call;
}

void
rj_http_request_async (SoupSession *session,
                       RjClock *clock,
                       gint64 limit_us,
                       const RjHttpRequest *request,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (session, NULL, callback, user_data);
  g_autoptr (SoupMessage) message = NULL;
  GError *error = NULL;
  Call *call;

  g_task_set_source_tag (task, rj_http_request_async);
  message = rj_http_message_new (session, request->method, request->url, &error);
  if (message == NULL) {
    g_task_return_error (task, error);
    return;
  }
  fill_message (message, request);
  call = call_new (clock, limit_us, message, cancellable);
  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, call->own, on_answer,
                                    g_steal_pointer (&task));
}

void
rj_http_call_async (SoupSession *session,
                    RjClock *clock,
                    gint64 limit_us,
                    const char *method,
                    const char *url,
                    const char *user,
                    const char *password,
                    const char *body,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (RjHttpRequest) request = rj_http_request_new (method, url);

  if (user != NULL)
    rj_http_request_authorize (request, user, password);
  request->body = g_strdup (body);
  request->content_type = g_strdup (body == NULL ? NULL : "application/json");
  rj_http_request_async (session, clock, limit_us, request, cancellable, callback, user_data);
}

RjHttpReply *
rj_http_call_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

char *
rj_http_excerpt (const char *body, const char *secret)
{
  g_autofree char *valid = g_utf8_make_valid (body, -1);
  g_auto (GStrv) words = g_strsplit_set (valid, " \t\r\n", -1);
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *scrubbed = NULL;
  g_autofree char *start = NULL;

  for (guint i = 0; words[i] != NULL; i++) {
    if (words[i][0] != '\0')
      g_string_append_printf (line, "%s%s", line->len == 0 ? "" : " ", words[i]);
  }
  if (secret != NULL && secret[0] != '\0')
    g_string_replace (line, secret, "<secret>", 0);
  scrubbed = rj_secret_scrub (line->str);
  if (g_utf8_strlen (scrubbed, -1) <= EXCERPT_CHARACTERS)
    return g_steal_pointer (&scrubbed);
  start = g_utf8_substring (scrubbed, 0, EXCERPT_CHARACTERS);
  return g_strconcat (start, "...", NULL);
}
