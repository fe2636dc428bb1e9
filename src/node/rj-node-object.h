/* The control half of the objects of the media node, by their ids, with their event subscriptions and names. A
 * pipeline takes its children with it. Home thread only. */
#pragma once

#include "rj-media-object.h"

G_BEGIN_DECLS

typedef enum {
  RJ_NODE_PIPELINE,
  RJ_NODE_WEBRTC,
  RJ_NODE_PASS_THROUGH,
} RjNodeKind;

typedef struct {
  RjNodeKind kind;
  char *id;
  char *pipeline;       /* (nullable) id, of a child */
  char *name;           /* at first the id */
  char *session;        /* that made it */
  RjMediaPlace *place;  /* of the pipeline */
  RjMediaObject *media; /* (nullable) of a child */
  GHashTable *subscriptions;
} RjNodeObject;

typedef struct {
  char *type; /* of event */
  char *session;
} RjNodeSubscription;

/* "MediaPipeline", … Returns: FALSE when there is no such kind */
gboolean rj_node_kind_from_text (const char *text, RjNodeKind *kind);

typedef struct _RjNodeObjects RjNodeObjects;

RjNodeObjects *rj_node_objects_new (void);
/* Releases all. */
void rj_node_objects_free (RjNodeObjects *self);

/* @place: of a new pipeline, gets a reference. Returns: (transfer none) */
RjNodeObject *
rj_node_objects_add_pipeline (RjNodeObjects *self, const char *session, RjMediaPlace *place);
/* Also orders its media half. Returns: (transfer none) */
RjNodeObject *rj_node_objects_add_child (RjNodeObjects *self,
                                         const char *session,
                                         const RjNodeObject *pipeline,
                                         RjNodeKind kind);

/* Returns: (transfer none) (nullable) */
RjNodeObject *rj_node_objects_find (RjNodeObjects *self, const char *id);
/* Takes @object and its children away, and orders the end of their media halves. */
void rj_node_objects_release (RjNodeObjects *self, RjNodeObject *object);
/* Whatever @session has made. Returns: how many */
guint rj_node_objects_release_session (RjNodeObjects *self, const char *session);
guint rj_node_objects_count (RjNodeObjects *self);

/* Returns: (transfer none): the id of the subscription */
const char *rj_node_object_subscribe (RjNodeObject *self, const char *type, const char *session);
void rj_node_object_unsubscribe (RjNodeObject *self, const char *subscription);

G_END_DECLS
