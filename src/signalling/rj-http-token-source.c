#include "rj-token-sources.h"

#include <string.h>

#include "rj-error.h"
#include "rj-http-call.h"
#include "rj-http-session.h"
#include "rj-json-pointer.h"
#include "rj-json.h"

#define RJ_TYPE_HTTP_TOKEN_SOURCE (rj_http_token_source_get_type ())
G_DECLARE_FINAL_TYPE (RjHttpTokenSource, rj_http_token_source, RJ, HTTP_TOKEN_SOURCE, GObject)

struct _RjHttpTokenSource {
  GObject parent_instance;

  const char *kind;
  gboolean is_preset;
  SoupSession *session;
  RjClock *clock;
  RjRequestTemplate *template;
  char *secret; /* (nullable): for HTTP basic authentication */
  char *run;    /* (nullable) */
  RjAskerFunc find_asker;
  gpointer asker_data;
};

static void rj_http_token_source_iface_init (RjTokenSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjHttpTokenSource,
                               rj_http_token_source,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_TOKEN_SOURCE,
                                                      rj_http_token_source_iface_init))

/* One token that is asked for */
typedef struct {
  char *session, *name, *attempt, *index;
  RjAsker asker;
  const RjRequest *request; /* that is under way */
  char *what;               /* "POST https://app.example/api/token" */
} Fetch;

static void
fetch_free (gpointer data)
{
  Fetch *self = data;

  g_free (self->session);
  g_free (self->name);
  g_free (self->attempt);
  g_free (self->index);
  g_free (self->what);
  g_free (self);
}

static const char *
rj_http_token_source_get_kind (RjTokenSource *source)
{
  return RJ_HTTP_TOKEN_SOURCE (source)->kind;
}

static const char *
get_remedy (RjHttpTokenSource *self, guint status)
{
  const gboolean is_rest = self->secret != NULL;

  if (status == 401 || status == 403)
    return is_rest ? "the OpenVidu secret is wrong: check REJOIN_SECRET, --secret or --secret-file"
           : self->is_preset
             ? "the app server wants a login that rejoin does not have: a plan can give "
               "a request with headers"
             : "the app server refuses the login: check the headers of the request";
  if (status == 404)
    return is_rest ? "the session has just vanished, or this is no OpenVidu 2 server: check the URL"
                   : "nothing answers there: check the URL and the preset, or the session has just "
                     "vanished";
  if (status >= 300 && status < 400)
    return "it redirects elsewhere: give the final URL";
  if (status == 502 || status == 503 || status == 504)
    return "the server behind the proxy is down or starting";
  if (status >= 500)
    return is_rest ? "the server failed, see its log"
                   : "the app server failed: can it reach OpenVidu, does it know the secret?";
  return "the request was refused";
}

static GError *
new_refusal (RjHttpTokenSource *self, const Fetch *fetch, const RjHttpReply *reply)
{
  g_autofree char *body = rj_request_scrub (fetch->request, reply->body);
  g_autofree char *excerpt = rj_http_excerpt (body, self->secret);
  g_autofree char *target = reply->location == NULL ? NULL : rj_http_show_url (reply->location);

  return g_error_new (RJ_HTTP_ERROR, reply->status, "%s answered %u: %s%s%s%s%s", fetch->what,
                      reply->status, get_remedy (self, reply->status), target == NULL ? "" : ": ",
                      target == NULL ? "" : target,
                      excerpt[0] == '\0' ? "" : "; it said: ", excerpt);
}

