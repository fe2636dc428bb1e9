/* Requests to an app server as a plan describes them: what is refused with which words, what is filled in and how it is
 * escaped. */
#include "rj-app-presets.h"

#include <string.h>

#include "rj-json.h"
#include "rjt-refusal.h"

/* @text: JSON with ' for " */
static RjRequestTemplate *
read_template (const char *text, GError **error)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (GError) problem = NULL;
  g_autoptr (JsonObject) object = rj_json_parse_object (json, -1, &problem);

  g_assert_no_error (problem);
  return rj_request_template_from_json (object, error);
}

/* A name that means something wherever it is put */
static const RjTemplateWord words[] = {
  { "run", "a1" },   { "session", "s 1" }, { "name", "b\"&{run}\r\n/" }, { "index", "7" },
  { "group", NULL }, { "role", NULL },     { "attempt", "2" },           { NULL, NULL },
};

static RjHttpRequest *
fill (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjRequestTemplate) template = read_template (text, &error);

  g_assert_no_error (error);
  return rj_request_fill (template->request, words);
}

static void
test_filled_and_escaped (void)
{
  g_autoptr (RjHttpRequest) request = fill (
    "{'method': 'put', 'url': 'https://app:5000/{session}/t?n={name}&a={attempt}', 'headers': "
    "{'X-Name': 'is {name}'}, 'body': {'a': ['{name}', 1, null, true], 'b': {'index': "
    "'{index}'}, 'role': '{role}', 'both': '{role}.{group}'}, 'token': '/a'}");
  const RjHttpHeader *header = g_ptr_array_index (request->headers, 0);

  g_assert_cmpstr (request->method, ==, "PUT");
  g_assert_cmpstr (request->url, ==, "https://app:5000/s%201/t?n=b%22%26%7Brun%7D%0D%0A%2F&a=2");
  g_assert_cmpstr (header->value, ==, "is b\"&{run}  /");
  g_assert_cmpstr (request->content_type, ==, "application/json");
  g_assert_cmpstr (
    request->body, ==,
    "{\"a\":[\"b\\\"&{run}\\r\\n/\",1,null,true],\"b\":{\"index\":\"7\"},\"both\":\".\"}");
}

static void
test_bodies_that_are_text (void)
{
  g_autoptr (RjHttpRequest) json =
    fill ("{'url': 'http://a/', 'body': '{ \\\"n\\\": \\\"{name}\\\" }'}");
  g_autoptr (RjHttpRequest) form =
    fill ("{'url': 'http://a/', 'body': 'n={name}&x={other}', 'headers': {'content-type': "
          "'application/x-www-form-urlencoded'}}");
  g_autoptr (RjHttpRequest) plain = fill ("{'url': 'http://a/', 'body': 'n={name}'}");
  g_autoptr (RjHttpRequest) none = fill ("{'url': 'http://a/'}");

  g_assert_cmpstr (json->content_type, ==, "application/json");
  g_assert_cmpstr (json->body, ==, "{ \"n\": \"b\\\"&{run}\\r\\n/\" }");
  g_assert_cmpstr (form->content_type, ==, "application/x-www-form-urlencoded");
  g_assert_cmpstr (form->body, ==, "n=b%22%26%7Brun%7D%0D%0A%2F&x={other}");
  g_assert_cmpstr (plain->content_type, ==, "text/plain; charset=utf-8");
  g_assert_cmpstr (plain->body, ==, "n=b\"&{run}\r\n/");
  g_assert_cmpstr (none->method, ==, "GET");
  g_assert_null (none->body);
  g_assert_cmpstr (plain->method, ==, "POST");
}

static void
test_what_it_uses (void)
{
  g_autoptr (RjRequestTemplate) template =
    read_template ("{'url': 'https://app.example:5000/api?s={session}', 'create': {'url': "
                   "'http://[::1]:80/x', 'body': {'r': ['{role}']}, 'id': '/id'}, 'token': ''}",
                   NULL);
  g_autofree char *origin = rj_request_template_get_origin (template);

  g_assert_nonnull (template);
  g_assert_null (template->token);
  g_assert_cmpstr (template->id, ==, "/id");
  g_assert_true (rj_request_template_uses (template, "role"));
  g_assert_true (rj_request_template_uses (template, "session"));
  g_assert_false (rj_request_template_uses (template, "name"));
  g_assert_true (g_str_has_prefix (origin, "http://[::1]"));
  g_assert_null (strstr (origin, "/x"));
}

static void
test_secrets_are_taken_out (void)
{
  g_autoptr (RjRequestTemplate) template =
    read_template ("{'url': 'http://a/', 'headers': {'Authorization': 'Bearer hush-hush'}, 'body': "
                   "{'key': ['opensesame'], 'name': '{name}'}}",
                   NULL);
  g_autofree char *text =
    rj_request_scrub (template->request, "no hush-hush, no opensesame, no {name}");

  g_assert_cmpstr (text, ==, "no <secret>, no <secret>, no {name}");
}

