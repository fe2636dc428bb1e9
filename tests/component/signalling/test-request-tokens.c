/* Tokens by a request that a plan describes, from an app server on the loopback. */
#include "rj-error.h"
#include "rj-json.h"
#include "rjt-token-desk.h"
#include "rjt-wait.h"

#define TOKEN "wss://ov.example:4443?sessionId=room&token=tok_ABCDEFGHIJKLMNOP"
#define KEY   "key-0123456789"

static void
find_asker (const char *session, const char *participant, RjAsker *asker, gpointer unused)
{
  g_assert_cmpstr (participant, ==, "bot");
  g_assert_cmpstr (session, ==, "room");
  *asker = (RjAsker){ "MODERATOR", "stage", 4 };
}

/* @text: JSON with ' for " and URL for the server's */
static RjTokenSource *
make_source (RjtTokenDesk *f, const char *text)
{
  g_autoptr (GString) json = g_string_new (text);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (RjRequestTemplate) template = NULL;

  g_string_replace (json, "'", "\"", 0);
  g_string_replace (json, "URL", rjt_server_get_url (f->server), 0);
  object = rj_json_parse_object (json->str, -1, &error);
  g_assert_no_error (error);
  template = rj_request_template_from_json (object, &error);
  g_assert_no_error (error);
  return rj_token_source_new_request (f->http, f->clock, template, "a1");
}

static void
fetch (RjtTokenDesk *f, const char *text, RjAskerFunc func)
{
  g_autoptr (RjTokenSource) source = make_source (f, text);

  rj_token_source_set_askers (source, func, NULL);
  rjt_token_desk_start (f, source, "bot 1", NULL);
  rjt_wait_until (f->answered);
  g_assert_cmpstr (rj_token_source_get_kind (source), ==, "app");
}

static void
expect_error (RjtTokenDesk *f, GQuark domain, int code, const char *text)
{
  rjt_token_desk_expect_error (f, domain, code, text, KEY);
}

static void
test_everything_is_filled_in (RjtTokenDesk *f, gconstpointer unused)
{
  rjt_server_set_http (f->server, "/v1/room/bot 1/3", 201,
                       "{\"data\":[{\"token\":\"" TOKEN "\\n\"}]}");
  fetch (
    f,
    "{'url': 'URL/v1/{session}/{name}/{attempt}?x={run}', 'headers': {'Authorization': 'Bearer "
    "" KEY "'}, 'body': {'user': '{name}-{attempt}', 'where': '{run}/{group}/{index}', 'as': "
    "'{role}'}, 'token': '/data/0/token'}",
    find_asker);
  g_assert_no_error (f->error);
  g_assert_cmpstr (f->token, ==, TOKEN);
  g_assert_cmpstr (rjt_server_get_body (f->server, "/v1/room/bot 1/3"), ==,
                   "{\"user\":\"bot 1-3\",\"where\":\"a1/stage/4\",\"as\":\"MODERATOR\"}");
  g_assert_cmpstr (rjt_server_get_authorization (f->server, "/v1/room/bot 1/3"), ==, "Bearer " KEY);
}

static void
test_without_a_pointer_it_is_found (RjtTokenDesk *f, gconstpointer unused)
{
  static const char *const answers[] = { TOKEN, "\"" TOKEN "\"", "{\"token\":\"" TOKEN "\"}" };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++) {
    rjt_server_set_http (f->server, "/t", 200, answers[i]);
    fetch (f, "{'method': 'POST', 'url': 'URL/t', 'body': {'as': '{role}'}}", NULL);
    g_assert_no_error (f->error);
    g_assert_cmpstr (f->token, ==, TOKEN);
    g_assert_cmpstr (rjt_server_get_body (f->server, "/t"), ==, "{\"as\":\"PUBLISHER\"}");
  }
}

