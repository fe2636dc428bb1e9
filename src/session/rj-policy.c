#include "rj-policy.h"

typedef struct {
  RjNews news;
  const char *word; /* NULL: any */
  guint with;       /* facts that must hold */
  guint without;    /* facts that must not hold */
  RjAction action;
} Row;

/* The first row that fits decides; the last one of each news fits always. */
static const Row rows[] = {
  /* Own eviction or disconnection: OpenVidu 2 protocol, 8.8 */
  { RJ_NEWS_LOST, "disconnect", 0, 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_LOST, "forceDisconnectByUser", 0, 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_LOST, "forceDisconnectByServer", 0, 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_LOST, "sessionClosedByServer", RJ_FACT_CLOSED_BY_US, 0, RJ_ACTION_REJOIN_NOW },
  { RJ_NEWS_LOST, "sessionClosedByServer", 0, 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_LOST, "lastParticipantLeft", 0, 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_LOST, "networkDisconnect", 0, 0, RJ_ACTION_REJOIN_NOW },
  { RJ_NEWS_LOST, "nodeCrashed", 0, 0, RJ_ACTION_REJOIN_NOW },
  { RJ_NEWS_LOST, "mediaServerDisconnect", 0, 0, RJ_ACTION_REJOIN_NOW },
  { RJ_NEWS_LOST, "openviduServerStopped", 0, 0, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_LOST, NULL, 0, 0, RJ_ACTION_REJOIN_NOW }, /* "" or unknown: as networkDisconnect */

  { RJ_NEWS_OWN_UNPUBLISHED, "mediaServerReconnect", 0, 0, RJ_ACTION_REPUBLISH },
  { RJ_NEWS_OWN_UNPUBLISHED, "forceUnpublishByUser", 0, 0, RJ_ACTION_STAY },
  { RJ_NEWS_OWN_UNPUBLISHED, "forceUnpublishByServer", 0, 0, RJ_ACTION_STAY },
  { RJ_NEWS_OWN_UNPUBLISHED, NULL, 0, 0, RJ_ACTION_STAY },

  { RJ_NEWS_REMOTE_GONE, NULL, 0, 0, RJ_ACTION_IGNORE },
  { RJ_NEWS_SUSPENDED, NULL, 0, 0, RJ_ACTION_RESUME },

  /* (a) one edge silent while others flow: one reconnectStream, never leave for it alone */
  { RJ_NEWS_EDGE_SILENT, NULL, RJ_FACT_MUTED, 0, RJ_ACTION_IGNORE },
  { RJ_NEWS_EDGE_SILENT, NULL, RJ_FACT_SUSPENDED, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_EDGE_SILENT, NULL, RJ_FACT_OTHERS_FLOW | RJ_FACT_TRIED, 0, RJ_ACTION_STAY },
  { RJ_NEWS_EDGE_SILENT, NULL, RJ_FACT_OTHERS_FLOW, 0, RJ_ACTION_RECONNECT_STREAM },
  { RJ_NEWS_EDGE_SILENT, NULL, 0, 0, RJ_ACTION_WAIT },

  /* (b) all edges silent: a request to a frozen media server would hold the session's lock for everybody */
  { RJ_NEWS_ALL_SILENT, NULL, 0, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_SILENCE_LIMIT, NULL, RJ_FACT_SUSPENDED, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_SILENCE_LIMIT, NULL, 0, 0, RJ_ACTION_LEAVE_THEN_REJOIN },

  /* no process is there any more that a request could hold up */
  { RJ_NEWS_PORT_CLOSED, NULL, RJ_FACT_SUSPENDED, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_PORT_CLOSED, NULL, 0, 0, RJ_ACTION_LEAVE_THEN_REJOIN },

  /* Token, connect, join: the whole cycle again */
  { RJ_NEWS_JOIN_FAILED, NULL, RJ_FACT_RETRY_NEVER, 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_JOIN_FAILED, NULL, 0, 0, RJ_ACTION_REJOIN_LATER },

  /* (c) in quiet nothing that fails or times out is a new detector. Otherwise -1 and 303 are what a media
   * server's absence looks like before the notification: try again in the same stay until the server has
   * had its time */
  { RJ_NEWS_PUBLISH_FAILED, NULL, RJ_FACT_RETRY_NEVER, 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_PUBLISH_FAILED, "rpc-401", 0, 0, RJ_ACTION_GIVE_UP }, /* role SUBSCRIBER */
  { RJ_NEWS_PUBLISH_FAILED, "rpc-800", 0, 0, RJ_ACTION_GIVE_UP }, /* forced codec not offered */
  { RJ_NEWS_PUBLISH_FAILED, NULL, RJ_FACT_QUIET, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_PUBLISH_FAILED, NULL, RJ_FACT_SUSPENDED, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_PUBLISH_FAILED, NULL, RJ_FACT_AFTER_SILENCE, 0, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "rpc--1", 0, RJ_FACT_WAITED, RJ_ACTION_REPUBLISH_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "rpc-105", 0, RJ_FACT_WAITED, RJ_ACTION_REPUBLISH_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "rpc-303", 0, RJ_FACT_WAITED, RJ_ACTION_REPUBLISH_LATER },
  { RJ_NEWS_PUBLISH_FAILED, "rpc-40101", 0, RJ_FACT_WAITED, RJ_ACTION_REPUBLISH_LATER },
  { RJ_NEWS_PUBLISH_FAILED, NULL, 0, 0, RJ_ACTION_REJOIN_LATER },

  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-102", 0, 0, RJ_ACTION_IGNORE }, /* the publisher just left */
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-105", 0, 0, RJ_ACTION_IGNORE },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-800", 0, 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_SUBSCRIBE_FAILED, NULL, RJ_FACT_QUIET, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_SUBSCRIBE_FAILED, NULL, RJ_FACT_SUSPENDED, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_SUBSCRIBE_FAILED, NULL, RJ_FACT_OTHERS_FLOW | RJ_FACT_WAITED, 0, RJ_ACTION_STAY },
  { RJ_NEWS_SUBSCRIBE_FAILED, NULL, RJ_FACT_OTHERS_FLOW, 0, RJ_ACTION_RESUBSCRIBE_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, NULL, RJ_FACT_AFTER_SILENCE, 0, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc--1", 0, RJ_FACT_WAITED, RJ_ACTION_RESUBSCRIBE_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-302", 0, RJ_FACT_WAITED, RJ_ACTION_RESUBSCRIBE_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-303", 0, RJ_FACT_WAITED, RJ_ACTION_RESUBSCRIBE_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, "rpc-40101", 0, RJ_FACT_WAITED, RJ_ACTION_RESUBSCRIBE_LATER },
  { RJ_NEWS_SUBSCRIBE_FAILED, NULL, 0, 0, RJ_ACTION_REJOIN_LATER },

  { RJ_NEWS_PUBLISHER_FAILED, NULL, RJ_FACT_RETRY_NEVER, 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_PUBLISHER_FAILED, NULL, RJ_FACT_QUIET, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_PUBLISHER_FAILED, NULL, RJ_FACT_SUSPENDED, 0, RJ_ACTION_WAIT },
  /* what flowed until now and breaks may be one peer or the whole node: silence will tell */
  { RJ_NEWS_PUBLISHER_FAILED, NULL, RJ_FACT_FLOWED, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_PUBLISHER_FAILED, NULL, RJ_FACT_TRIED, 0, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_PUBLISHER_FAILED, NULL, 0, 0, RJ_ACTION_RECONNECT_STREAM },

  { RJ_NEWS_EDGE_FAILED, NULL, RJ_FACT_RETRY_NEVER, 0, RJ_ACTION_GIVE_UP },
  { RJ_NEWS_EDGE_FAILED, NULL, RJ_FACT_QUIET, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_EDGE_FAILED, NULL, RJ_FACT_SUSPENDED, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_EDGE_FAILED, NULL, RJ_FACT_FLOWED, 0, RJ_ACTION_WAIT },
  { RJ_NEWS_EDGE_FAILED, NULL, RJ_FACT_TRIED | RJ_FACT_OTHERS_FLOW, 0, RJ_ACTION_STAY },
  { RJ_NEWS_EDGE_FAILED, NULL, RJ_FACT_TRIED, 0, RJ_ACTION_REJOIN_LATER },
  { RJ_NEWS_EDGE_FAILED, NULL, 0, 0, RJ_ACTION_RECONNECT_STREAM },
};

