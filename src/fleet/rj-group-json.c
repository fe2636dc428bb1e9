/* A group as it is written in a plan */
#include "rj-group.h"

#include <string.h>

#include "rj-error.h"
#include "rj-json.h"

#define MOST 1000 /* of participants in a session, and of sessions */

#define NUMBER_1_TO_1000     "{\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000}"
#define OR_REFERENCE(schema) "{\"anyOf\": [" schema ", {\"$ref\": \"#/$defs/reference\"}]}"
#define TEXT                 "{\"type\": \"string\", \"minLength\": 1}"

typedef gboolean (*Reader) (RjGroup *self, JsonNode *node, GError **error);

/* Returns: 1, 0; -1: it is something else */
static int
as_flag (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN
           ? json_node_get_boolean (node)
           : -1;
}

/* Returns: 1 to MOST; 0: it is something else */
static guint
as_number (JsonNode *node)
{
  gint64 number = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
                    ? json_node_get_int (node)
                    : 0;

  return number >= 1 && number <= MOST ? number : 0;
}

static gboolean
read_text (char **out, JsonNode *node, GError **error)
{
  const char *text = rj_json_node_get_string (node);

  if (text == NULL || *text == '\0')
    return rj_error_refuse (error, "write a text; one that looks like a number needs quotes");
  *out = g_strdup (text);
  return TRUE;
}

static gboolean
read_group (RjGroup *self, JsonNode *node, GError **error)
{
  return read_text (&self->name, node, error);
}

static gboolean
read_session (RjGroup *self, JsonNode *node, GError **error)
{
  return read_text (&self->session, node, error);
}

static gboolean
read_name (RjGroup *self, JsonNode *node, GError **error)
{
  return read_text (&self->participant, node, error);
}

static gboolean
read_sessions (RjGroup *self, JsonNode *node, GError **error)
{
  self->sessions = as_number (node);
  return self->sessions > 0 || rj_error_refuse (error, "write a number from 1 to 1000");
}

static gboolean
read_count (RjGroup *self, JsonNode *node, GError **error)
{
  JsonArray *list = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = list == NULL ? 1 : json_array_get_length (list);

  g_array_set_size (self->counts, 0);
  for (guint i = 0; i < n; i++) {
    guint count = as_number (list == NULL ? node : json_array_get_element (list, i));

    if (count == 0)
      break;
    g_array_append_val (self->counts, count);
  }
  if (self->counts->len == 0 || self->counts->len < n)
    return rj_error_refuse (
      error, "write a number from 1 to 1000, or a list with one for each session, such as [4, 2]");
  return TRUE;
}

static gboolean
read_role (RjGroup *self, JsonNode *node, GError **error)
{
  const char *text = rj_json_node_get_string (node);

  if (text == NULL)
    return rj_error_refuse (error, "write SUBSCRIBER, PUBLISHER or MODERATOR");
  self->role = rj_role_from_name (text, error);
  return self->role != NULL;
}

static gboolean
read_video (RjGroup *self, JsonNode *node, GError **error)
{
  RjGroupPublish *publish = &self->publish;
  const char *text = rj_json_node_get_string (node);

  publish->video = as_flag (node);
  if (publish->video >= 0)
    return TRUE;
  publish->video = 1;
  if (text == NULL)
    return rj_error_refuse (error, "write WIDTHxHEIGHT@FPS, such as 640x480@30, or false");
  return rj_picture_parse (text, &publish->width, &publish->height, &publish->fps, error);
}

static gboolean
read_audio (RjGroup *self, JsonNode *node, GError **error)
{
  self->publish.audio = as_flag (node);
  return self->publish.audio >= 0 || rj_error_refuse (error, "write true or false");
}

static gboolean
read_bitrate (RjGroup *self, JsonNode *node, GError **error)
{
  g_autofree char *number = NULL;
  const char *text = rj_json_node_get_string (node);

  if (text == NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_INT64)
    text = number = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (text == NULL)
    return rj_error_refuse (error, "write a rate from 30k to 20M, such as 500k or 1.5M");
  return rj_bitrate_parse (text, &self->publish.bitrate_bps, error);
}

static gboolean
read_codec (RjGroup *self, JsonNode *node, GError **error)
{
  const char *text = rj_json_node_get_string (node);
  RjVideoCodec codec;

  if (text == NULL || !rj_video_codec_from_name (text, &codec))
    return rj_error_refuse (error, "write vp8 or h264");
  self->publish.codec = codec;
  return TRUE;
}

static gboolean
read_subscribe (RjGroup *self, JsonNode *node, GError **error)
{
  static const char remedy[] = "write all, none, or a list of groups and participants, such as "
                               "[presenters, bot-1]";
  const char *text = rj_json_node_get_string (node);
  JsonArray *list = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (g_strcmp0 (text, "all") == 0)
    self->subscribe = RJ_SUBSCRIBE_ALL;
  else if (g_strcmp0 (text, "none") == 0)
    self->subscribe = RJ_SUBSCRIBE_NONE;
  else if (list == NULL || json_array_get_length (list) == 0)
    return rj_error_refuse (error, remedy);
  else
    self->subscribe = RJ_SUBSCRIBE_LISTED;
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++) {
    const char *name = rj_json_node_get_string (json_array_get_element (list, i));

    if (name == NULL || *name == '\0')
      return rj_error_refuse (error, remedy);
    g_ptr_array_add (self->listed, g_strdup (name));
  }
  return TRUE;
}

static gboolean
read_ramp (RjGroup *self, JsonNode *node, GError **error)
{
  const char *text = rj_json_node_get_string (node);

  if (text == NULL)
    return rj_error_refuse (error, "write how many join in which time, such as 10/s or 30/min");
  return rj_ramp_parse (text, &self->ramp_per_second, error);
}

