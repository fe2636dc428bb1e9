/* The table of open requests and the pings, on a fake clock. */
#include "rj-error.h"
#include "rj-json.h"
#include "rj-keepalive.h"
#include "rj-rpc.h"

typedef struct {
  RjClock *clock;
  RjRpc *rpc;
  GString *written; /* "id method;" */
  GString *heard;   /* "name result;" or "name error-word;" */
  gboolean is_calling;
} Fixture;

static void
write_text (const char *text, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (JsonObject) frame = rj_json_parse_object (text, -1, NULL);

  g_assert_cmpstr (rj_json_get_string (frame, "jsonrpc", NULL), ==, "2.0");
  g_string_append_printf (f->written, "%d %s%s;", (int) rj_json_get_int (frame, "id", -1),
                          rj_json_get_string (frame, "method", NULL),
                          rj_json_has (frame, "params") ? "+" : "");
}

static void
take_notification (const char *method, JsonObject *params, gint64 read_us, gpointer user_data)
{
  Fixture *f = user_data;

  g_string_append_printf (f->heard, "%s@%d;", method, (int) read_us);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->clock = rj_fake_clock_new (0);
  f->rpc = rj_rpc_new (f->clock, write_text, take_notification, f);
  f->written = g_string_new (NULL);
  f->heard = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_rpc_close (f->rpc);
  g_assert_cmpuint (rj_rpc_count_open (f->rpc), ==, 0);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 0);
  g_assert_finalize_object (f->rpc);
  g_object_unref (f->clock);
  g_string_free (f->written, TRUE);
  g_string_free (f->heard, TRUE);
}

static Fixture *current; /* answers know only their name */

static void
on_answer (JsonObject *result, const GError *error, gint64 read_us, gpointer name)
{
  g_autofree char *word =
    error == NULL ? g_strdup (rj_json_get_string (result, "v", "-")) : rj_error_get_word (error);

  g_assert_false (current->is_calling);
  g_string_append_printf (current->heard, "%s %s;", (char *) name, word);
}

static void
call (Fixture *f, const char *method, RjRpcFlags flags)
{
  current = f;
  f->is_calling = TRUE;
  rj_rpc_call (f->rpc, method, NULL, flags, RJ_RPC_LIMIT_US, on_answer, (gpointer) method);
  f->is_calling = FALSE;
}

static void
take (Fixture *f, const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');

  rj_rpc_take (f->rpc, json, 7);
}

static void
advance (Fixture *f, double seconds)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), seconds * G_USEC_PER_SEC);
}

static void
expect (GString *got, const char *wanted)
{
  g_assert_cmpstr (got->str, ==, wanted);
  g_string_truncate (got, 0);
}

static void
test_answers (Fixture *f, gconstpointer unused)
{
  call (f, "a", RJ_RPC_PLAIN);
  call (f, "b", RJ_RPC_PLAIN);
  call (f, "c", RJ_RPC_PLAIN);
  expect (f->written, "0 a;1 b;2 c;");
  take (f, "{'id':1,'result':{'v':'x'},'jsonrpc':'2.0'}");
  take (f, "{'id':1,'result':{'v':'again'},'jsonrpc':'2.0'}");
  take (f, "{'id':9,'result':{'v':'unknown'},'jsonrpc':'2.0'}");
  take (f, "{'id':2,'result':'bye','jsonrpc':'2.0'}");
  take (f, "{'method':'participantJoined','params':{'id':'x'},'jsonrpc':'2.0'}");
  take (f, "{'id':0,'result':{'v':'y'},'jsonrpc':'2.0'}");
  expect (f->heard, "b x;c -;participantJoined@7;a y;");
}

static void
test_errors (Fixture *f, gconstpointer unused)
{
  call (f, "a", RJ_RPC_PLAIN);
  call (f, "b", RJ_RPC_PLAIN);
  call (f, "c", RJ_RPC_PLAIN);
  call (f, "d", RJ_RPC_PLAIN);
  take (f, "{'id':0,'error':{'code':401,'message':'x. Code: 401'},'jsonrpc':'2.0'}");
  take (f, "{'id':1,'error':{'code':204,'message':'x','sessionId':'s','data':'{}'},"
           "'jsonrpc':'2.0','data':{}}");
  take (f, "{'id':2,'error':{'code':40007,'message':'reconnection error'},'jsonrpc':'2.0'}");
  take (f, "{'id':3,'error':{'code':-1,'message':'x:y','data':'stack'},'jsonrpc':'2.0'}");
  expect (f->heard, "a rpc-401;b rpc-204;c rpc-40007;d rpc--1;");
}

