/* The crew joins as its groups say. Clock, tokens and peers are fakes. */
#include "rj-crew.h"
#include "rj-http-session.h"
#include "rj-json.h"
#include "rj-log.h"
#include "rjt-fake-peer.h"
#include "rjt-history.h"

/* A source of tokens that never answers: participants begin to join, and no more */
#define SILENT_TYPE_TOKENS (silent_tokens_get_type ())
G_DECLARE_FINAL_TYPE (SilentTokens, silent_tokens, SILENT, TOKENS, GObject)

struct _SilentTokens {
  GObject parent_instance;

  GString *asked; /* "bot-1 bot-2 " */
};

static void silent_tokens_iface_init (RjTokenSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SilentTokens,
                               silent_tokens,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_TOKEN_SOURCE,
                                                      silent_tokens_iface_init))

static const char *
silent_tokens_get_kind (RjTokenSource *source)
{
  return "app";
}

static void
on_cancelled (GCancellable *cancellable, GTask *task)
{
  g_signal_handlers_disconnect_by_data (cancellable, task);
  g_task_return_error_if_cancelled (task);
  g_object_unref (task);
}

static void
silent_tokens_fetch_async (RjTokenSource *source,
                           const RjTokenRequest *request,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  GTask *task = g_task_new (source, cancellable, callback, user_data);

  g_string_append_printf (SILENT_TOKENS (source)->asked, "%s/%u ", request->name, request->attempt);
  g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), task);
}

static char *
silent_tokens_fetch_finish (RjTokenSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
silent_tokens_iface_init (RjTokenSourceInterface *iface)
{
  iface->get_kind = silent_tokens_get_kind;
  iface->fetch_async = silent_tokens_fetch_async;
  iface->fetch_finish = silent_tokens_fetch_finish;
}

static void
silent_tokens_finalize (GObject *object)
{
  g_string_free (SILENT_TOKENS (object)->asked, TRUE);
  G_OBJECT_CLASS (silent_tokens_parent_class)->finalize (object);
}

static void
silent_tokens_class_init (SilentTokensClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = silent_tokens_finalize;
}

static void
silent_tokens_init (SilentTokens *self)
{
  self->asked = g_string_new (NULL);
}

typedef struct {
  RjRunOptions options;
  RjRoster *roster;
  RjClock *clock;
  RjDice *dice;
  RjtHistory *history;
  RjtFakePeers *peers;
  SilentTokens *tokens;
  SoupSession *http;
  RjCrew *crew;
} Fixture;

static void
add_group (Fixture *f, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = rj_json_parse_object (text, -1, &error);
  RjGroup *group;

  g_assert_no_error (error);
  group = rj_group_from_json (object, &error);
  g_assert_no_error (error);
  g_ptr_array_add (f->options.groups, group);
}

/* @shard: (nullable): its share */
static void
set_up (Fixture *f, gconstpointer shard)
{
  char *nothing[] = { NULL };
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) rest = NULL;
  g_autoptr (GError) error = NULL;
  RjCrewConfig config = { 0 };

  rj_home_claim ();
  rj_option_table_parse (rj_run_options_get_table (), 0, nothing, &f->options, &rest, warnings,
                         &error);
  g_assert_no_error (error);
  f->options.groups = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_group_free);
  add_group (f, "{\"group\": \"stage\", \"count\": 2}");
  add_group (f, "{\"group\": \"late\", \"name\": \"late-{index}-{attempt}\", \"count\": 3, "
                "\"publish\": false, \"ramp\": \"2/s\", "
                "\"subscribe\": [\"stage-1\"]}");
  rj_run_options_check (&f->options, &error);
  g_assert_no_error (error);
  f->roster = rj_roster_new (f->options.groups, f->options.roles, "a1", &error);
  g_assert_no_error (error);
  if (shard != NULL)
    rj_shard_take_share (shard, f->roster);
  f->clock = rj_fake_clock_new (1000 * G_USEC_PER_SEC);
  f->dice = rj_dice_new (1);
  f->history = rjt_history_new ();
  f->peers = rjt_fake_peers_new (f->clock);
  f->tokens = g_object_new (SILENT_TYPE_TOKENS, NULL);
  f->http = rj_http_session_new (5, NULL, FALSE, NULL, &error);
  config.http = f->http;
  config.options = &f->options;
  config.roster = f->roster;
  config.clock = f->clock;
  config.dice = f->dice;
  config.events = RJ_EVENT_SINK (f->history);
  config.factory = RJ_PEER_FACTORY (f->peers);
  config.tokens = RJ_TOKEN_SOURCE (f->tokens);
  f->crew = rj_crew_new (&config);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_clear_object (&f->crew);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 0);
  g_object_unref (f->http);
  g_object_unref (f->tokens);
  g_object_unref (f->peers);
  g_object_unref (f->history);
  rj_dice_free (f->dice);
  g_object_unref (f->clock);
  rj_roster_free (f->roster);
  rj_run_options_clear (&f->options);
}

static void
pass (Fixture *f, gint64 us)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), us);
}

static void
test_a_group_joins_one_after_the_other (Fixture *f, gconstpointer unused)
{
  rj_crew_start (f->crew);
  g_assert_cmpstr (f->tokens->asked->str, ==, "stage-1/1 stage-2/1 late-1-1/1 ");
  pass (f, 499 * 1000);
  g_assert_cmpstr (f->tokens->asked->str, ==, "stage-1/1 stage-2/1 late-1-1/1 ");
  pass (f, 1000);
  g_assert_cmpstr (f->tokens->asked->str, ==, "stage-1/1 stage-2/1 late-1-1/1 late-2-1/1 ");
  pass (f, 500 * 1000);
  g_assert_cmpstr (f->tokens->asked->str, ==,
                   "stage-1/1 stage-2/1 late-1-1/1 late-2-1/1 late-3-1/1 ");
}

static const RjShard second_of_two = { 2, 2 };

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = rj_crew_leave_finish (RJ_CREW (source), result, NULL);
}

/* The run ends while some have still to join. */
static void
test_nobody_joins_after_leaving (Fixture *f, gconstpointer unused)
{
  gboolean left = FALSE;

  rj_crew_start (f->crew);
  rj_crew_leave_async (f->crew, G_USEC_PER_SEC, on_left, &left);
  pass (f, 5 * G_USEC_PER_SEC);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_true (left);
  g_assert_cmpstr (f->tokens->asked->str, ==, "stage-1/1 stage-2/1 late-1-1/1 ");
}

static void
test_a_shard_makes_its_own (Fixture *f, gconstpointer unused)
{
  rj_crew_start (f->crew);
  pass (f, 5 * G_USEC_PER_SEC);
  g_assert_cmpstr (f->tokens->asked->str, ==, "stage-2/1 late-2-1/1 ");
  rj_crew_emit_stats (f->crew); /* asks nobody of the others */
  g_assert_false (rj_crew_is_lost (f->crew));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/crew/ramp", test_a_group_joins_one_after_the_other);
  ADD ("/crew/leaves-during-the-ramp", test_nobody_joins_after_leaving);
  g_test_add ("/crew/shard", Fixture, &second_of_two, set_up, test_a_shard_makes_its_own,
              tear_down);
  return g_test_run ();
}
