/* The inside of the model: who is there (rjt-model.c), and what is asked for (rjt-model-rpc.c). */
#pragma once

#include "rj-jsonrpc.h"
#include "rjt-model.h"

G_BEGIN_DECLS

typedef struct _Line Line;

/* A connection */
typedef struct {
  RjtModel *model;
  char *id;
  char *name;
  char *stream;   /* (nullable) */
  char *endpoint; /* (nullable) of the own stream */
  gboolean audio_muted;
  gboolean is_client;        /* FALSE: one of the others, without a websocket */
  Line *line;                /* (nullable) of a client; NULL: a ghost */
  GHashTable *subscriptions; /* connection id -> endpoint */
} Person;

/* An rpc session */
struct _Line {
  RjtModel *model;
  char *id;
  RjtWire *wire;   /* (nullable): the socket is closed */
  Person *person;  /* (nullable): has not joined, or is out */
  gboolean was_in; /* evicted or left: nothing is answered */
  gboolean dead;   /* its server has crashed */
  gint64 interval_us;
  RjTimer *watchdog;
  RjTimer *grace;
  RjTimer *end;    /* of the socket, after leaving or eviction */
  gboolean evicts; /* after the grace time */
  guint n_untold;  /* participantPublished that did not arrive */
  guint n_unnamed; /* participantJoined */
};

struct _RjtModel {
  RjtRun *run;
  RjClock *clock;
  GHashTable *tokens; /* set */
  GPtrArray *people;  /* of Person */
  GPtrArray *lines;   /* of Line */
  GPtrArray *fresh;   /* of RjtWire: without a line */
  GHashTable *broken; /* set of endpoints; those whose offer is not answered yet, too */
  GQueue returning;   /* of names: the others, after a crash */
  RjTimer *return_timer;
  RjTimer *crash_timer;
  gint64 node_up_us;
  gboolean frozen;
  gboolean server_offers;
  guint n_ids;
  guint n_wires;
  guint n_tokens;
};

/* rjt-model.c */
char *rjt_model_make_id (RjtModel *self, const char *prefix);
Person *rjt_model_find (RjtModel *self, const char *connection);
Person *rjt_model_find_name (RjtModel *self, const char *name);
gboolean rjt_model_has (RjtModel *self, Person *person);
/* participantUnpublished to all */
void rjt_model_take_stream (RjtModel *self, Person *person, const char *reason);
Person *rjt_model_find_stream (RjtModel *self, const char *stream);
Person *rjt_model_enter (RjtModel *self, const char *name, Line *line);
/* Nobody is told. Frees @person */
void rjt_model_forget (RjtModel *self, Person *person);
/* participantLeft to the others, and, evicted, participantEvicted to all, @person too. Frees @person */
void rjt_model_drop (RjtModel *self, Person *person, const char *reason, gboolean evicted);
/* @params: (transfer full). @except: (nullable) */
void rjt_model_tell_all (RjtModel *self, Person *except, const char *method, JsonObject *params);
void rjt_model_tell_published (RjtModel *self, Person *person);
gboolean rjt_model_is_up (RjtModel *self);
JsonArray *rjt_model_list_others (RjtModel *self, Person *except);

/* rjt-model-line.c */
Line *rjt_line_of (RjtModel *self, RjtWire *wire);
/* The one that @wire serves, or served last */
Line *rjt_line_that_had (RjtModel *self, RjtWire *wire);
Line *rjt_line_new (RjtModel *self, RjtWire *wire);
void rjt_line_free (gpointer line);
/* @line: (nullable): there is no rpc session yet, the interval is remembered with the socket */
void rjt_line_ping_on (RjtModel *model, Line *line, RjtWire *wire, gint64 interval_ms);
/* After leaving or eviction: the socket is closed in 10 s */
void rjt_line_end (Line *self);
void rjt_line_closed (Line *self, const char *reason);
void rjt_line_resume (Line *self, RjtWire *wire);

/* rjt-model-rpc.c */
void rjt_model_offer_again (Line *line, Person *publisher);
void rjt_model_take (RjtModel *self, RjtWire *wire, const char *text);

G_END_DECLS
