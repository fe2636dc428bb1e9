/* The sweep over what a token is asked for: the real token sources towards a server in this thread, while requests
 * and answers of HTTP are struck. Sockets are real, on the loopback; the clock is not.
 *
 * Each request for a token is answered once: with the token, or with an error that tells the status, or that it
 * took too long, or that nobody was there; never with a secret in its words. The next one works. */
#include <libsoup/soup.h>
#include <string.h>

#include "rj-error.h"
#include "rj-http-session.h"
#include "rj-log.h"
#include "rj-token-sources.h"
#include "rjt-sweep.h"

#define SECRET   "a-secret-of-the-sweep"
#define TOKEN    "wss://ov.example:4443?sessionId=room&token=tok_ABCDEFGHIJKLMNOP"
#define STEP_US  (200 * 1000)
#define LIMIT_US (25 * G_USEC_PER_SEC) /* two requests of 10 s each */

typedef struct {
  RjtRun *run;
  RjClock *clock;
  SoupSession *http;
  SoupServer *server;
  char *url;
  GPtrArray *held; /* of SoupServerMessage: not answered, or too late */
  gboolean dead;
  RjTokenSource *source;
  guint n_answers;
  char *token;
  GError *error;
} Scene;

/* --- the server --- */

static void
hang_up (SoupServerMessage *message)
{
  g_socket_shutdown (soup_server_message_get_socket (message), TRUE, TRUE, NULL);
}

static void
reply (SoupServerMessage *message, guint status, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, body,
                                    strlen (body));
}

static void
hold (Scene *self, SoupServerMessage *message)
{
  soup_server_message_pause (message);
  g_ptr_array_add (self->held, g_object_ref (message));
}

/* Returns: TRUE: nothing else happens to the message */
static gboolean
strike (Scene *self, SoupServerMessage *message, const char *label, RjtMessageKind kind)
{
  int code;

  switch (rjt_run_strike (self->run, label, kind, &code)) {
  case RJT_FAULT_LOST:
  case RJT_FAULT_DELAYED:
  case RJT_FAULT_STALLED:
    hold (self, message);
    return TRUE;
  case RJT_FAULT_DEAD:
    self->dead = TRUE;
    hold (self, message);
    return TRUE;
  case RJT_FAULT_ERROR:
    reply (message, (guint) code, "");
    return TRUE;
  case RJT_FAULT_CUT:
    hang_up (message);
    return TRUE;
  case RJT_FAULT_CRASH:
    hang_up (message);
    soup_server_disconnect (self->server);
    return TRUE;
  case RJT_FAULT_CUT_AFTER:
  case RJT_FAULT_DOUBLED:
  case RJT_FAULT_GONE:
  case RJT_FAULT_NONE:
  case RJT_FAULT_RANDOM:
  case RJT_N_FAULTS:
    break;
  }
  return FALSE;
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  Scene *self = data;
  g_autofree char *label = g_strdup_printf ("> POST %s", path);

  if (self->dead) {
    hold (self, message);
    return;
  }
  if (strike (self, message, label, RJT_MESSAGE_HTTP))
    return;
  if (g_str_has_suffix (path, "/sessions"))
    reply (message, 200, "{\"id\":\"room\",\"customSessionId\":\"room\"}");
  else
    reply (message, 200, "{\"token\":\"" TOKEN "\"}");
  strike (self, message, "< answer", RJT_MESSAGE_ANSWER);
}

static void
start_server (Scene *self)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  g_free (self->url);
  self->url = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static void
stop_server (Scene *self)
{
  for (guint i = 0; i < self->held->len; i++)
    soup_server_message_unpause (g_ptr_array_index (self->held, i));
  g_ptr_array_set_size (self->held, 0);
  soup_server_disconnect (self->server);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_clear_object (&self->server);
}

/* --- asking --- */

static void
on_token (GObject *source, GAsyncResult *result, gpointer data)
{
  Scene *self = data;

  self->n_answers++;
  g_clear_error (&self->error);
  g_clear_pointer (&self->token, g_free);
  self->token = rj_token_source_fetch_finish (RJ_TOKEN_SOURCE (source), result, &self->error);
}

/* The clock stands still as long as something is ready to be read */
static gboolean
has_answer (Scene *self)
{
  while (self->n_answers == 0 && g_main_context_iteration (NULL, FALSE))
    continue;
  return self->n_answers > 0;
}

static void
fetch (Scene *self)
{
  const RjTokenRequest request = { "room", "bot-1", 1, "bot-1" };
  gint64 end_us = rj_clock_now_us (self->clock) + LIMIT_US;

  self->n_answers = 0;
  rj_token_source_fetch_async (self->source, &request, NULL, on_token, self);
  while (!has_answer (self) && rj_clock_now_us (self->clock) < end_us)
    rj_fake_clock_advance_us (RJ_FAKE_CLOCK (self->clock), STEP_US);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (self->clock), LIMIT_US); /* whatever is late */
  if (self->n_answers != 1)
    rjt_run_fail (self->run, "answered %u times", self->n_answers);
}