/* @id: (nullable): of the session that was created. @task: (transfer full) */
static void
send (GTask *task, const RjRequest *request, const char *id, GAsyncReadyCallback callback)
{
  RjHttpTokenSource *self = g_task_get_source_object (task);
  Fetch *fetch = g_task_get_task_data (task);
  const RjTemplateWord words[] = {
    { "run", self->run },
    { "session", fetch->session },
    { "name", fetch->name },
    { "index", fetch->index },
    { "group", fetch->asker.group },
    { "role", fetch->asker.role },
    { "attempt", fetch->attempt },
    { "id", id },
    { NULL, NULL },
  };
  g_autoptr (RjHttpRequest) filled = rj_request_fill (request, words);
  g_autofree char *shown = rj_http_show_url (filled->url);

  if (self->secret != NULL)
    rj_http_request_authorize (filled, RJ_REST_USER, self->secret);
  fetch->request = request;
  g_free (fetch->what);
  fetch->what = g_strdup_printf ("%s %s", filled->method, shown);
  rj_http_request_async (self->session, self->clock, RJ_HTTP_LIMIT_US, filled,
                         g_task_get_cancellable (task), callback, task);
}

/* What stands at @pointer in @body must be a text. Returns: (transfer full) (nullable) */
static char *
read_at (const char *body, const char *pointer, const char *what, GError **error)
{
  g_autoptr (JsonNode) root = rj_json_parse_node (body, -1, NULL);
  JsonNode *node;

  if (root == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL,
                 "%s: %s cannot be read, for the answer is no JSON", what, pointer);
    return NULL;
  }
  node = rj_json_pointer_find (root, pointer, error);
  if (node == NULL) {
    g_prefix_error (error, "%s: in its answer ", what);
    return NULL;
  }
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strstrip (json_node_dup_string (node));
  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "%s: what stands in its answer at %s is no text",
               what, pointer);
  return NULL;
}

static char *
read_token (const RjRequestTemplate *template, const Fetch *fetch, const char *body, GError **error)
{
  g_autofree char *text = NULL;

  if (template->token == NULL) {
    g_autofree char *scrubbed = rj_request_scrub (fetch->request, body);
    char *token = rj_token_read (body, fetch->what, NULL);

    return token != NULL ? token : rj_token_read (scrubbed, fetch->what, error);
  }
  text = read_at (body, template->token, fetch->what, error);
  if (text == NULL)
    return NULL;
  if (rj_token_is_one (text))
    return g_steal_pointer (&text);
  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL,
               "%s: what stands in its answer at %s is no token (a wss:// URL with sessionId and "
               "token)",
               fetch->what, template->token);
  return NULL;
}

static void
on_token_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RjHttpTokenSource *self = g_task_get_source_object (task);
  const Fetch *fetch = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (RjHttpReply) reply = rj_http_call_finish (result, &error);
  char *token;

  if (reply == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (reply->status < 200 || reply->status >= 300) {
    g_task_return_error (task, new_refusal (self, fetch, reply));
    return;
  }
  token = read_token (self->template, fetch, reply->body, &error);
  if (token == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, token, g_free);
}

/* @out: (transfer full) */
static gboolean
read_id (
  RjHttpTokenSource *self, const Fetch *fetch, const RjHttpReply *reply, char **out, GError **error)
{
  const RjRequestTemplate *template = self->template;

  /* 409: somebody else created it */
  if (reply->status == 409 || (template->id == NULL && !template->finds_id))
    *out = g_strdup (fetch->session);
  else if (template->id != NULL)
    *out = read_at (reply->body, template->id, fetch->what, error);
  else
    *out = rj_session_id_read (reply->body, fetch->what, error);
  return *out != NULL;
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RjHttpTokenSource *self = g_task_get_source_object (task);
  const Fetch *fetch = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (RjHttpReply) reply = rj_http_call_finish (result, &error);
  g_autofree char *id = NULL;

  if (reply == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (reply->status != 409 && (reply->status < 200 || reply->status >= 300)) {
    g_task_return_error (task, new_refusal (self, fetch, reply));
    return;
  }
  if (!read_id (self, fetch, reply, &id, &error)) {
    g_task_return_error (task, error);
    return;
  }
  send (g_steal_pointer (&task), self->template->request, id, on_token_answer);
}

static Fetch *
fetch_new (RjHttpTokenSource *self, const RjTokenRequest *request)
{
  Fetch *fetch = g_new0 (Fetch, 1);

  fetch->session = g_strdup (request->session);
  fetch->name = g_strdup (request->name);
  fetch->attempt = g_strdup_printf ("%u", request->attempt);
  if (self->find_asker != NULL)
    self->find_asker (request->session, request->participant, &fetch->asker, self->asker_data);
  fetch->index = g_strdup_printf ("%u", fetch->asker.index);
  /* a preset leaves out what was not asked for; whoever wrote a template wants a word there */
  if (fetch->asker.role == NULL && !self->is_preset)
    fetch->asker.role = "PUBLISHER";
  return fetch;
}

static void
rj_http_token_source_fetch_async (RjTokenSource *source,
                                  const RjTokenRequest *request,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  RjHttpTokenSource *self = RJ_HTTP_TOKEN_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, rj_http_token_source_fetch_async);
  g_task_set_task_data (task, fetch_new (self, request), fetch_free);
  if (self->template->create != NULL)
    send (g_steal_pointer (&task), self->template->create, NULL, on_created);
  else
    send (g_steal_pointer (&task), self->template->request, NULL, on_token_answer);
}

