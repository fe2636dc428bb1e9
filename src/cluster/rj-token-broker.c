#include "rj-token-broker.h"

#include <string.h>

#include <libsoup/soup.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-tls.h"

#define RETRY_US (100 * 1000) /* as in the fault-tolerance tutorial's app server */

struct _RjTokenBroker {
  GObject parent_instance;

  SoupSession *http;
  RjClock *clock;
  char *url;
  char *authorization;
};

G_DEFINE_FINAL_TYPE (RjTokenBroker, rj_token_broker, G_TYPE_OBJECT)

/* One piece of work for one client: up to two REST calls, each perhaps repeated. Owned by its task. */
typedef struct {
  char *session; /* known after the first call, or given */
  char *session_body;
  char *connection_body; /* NULL: only the session is wanted */
  gboolean session_done;
  SoupMessage *message;
} Job;

static void
job_free (Job *job)
{
  g_free (job->session);
  g_free (job->session_body);
  g_free (job->connection_body);
  g_clear_object (&job->message);
  g_free (job);
}

static void ask (GTask *task);

static gboolean
is_worth_repeating (Job *job, guint status)
{
  return (status >= 500 && status <= 504) || (status == 404 && !job->session_done);
}

static void
on_pause_over (gpointer user_data)
{
  GTask *task = user_data;

  if (g_task_return_error_if_cancelled (task))
    g_object_unref (task);
  else
    ask (task);
}

static void
fail (GTask *task, guint status)
{
  g_task_return_new_error (task, RJ_HTTP_ERROR, status, "the OpenVidu server answered %u", status);
  g_object_unref (task);
}

static void
take_answer (GTask *task, guint status, JsonObject *answer)
{
  RjTokenBroker *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  const char *token = rj_json_get_string (answer, "token", NULL);

  if (is_worth_repeating (job, status)) {
    rj_clock_start_timer (self->clock, RETRY_US, on_pause_over, task);
  } else if (!job->session_done && (status == 200 || status == 409)) {
    job->session_done = TRUE;
    if (job->session == NULL)
      job->session = g_strdup (rj_json_get_string (answer, "id", ""));
    if (job->connection_body != NULL) {
      ask (task);
    } else {
      g_task_return_pointer (task, g_strdup (job->session), g_free);
      g_object_unref (task);
    }
  } else if (job->session_done && status == 200 && token != NULL) {
    g_task_return_pointer (task, g_strdup (token), g_free);
    g_object_unref (task);
  } else {
    fail (task, status);
  }
}

static void
on_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Job *job = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes =
    soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);
  g_autoptr (JsonObject) answer = NULL;

  if (bytes == NULL) {
    g_prefix_error (&error, "OpenVidu server: ");
    g_task_return_error (task, g_steal_pointer (&error));
    g_object_unref (task);
    return;
  }
  if (g_bytes_get_size (bytes) > 0)
    answer = rj_json_parse_object (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  take_answer (task, soup_message_get_status (job->message), answer);
}

/* Makes the next REST call of @task: the session first, then the connection. */
static void
ask (GTask *task)
{
  RjTokenBroker *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  const char *body = job->session_done ? job->connection_body : job->session_body;
  g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));
  g_autofree char *url =
    job->session_done
      ? g_strdup_printf ("%s/openvidu/api/sessions/%s/connection", self->url, job->session)
      : g_strdup_printf ("%s/openvidu/api/sessions", self->url);

  g_clear_object (&job->message);
  job->message = soup_message_new (SOUP_METHOD_POST, url);
  soup_message_headers_replace (soup_message_get_request_headers (job->message), "Authorization",
                                self->authorization);
  soup_message_set_request_body_from_bytes (job->message, "application/json", bytes);
  soup_session_send_and_read_async (self->http, job->message, G_PRIORITY_DEFAULT,
                                    g_task_get_cancellable (task), on_answer, task);
}

static void
start (RjTokenBroker *self,
       Job *job,
       GCancellable *cancellable,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, start);
  g_task_set_task_data (task, job, (GDestroyNotify) job_free);
  ask (task);
}

/* The id becomes part of a path: everything but what OpenVidu allows in one is refused by the server. */
static char *
escape (const char *session)
{
  return g_uri_escape_string (session, NULL, FALSE);
}

void
rj_token_broker_get_token_async (RjTokenBroker *self,
                                 const char *session,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  Job *job = g_new0 (Job, 1);
  g_autoptr (JsonObject) body = rj_json_build ("customSessionId", 's', session, NULL);

  job->session = escape (session);
  job->session_body = rj_json_object_to_text (body);
  job->connection_body = g_strdup ("{}");
  start (self, job, cancellable, callback, user_data);
}

void
rj_token_broker_create_session_async (RjTokenBroker *self,
                                      JsonObject *body,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  Job *job = g_new0 (Job, 1);
  const char *wanted = rj_json_get_string (body, "customSessionId", "");

  if (*wanted != '\0')
    job->session = g_strdup (wanted);
  job->session_body = rj_json_object_to_text (body);
  start (self, job, cancellable, callback, user_data);
}

void
rj_token_broker_create_connection_async (RjTokenBroker *self,
                                         const char *session,
                                         JsonObject *body,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer user_data)
{
  Job *job = g_new0 (Job, 1);

  job->session = escape (session);
  job->session_done = TRUE;
  job->connection_body = rj_json_object_to_text (body);
  start (self, job, cancellable, callback, user_data);
}

char *
rj_token_broker_finish (RjTokenBroker *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
rj_token_broker_finalize (GObject *object)
{
  RjTokenBroker *self = RJ_TOKEN_BROKER (object);

  soup_session_abort (self->http);
  g_clear_object (&self->http);
  g_clear_object (&self->clock);
  g_free (self->url);
  g_free (self->authorization);
  G_OBJECT_CLASS (rj_token_broker_parent_class)->finalize (object);
}

static void
rj_token_broker_class_init (RjTokenBrokerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_token_broker_finalize;
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

static void
rj_token_broker_init (RjTokenBroker *self)
{
  self->http = soup_session_new_with_options ("max-conns", 256, "max-conns-per-host", 256, NULL);
  soup_session_set_proxy_resolver (self->http, NULL);
  rj_tls_trust_nobody ();
  g_signal_connect (self->http, "request-queued", G_CALLBACK (on_message_queued), NULL);
}

RjTokenBroker *
rj_token_broker_new (const char *openvidu_url, const char *secret, RjClock *clock)
{
  RjTokenBroker *self = g_object_new (RJ_TYPE_TOKEN_BROKER, NULL);
  g_autofree char *pair = g_strdup_printf ("OPENVIDUAPP:%s", secret);
  g_autofree char *encoded = g_base64_encode ((const guchar *) pair, strlen (pair));

  self->url = g_strdup (openvidu_url);
  self->authorization = g_strdup_printf ("Basic %s", encoded);
  self->clock = g_object_ref (clock);
  return self;
}
