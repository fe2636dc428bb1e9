#include "rj-token-sources.h"

#include "rj-error.h"
#include "rj-http-call.h"
#include "rj-http-session.h"
#include "rj-json.h"

/* What a kind of server wants: a request that creates the session (or none), and one for the token. */
typedef struct {
  const char *kind;
  const char *prefix;      /* of every path; may already stand at the end of the URL */
  const char *create_path; /* (nullable) */
  const char *token_path;  /* %s is the session id, when there is a create_path */
  gboolean id_in_answer;   /* the answer to create names the session */
  const char *user;        /* (nullable): for HTTP basic authentication */
} Recipe;

static const Recipe recipes[] = {
  [RJ_APP_FAULT_TOLERANCE] = { "app", "/api", NULL, "/get-token", FALSE, NULL },
  [RJ_APP_SESSIONS] = { "app", "/api", "/sessions", "/sessions/%s/connections", TRUE, NULL },
};

static const Recipe rest_recipe = {
  "rest", "/openvidu/api", "/sessions", "/sessions/%s/connection", FALSE, "OPENVIDUAPP",
};

#define RJ_TYPE_HTTP_TOKEN_SOURCE (rj_http_token_source_get_type ())
G_DECLARE_FINAL_TYPE (RjHttpTokenSource, rj_http_token_source, RJ, HTTP_TOKEN_SOURCE, GObject)

struct _RjHttpTokenSource {
  GObject parent_instance;

  const Recipe *recipe;
  SoupSession *session;
  RjClock *clock;
  char *base;   /* URL with the prefix */
  char *secret; /* (nullable) */
  RjRoleFunc get_role;
  gpointer role_data;
  char *forced_video_codec; /* (nullable) */
};

static void rj_http_token_source_iface_init (RjTokenSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjHttpTokenSource,
                               rj_http_token_source,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_TOKEN_SOURCE,
                                                      rj_http_token_source_iface_init))

static const char *
rj_http_token_source_get_kind (RjTokenSource *source)
{
  return RJ_HTTP_TOKEN_SOURCE (source)->recipe->kind;
}

static const char *
get_remedy (RjHttpTokenSource *self, guint status)
{
  const gboolean is_rest = self->recipe->user != NULL;

  if (status == 401 || status == 403)
    return is_rest ? "the OpenVidu secret is wrong: check REJOIN_SECRET, --secret or --secret-file"
                   : "the app server wants a login that rejoin does not have";
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
new_refusal (RjHttpTokenSource *self, const char *url, const RjHttpReply *reply)
{
  g_autofree char *shown = rj_http_show_url (url);
  g_autofree char *excerpt = rj_http_excerpt (reply->body, self->secret);
  g_autofree char *target = reply->location == NULL ? NULL : rj_http_show_url (reply->location);

  return g_error_new (RJ_HTTP_ERROR, reply->status, "POST %s answered %u: %s%s%s%s%s", shown,
                      reply->status, get_remedy (self, reply->status), target == NULL ? "" : ": ",
                      target == NULL ? "" : target,
                      excerpt[0] == '\0' ? "" : "; it said: ", excerpt);
}

static void
post (RjHttpTokenSource *self,
      const char *path,
      JsonObject *body,
      GAsyncReadyCallback callback,
      GTask *task)
{
  g_autofree char *url = g_strconcat (self->base, path, NULL);
  g_autofree char *text = rj_json_object_to_text (body);

  g_task_set_task_data (task, g_strdup (url), g_free);
  rj_http_call_async (self->session, self->clock, RJ_HTTP_LIMIT_US, "POST", url, self->recipe->user,
                      self->secret, text, g_task_get_cancellable (task), callback, task);
}

static void
on_token_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RjHttpTokenSource *self = g_task_get_source_object (task);
  const char *url = g_task_get_task_data (task);
  g_autofree char *shown = rj_http_show_url (url);
  g_autofree char *what = g_strdup_printf ("POST %s", shown);
  GError *error = NULL;
  g_autoptr (RjHttpReply) reply = rj_http_call_finish (result, &error);
  char *token;

  if (reply == NULL) {
    g_task_return_error (task, error);
    return;
  }
  if (reply->status < 200 || reply->status >= 300) {
    g_task_return_error (task, new_refusal (self, url, reply));
    return;
  }
  token = rj_token_read (reply->body, what, &error);
  if (token == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, token, g_free);
}

static void
ask_for_token (GTask *task, const char *id)
{
  RjHttpTokenSource *self = g_task_get_source_object (task);
  g_autofree char *escaped = g_uri_escape_string (id, NULL, FALSE);
  g_auto (GStrv) parts = g_strsplit (self->recipe->token_path, "%s", 2);
  g_autofree char *path = g_strjoinv (escaped, parts);
  g_autoptr (JsonObject) body =
    rj_json_build ("role", 's', g_object_get_data (G_OBJECT (task), "role"), NULL);

  post (self, path, body, on_token_answer, task);
}