static const RjtRefusal refusals[] = {
  { "{}", "url: ", "https://app.example" },
  { "{'url': 5}", "url: ", "https://app.example" },
  { "{'url': 'app/token'}", "url: ", "no http or https URL" },
  { "{'url': 'ftp://app/token'}", "url: ", "no http or https URL" },
  { "{'url': 'http://app/{user}'}", "url: ", "{session}" },
  { "{'url': 'http://app/{id}'}", "url: ", "nothing is known" },
  { "{'ulr': 'http://app/'}", "ulr: ", "did you mean \"url\"?" },
  { "{'url': 'http://a/', 'zebra': 1}", "zebra: ", "there are: method, url" },
  { "{'url': 'http://a/', 'method': 'GET IT'}", "method: ", "POST" },
  { "{'url': 'http://a/', 'method': 'GET', 'body': {}}", "body: ", "method: POST" },
  { "{'url': 'http://a/', 'body': 5}", "body: ", "an object" },
  { "{'url': 'http://a/', 'body': {'a': [{'b': '{nmae}'}]}}", "body: ", "{name}" },
  { "{'url': 'http://a/', 'headers': []}", "headers: ", "an object" },
  { "{'url': 'http://a/', 'headers': {'A B': 'x'}}", "headers.A B: ", "on one line" },
  { "{'url': 'http://a/', 'headers': {'A': 'x\\r\\nB: y'}}", "headers.A: ", "on one line" },
  { "{'url': 'http://a/', 'headers': {'A': 5}}", "headers.A: ", "a text" },
  { "{'url': 'http://a/', 'headers': {'A': '{x}'}}", "headers.A: ", "nothing is known" },
  { "{'url': 'http://a/', 'token': 'token'}", "token: ", "/data/0/token" },
  { "{'url': 'http://a/', 'token': 5}", "token: ", "/data/0/token" },
  { "{'url': 'http://a/', 'create': 5}", "create: ", "customSessionId" },
  { "{'url': 'http://a/', 'create': {}}", "create.url: ", "whole address" },
  { "{'url': 'http://a/', 'create': {'token': '/a'}}", "create.token: ", "there are: method" },
  { "{'url': 'http://a/', 'create': {'url': 'http://a/', 'id': 'x'}}", "create.id: ", "/token" },
  { "{'url': 'http://a/', 'create': {'url': 'http://a/{id}'}}",
    "create.url: ", "nothing is known" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", refusals[i].text);
    g_assert_null (read_template (refusals[i].text, &error));
    rjt_refusal_check (&refusals[i], error);
  }
}

/* The table for the schema names exactly the keys that are read. */
static void
test_keys (void)
{
  guint n = 0;
  const RjJsonKey *keys = rj_request_template_get_keys (&n);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GError) error = NULL;
    g_auto (GStrv) parts = g_strsplit (keys[i].path, ".", 2);
    g_autofree char *text =
      parts[1] == NULL
        ? g_strdup_printf ("{'url': 'http://a/', '%s': 5}", parts[0])
        : g_strdup_printf ("{'url': 'http://a/', '%s': {'url': 'http://a/', '%s': 5}}", parts[0],
                           parts[1]);
    g_autoptr (JsonObject) schema = rj_json_parse_object (keys[i].schema, -1, &error);

    g_assert_no_error (error);
    g_assert_nonnull (schema);
    g_assert_null (read_template (text, &error));
    g_assert_true (g_str_has_prefix (error->message, keys[i].path));
    g_assert_null (strstr (error->message, "there is no such key"));
  }
}

/* Whoever asks the server finds it by the same URL as who asks it for tokens. */
static void
test_rest_url (void)
{
  static const char *const urls[] = { "https://ov.example:4443", "https://ov.example:4443/",
                                      "https://ov.example:4443/openvidu/api",
                                      "https://ov.example:4443/openvidu/api/",
                                      "https://ov.example:4443/openvidu/api/sessions" };
  static const RjTemplateWord none[] = { { NULL, NULL } };

  for (guint i = 0; i < G_N_ELEMENTS (urls); i++) {
    g_autofree char *url = rj_rest_make_url (urls[i], "/sessions");
    RjRequestTemplate *tokens = rj_rest_make_template (urls[i]);
    g_autoptr (RjHttpRequest) create = rj_request_fill (tokens->create, none);

    g_assert_cmpstr (url, ==, "https://ov.example:4443/openvidu/api/sessions");
    g_assert_cmpstr (create->url, ==, url);
    rj_request_template_unref (tokens);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/request/filled-and-escaped", test_filled_and_escaped);
  g_test_add_func ("/request/texts", test_bodies_that_are_text);
  g_test_add_func ("/request/uses", test_what_it_uses);
  g_test_add_func ("/request/secrets", test_secrets_are_taken_out);
  g_test_add_func ("/request/refused", test_refused);
  g_test_add_func ("/request/keys", test_keys);
  g_test_add_func ("/request/rest-url", test_rest_url);
  return g_test_run ();
}
