/* What follows from a piece of news: one pure function over one table, and no other file has an opinion.
 * Any thread. Source: OpenVidu 2 protocol, "Reasons and what to do", and our own rows for silence and for
 * requests that failed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_NEWS_LOST,            /* the stay is over; word: the server's reason, or "networkDisconnect" */
  RJ_NEWS_OWN_UNPUBLISHED, /* the server took our stream away; word: its reason */
  RJ_NEWS_REMOTE_GONE,     /* somebody left, or unpublished; word: the reason */
  RJ_NEWS_SUSPENDED,       /* the websocket is gone and being resumed */
  RJ_NEWS_EDGE_SILENT,     /* one edge silent for the limit */
  RJ_NEWS_ALL_SILENT,      /* all edges silent for the limit */
  RJ_NEWS_SILENCE_LIMIT,   /* all edges silent until the limit for leaving */
  RJ_NEWS_PORT_CLOSED,     /* of the media server, and all edges silent with it */
  RJ_NEWS_JOIN_FAILED,     /* token, connect or join; word: error word */
  RJ_NEWS_PUBLISH_FAILED,  /* the request; word: error word */
  RJ_NEWS_SUBSCRIBE_FAILED, /* the request; word: error word */
  RJ_NEWS_PUBLISHER_FAILED, /* the peer that sends: no offer, bad answer, no ICE, no DTLS, broke */
  RJ_NEWS_EDGE_FAILED,      /* a peer that receives: the same, or no media in time */
  RJ_N_NEWS
} RjNews;

typedef enum {
  RJ_ACTION_IGNORE,            /* clean up at most */
  RJ_ACTION_STAY,              /* what is lost stays lost; the stay goes on */
  RJ_ACTION_WAIT,              /* send nothing, something else will tell */
  RJ_ACTION_RESUME,            /* the signaller does it */
  RJ_ACTION_REPUBLISH,         /* publish again, a new stream */
  RJ_ACTION_REPUBLISH_LATER,   /* the same after about a second */
  RJ_ACTION_RESUBSCRIBE_LATER, /* the same request again after about a second */
  RJ_ACTION_RECONNECT_STREAM,  /* one reconnectStream with a new peer */
  RJ_ACTION_REJOIN_NOW,        /* throw the attempt away, fresh token at once */
  RJ_ACTION_REJOIN_LATER,      /* throw the attempt away, fresh token after backoff */
  RJ_ACTION_LEAVE_THEN_REJOIN, /* leaveRoom (bounded), one backoff step, fresh token */
  RJ_ACTION_GIVE_UP,
} RjAction;

/* What else is known at that moment */
typedef enum {
  RJ_FACT_OTHERS_FLOW = 1 << 0,   /* packets arrive on another edge of this participant */
  RJ_FACT_MUTED = 1 << 1,         /* the stream is muted: silence means nothing */
  RJ_FACT_TRIED = 1 << 2,         /* one reconnectStream for it has been tried already */
  RJ_FACT_QUIET = 1 << 3,         /* all edges are silent: nothing is sent into the session */
  RJ_FACT_SUSPENDED = 1 << 4,     /* pings are not answered, the websocket is being resumed */
  RJ_FACT_WAITED = 1 << 5,        /* longer than the server needs to notice a dead media node */
  RJ_FACT_AFTER_SILENCE = 1 << 6, /* this attempt is a rejoin after silence */
  RJ_FACT_CLOSED_BY_US = 1 << 7,  /* we had the session deleted ourselves */
  RJ_FACT_RETRY_NEVER = 1 << 8,   /* rj_error_get_retry() says that no retry helps */
  RJ_FACT_FLOWED = 1 << 9,        /* it had flowed before it failed, a moment ago */
} RjNewsFacts;

/* @word: (nullable). Returns: the action of the first row that fits; every news has a row for the rest */
RjAction rj_policy_decide (RjNews news, const char *word, guint facts);

/* Returns: a short name for logs and events, "rejoin-now" */
const char *rj_action_get_name (RjAction action);

G_END_DECLS