static char *
rj_http_token_source_fetch_finish (RjTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
rj_http_token_source_finalize (GObject *object)
{
  RjHttpTokenSource *self = RJ_HTTP_TOKEN_SOURCE (object);

  g_clear_object (&self->session);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->template, rj_request_template_unref);
  g_clear_pointer (&self->secret, g_free);
  g_clear_pointer (&self->run, g_free);
  G_OBJECT_CLASS (rj_http_token_source_parent_class)->finalize (object);
}

static void
rj_http_token_source_iface_init (RjTokenSourceInterface *iface)
{
  iface->get_kind = rj_http_token_source_get_kind;
  iface->fetch_async = rj_http_token_source_fetch_async;
  iface->fetch_finish = rj_http_token_source_fetch_finish;
}

static void
rj_http_token_source_class_init (RjHttpTokenSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_http_token_source_finalize;
}

static void
rj_http_token_source_init (RjHttpTokenSource *self)
{
}

/* @template: (transfer full) */
static RjHttpTokenSource *
source_new (const char *kind, SoupSession *session, RjClock *clock, RjRequestTemplate *template)
{
  RjHttpTokenSource *self = g_object_new (RJ_TYPE_HTTP_TOKEN_SOURCE, NULL);

  self->kind = kind;
  self->is_preset = TRUE;
  self->session = g_object_ref (session);
  self->clock = g_object_ref (clock);
  self->template = template;
  return self;
}

RjTokenSource *
rj_token_source_new_app (SoupSession *session, RjClock *clock, const char *url, RjAppPreset preset)
{
  return RJ_TOKEN_SOURCE (
    source_new ("app", session, clock, rj_app_preset_make_template (preset, url)));
}

RjTokenSource *
rj_token_source_new_rest (SoupSession *session, RjClock *clock, const char *url, const char *secret)
{
  RjHttpTokenSource *self = source_new ("rest", session, clock, rj_rest_make_template (url));

  self->secret = g_strdup (secret);
  return RJ_TOKEN_SOURCE (self);
}

RjTokenSource *
rj_token_source_new_request (SoupSession *session,
                             RjClock *clock,
                             RjRequestTemplate *template,
                             const char *run)
{
  RjHttpTokenSource *self = source_new ("app", session, clock, rj_request_template_ref (template));

  self->is_preset = FALSE;
  self->run = g_strdup (run);
  return RJ_TOKEN_SOURCE (self);
}

void
rj_token_source_set_askers (RjTokenSource *source, RjAskerFunc func, gpointer user_data)
{
  RjHttpTokenSource *self = RJ_HTTP_TOKEN_SOURCE (source);

  self->find_asker = func;
  self->asker_data = user_data;
}

void
rj_token_source_force_video_codec (RjTokenSource *source, const char *codec)
{
  RjHttpTokenSource *self = RJ_HTTP_TOKEN_SOURCE (source);

  if (self->is_preset && self->template->create != NULL)
    json_object_set_string_member (json_node_get_object (self->template->create->json),
                                   "forcedVideoCodec", codec);
}
