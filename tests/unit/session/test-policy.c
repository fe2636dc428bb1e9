#include "rj-policy.h"

typedef struct {
  RjNews news;
  const char *word;
  guint facts;
  RjAction action;
} Case;

static const Case cases[] = {
  { RJ_NEWS_LOST, "disconnect", 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_LOST, "forceDisconnectByUser", 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_LOST, "forceDisconnectByServer", 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_LOST, "sessionClosedByServer", 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_LOST, "sessionClosedByServer", RJ_FACT_CLOSED_BY_US, RJ_ACTION_REJOIN_NOW },
  { RJ_NEWS_LOST, "lastParticipantLeft", 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_LOST, "networkDisconnect", 0, RJ_ACTION_REJOIN_NOW },
  { RJ_NEWS_LOST, "nodeCrashed", 0, RJ_ACTION_REJOIN_NOW },
  { RJ_NEWS_LOST, "mediaServerDisconnect", 0, RJ_ACTION_REJOIN_NOW },
  { RJ_NEWS_LOST, "openviduServerStopped", 0, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_LOST, "", 0, RJ_ACTION_REJOIN_NOW },
  { RJ_NEWS_LOST, "a reason of the future", 0, RJ_ACTION_REJOIN_NOW },
  { RJ_NEWS_LOST, NULL, 0, RJ_ACTION_REJOIN_NOW },

  { RJ_NEWS_OWN_UNPUBLISHED, "mediaServerReconnect", 0, RJ_ACTION_REPUBLISH },
  { RJ_NEWS_OWN_UNPUBLISHED, "forceUnpublishByUser", 0, RJ_ACTION_STAY },
  { RJ_NEWS_OWN_UNPUBLISHED, "forceUnpublishByServer", 0, RJ_ACTION_STAY },
  { RJ_NEWS_OWN_UNPUBLISHED, "", 0, RJ_ACTION_STAY },
  { RJ_NEWS_REMOTE_GONE, "nodeCrashed", 0, RJ_ACTION_IGNORE },
  { RJ_NEWS_SUSPENDED, NULL, 0, RJ_ACTION_RESUME },

  { RJ_NEWS_EDGE_SILENT, NULL, RJ_FACT_OTHERS_FLOW, RJ_ACTION_RECONNECT_STREAM },
  { RJ_NEWS_EDGE_SILENT, NULL, RJ_FACT_OTHERS_FLOW | RJ_FACT_TRIED, RJ_ACTION_STAY },
  { RJ_NEWS_EDGE_SILENT, NULL, RJ_FACT_OTHERS_FLOW | RJ_FACT_MUTED, RJ_ACTION_IGNORE },
  { RJ_NEWS_EDGE_SILENT, NULL, RJ_FACT_OTHERS_FLOW | RJ_FACT_SUSPENDED, RJ_ACTION_WAIT },
  { RJ_NEWS_EDGE_SILENT, NULL, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_ALL_SILENT, NULL, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_SILENCE_LIMIT, NULL, 0, RJ_ACTION_LEAVE_THEN_REJOIN },
  { RJ_NEWS_SILENCE_LIMIT, NULL, RJ_FACT_SUSPENDED, RJ_ACTION_WAIT },

  { RJ_NEWS_PORT_CLOSED, NULL, 0, RJ_ACTION_LEAVE_THEN_REJOIN },
  { RJ_NEWS_PORT_CLOSED, NULL, RJ_FACT_SUSPENDED, RJ_ACTION_WAIT },

  { RJ_NEWS_JOIN_FAILED, "rpc-204", 0, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_JOIN_FAILED, "usage", RJ_FACT_RETRY_NEVER, RJ_ACTION_GIVE_UP },

  { RJ_NEWS_PUBLISH_FAILED, "rpc--1", 0, RJ_ACTION_REPUBLISH_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "rpc-303", 0, RJ_ACTION_REPUBLISH_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "rpc-105", 0, RJ_ACTION_REPUBLISH_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "rpc-40101", 0, RJ_ACTION_REPUBLISH_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "rpc--1", RJ_FACT_WAITED, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "rpc--1", RJ_FACT_AFTER_SILENCE, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "rpc-106", 0, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "timeout", 0, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "timeout", RJ_FACT_QUIET, RJ_ACTION_WAIT },
  { RJ_NEWS_PUBLISH_FAILED, "timeout", RJ_FACT_SUSPENDED, RJ_ACTION_WAIT },
  { RJ_NEWS_PUBLISH_FAILED, "rpc-401", 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_PUBLISH_FAILED, "rpc-800", 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_PUBLISH_FAILED, "environment", RJ_FACT_RETRY_NEVER, RJ_ACTION_GIVE_UP },

  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-102", 0, RJ_ACTION_IGNORE },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-105", RJ_FACT_QUIET, RJ_ACTION_IGNORE },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-800", 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc--1", 0, RJ_ACTION_RESUBSCRIBE_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-302", 0, RJ_ACTION_RESUBSCRIBE_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-303", 0, RJ_ACTION_RESUBSCRIBE_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-40101", 0, RJ_ACTION_RESUBSCRIBE_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc--1", RJ_FACT_WAITED, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc--1", RJ_FACT_AFTER_SILENCE, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "timeout", 0, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "timeout", RJ_FACT_OTHERS_FLOW, RJ_ACTION_RESUBSCRIBE_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "timeout", RJ_FACT_OTHERS_FLOW | RJ_FACT_WAITED, RJ_ACTION_STAY },
  { RJ_NEWS_SUBSCRIBE_FAILED, "timeout", RJ_FACT_QUIET, RJ_ACTION_WAIT },
  { RJ_NEWS_SUBSCRIBE_FAILED, "timeout", RJ_FACT_SUSPENDED, RJ_ACTION_WAIT },

  { RJ_NEWS_PUBLISHER_FAILED, "no-media", 0, RJ_ACTION_RECONNECT_STREAM },
  { RJ_NEWS_PUBLISHER_FAILED, "no-media", RJ_FACT_FLOWED, RJ_ACTION_WAIT },
  { RJ_NEWS_PUBLISHER_FAILED, "no-media", RJ_FACT_TRIED, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_PUBLISHER_FAILED, "no-media", RJ_FACT_QUIET, RJ_ACTION_WAIT },
  { RJ_NEWS_PUBLISHER_FAILED, "no-media", RJ_FACT_SUSPENDED, RJ_ACTION_WAIT },
  { RJ_NEWS_PUBLISHER_FAILED, "environment", RJ_FACT_RETRY_NEVER, RJ_ACTION_GIVE_UP },

  { RJ_NEWS_EDGE_FAILED, "no-media", 0, RJ_ACTION_RECONNECT_STREAM },
  { RJ_NEWS_EDGE_FAILED, "no-media", RJ_FACT_FLOWED, RJ_ACTION_WAIT },
  { RJ_NEWS_EDGE_FAILED, "no-media", RJ_FACT_TRIED, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_EDGE_FAILED, "no-media", RJ_FACT_TRIED | RJ_FACT_OTHERS_FLOW, RJ_ACTION_STAY },
  { RJ_NEWS_EDGE_FAILED, "no-media", RJ_FACT_QUIET, RJ_ACTION_WAIT },
  { RJ_NEWS_EDGE_FAILED, "no-media", RJ_FACT_SUSPENDED, RJ_ACTION_WAIT },
  { RJ_NEWS_EDGE_FAILED, "environment", RJ_FACT_RETRY_NEVER, RJ_ACTION_GIVE_UP },
};

