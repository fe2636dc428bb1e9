/* The inside of the front, for rj-front.c (who has which session), rj-front-master.c (is it alive),
 * rj-front-rest.c and rj-front-socket.c (what passes through). */
#pragma once

#include <libsoup/soup.h>

#include "rj-front.h"

G_BEGIN_DECLS

typedef struct _RjFrontSocket RjFrontSocket;
typedef struct _RjFrontCheck RjFrontCheck;

typedef struct {
  RjFront *front; /* (unowned) */
  guint index;
  guint port; /* 0: not known yet */
  gboolean is_lost;
  gboolean was_there;     /* before it was lost; FALSE: it is being started */
  guint n_homes;          /* sessions that it has, as far as is known here */
  GCancellable *lifetime; /* of the requests on their way to it; a new one after each loss */
  RjFrontCheck *check;    /* (nullable): under way */
  gboolean is_suspect;    /* a connection broke: nothing is sent to it until the check is over */
  RjTimer *timer;         /* of the next check */
} RjFrontMaster;

struct _RjFront {
  GObject parent_instance;

  RjClock *clock;
  RjEventSink *events; /* (nullable) */
  SoupServer *server;
  SoupSession *http;
  GPtrArray *masters; /* of RjFrontMaster */
  GHashTable *homes;  /* session id → RjFrontMaster */
  GHashTable *orphans; /* session id → until when a refused `connect` means a lost master, gint64 */
  GPtrArray *sockets; /* of RjFrontSocket */
  guint n_broken;     /* sockets whose master was lost: every second one is told */
  guint n_refused;    /* of those that came back: every second one is told */
};

/* --- rj-front.c --- */
/* Where a request goes. @session: (nullable): any will do. Returns: (transfer none) (nullable): nobody is there */
RjFrontMaster *rj_front_route (RjFront *self, const char *session);
void rj_front_set_home (RjFront *self, const char *session, RjFrontMaster *master);
void rj_front_forget_homes (RjFront *self, RjFrontMaster *master);
/* A socket of @session has lost its master. */
void rj_front_add_orphan (RjFront *self, const char *session);
gboolean rj_front_is_orphan (RjFront *self, const char *session);
void rj_front_emit (RjFront *self, const char *type, RjFrontMaster *master);
/* Returns: (transfer full): http or ws on that master, with path and query of @uri */
char *rj_front_get_url (RjFrontMaster *master, const char *scheme, GUri *uri);

/* --- rj-front-master.c --- */
RjFrontMaster *rj_front_master_new (RjFront *front, guint index);
void rj_front_master_free (RjFrontMaster *self);
void rj_front_master_check (RjFrontMaster *self);
/* A connection to it broke, or could not be made. */
void rj_front_master_suspect (RjFrontMaster *self);

/* --- rj-front-rest.c --- */
void rj_front_forward (RjFront *self, SoupServerMessage *message, const char *path);

/* --- rj-front-socket.c --- */
/* Passes @client on to @master. Owned by front->sockets, which it leaves when it is over. */
void rj_front_socket_accept (RjFront *front,
                             RjFrontMaster *master,
                             SoupServerMessage *message,
                             SoupWebsocketConnection *client);
void rj_front_socket_free (RjFrontSocket *self);
/* The check of @master is over: its sockets that broke are told or cut; if it is lost, all of them. */
void rj_front_socket_settle (RjFront *front, RjFrontMaster *master);

G_END_DECLS