static void
test_a_session_is_made_before (RjtTokenDesk *f, gconstpointer unused)
{
  static const char template[] =
    "{'create': {'url': 'URL/rooms', 'body': {'name': '{session}'}, 'id': '/room/id'}, 'url': "
    "'URL/rooms/{id}/tokens', 'body': {'who': '{name}'}, 'token': '/token'}";

  rjt_server_set_http (f->server, "/rooms", 200, "{\"room\":{\"id\":\"r-7\"}}");
  rjt_server_set_http (f->server, "/rooms/r-7/tokens", 200, "{\"token\":\"" TOKEN "\"}");
  rjt_server_set_http (f->server, "/rooms/room/tokens", 200, "{\"token\":\"" TOKEN "\"}");
  fetch (f, template, find_asker);
  g_assert_no_error (f->error);
  g_assert_cmpuint (rjt_server_count_http (f->server, "/rooms/r-7/tokens"), ==, 1);
  g_assert_cmpstr (rjt_server_get_body (f->server, "/rooms"), ==, "{\"name\":\"room\"}");
  rjt_server_set_http (f->server, "/rooms", 409, NULL); /* it is there already */
  fetch (f, template, find_asker);
  g_assert_no_error (f->error);
  g_assert_cmpuint (rjt_server_count_http (f->server, "/rooms/room/tokens"), ==, 1);
  rjt_server_set_http (f->server, "/rooms", 200, "{\"room\":{\"name\":\"tok_1\"}}");
  fetch (f, template, find_asker);
  expect_error (
    f, RJ_ERROR, RJ_ERROR_PROTOCOL,
    "/rooms: in its answer there is nothing at /room/id: what stands at /room has: name");
}

static void
test_what_an_answer_lacks (RjtTokenDesk *f, gconstpointer unused)
{
  static const char template[] = "{'url': 'URL/t', 'token': '/data/token'}";
  static const struct {
    const char *answer;
    const char *said;
  } rows[] = {
    { "{\"jwt\":\"tok_1\",\"ok\":true}",
      "there is nothing at /data/token: the whole has: jwt, ok" },
    { "{\"data\":{}}", "what stands at /data is an empty object" },
    { "{\"data\":{\"token\":5}}", "at /data/token is no text" },
    { "{\"data\":{\"token\":\"tok_1\"}}", "at /data/token is no token" },
    { "tok_1", "/data/token cannot be read, for the answer is no JSON" },
    { "", "the answer is no JSON" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    rjt_server_set_http (f->server, "/t", 200, rows[i].answer);
    fetch (f, template, NULL);
    expect_error (f, RJ_ERROR, RJ_ERROR_PROTOCOL, rows[i].said);
    g_assert_nonnull (strstr (f->error->message, "GET http://127.0.0.1"));
  }
}

static void
test_refusals_show_no_secret (RjtTokenDesk *f, gconstpointer unused)
{
  static const char template[] = "{'url': 'URL/t?key=" KEY "', 'headers': {'X-Key': '" KEY
                                 "'}, 'body': {'pass': 'open-sesame'}}";

  rjt_server_set_http (f->server, "/t", 401, "bad key " KEY " or pass open-sesame");
  fetch (f, template, NULL);
  expect_error (f, RJ_HTTP_ERROR, 401, "check the headers of the request");
  g_assert_nonnull (strstr (f->error->message, "bad key <secret> or pass <secret>"));
  rjt_server_set_http (f->server, "/t", 200, "welcome, " KEY);
  fetch (f, template, NULL);
  expect_error (f, RJ_ERROR, RJ_ERROR_PROTOCOL, "welcome, <secret>");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func)                                                                            \
  g_test_add (path, RjtTokenDesk, NULL, rjt_token_desk_set_up, func, rjt_token_desk_tear_down)
  ADD ("/request-tokens/filled-in", test_everything_is_filled_in);
  ADD ("/request-tokens/without-a-pointer", test_without_a_pointer_it_is_found);
  ADD ("/request-tokens/session-before", test_a_session_is_made_before);
  ADD ("/request-tokens/lacks", test_what_an_answer_lacks);
  ADD ("/request-tokens/secrets", test_refusals_show_no_secret);
  return g_test_run ();
}
