#include "rj-token-url.h"

#include <string.h>

#include "rj-error.h"

/* Splits "scheme://host[:port]…"; @rest is what follows the authority. FALSE: no such thing */
static gboolean
split (const char *url, char **scheme, char **host, const char **rest)
{
  const char *colon = strstr (url, "://");
  const char *begin = colon == NULL ? NULL : colon + 3;
  gsize length = begin == NULL ? 0 : strcspn (begin, "/?#");

  if (length == 0 || memchr (begin, '@', length) != NULL)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (begin[i]))
      return FALSE;
  *scheme = g_ascii_strdown (url, colon - url);
  *host = g_strndup (begin, length);
  *rest = begin + length;
  return TRUE;
}

/* The first of several wins. Returns: (transfer full): whether @name is there, with its decoded value */
static gboolean
find_parameter (const char *query, const char *name, char **value)
{
  g_auto (GStrv) pairs = g_strsplit (query, "&", -1);
  gsize length = strlen (name);

  for (guint i = 0; pairs[i] != NULL; i++) {
    if (strncmp (pairs[i], name, length) != 0 || pairs[i][length] != '=')
      continue;
    *value = g_uri_unescape_string (pairs[i] + length + 1, NULL);
    return *value != NULL;
  }
  return FALSE;
}

static gboolean
has_parameter (const char *query, const char *name)
{
  g_autofree char *value = NULL;

  return find_parameter (query, name, &value) && *value != '\0';
}

static RjTokenUrl *
fail (RjTokenUrl *self, GError **error, const char *problem)
{
  rj_token_url_free (self);
  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "token URL %s", problem);
  return NULL;
}

RjTokenUrl *
rj_token_url_parse (const char *token, GError **error)
{
  RjTokenUrl *self = g_new0 (RjTokenUrl, 1);
  g_autofree char *query = NULL;
  const char *rest;
  const char *mark;

  if (!g_utf8_validate (token, -1, NULL) || !split (token, &self->scheme, &self->host, &rest))
    return fail (self, error, "is no URL");
  if (strcmp (self->scheme, "ws") != 0 && strcmp (self->scheme, "wss") != 0)
    return fail (self, error, "is neither ws:// nor wss://");
  mark = strchr (rest, '?');
  query = g_strndup (mark == NULL ? "" : mark + 1, mark == NULL ? 0 : strcspn (mark + 1, "#"));
  if (!find_parameter (query, "sessionId", &self->session) || *self->session == '\0')
    return fail (self, error, "has no sessionId");
  find_parameter (query, "token", &self->token);
  find_parameter (query, "secret", &self->secret);
  if (self->token == NULL && self->secret == NULL)
    return fail (self, error, "has neither token nor secret");
  self->recorder = has_parameter (query, "recorder");
  self->stt = has_parameter (query, "stt");
  return self;
}

void
rj_token_url_free (RjTokenUrl *self)
{
  if (self == NULL)
    return;
  g_free (self->scheme);
  g_free (self->host);
  g_free (self->session);
  g_free (self->token);
  g_free (self->secret);
  g_free (self);
}

char *
rj_token_url_get_websocket_uri (const RjTokenUrl *self, gboolean reconnect)
{
  g_autofree char *session = g_uri_escape_string (self->session, NULL, FALSE);

  return g_strdup_printf ("%s://%s/openvidu?sessionId=%s%s", self->scheme, self->host, session,
                          reconnect ? "&reconnect=true" : "");
}

char *
rj_token_url_build (const char *public_url, const char *session, const char *token, GError **error)
{
  g_autofree char *scheme = NULL;
  g_autofree char *host = NULL;
  const char *rest;
  gboolean secure;

  if (!split (public_url, &scheme, &host, &rest)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "public URL is not https://host[:port]");
    return NULL;
  }
  secure = strcmp (scheme, "https") == 0 || strcmp (scheme, "wss") == 0;
  if (!secure && strcmp (scheme, "http") != 0 && strcmp (scheme, "ws") != 0) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "public URL is neither https nor http");
    return NULL;
  }
  return g_strdup_printf ("%s://%s?sessionId=%s&token=%s", secure ? "wss" : "ws", host, session,
                          token);
}