/* --- judging --- */

static gboolean
is_expected_error (Scene *self)
{
  const char *struck = rjt_run_get_struck (self->run);

  switch (rjt_run_get_fault (self->run)) {
  case RJT_FAULT_LOST:
  case RJT_FAULT_DELAYED:
  case RJT_FAULT_STALLED:
  case RJT_FAULT_DEAD:
    return g_error_matches (self->error, RJ_ERROR, RJ_ERROR_TIMEOUT);
  case RJT_FAULT_CUT:
  case RJT_FAULT_CRASH:
    return g_error_matches (self->error, RJ_ERROR, RJ_ERROR_UNREACHABLE);
  case RJT_FAULT_ERROR: /* 409: the session exists, and that is fine */
    return g_error_matches (self->error, RJ_HTTP_ERROR, rjt_run_get_code (self->run)) ||
           (rjt_run_get_code (self->run) == 409 && g_str_has_suffix (struck, "/sessions") &&
            self->error == NULL);
  case RJT_FAULT_CUT_AFTER:
  case RJT_FAULT_DOUBLED:
  case RJT_FAULT_GONE:
  case RJT_FAULT_NONE:
  case RJT_FAULT_RANDOM:
  case RJT_N_FAULTS:
    break;
  }
  return self->error == NULL;
}

static void
judge (Scene *self)
{
  const char *message = self->error == NULL ? "no error" : self->error->message;

  if ((self->token == NULL) == (self->error == NULL))
    rjt_run_fail (self->run, "neither token nor error, or both");
  if (!is_expected_error (self))
    rjt_run_fail (self->run, "not what should come of it: %s", message);
  if (strstr (message, SECRET) != NULL || strstr (message, "tok_") != NULL)
    rjt_run_fail (self->run, "an error tells a secret");
  if (self->error != NULL && message[0] == '\0')
    rjt_run_fail (self->run, "an error without a word");
}

static void
play (RjtRun *run, RjTokenSource *(*make) (Scene *self))
{
  Scene self = { .run = run };

  self.clock = rj_fake_clock_new (G_USEC_PER_SEC);
  self.http = rj_http_session_new (2, NULL, FALSE, NULL, NULL);
  self.held = g_ptr_array_new_with_free_func (g_object_unref);
  start_server (&self);
  self.source = make (&self);
  rjt_run_arm (run);
  fetch (&self);
  rjt_run_disarm (run);
  judge (&self);
  stop_server (&self);
  self.dead = FALSE;
  start_server (&self);
  g_object_unref (self.source);
  self.source = make (&self);
  fetch (&self);
  if (g_strcmp0 (self.token, TOKEN) != 0)
    rjt_run_fail (run, "the next one does not come");
  stop_server (&self);
  g_object_unref (self.source);
  g_object_unref (self.http);
  if (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (self.clock)) > 0)
    rjt_run_fail (run, "a timer is left");
  g_object_unref (self.clock);
  g_ptr_array_unref (self.held);
  g_clear_error (&self.error);
  g_free (self.token);
  g_free (self.url);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static RjTokenSource *
make_app (Scene *self)
{
  return rj_token_source_new_app (self->http, self->clock, self->url, RJ_APP_FAULT_TOLERANCE);
}

static RjTokenSource *
make_sessions (Scene *self)
{
  return rj_token_source_new_app (self->http, self->clock, self->url, RJ_APP_SESSIONS);
}

static RjTokenSource *
make_rest (Scene *self)
{
  return rj_token_source_new_rest (self->http, self->clock, self->url, SECRET);
}

static void
play_app (RjtRun *run)
{
  play (run, make_app);
}

static void
play_sessions (RjtRun *run)
{
  play (run, make_sessions);
}

static void
play_rest (RjtRun *run)
{
  play (run, make_rest);
}

#define FAULTS                                                                                     \
  (RJT_FAULT_BIT (RJT_FAULT_LOST) | RJT_FAULT_BIT (RJT_FAULT_DELAYED) |                            \
   RJT_FAULT_BIT (RJT_FAULT_STALLED) | RJT_FAULT_BIT (RJT_FAULT_ERROR) |                           \
   RJT_FAULT_BIT (RJT_FAULT_CUT) | RJT_FAULT_BIT (RJT_FAULT_DEAD) |                                \
   RJT_FAULT_BIT (RJT_FAULT_CRASH))

int
main (int argc, char **argv)
{
  static const RjtStory stories[] = {
    { "token-app", FAULTS, NULL, play_app },
    { "token-sessions", FAULTS, NULL, play_sessions },
    { "token-rest", FAULTS, NULL, play_rest },
    { NULL },
  };

  rj_home_claim ();
  return rjt_sweep_main (argc, argv, "tokens", stories);
}