RjAction
rj_policy_decide (RjNews news, const char *word, guint facts)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Row *row = &rows[i];

    if (row->news == news && (row->word == NULL || g_strcmp0 (row->word, word) == 0) &&
        (facts & row->with) == row->with && (facts & row->without) == 0)
      return row->action;
  }
  g_return_val_if_reached (RJ_ACTION_GIVE_UP);
}

const char *
rj_action_get_name (RjAction action)
{
  static const char *const names[] = {
    [RJ_ACTION_IGNORE] = "ignore",
    [RJ_ACTION_STAY] = "stay",
    [RJ_ACTION_WAIT] = "wait",
    [RJ_ACTION_RESUME] = "resume",
    [RJ_ACTION_REPUBLISH] = "republish",
    [RJ_ACTION_REPUBLISH_LATER] = "republish-later",
    [RJ_ACTION_RESUBSCRIBE_LATER] = "resubscribe-later",
    [RJ_ACTION_RECONNECT_STREAM] = "reconnect-stream",
    [RJ_ACTION_REJOIN_NOW] = "rejoin-now",
    [RJ_ACTION_REJOIN_LATER] = "rejoin-later",
    [RJ_ACTION_LEAVE_THEN_REJOIN] = "leave-then-rejoin",
    [RJ_ACTION_GIVE_UP] = "give-up",
  };

  return names[action];
}