static void
test_limit (Fixture *f, gconstpointer unused)
{
  call (f, "a", RJ_RPC_PLAIN);
  advance (f, 9);
  call (f, "b", RJ_RPC_PLAIN);
  expect (f->heard, "");
  advance (f, 1);
  expect (f->heard, "a timeout;");
  take (f, "{'id':0,'result':{'v':'late'},'jsonrpc':'2.0'}");
  take (f, "{'id':1,'result':{'v':'x'},'jsonrpc':'2.0'}");
  expect (f->heard, "b x;");
}

static void
test_lost_and_held (Fixture *f, gconstpointer unused)
{
  call (f, "a", RJ_RPC_PLAIN);
  call (f, "again", RJ_RPC_REPEATABLE);
  rj_rpc_lose (f->rpc, "gone");
  expect (f->heard, "a lost;");
  expect (f->written, "0 a;1 again;");
  call (f, "b", RJ_RPC_PLAIN);
  call (f, "connect", RJ_RPC_URGENT);
  expect (f->written, "2 connect;");
  take (f, "{'id':2,'result':{'v':'ok'},'jsonrpc':'2.0'}");
  rj_rpc_set_held (f->rpc, FALSE);
  expect (f->written, "3 again;4 b;");
  /* the answer that the old number would have had is nobody's */
  take (f, "{'id':1,'result':{'v':'old'},'jsonrpc':'2.0'}");
  take (f, "{'id':3,'result':{'v':'new'},'jsonrpc':'2.0'}");
  expect (f->heard, "connect ok;again new;");
  rj_rpc_lose (f->rpc, "gone");
  call (f, "c", RJ_RPC_PLAIN);
  advance (f, 10);
  expect (f->heard, "b lost;c timeout;");
}

static void
test_close (Fixture *f, gconstpointer unused)
{
  call (f, "a", RJ_RPC_PLAIN);
  call (f, "b", RJ_RPC_REPEATABLE);
  rj_rpc_close (f->rpc);
  rj_rpc_close (f->rpc);
  take (f, "{'id':0,'result':{'v':'x'},'jsonrpc':'2.0'}");
  take (f, "{'method':'x','params':{},'jsonrpc':'2.0'}");
  expect (f->heard, "a closed;b closed;");
}

static void
close_inside (JsonObject *result, const GError *error, gint64 read_us, gpointer rpc)
{
  rj_rpc_close (rpc);
}

static void
test_close_inside (Fixture *f, gconstpointer unused)
{
  current = f;
  rj_rpc_call (f->rpc, "x", NULL, RJ_RPC_PLAIN, G_USEC_PER_SEC, close_inside, f->rpc);
  call (f, "a", RJ_RPC_PLAIN);
  advance (f, 1);
  expect (f->heard, "a closed;");
}

static void
on_silent (const GError *error, gpointer user_data)
{
  Fixture *f = user_data;
  g_autofree char *word = rj_error_get_word (error);

  g_string_append_printf (f->heard, "silent %s;", word);
}

static void
test_keepalive (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjKeepalive) keepalive = rj_keepalive_new (f->rpc, f->clock, on_silent, f);

  rj_keepalive_start (keepalive);
  expect (f->written, "0 ping+;");
  take (f, "{'id':0,'result':{'value':'pong'},'jsonrpc':'2.0'}");
  advance (f, 5);
  expect (f->written, "1 ping;");
  take (f, "{'id':1,'result':{'value':'pong'},'jsonrpc':'2.0'}");
  advance (f, 5);
  expect (f->written, "2 ping;");
  advance (f, 4.9);
  expect (f->heard, "");
  advance (f, 0.1);
  expect (f->heard, "silent timeout;");
  advance (f, 60);
  expect (f->heard, "");
  /* on the next socket the interval is said again */
  g_string_truncate (f->written, 0);
  rj_keepalive_start (keepalive);
  expect (f->written, "3 ping+;");
  rj_keepalive_stop (keepalive);
  advance (f, 60);
  expect (f->heard, "");
  rj_keepalive_start (keepalive);
  take (f, "{'id':4,'error':{'code':-1,'message':'x'},'jsonrpc':'2.0'}");
  expect (f->heard, "silent rpc--1;");
  rj_keepalive_start (keepalive);
  rj_rpc_lose (f->rpc, "gone"); /* the owner knows */
  expect (f->heard, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/client-18/rpc/answers", test_answers);
  ADD ("/client-17/rpc/errors", test_errors);
  ADD ("/client-18/rpc/limit", test_limit);
  ADD ("/client-4/client-18/rpc/lost-and-held", test_lost_and_held);
  ADD ("/rpc/close", test_close);
  ADD ("/rpc/close-inside", test_close_inside);
  ADD ("/client-7/client-8/keepalive", test_keepalive);
  return g_test_run ();
}