static void
test_each_row (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    RjAction action = rj_policy_decide (cases[i].news, cases[i].word, cases[i].facts);

    g_test_message ("case %u: %s", i, rj_action_get_name (action));
    g_assert_cmpstr (rj_action_get_name (action), ==, rj_action_get_name (cases[i].action));
  }
}

static void
test_every_news_has_an_answer (void)
{
  for (guint news = 0; news < RJ_N_NEWS; news++) {
    for (guint facts = 0; facts < 1 << 10; facts++)
      g_assert_nonnull (rj_action_get_name (rj_policy_decide (news, "whatever", facts)));
  }
}

/* Never leave the room for one edge while others flow */
static void
test_one_edge_alone_never_ends_the_stay (void)
{
  const RjNews news[] = { RJ_NEWS_EDGE_SILENT, RJ_NEWS_SUBSCRIBE_FAILED, RJ_NEWS_EDGE_FAILED };
  const char *const words[] = { "timeout", "rpc--1", "rpc-303", "no-media", "rpc-105" };

  for (guint i = 0; i < G_N_ELEMENTS (news) * G_N_ELEMENTS (words); i++) {
    for (guint facts = 0; facts < 1 << 10; facts++) {
      RjAction action;

      if (facts & RJ_FACT_RETRY_NEVER)
        continue;
      action = rj_policy_decide (news[i % G_N_ELEMENTS (news)], words[i / G_N_ELEMENTS (news)],
                                 facts | RJ_FACT_OTHERS_FLOW);
      g_assert_cmpint (action, <, RJ_ACTION_REJOIN_NOW);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/policy/each-row", test_each_row);
  g_test_add_func ("/session/policy/every-news-has-an-answer", test_every_news_has_an_answer);
  g_test_add_func ("/session/policy/one-edge-alone-never-ends-the-stay",
                   test_one_edge_alone_never_ends_the_stay);
  return g_test_run ();
}
