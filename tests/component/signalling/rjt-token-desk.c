#include "rjt-token-desk.h"

#include "rj-http-session.h"
#include "rj-log.h"

void
rjt_token_desk_set_up (RjtTokenDesk *self, gconstpointer unused)
{
  rj_home_claim ();
  self->server = rjt_server_new (NULL);
  self->clock = rj_fake_clock_new (G_USEC_PER_SEC);
  self->http = rj_http_session_new (2, NULL, FALSE, NULL, NULL);
}

void
rjt_token_desk_tear_down (RjtTokenDesk *self, gconstpointer unused)
{
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (self->clock)), ==, 0);
  g_clear_pointer (&self->token, g_free);
  g_clear_error (&self->error);
  g_object_unref (self->http);
  g_object_unref (self->clock);
  rjt_server_free (self->server);
}

static void
on_token (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RjtTokenDesk *self = user_data;

  g_assert_false (self->answered);
  self->answered = TRUE;
  self->token = rj_token_source_fetch_finish (RJ_TOKEN_SOURCE (source), result, &self->error);
  g_assert_true ((self->token == NULL) == (self->error != NULL));
}

void
rjt_token_desk_start (RjtTokenDesk *self,
                      RjTokenSource *source,
                      const char *name,
                      GCancellable *cancellable)
{
  const RjTokenRequest request = { "room", name, 3, "bot" };

  g_clear_pointer (&self->token, g_free);
  g_clear_error (&self->error);
  self->answered = FALSE;
  rj_token_source_fetch_async (source, &request, cancellable, on_token, self);
  g_assert_false (self->answered);
}

void
rjt_token_desk_expect_error (
  RjtTokenDesk *self, GQuark domain, int code, const char *text, const char *secret)
{
  g_assert_error (self->error, domain, code);
  g_test_message ("%s", self->error->message);
  if (strstr (self->error->message, text) == NULL)
    g_error ("\"%s\" does not say \"%s\"", self->error->message, text);
  g_assert_null (strstr (self->error->message, "tok_"));
  g_assert_null (strstr (self->error->message, secret));
}