static gboolean read_publish (RjGroup *self, JsonNode *node, GError **error);

static const RjJsonKey keys[] = {
  { "group", TEXT, "name of the group, for reports, expectations and subscribe" },
  { "count",
    "{\"oneOf\": [" NUMBER_1_TO_1000 ", {\"type\": \"array\", \"minItems\": 1, "
    "\"items\": " OR_REFERENCE (NUMBER_1_TO_1000) "}]}",
    "participants in each session; a list gives each session its own number" },
  { "sessions", NUMBER_1_TO_1000, "sessions; without it 1, or the length of the list count" },
  { "session", TEXT, "session id; {run}, {session} and {group} are filled in" },
  { "name", TEXT,
    "name of a participant; {index}, {group}, {session} and {run} are filled in; with {attempt} "
    "the "
    "server is told another one each time" },
  { "role",
    "{\"enum\": [\"subscriber\", \"publisher\", \"moderator\", \"SUBSCRIBER\", \"PUBLISHER\", "
    "\"MODERATOR\"]}",
    "role of the tokens that are asked for: subscriber, publisher, moderator" },
  { "publish.video",
    "{\"oneOf\": [{\"type\": \"boolean\"}, {\"type\": \"string\", \"pattern\": "
    "\"^[0-9]+x[0-9]+(@[0-9]+)?$\"}]}",
    "published video, WIDTHxHEIGHT@FPS, or false" },
  { "publish.audio", "{\"type\": \"boolean\"}", "whether audio is published" },
  { "publish.bitrate",
    "{\"oneOf\": [{\"type\": \"integer\", \"minimum\": 30000, \"maximum\": 20000000}, {\"type\": "
    "\"string\", \"pattern\": \"^[0-9.]+[kKmM]?$\"}]}",
    "of the published video, such as 500k or 1.5M" },
  { "publish.codec", "{\"enum\": [\"vp8\", \"h264\", \"VP8\", \"H264\"]}",
    "offered first: vp8 or h264" },
  { "subscribe",
    "{\"oneOf\": [{\"enum\": [\"all\", \"none\"]}, {\"type\": \"array\", \"minItems\": 1, "
    "\"items\": " TEXT "}]}",
    "whom they see: all, none, or a list of groups and participants" },
  { "ramp", "{\"type\": \"string\", \"pattern\": \"^[0-9.]+/(s|min)$\"}",
    "how many join in which time, such as 10/s; without it all at once" },
};

const RjJsonKey *
rj_group_get_keys (guint *n_keys)
{
  *n_keys = G_N_ELEMENTS (keys);
  return keys;
}

typedef struct {
  const char *key;
  Reader read;
} Row;

static const Row rows[] = {
  { "group", read_group },     { "count", read_count }, { "sessions", read_sessions },
  { "session", read_session }, { "name", read_name },   { "role", read_role },
  { "publish", read_publish }, { "ramp", read_ramp },   { "subscribe", read_subscribe },
};

static const Row publish_rows[] = {
  { "video", read_video },
  { "audio", read_audio },
  { "bitrate", read_bitrate },
  { "codec", read_codec },
};

static gboolean
fail_unknown (const char *prefix, const char *key, const Row *known, guint n_known, GError **error)
{
  g_autofree const char **words = g_new0 (const char *, n_known + 1);
  g_autofree char *sentence = NULL;

  for (guint i = 0; i < n_known; i++)
    words[i] = known[i].key;
  sentence = rj_json_keys_explain (key, words);
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s%s: %s", prefix, key, sentence);
  return FALSE;
}

/* @prefix: of keys, "" or "publish." */
static gboolean
read_object (RjGroup *self,
             JsonObject *object,
             const char *prefix,
             const Row *known,
             guint n_known,
             GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);

  for (GList *item = members; item != NULL; item = item->next) {
    const char *key = item->data;
    JsonNode *node = json_object_get_member (object, key);
    const Row *row = NULL;

    for (guint i = 0; i < n_known && row == NULL; i++)
      row = g_str_equal (known[i].key, key) ? &known[i] : NULL;
    if (row == NULL)
      return fail_unknown (prefix, key, known, n_known, error);
    if (row->read (self, node, error))
      continue;
    if (row->read != read_publish) /* which has named its key */
      g_prefix_error (error, "%s%s: ", prefix, key);
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_publish (RjGroup *self, JsonNode *node, GError **error)
{
  self->publish.on = as_flag (node);
  if (self->publish.on >= 0)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return rj_error_refuse (error, "publish: write false, or an object such as {video: 640x480@30, "
                                   "bitrate: 500k, audio: true}");
  self->publish.on = 1;
  return read_object (self, json_node_get_object (node), "publish.", publish_rows,
                      G_N_ELEMENTS (publish_rows), error);
}

RjGroup *
rj_group_from_json (JsonObject *object, GError **error)
{
  g_autoptr (RjGroup) self = rj_group_new ();

  if (!read_object (self, object, "", rows, G_N_ELEMENTS (rows), error))
    return NULL;
  if (self->counts->len == 0) {
    guint one = 1;

    g_array_append_val (self->counts, one);
  }
  if (self->sessions == 0)
    self->sessions = self->counts->len;
  if (self->participant == NULL && self->name != NULL)
    self->participant = g_strdup ("{group}-{index}");
  if (self->counts->len != 1 && self->counts->len != self->sessions) {
    rj_error_refuse (error, "count: give one number for all sessions, or as many as sessions says");
    return NULL;
  }
  return g_steal_pointer (&self);
}