static void
on_created (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RjHttpTokenSource *self = g_task_get_source_object (task);
  const char *url = g_task_get_task_data (task);
  const char *wanted = g_object_get_data (G_OBJECT (task), "session");
  GError *error = NULL;
  g_autoptr (RjHttpReply) reply = rj_http_call_finish (result, &error);
  g_autofree char *id = NULL;

  if (reply == NULL) {
    g_task_return_error (task, error);
    return;
  }
  /* 409: somebody else created it */
  if (reply->status != 409 && (reply->status < 200 || reply->status >= 300)) {
    g_task_return_error (task, new_refusal (self, url, reply));
    return;
  }
  if (self->recipe->id_in_answer && reply->status != 409) {
    g_autofree char *shown = rj_http_show_url (url);
    g_autofree char *what = g_strdup_printf ("POST %s", shown);

    id = rj_session_id_read (reply->body, what, &error);
    if (id == NULL) {
      g_task_return_error (task, error);
      return;
    }
  }
  ask_for_token (g_steal_pointer (&task), id == NULL ? wanted : id);
}

static void
rj_http_token_source_fetch_async (RjTokenSource *source,
                                  const char *session,
                                  const char *name,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  RjHttpTokenSource *self = RJ_HTTP_TOKEN_SOURCE (source);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (JsonObject) body = NULL;

  g_task_set_source_tag (task, rj_http_token_source_fetch_async);
  g_object_set_data_full (G_OBJECT (task), "session", g_strdup (session), g_free);
  if (self->get_role != NULL)
    g_object_set_data (G_OBJECT (task), "role",
                       (gpointer) self->get_role (session, name, self->role_data));
  if (self->recipe->create_path == NULL) {
    body = rj_json_build ("sessionId", 's', session, NULL);
    post (self, self->recipe->token_path, body, on_token_answer, g_steal_pointer (&task));
    return;
  }
  body = rj_json_build ("customSessionId", 's', session, NULL);
  if (self->forced_video_codec != NULL)
    json_object_set_string_member (body, "forcedVideoCodec", self->forced_video_codec);
  post (self, self->recipe->create_path, body, on_created, g_steal_pointer (&task));
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
  g_clear_pointer (&self->base, g_free);
  g_clear_pointer (&self->secret, g_free);
  g_clear_pointer (&self->forced_video_codec, g_free);
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

/* Returns: (transfer full): @url with @prefix exactly once, and without @suffix (nullable) and slashes at
 * its end */
static char *
make_base (const char *url, const char *prefix, const char *suffix)
{
  g_autofree char *base = g_strdup (url);
  g_autofree char *whole = suffix == NULL ? NULL : g_strconcat (prefix, suffix, NULL);

  for (gsize n = strlen (base); n > 0 && base[n - 1] == '/'; n--)
    base[n - 1] = '\0';
  if (whole != NULL && g_str_has_suffix (base, whole))
    base[strlen (base) - strlen (suffix)] = '\0';
  if (g_str_has_suffix (base, prefix))
    return g_steal_pointer (&base);
  return g_strconcat (base, prefix, NULL);
}

static RjTokenSource *
source_new (
  const Recipe *recipe, SoupSession *session, RjClock *clock, const char *url, const char *secret)
{
  RjHttpTokenSource *self = g_object_new (RJ_TYPE_HTTP_TOKEN_SOURCE, NULL);

  self->recipe = recipe;
  self->session = g_object_ref (session);
  self->clock = g_object_ref (clock);
  self->base = make_base (url, recipe->prefix,
                          recipe->create_path == NULL ? recipe->token_path : recipe->create_path);
  self->secret = g_strdup (secret);
  return RJ_TOKEN_SOURCE (self);
}

gboolean
rj_app_preset_from_name (const char *name, RjAppPreset *preset)
{
  if (g_strcmp0 (name, "fault-tolerance") == 0)
    *preset = RJ_APP_FAULT_TOLERANCE;
  else if (g_strcmp0 (name, "sessions") == 0)
    *preset = RJ_APP_SESSIONS;
  else
    return FALSE;
  return TRUE;
}

RjTokenSource *
rj_token_source_new_app (SoupSession *session, RjClock *clock, const char *url, RjAppPreset preset)
{
  return source_new (&recipes[preset], session, clock, url, NULL);
}

void
rj_token_source_set_roles (RjTokenSource *source, RjRoleFunc func, gpointer user_data)
{
  RjHttpTokenSource *self = RJ_HTTP_TOKEN_SOURCE (source);

  self->get_role = func;
  self->role_data = user_data;
}

RjTokenSource *
rj_token_source_new_rest (SoupSession *session, RjClock *clock, const char *url, const char *secret)
{
  return source_new (&rest_recipe, session, clock, url, secret);
}

void
rj_token_source_force_video_codec (RjTokenSource *self, const char *codec)
{
  RjHttpTokenSource *source = RJ_HTTP_TOKEN_SOURCE (self);

  g_free (source->forced_video_codec);
  source->forced_video_codec = g_strdup (codec);
}
