/* Signals between participants and changes of a stream's properties, both ways; videoData. Pure; any thread.
 * Source: OpenVidu 2 protocol, sections 5.10 to 5.12, 6.7 and 6.8. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Request sendMessage: everything sits in one member "message", a JSON text.
 * Errors of parsing: RJ_RPC_ERROR 600 (the text is no JSON object, or "to" no array), 601 (something in "to"
 * is no text), both in the real server's words but without ". Code: N"; RJ_ERROR_PROTOCOL (no "message", or
 * something that should be a text is not). Unknown ids in "to" are the server's to refuse. */
typedef struct {
  gboolean has_to; /* the member was there */
  GPtrArray *to;   /* (element-type utf8) connection ids; empty: everybody, the sender too */
  char *data;      /* (nullable) */
  char *type;      /* (nullable) with "signal:" in front by convention */
} RjOv2Message;

RjOv2Message *rj_ov2_message_new (const char *type, const char *data);
RjOv2Message *rj_ov2_message_parse (JsonObject *params, GError **error);
JsonObject *rj_ov2_message_build (const RjOv2Message *self);
void rj_ov2_message_free (RjOv2Message *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Message, rj_ov2_message_free)

/* Notification sendMessage; all may be absent */
typedef struct {
  char *data; /* (nullable) */
  char *type; /* (nullable) */
  char *from; /* (nullable) connection id; absent when sent over REST */
} RjOv2Signal;

RjOv2Signal *rj_ov2_signal_parse (JsonObject *params);
JsonObject *rj_ov2_signal_build (const RjOv2Signal *self);
void rj_ov2_signal_free (RjOv2Signal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Signal, rj_ov2_signal_free)

/* streamPropertyChanged. In a request the value is JSON of any type; in a notification it is the JSON text
 * of that value inside a string (except for property "filter": an object). value is the inner value in both
 * cases, so a server takes it from one and gives it to the other. */
typedef struct {
  char *connection; /* (nullable) notification only */
  char *stream;
  char *property; /* audioActive, videoActive, videoDimensions, audioTrack, videoTrack, filter */
  char *reason;
  JsonNode *value;
} RjOv2Property;

RjOv2Property *rj_ov2_property_parse_request (JsonObject *params, GError **error);
JsonObject *rj_ov2_property_build_request (const RjOv2Property *self);
RjOv2Property *rj_ov2_property_parse (JsonObject *params, GError **error);
JsonObject *rj_ov2_property_build (const RjOv2Property *self);
void rj_ov2_property_free (RjOv2Property *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Property, rj_ov2_property_free)

/* Returns: whether value is true; @fallback when it is no boolean */
gboolean rj_ov2_property_get_bool (const RjOv2Property *self, gboolean fallback);
/* A request that mutes or unmutes. @property: "audioActive" or "videoActive". Returns: (transfer full) */
JsonObject *
rj_ov2_property_build_active (const char *stream, const char *property, gboolean active);

/* videoData: all required */
typedef struct {
  gint64 width;
  gint64 height;
  gboolean video_active;
  gboolean audio_active;
} RjOv2VideoData;

gboolean rj_ov2_video_data_parse (JsonObject *params, RjOv2VideoData *out, GError **error);
JsonObject *rj_ov2_video_data_build (const RjOv2VideoData *self);

G_END_DECLS
