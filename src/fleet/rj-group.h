/* A group of participants: how many, in which sessions, what they are called, what they send and whom they see.
 * A value: what a plan or the command line said. What was not said is "unset" and is taken from another group by
 * rj_group_inherit(). Who really takes part is worked out by RjRoster. Pure. Any thread. */
#pragma once

#include <json-glib/json-glib.h>

#include "rj-clip.h"
#include "rj-json-keys.h"

G_BEGIN_DECLS

/* What a participant of the group publishes. -1 and 0: unset */
typedef struct {
  int on;    /* publishes: 1, 0, -1 */
  int audio; /* 1, 0, -1 */
  int video;
  guint width, height, fps;
  guint bitrate_bps;
  int codec; /* RjVideoCodec: offered first. -1: unset, and then what the server wants */
} RjGroupPublish;

typedef enum {
  RJ_SUBSCRIBE_UNSET,
  RJ_SUBSCRIBE_ALL, /* to everybody, foreign publishers too */
  RJ_SUBSCRIBE_NONE,
  RJ_SUBSCRIBE_LISTED, /* to the groups and participants in `listed` */
} RjSubscribe;

typedef struct {
  char *name;     /* (nullable) unset */
  guint sessions; /* 0: unset */
  GArray *counts; /* of guint, one for each session, or one number for all of them; empty: unset */
  char *session;  /* (nullable) template: {run} {session} {group} */
  char *participant; /* (nullable) template: {run} {session} {group} {index} {attempt} */
  const char
    *role; /* (nullable) static: "SUBSCRIBER", "PUBLISHER", "MODERATOR"; NULL: not asked for */
  RjGroupPublish publish;
  RjSubscribe subscribe;
  GPtrArray *listed;      /* of char *: names of groups and participants */
  double ramp_per_second; /* participants that join in a second; 0: unset, all at once */
} RjGroup;

/* Returns: (transfer full): everything unset */
RjGroup *rj_group_new (void);
void rj_group_free (RjGroup *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjGroup, rj_group_free)

/* One entry of the plan's list `participants`:
 *   {group, count, sessions, session, name, role, publish: {video, bitrate, audio, codec} or false, subscribe, ramp}
 * Errors: RJ_ERROR_USAGE. The message begins with the key inside @object and a colon ("publish.video: "), and
 * says what to write instead. Returns: (transfer full) (nullable) */
RjGroup *rj_group_from_json (JsonObject *object, GError **error);

/* The keys that rj_group_from_json() knows, for schema and documents. "publish" itself is an object of those inside it,
 * or false. */
const RjJsonKey *rj_group_get_keys (guint *n_keys);

/* What @self leaves unset is taken from @base, but for name, sessions and counts. */
void rj_group_inherit (RjGroup *self, const RjGroup *base);

/* Whether its parts fit together: a count for each session, a publisher that has something to publish, names of
 * sessions that differ. Once everything is set. Errors: as above */
gboolean rj_group_check (const RjGroup *self, GError **error);

/* What they show, once everything is set. Without a codec of their own: VP8, until an answer wants another one */
RjClipFormat rj_group_get_format (const RjGroup *self);

/* Participants in session @index, from 0 */
guint rj_group_get_count (const RjGroup *self, guint index);
guint rj_group_get_total (const RjGroup *self);

/* The forms of values, which the command line shares. Errors: RJ_ERROR_USAGE, what to write, without a key. Results
 * are untouched on error. */
/* "640x480" or "640x480@30". @fps: (nullable): then @ is refused; untouched without it */
gboolean
rj_picture_parse (const char *text, guint *width, guint *height, guint *fps, GError **error);
/* "500k", "1.5M", "500000" */
gboolean rj_bitrate_parse (const char *text, guint *bits_per_second, GError **error);
/* "10/s", "0.5/s", "30/min" */
gboolean rj_ramp_parse (const char *text, double *per_second, GError **error);
/* Returns: (nullable) static: "SUBSCRIBER", … */
const char *rj_role_from_name (const char *name, GError **error);

G_END_DECLS
